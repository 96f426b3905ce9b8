// How a column shows a thing: as text for finding and sorting, and as it is drawn.
import { fullTime, phone, share, time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { queueNameById } from '../../stores/admin/lookups.js';
import { queueName } from '../../stores/directory.js';
import { html } from '../../vendor/ui.js';
import { StateMark } from '../parts/state.js';

/** @typedef {import('../../stores/admin/section.js').Column} Column */

const MINUTE_MS = 60_000;
const OPEN = { word: text.admin.open, icon: 'circle-check', tone: 'ready' };
const CLOSED = { word: text.admin.closed, icon: 'circle-off', tone: 'offline' };
const ENABLED = { word: text.admin.people.enabled, icon: 'circle-check', tone: 'ready' };
const DISABLED = { word: text.admin.people.disabled, icon: 'circle-off', tone: 'offline' };

const yesNo = (/** @type {boolean} */ b) => (b ? text.admin.yes : text.admin.no);
const list = (/** @type {string[]} */ words) => words.join(', ');
const queuesOf = (/** @type {any} */ p) => p.agent?.queues ?? p.agentExtension?.queues ?? p.queues ?? [];

/** "Mo–Fr 08:00–18:00": days with the same times together. */
function week(/** @type {{weekday: number, opens: string, closes: string}[]} */ spans) {
	const days = text.admin.shortDays.map((_, i) => list(spans.filter((s) => s.weekday === i + 1).map((s) => `${s.opens}–${s.closes}`)));
	const runs = [];
	for (let i = 0; i < days.length; i++) {
		if (!days[i]) continue;
		const from = i;
		while (days[i + 1] === days[from]) i++;
		runs.push(`${text.admin.shortDays[from]}${i > from ? `–${text.admin.shortDays[i]}` : ''} ${days[from]}`);
	}
	return runs.join('; ') || text.common.none;
}

/** @type {Record<string, (item: any) => string>} by column, or by section and column */
const PLAIN = {
	'people.role': (p) => text.admin.options.role[p.role] ?? p.role ?? '',
	'people.phoneKind': (p) => text.admin.options.phoneKind[(p.agent ?? p.agentExtension)?.phoneKind] ?? text.admin.people.noPhone,
	'people.queues': (p) => list(queuesOf(p).map(queueName)),
	'people.enabled': (p) => (p.enabled === false ? DISABLED.word : ENABLED.word),
	'queues.strategy': (q) => text.admin.strategies[q.strategy] ?? q.strategy,
	'queues.serviceLevel': (q) => `${share(q.serviceLevelTarget)} / ${q.serviceLevelMs / 1000} s`,
	'queues.dids': (q) => list(q.dids.map(phone)),
	'hours.dids': (h) => list(h.dids.map(phone)),
	'hours.week': (h) => week(h.spans),
	'routes.did': (r) => phone(r.did) ?? '',
	'routes.queue': (r) => queueName(r.queue),
	'routes.openingHours': (r) => r.openingHours ?? text.admin.alwaysOpen,
	'reasons.paid': (r) => yesNo(r.paid),
	'reasons.limitMs': (r) => (r.limitMs === null ? text.common.none : text.admin.reasons.limit(r.limitMs / MINUTE_MS)),
	'dispositions.queueIds': (d) => list(d.queueIds.map(queueNameById)) || text.admin.dispositions.everyCall,
	'contacts.numbers': (c) => list((c.numbers ?? []).map(phone)),
	'contacts.tags': (c) => list(c.tags ?? []),
	'contact-fields.type': (f) => text.admin.options.type[f.type],
	'contact-fields.required': (f) => yesNo(f.required),
	'dial-rules.createdAt': (r) => time(r.createdAt),
	'audit.at': (e) => fullTime(e.at),
	open: (x) => (x.open ? OPEN.word : CLOSED.word),
};

/** What a column says of a thing, in words. */
export const plainOf = (/** @type {string} */ section, /** @type {Column} */ c, /** @type {any} */ item) =>
	(PLAIN[`${section}.${c.name}`] ?? PLAIN[c.name])?.(item) ?? String(item[c.name] ?? '');

const tags = (/** @type {string[]} */ words) => html`<span class="tags">${words.map((w) => html`<span key=${w} class="tag">${w}</span>`)}</span>`;
const indented = (/** @type {any} */ d) => html`<span class=${`depth-${Math.min(d.depth ?? 0, 4)}`}>${d.label}${d.selectable === false && html` <span class="tag">${text.admin.group}</span>`}${d.retiredAt && html` <span class="tag">${text.admin.retired}</span>`}</span>`;

/** @type {Record<string, (item: any) => any>} where it is more than words */
const DRAWN = {
	'people.queues': (p) => tags(queuesOf(p).map(queueName)),
	'people.enabled': (p) => html`<${StateMark} state=${p.enabled === false ? DISABLED : ENABLED} />`,
	'dispositions.label': indented,
	'reasons.label': indented,
	'contacts.tags': (c) => tags(c.tags ?? []),
	open: (x) => html`<${StateMark} state=${x.open ? OPEN : CLOSED} />`,
};

export const cellOf = (/** @type {string} */ section, /** @type {Column} */ c, /** @type {any} */ item) =>
	(DRAWN[`${section}.${c.name}`] ?? DRAWN[c.name])?.(item) ?? html`<span class="cell">${plainOf(section, c, item) || text.common.none}</span>`;
