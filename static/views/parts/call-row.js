import { duration, fullTime, phone as phoneText, time } from '../../core/format.js';
import { callOutcome } from '../../core/states.js';
import { text } from '../../core/text.js';
import { dispositions, queueName } from '../../stores/directory.js';
import { html } from '../../vendor/ui.js';
import { Icon } from './icon.js';
import { StateMark } from './state.js';

const DIRECTIONS = {
	INBOUND: { icon: 'phone-incoming', word: text.common.directions.INBOUND },
	OUTBOUND: { icon: 'phone-outgoing', word: text.common.directions.OUTBOUND },
	INTERNAL: { icon: 'users', word: text.common.directions.INTERNAL },
};

export const dispositionLabel = (/** @type {string} */ code) => dispositions.value.find((d) => d.code === code)?.label ?? code;

/** Who talked, or who called in vain; a caller who reached nobody gave up by themselves. */
function agentOf(/** @type {any} */ { agentName, outcome, direction, endedAt }) {
	if (!agentName) return '';
	if (outcome === 'ANSWERED' || !endedAt) return text.work.by(agentName);
	return direction === 'INBOUND' ? '' : text.work.calledBy(agentName);
}

/** What became of it, and who talked. */
function Facts({ call, withAgent }) {
	const agent = withAgent && agentOf(call);
	return html`<p class="call-row-facts"><${StateMark} state=${callOutcome(call)} />
		${call.disposition && html`<span class="tag">${dispositionLabel(call.disposition)}</span>`}
		${agent && html`<span class="muted">${agent}</span>`}</p>`;
}

/** One finished or running call in a list; children are actions. */
export function CallRow({ call, withNumber = false, withAgent = false, children }) {
	const direction = DIRECTIONS[call.direction] ?? DIRECTIONS.INTERNAL;
	const other = call.direction === 'OUTBOUND' ? call.to : call.from;
	const name = call.contactName ?? (call.direction === 'OUTBOUND' ? null : call.fromName);
	const title = withNumber ? (name && name !== other ? name : phoneText(other)) : direction.word;
	return html`<li class="call-row">
		<${Icon} name=${direction.icon} label=${direction.word} />
		<div class="call-row-main">
			<p class="call-row-title"><strong class=${withNumber ? 'number' : ''}>${title}</strong>${call.queue && html` <span class="muted">${queueName(call.queue)}</span>`}</p>
			<${Facts} call=${call} withAgent=${withAgent} />
			${call.notes && html`<p class="call-row-notes">${call.notes}</p>`}
		</div>
		<div class="call-row-end"><time datetime=${call.startedAt} title=${fullTime(call.startedAt)}>${time(call.startedAt)}</time><span class="muted time">${call.talkMs ? duration(call.talkMs) : '–'}</span></div>
		${children}
	</li>`;
}
