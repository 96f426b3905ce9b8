// Today's calls, with filters; each opens in full.
import { duration, fullTime, time } from '../../core/format.js';
import { callOutcome } from '../../core/states.js';
import { text } from '../../core/text.js';
import { people, personName, queueInfo, queueName } from '../../stores/directory.js';
import { open } from '../../stores/drill.js';
import { callList, loadCalls } from '../../stores/history.js';
import { html, signal, useEffect } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { dispositionLabel } from '../parts/call-row.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Number } from '../parts/number.js';
import { StateMark } from '../parts/state.js';

const words = text.reports;
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

const DIRECTIONS = Object.entries(words.directions).map(([value, label]) => ({ value, label }));

function Filters() {
	const queues = [...queueInfo.value.values()].map((q) => ({ value: q.id, label: q.displayName }));
	const agents = [...people.value.values()].map((a) => ({ value: a.id, label: a.displayName }));
	return html`<div class="filters" role="search" aria-label=${words.filter}>
		<div class="search"><${Icon} name="search" size=${14} /><input class="input" type="search" aria-label=${words.search} placeholder=${words.search} value=${filter.value.search} onChange=${(/** @type {any} */ e) => { filter.value = { ...filter.value, search: e.target.value.trim() }; }} /></div>
		<${Choice} label=${words.queue} name="queueId" all=${words.all} options=${queues} />
		<${Choice} label=${words.agent} name="agentId" all=${words.allAgents} options=${agents} />
		<${Choice} label=${words.direction} name="direction" all=${words.bothWays} options=${DIRECTIONS} />
		<${Button} label=${words.reload} icon="refresh-cw" size="small" onClick=${() => loadCalls(query())} />
	</div>`;
}

const label = words.call;
const COLUMNS = [
	{ label: label.started, of: (c) => html`<time datetime=${c.startedAt} title=${fullTime(c.startedAt)}>${time(c.startedAt)}</time>` },
	{ label: label.from, of: (c) => html`<${Number} number=${c.from} />` },
	{ label: label.to, of: (c) => html`<${Number} number=${c.did ?? c.to} />` },
	{ label: label.queue, of: (c) => queueName(c.queue) },
	{ label: label.agent, of: (c) => c.agentName ?? (c.agent ? personName(c.agent) : '') },
	{ label: label.outcome, of: (c) => html`<${StateMark} state=${callOutcome(c)} />` },
	{ label: label.wait, figure: true, of: (c) => (c.answeredAt || c.endedAt ? duration(c.waitMs) : text.common.none) },
	{ label: label.talk, figure: true, of: (c) => (c.answeredAt && c.endedAt ? duration(c.talkMs) : text.common.none) },
	{ label: label.disposition, of: (c) => (c.disposition ? html`<span class="tag">${dispositionLabel(c.disposition)}</span>` : '') },
];

function Row({ call }) {
	return html`<tr data-testid="call-row" data-call-id=${call.id}>${COLUMNS.map((col) => html`<td key=${col.label} class=${col.figure ? 'figure-cell' : ''} data-label=${col.label}>${col.of(call)}</td>`)}
		<td><${IconButton} label=${words.showCall} icon="chevron-right" onClick=${() => open({ kind: 'call', id: call.id })} /></td></tr>`;
}

function Table({ items }) {
	return html`<div class="scroll card" tabIndex=${0} role="group" aria-label=${words.calls}><table class="table calls-table">
		<thead><tr>${COLUMNS.map((col) => html`<th key=${col.label} scope="col" class=${col.figure ? 'figure-cell' : ''}>${col.label}</th>`)}<td></td></tr></thead>
		<tbody>${items.map((/** @type {any} */ c) => html`<${Row} key=${c.id} call=${c} />`)}</tbody>
	</table></div>`;
}

function List() {
	const { state, items, next, problem } = callList.value;
	if (state === 'loading') return html`<${Skeleton} lines=${8} />`;
	return html`
		${state === 'failed' && html`<${Failure} text=${problem} retry=${() => loadCalls(query())} />`}
		${items.length > 0 && html`<${Table} items=${items} />`}
		${state === 'ready' && !items.length && html`<${Empty} icon="inbox" title=${words.noCalls} text=${words.noCallsText} />`}
		${next && html`<${Button} label=${words.more} onClick=${() => loadCalls({ ...query(), cursor: next })} />`}`;
}

export function CallsOfToday() {
	useEffect(() => { loadCalls(query()); }, [filter.value]);
	return html`<div class="report"><${Filters} /><${List} /></div>`;
}
