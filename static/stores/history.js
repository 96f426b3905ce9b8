// Lists of calls: the agent's own last ones, and any list with filters.
import { api } from '../core/api.js';
import { signal } from '../vendor/ui.js';
import { onCallEnded } from './floor.js';
import { agentExtension, sessionState } from './session.js';

const OWN_LIMIT = 15;
const COALESCE_MS = 900;

/** @typedef {{state: 'loading' | 'ready' | 'failed', items: any[], next: string | null, problem: string}} CallList */

/** @type {CallList} */
const LOADING = { state: 'loading', items: [], next: null, problem: '' };

/** @type {import('../vendor/ui.js').Signal<CallList>} */
export const ownCalls = signal(LOADING);
/** @type {import('../vendor/ui.js').Signal<CallList>} */
export const callList = signal(LOADING);

/** @param {{value: CallList}} list @param {any} query */
async function load(list, query) {
	const before = query.cursor ? list.value.items : [];
	try {
		const page = await api.get('calls/sessions', { query });
		list.value = { state: 'ready', items: [...before, ...page.items], next: page.next, problem: '' };
	} catch (error) {
		list.value = { ...list.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

export const loadCalls = (/** @type {any} */ query) => {
	if (!query.cursor) callList.value = LOADING;
	return load(callList, query);
};

export const loadOwnCalls = () => load(ownCalls, { agentId: agentExtension.value?.id, limit: OWN_LIMIT });

// ---- all own calls, searched and filtered ----------------------------------------------------------

const PAGE = 25;
const DAY_MS = 86_400_000;

/** @typedef {{search: string, direction: string, period: 'today' | 'week' | 'all'}} Wanted */
/** @type {import('../vendor/ui.js').Signal<Wanted>} */
export const ownWanted = signal(/** @type {Wanted} */ ({ search: '', direction: '', period: 'all' }));
/** @type {import('../vendor/ui.js').Signal<CallList>} */
export const ownList = signal(LOADING);

/** @type {Record<Wanted['period'], () => string | undefined>} */
const SINCE = {
	today: () => new Date(new Date().setHours(0, 0, 0, 0)).toISOString(),
	week: () => new Date(Date.now() - 7 * DAY_MS).toISOString(),
	all: () => undefined,
};

let asked = 0;

/** A page of them: the first, or the one after what is shown. What was asked for since wins. @param {boolean} [more] */
export async function loadOwnList(more = false) {
	const mine = ++asked;
	const { search, direction, period } = ownWanted.value;
	const query = { agentId: agentExtension.value?.id, search: search.trim(), direction, from: SINCE[period](), limit: PAGE, cursor: more ? ownList.value.next : null };
	const before = more ? ownList.value.items : [];
	try {
		const page = await api.get('calls/sessions', { query });
		if (mine === asked) ownList.value = { state: 'ready', items: [...before, ...page.items], next: page.next, problem: '' };
	} catch (error) {
		if (mine === asked) ownList.value = { ...ownList.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Writes about a call that is over; whether that is still possible is the server's to say. @param {string} id @param {any} words @throws {import('../core/api.js').Problem} */
export async function noteLater(id, words) {
	const call = await api.put(`calls/${id}/notes`, { body: words });
	const put = (/** @type {{value: CallList}} */ list) => { list.value = { ...list.value, items: list.value.items.map((c) => (c.id === id ? { ...c, ...call } : c)) }; };
	put(ownList);
	put(ownCalls);
}

/** @type {any} */
let timer = null;

const loadOwnSoon = () => {
	timer ??= setTimeout(() => {
		timer = null;
		if (sessionState.value !== 'in') return;
		loadOwnCalls();
		// Who has paged back keeps what is read; the newest are a page anew.
		if (ownList.peek().items.length <= PAGE) loadOwnList();
	}, COALESCE_MS);
};

/** A call that the agent hung up ends without an agent: it was the last one's. */
const isMine = (/** @type {any} */ call) => (call.agent ?? call.lastAgent) === agentExtension.peek()?.extension;

/** Keeps the own calls current while the agent's desktop is open; the result stops it. */
export function followOwnCalls() {
	loadOwnCalls();
	return onCallEnded((call) => {
		if (isMine(call)) loadOwnSoon();
	});
}
