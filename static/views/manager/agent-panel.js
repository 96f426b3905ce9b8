// One agent in full, and what a supervisor may do: make ready, pause, sign out. What is shown as done
// is what the server says has become of the agent.
import { count, duration, phone as phoneText } from '../../core/format.js';
import { agentState } from '../../core/states.js';
import { text } from '../../core/text.js';
import { pauseReasons, people, personName, queueName, reasonLabel } from '../../stores/directory.js';
import { agentCalls, loadAgentCalls, openWithin } from '../../stores/drill.js';
import { figures } from '../../stores/figures.js';
import { agents, shownSince, shownState } from '../../stores/floor.js';
import { endHelp, forceStatus } from '../../stores/supervise.js';
import { html, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { CallRow } from '../parts/call-row.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Menu } from '../parts/menu.js';
import { StateMark } from '../parts/state.js';
import { Age } from './age.js';

const words = text.board.agent;

/** The words for what the agent has become, or will be. */
function outcomeOf(/** @type {string} */ extension, /** @type {string} */ wanted, /** @type {any} */ agent) {
	const name = personName(extension);
	if (agent.status === wanted) return words.done(name, agentState(agent.status).word);
	if (agent.nextStatus === wanted) return words.doneNext(name, agentState(agent.nextStatus).word);
	return words.done(name, agentState(agent.status).word);
}

function useActs(/** @type {string} */ extension) {
	const busy = useSignal('');
	const result = useSignal(/** @type {{text: string, tone: string} | null} */ (null));
	const told = useRef(/** @type {HTMLElement | null} */ (null));
	const id = people.value.get(extension)?.id;
	/** @param {string} what @param {() => Promise<string>} run */
	async function act(what, run) {
		busy.value = what;
		result.value = null;
		try {
			result.value = { text: await run(), tone: 'ready' };
		} catch (error) {
			result.value = { text: words.failed(personName(extension), /** @type {Error} */ (error).message), tone: 'danger' };
		}
		busy.value = '';
		// The button that was pressed could not keep the focus while it was busy.
		if (document.activeElement === document.body) told.current?.focus();
	}
	const force = (/** @type {string} */ status, /** @type {string | undefined} */ reason = undefined) =>
		act(status, async () => outcomeOf(extension, status, await forceStatus(id, status, reason)));
	const helped = () => act('HELP', async () => {
		await endHelp(id);
		return words.doneHelp(personName(extension));
	});
	return { busy: busy.value, result: result.value, told, force, helped };
}

function Acts({ extension, agent }) {
	const { busy, result, told, force, helped } = useActs(extension);
	const reasons = pauseReasons.value.map((r) => ({ label: r.label, icon: 'coffee', run: () => force('AWAY', r.code) }));
	return html`<section class="agent-acts" aria-label=${words.act}>
		<div class="acts">
			<${Button} label=${words.ready} icon="circle-check" busy=${busy === 'AVAILABLE'} disabled=${Boolean(busy) || agent.status === 'AVAILABLE'} onClick=${() => force('AVAILABLE')} testid="force-ready" />
			${reasons.length
				? html`<${Menu} label=${words.pauseFor} icon="coffee" items=${reasons} testid="force-pause"><span>${words.pause}</span><${Icon} name="chevron-down" size=${14} /><//>`
				: html`<${Button} label=${words.pause} icon="coffee" busy=${busy === 'AWAY'} disabled=${Boolean(busy)} onClick=${() => force('AWAY')} testid="force-pause" />`}
			<${Button} label=${words.signOut} icon="log-out" busy=${busy === 'OFFLINE'} disabled=${Boolean(busy) || agent.status === 'OFFLINE'} onClick=${() => force('OFFLINE')} testid="force-sign-out" />
			${agent.help && html`<${Button} label=${words.helpDone} icon="hand" busy=${busy === 'HELP'} disabled=${Boolean(busy)} onClick=${helped} testid="end-help" />`}
		</div>
		<div role="status" class="act-result" data-testid="act-result" ref=${told} tabIndex=${-1}>
			${busy && html`<p class="muted">${words.asking[busy]}</p>`}
			${result && html`<p class=${`notice tone-${result.tone}`}><${Icon} name=${result.tone === 'danger' ? 'triangle-alert' : 'circle-check'} /><span>${result.text}</span></p>`}
		</div>
	</section>`;
}

function Now({ extension, agent }) {
	const state = agentState(shownState(agent));
	const queues = people.value.get(extension)?.queues ?? [];
	const customer = agent.peerName || (agent.peer && phoneText(agent.peer));
	const facts = [
		[words.since, html`<${Age} from=${shownSince(agent)} />`],
		customer && [words.customer, html`<span class="number">${customer}</span>`],
		agent.queue && [words.callQueue, queueName(agent.queue)],
		[words.queues, queues.length ? queues.map(queueName).join(', ') : words.noQueues],
		[words.phone, agent.phone === 'REGISTERED' ? words.registered : words.unregistered],
	].filter(Boolean);
	return html`<section class="agent-now">
		<p class="agent-now-state"><${StateMark} state=${state}>${agent.reason && agent.status !== 'AVAILABLE' && html`<span class="muted">${reasonLabel(agent.reason)}</span>`}<//>
			${agent.nextStatus && html`<span class="tag">${words.next(agentState(agent.nextStatus).word.toLowerCase())}</span>`}
			${agent.help && html`<span class="tag tone-danger"><${Icon} name="hand" size=${12} />${text.board.agents.help} <${Age} from=${agent.help} /></span>`}</p>
		<dl class="facts">${facts.map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
		${agent.callId && html`<${Button} label=${words.openCall} icon="phone-call" size="small" onClick=${() => openWithin({ kind: 'call', id: agent.callId })} />`}
	</section>`;
}

function Today({ extension }) {
	const day = figures.value.agents.get(extension);
	const shown = [[words.calls, count(day?.calls)], [words.talk, duration(day?.talkMs)], [words.hold, duration(day?.holdMs)]];
	return html`<dl class="figure-row">${shown.map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Read again with each call that has become one of the agent's. */
function Calls({ id, extension }) {
	const taken = figures.value.agents.get(extension)?.calls;
	useEffect(() => { if (id) loadAgentCalls(id); }, [id, taken]);
	const { state, items, problem } = agentCalls.value;
	return html`<section><h3>${words.recent}</h3>
		${state === 'loading' && html`<${Skeleton} lines=${4} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${() => loadAgentCalls(id)} />`}
		${state === 'ready' && !items.length && html`<p class="muted">${words.noRecent}</p>`}
		<ul class="timeline">${items.map((call) => html`<${CallRow} key=${call.id} call=${call} withNumber=${true}>
			<button type="button" class="icon-button" aria-label=${words.openCall} title=${words.openCall} onClick=${() => openWithin({ kind: 'call', id: call.id })}><${Icon} name="chevron-right" /></button><//>`)}</ul>
	</section>`;
}

export function AgentPanel({ step }) {
	const { extension } = step;
	const agent = agents.value.get(extension)?.value;
	if (!agent) return html`<${Empty} icon="user-x" title=${words.gone} />`;
	return html`<${Now} extension=${extension} agent=${agent} /><${Acts} key=${extension} extension=${extension} agent=${agent} />
		<${Today} extension=${extension} /><${Calls} id=${people.value.get(extension)?.id} extension=${extension} />`;
}
