// What the search everywhere finds: a source a row of the table, each giving the rows of its group.
import { dialable } from '../core/dialable.js';
import { phone as phoneText } from '../core/format.js';
import { keyOf, runAction, runnableActions } from '../core/keys.js';
import { go } from '../core/router.js';
import { agentState, CHOOSABLE } from '../core/states.js';
import { text } from '../core/text.js';
import { browse } from '../stores/customer.js';
import { pauseReasons, people, queueInfo } from '../stores/directory.js';
import { agents, queues, shownState } from '../stores/floor.js';
import { foundContacts } from '../stores/palette.js';
import { cannotDial } from '../stores/phone.js';
import { self, setStatus } from '../stores/self.js';
import { agentExtension, isSupervisor } from '../stores/session.js';
import { callNumber } from './parts/number.js';

/**
 * @typedef {{id: string, icon: string, label: string, detail?: string, state?: import('../core/states.js').State, key?: string, run?: () => void, call?: () => void}} Row
 * run: what Enter does; a row without it only tells; call: what Shift+Enter does, where that is something else
 * @typedef {{id: string, label: string, rows: Row[]}} Group
 */

const words = text.work;
const MOST = 6;

const plain = (/** @type {string} */ s) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Every word that was typed begins a word of the text; what begins the text comes first. */
function ranked(/** @type {string} */ wanted, /** @type {any[]} */ items, /** @type {(item: any) => string} */ textOf) {
	const typed = plain(wanted).split(/\s+/).filter(Boolean);
	const scored = items.map((item) => ({ item, all: plain(textOf(item)) }))
		.filter(({ all }) => typed.every((w) => ` ${all}`.includes(` ${w}`) || (w.length > 2 && all.includes(w))));
	return scored.sort((a, b) => +(b.all.startsWith(typed[0] ?? '')) - +(a.all.startsWith(typed[0] ?? ''))).map(({ item }) => item);
}

/** Calling is for who has a phone, when it can. */
const calling = (/** @type {string | null | undefined} */ number) => (number && agentExtension.value && !cannotDial.value ? () => callNumber(number) : undefined);

/** A contact is shown at the desk, with the history. */
const showing = (/** @type {string | undefined} */ number) => (number && agentExtension.value ? () => {
	go('/agent');
	browse(number);
} : undefined);

function typedNumber(/** @type {string} */ wanted) {
	const { number } = dialable(wanted);
	if (!number || !agentExtension.value) return [];
	return [{ id: `number ${number}`, icon: 'phone', label: words.callNumber(phoneText(number)), detail: cannotDial.value, run: calling(number) }];
}

function contactRows() {
	return foundContacts.value.items.map((c) => ({
		id: `contact ${c.id}`, icon: 'user', label: c.name, detail: [c.company, c.numbers?.[0] && phoneText(c.numbers[0])].filter(Boolean).join(' · '), run: showing(c.numbers?.[0]), call: calling(c.numbers?.[0]),
	}));
}

function colleagueRows(/** @type {string} */ wanted) {
	const others = [...people.value.values()].filter((p) => p.extension !== agentExtension.value?.extension);
	return ranked(wanted, others, (p) => `${p.displayName} ${p.extension}`).slice(0, MOST).map((p) => {
		const live = agents.value.get(p.extension)?.value;
		return { id: `person ${p.extension}`, icon: 'headset', label: p.displayName, detail: p.extension, state: agentState(live ? shownState(live) : 'OFFLINE'), run: calling(p.extension) };
	});
}

function queueRows(/** @type {string} */ wanted) {
	return ranked(wanted, [...queueInfo.value.values()], (q) => `${q.displayName} ${q.name}`).slice(0, MOST).map((q) => {
		const waiting = queues.value.get(q.name)?.value.waiting.length;
		return { id: `queue ${q.name}`, icon: 'users', label: q.displayName, detail: waiting === undefined ? '' : words.waitingNow(waiting), run: isSupervisor.value ? () => go('/manager') : undefined };
	});
}

const PAGES = [
	{ path: '/agent', label: text.shell.nav.agent, open: () => agentExtension.value !== null },
	{ path: '/manager', label: text.shell.nav.manager, open: () => isSupervisor.value },
	{ path: '/reports', label: text.shell.nav.reports, open: () => isSupervisor.value },
	{ path: '/admin', label: text.shell.nav.admin, open: () => isSupervisor.value },
];

/** @returns {Row[]} */
function allActions() {
	const bound = runnableActions().filter((a) => a.id !== 'search')
		.map((a) => ({ id: `action ${a.id}`, icon: 'keyboard', label: a.label, key: keyOf(a.id), run: () => runAction(a.id) }));
	const statuses = !self.value ? [] : [
		...CHOOSABLE.filter((s) => s !== 'AWAY' || !pauseReasons.value.length).map((s) => ({ id: `status ${s}`, icon: agentState(s).icon, label: words.statusTo(agentState(s).word), run: () => setStatus(s) })),
		...pauseReasons.value.map((r) => ({ id: `status ${r.code}`, icon: agentState('AWAY').icon, label: words.statusTo(words.away(r.label)), run: () => setStatus('AWAY', r.code) })),
	];
	const pages = PAGES.filter((p) => p.open()).map((p) => ({ id: `page ${p.path}`, icon: 'corner-down-left', label: words.goTo(p.label), run: () => go(p.path) }));
	return [...bound, ...statuses, ...pages];
}

const actionRows = (/** @type {string} */ wanted) => ranked(wanted, allActions(), (a) => a.label).slice(0, wanted ? MOST : 100);

const SOURCES = [
	{ id: 'number', label: words.phone, rows: typedNumber },
	{ id: 'contacts', label: words.groupContacts, rows: contactRows },
	{ id: 'colleagues', label: words.groupColleagues, rows: (/** @type {string} */ wanted) => (wanted ? colleagueRows(wanted) : []) },
	{ id: 'queues', label: words.groupQueues, rows: (/** @type {string} */ wanted) => (wanted ? queueRows(wanted) : []) },
	{ id: 'actions', label: words.groupActions, rows: actionRows },
];

/** @param {string} wanted @returns {Group[]} those that found something */
export const paletteGroups = (wanted) =>
	SOURCES.map(({ id, label, rows }) => ({ id, label, rows: /** @type {Row[]} */ (rows(wanted.trim())) })).filter((group) => group.rows.length);
