// The queues of one day: a table, each count of which opens its calls, and what became of the callers
// as bars.
import { count, duration } from '../../core/format.js';
import { text } from '../../core/text.js';
import { bounds, day, dayFigures, followDay, isToday, loadDay, moveDay, toDay, toToday } from '../../stores/days.js';
import { queueInfo } from '../../stores/directory.js';
import { open } from '../../stores/drill.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';

const words = text.reports;

const exactShare = (/** @type {number | null} */ value) => (value === null ? text.common.none : words.percent((value * 100).toFixed(1)));

/** One row a column: how it is shown, and what is behind it. */
const COLUMNS = [
	{ key: 'offered', show: count, figure: 'offered' },
	{ key: 'answered', show: count, figure: 'answered' },
	{ key: 'abandoned', show: count, figure: 'abandoned' },
	{ key: 'flowOut', show: count, figure: 'flowOut' },
	{ key: 'serviceLevel', show: exactShare, figure: 'serviceLevelOf' },
	{ key: 'asaMs', show: duration },
	{ key: 'longestWaitMs', show: duration },
	{ key: 'handled', show: count },
	{ key: 'ahtMs', show: duration },
];

const dayWords = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
const isoDay = (/** @type {Date} */ d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;

function Cell({ column, row, queue, opens }) {
	const shown = column.show(row[column.key]);
	if (!opens || !column.figure || !row[column.key]) return html`<td class="figure-cell">${shown}</td>`;
	const show = () => open({ kind: 'visits', figure: column.figure, queue: queue?.name, ...bounds(), when: dayWords.format(day.value) });
	return html`<td class="figure-cell"><button type="button" class="link-button figure-link" data-testid=${`day-${queue?.name ?? 'all'}-${column.key}`}
		title=${words.open(words.columns[column.key], queue?.displayName ?? words.all)} onClick=${show}>${shown}</button></td>`;
}

/** queue: none for all of them; opens: whether what it counts can be shown */
function Row({ name, row, queue = null, opens = true }) {
	return html`<tr class=${queue ? '' : 'total'}><th scope="row">${name}</th>${COLUMNS.map((c) => html`<${Cell} key=${c.key} column=${c} row=${row} queue=${queue} opens=${opens} />`)}</tr>`;
}

const LEGEND = [{ tone: 'ready', label: words.columns.answered }, { tone: 'danger', label: words.columns.abandoned }, { tone: 'offline', label: words.columns.flowOut }];

/** What became of each queue's callers, all by one scale. */
function Bars({ queues }) {
	const most = Math.max(1, ...queues.map((/** @type {any} */ q) => q.offered));
	return html`<section class="card day-bars" aria-label=${words.chart}><header><h2>${words.chart}</h2>
		<ul class="legend" aria-hidden="true">${LEGEND.map(({ tone, label }) => html`<li key=${tone} class=${`tone-${tone}`}><i></i>${label}</li>`)}</ul></header><ul>${queues.map((/** @type {any} */ q) => {
		const other = q.flowOut + q.callback;
		const parts = [['ready', q.answered], ['danger', q.abandoned], ['offline', other]].filter(([, n]) => n);
		return html`<li key=${q.name}><span>${q.displayName}</span><span class="bar" role="img" aria-label=${words.shares(q.displayName, q.answered, q.abandoned, other)}
			style=${{ inlineSize: `${(q.offered / most) * 100}%` }}>${parts.map(([tone, n]) => html`<i key=${tone} class=${`tone-${tone}`} style=${{ flexGrow: n }}></i>`)}</span><strong>${q.offered}</strong></li>`;
	})}</ul></section>`;
}

function Figures() {
	const { state, queues, total, problem } = dayFigures.value;
	if (state === 'failed') return html`<${Failure} text=${problem} retry=${loadDay} />`;
	if (!total) return html`<${Skeleton} lines=${6} />`;
	if (!queues.length) return html`<${Empty} icon="inbox" title=${words.noQueues} text=${words.noQueuesText} />`;
	// The calls of a queue that is retired are shown by its own figures only.
	const allInUse = queues.every((q) => queueInfo.value.has(q.name));
	return html`<div class="scroll card" tabIndex=${0} role="group" aria-label=${words.queues} aria-busy=${state === 'loading'}><table class="table days-table">
			<thead><tr><th scope="col">${words.queue}</th>${COLUMNS.map((c) => html`<th key=${c.key} scope="col" class="figure-cell">${words.columns[c.key]}</th>`)}</tr></thead>
			<tbody>${queues.map((q) => html`<${Row} key=${q.queueId} name=${q.displayName} row=${q} queue=${q} />`)}</tbody>
			<tfoot><${Row} name=${words.all} row=${total} opens=${allInUse} /></tfoot>
		</table></div>
		<${Bars} queues=${queues} />`;
}

export function QueueDays() {
	useEffect(() => followDay(), []);
	const now = isToday();
	return html`<div class="report"><div class="filters">
			<${IconButton} label=${words.before} icon="chevron-left" onClick=${() => moveDay(-1)} testid="day-before" />
			<input class="input day-field" type="date" aria-label=${words.day} value=${isoDay(day.value)} max=${isoDay(new Date())} onChange=${(/** @type {any} */ e) => toDay(e.target.value)} />
			<${IconButton} label=${words.after} icon="chevron-right" disabled=${now} onClick=${() => moveDay(1)} />
			${!now && html`<${Button} label=${words.today} size="small" onClick=${toToday} />`}
			<${Button} label=${words.reload} icon="refresh-cw" size="small" onClick=${loadDay} />
		</div><${Figures} /></div>`;
}
