// Today's calls, with filters: what a report counts can be opened from here.
import { setTitle } from '../core/title.js';
import { duration, fullTime, time } from '../core/format.js';
import { callOutcome } from '../core/states.js';
import { people, personName, queueInfo, queueName } from '../stores/directory.js';
import { callList, loadCalls } from '../stores/history.js';
import { html, signal, useEffect } from '../vendor/ui.js';
import { dispositionLabel } from './parts/call-row.js';
import { Empty, Failure, Skeleton } from './parts/empty.js';
import { Icon } from './parts/icon.js';
import { Number } from './parts/number.js';
import { StateMark } from './parts/state.js';

const PAGE = 50;

const filter = signal({ queueId: '', agentId: '', direction: '', search: '' });

const startOfToday = () => new Date(new Date().setHours(0, 0, 0, 0)).toISOString();

const query = () => ({ ...filter.value, from: startOfToday(), limit: PAGE });

function Choice({ label, name, all, options }) {
	return html`<div class="select"><select class="input" aria-label=${label} value=${filter.value[name]} onChange=${(/** @type {any} */ e) => { filter.value = { ...filter.value, [name]: e.target.value }; }}>
		<option value="">${all}</option>
		${options.map((o) => html`<option key=${o.value} value=${o.value}>${o.label}</option>`)}
	</select><${Icon} name="chevron-down" size=${14} /></div>`;
}

const DIRECTIONS = [{ value: 'INBOUND', label: 'Incoming' }, { value: 'OUTBOUND', label: 'Outgoing' }, { value: 'INTERNAL', label: 'Internal' }];

function Filters() {
	const queues = [...queueInfo.value.values()].map((q) => ({ value: q.id, label: q.displayName }));
	const agents = [...people.value.values()].map((a) => ({ value: a.id, label: a.displayName }));
	return html`<div class="filters" role="search">
		<div class="search"><${Icon} name="search" size=${14} /><input class="input" type="search" aria-label="Number, name or words" placeholder="Number, name or words" value=${filter.value.search} onChange=${(/** @type {any} */ e) => { filter.value = { ...filter.value, search: e.target.value.trim() }; }} /></div>
		<${Choice} label="Queue" name="queueId" all="All queues" options=${queues} />
		<${Choice} label="Agent" name="agentId" all="All agents" options=${agents} />
		<${Choice} label="Direction" name="direction" all="Both ways" options=${DIRECTIONS} />
	</div>`;
}

const COLUMNS = [
	{ label: 'Started', of: (c) => html`<time datetime=${c.startedAt} title=${fullTime(c.startedAt)}>${time(c.startedAt)}</time>` },
	{ label: 'From', of: (c) => html`<${Number} number=${c.from} />` },
	{ label: 'To', of: (c) => html`<${Number} number=${c.did ?? c.to} />` },
	{ label: 'Queue', of: (c) => queueName(c.queue) },
	{ label: 'Agent', of: (c) => c.agentName ?? (c.agent ? personName(c.agent) : '') },
	{ label: 'Outcome', of: (c) => html`<${StateMark} state=${callOutcome(c)} />` },
	{ label: 'Wait', figure: true, of: (c) => (c.answeredAt || c.endedAt ? duration(c.waitMs) : '–') },
	{ label: 'Talk', figure: true, of: (c) => (c.answeredAt && c.endedAt ? duration(c.talkMs) : '–') },
	{ label: 'Disposition', of: (c) => (c.disposition ? html`<span class="tag">${dispositionLabel(c.disposition)}</span>` : '') },
];

function Table({ items }) {
	return html`<div class="scroll card" tabIndex=${0} role="group" aria-label="Calls of today"><table class="table">
		<thead><tr>${COLUMNS.map((col) => html`<th key=${col.label} scope="col" class=${col.figure ? 'figure-cell' : ''}>${col.label}</th>`)}</tr></thead>
		<tbody>${items.map((c) => html`<tr key=${c.id} data-testid="call-row" data-call-id=${c.id}>${COLUMNS.map((col) => html`<td key=${col.label} class=${col.figure ? 'figure-cell' : ''}>${col.of(c)}</td>`)}</tr>`)}</tbody>
	</table></div>`;
}

function List() {
	const { state, items, next, problem } = callList.value;
	if (state === 'loading') return html`<${Skeleton} lines=${8} />`;
	return html`
		${state === 'failed' && html`<${Failure} text=${problem} retry=${() => loadCalls(query())} />`}
		${items.length > 0 && html`<${Table} items=${items} />`}
		${state === 'ready' && !items.length && html`<${Empty} icon="inbox" title="No calls match" text="No call of today fits these filters. Widen them, or wait for the first call." />`}
		${next && html`<button class="button" onClick=${() => loadCalls({ ...query(), cursor: next })}>Show more</button>`}`;
}

export function ReportsPage() {
	useEffect(() => setTitle('Calls of today'), []);
	useEffect(() => { loadCalls(query()); }, [filter.value]);
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	return html`<main class="page">
		<header class="page-head"><div><h1>Calls of today</h1><p class="muted">Times in ${zone}</p></div>
			<button class="button" onClick=${() => loadCalls(query())}><${Icon} name="refresh-cw" size=${14} />Reload</button></header>
		<${Filters} />
		<${List} />
	</main>`;
}
