// One agent, dense: name, state with its shape and time, customer and queue or the reason.
import { phone as phoneText } from '../../core/format.js';
import { agentState } from '../../core/states.js';
import { text } from '../../core/text.js';
import { personName, queueName, reasonLabel } from '../../stores/directory.js';
import { open } from '../../stores/drill.js';
import { agents, boardState, shownSince, shownState } from '../../stores/floor.js';
import { html } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Age } from './age.js';

const words = text.board.agents;
const IN_CALL = new Set(['ON_CALL', 'WRAP_UP']);

const customerOf = (/** @type {any} */ agent) => (agent.peerName && agent.peerName !== agent.peer ? agent.peerName : agent.peer && phoneText(agent.peer));

const isInCall = (/** @type {any} */ agent) => agent.ringing || IN_CALL.has(agent.status);

/** Why somebody is not at work, or cannot be. */
function reasonOf(/** @type {any} */ agent) {
	if (isInCall(agent)) return '';
	if (agent.reason && agent.status !== 'AVAILABLE') return reasonLabel(agent.reason);
	return agent.phone === 'UNREGISTERED' && agent.status !== 'OFFLINE' ? words.phoneGone : '';
}

/** What the agent is doing: the customer and the queue, or the reason. @returns {{customer: string, queue: string, reason: string}} */
const doingParts = (/** @type {any} */ agent) =>
	(isInCall(agent) ? { customer: customerOf(agent) ?? '', queue: queueName(agent.queue), reason: '' } : { customer: '', queue: '', reason: reasonOf(agent) });

const inOneLine = (/** @type {{customer: string, queue: string, reason: string}} */ { customer, queue, reason }) => [customer, queue, reason].filter(Boolean).join(' · ');
export const doing = (/** @type {any} */ agent) => inOneLine(doingParts(agent));

export const openAgent = (/** @type {string} */ extension) => open({ kind: 'agent', extension });

/** A tile listens to its own agent only. @param {{extension: string, group: string, crowded: boolean}} props */
export function AgentTile({ extension, group, crowded }) {
	const agent = agents.value.get(extension)?.value;
	if (!agent) return null;
	const state = agentState(shownState(agent));
	const parts = doingParts(agent);
	const what = inOneLine(parts);
	const name = personName(extension);
	return html`<li class=${`agent tone-${state.tone} ${agent.help ? 'asks-help' : ''}`} data-testid=${`agent-${extension}`} data-state=${boardState(agent)} data-group=${group}>
		<button type="button" class="agent-tile" tabIndex=${-1} onClick=${() => openAgent(extension)} title=${`${name} · ${extension}\n${state.word}${what ? ` · ${what}` : ''}`}>
			<span class="agent-name">${agent.help && html`<${Icon} name="hand" size=${14} label=${words.help} />`}<strong>${name}</strong><span class="agent-extension">${extension}</span></span>
			<span class="agent-state"><${Icon} name=${state.icon} size=${13} /><span class=${what ? 'agent-word' : 'agent-alone'}>${(crowded && words.short[shownState(agent)]) || state.word}</span>${what && html`<span class="agent-doing">${parts.customer && html`<span class="agent-customer">${parts.customer}${parts.queue && ' · '}</span>`}${parts.queue || parts.reason}</span>`}<${Age} from=${shownSince(agent)} /></span>
		</button>
	</li>`;
}
