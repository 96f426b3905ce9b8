// One call from beginning to end.
import { duration, fullTime, phone as phoneText } from '../../core/format.js';
import { callOutcome } from '../../core/states.js';
import { text } from '../../core/text.js';
import { personName, queueName } from '../../stores/directory.js';
import { callDetail, loadCall } from '../../stores/drill.js';
import { html } from '../../vendor/ui.js';
import { dispositionLabel } from '../parts/call-row.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Number } from '../parts/number.js';
import { StateMark } from '../parts/state.js';

const words = text.board.call;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const at = (/** @type {string} */ time) => html`<time datetime=${time} title=${fullTime(time)}>${clock.format(new Date(time))}</time>`;

/** What a moment's detail names: an agent, a queue, the way a queue was left, or a number. */
function named(/** @type {any} */ detail) {
	const word = typeof detail === 'string' ? detail : String(Object.values(detail ?? {})[0] ?? '');
	const outcome = text.board.outcomes[word];
	if (outcome) return outcome.toLowerCase();
	if (personName(word) !== word) return personName(word);
	return queueName(word) !== word ? queueName(word) : phoneText(word);
}

const momentWords = (/** @type {any} */ moment) => words.moments[moment.kind]?.(named(moment.detail)) ?? moment.kind.replaceAll('-', ' ');

const FACTS = [
	{ label: words.from, of: (c) => html`<${Number} number=${c.from} />${c.fromName && c.fromName !== c.from ? ` · ${c.fromName}` : ''}` },
	{ label: words.to, of: (c) => c.to && html`<${Number} number=${c.to} />` },
	{ label: words.queue, of: (c) => c.queue && queueName(c.queue) },
	{ label: words.agent, of: (c) => c.agentName ?? c.agent },
	{ label: words.started, of: (c) => fullTime(c.startedAt) },
	{ label: words.waited, of: (c) => duration(c.waitMs) },
	{ label: words.talked, of: (c) => c.answeredAt && duration(c.talkMs) },
	{ label: words.held, of: (c) => Boolean(c.holdMs) && duration(c.holdMs) },
	{ label: words.lasted, of: (c) => (c.durationMs === null ? words.running : duration(c.durationMs)) },
	{ label: words.endedBy, of: (c) => c.endedBy && words.parties[c.endedBy] },
	{ label: words.disposition, of: (c) => c.disposition && dispositionLabel(c.disposition) },
	{ label: words.notes, of: (c) => c.notes },
];

function Timeline({ moments }) {
	if (!moments?.length) return html`<p class="muted">${words.none}</p>`;
	return html`<ol class="moments" data-testid="call-timeline">${moments.map((m, i) => html`<li key=${i} data-kind=${m.kind}>${at(m.at)}<span>${momentWords(m)}</span></li>`)}</ol>`;
}

export function CallDetail() {
	const { state, call, problem } = callDetail.value;
	if (state === 'loading') return html`<${Skeleton} lines=${8} />`;
	if (state === 'failed') return html`<${Failure} text=${problem} retry=${loadCall} />`;
	const facts = FACTS.map((f) => ({ label: f.label, value: f.of(call) })).filter((f) => f.value);
	return html`<p><${StateMark} state=${callOutcome(call)} /></p>
		<dl class="facts" data-testid="call-facts">${facts.map((f) => html`<div key=${f.label}><dt>${f.label}</dt><dd>${f.value}</dd></div>`)}</dl>
		<section><h3>${words.timeline}</h3><${Timeline} moments=${call.timeline} /></section>`;
}
