// Lists of calls: the agent's own last ones, and any list with filters.
import { api } from '../core/api.js';
import { effect, signal } from '../vendor/ui.js';
import { lastEnded } from './floor.js';
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

/** @type {any} */
let timer = null;

const loadOwnSoon = () => {
	timer ??= setTimeout(() => {
		timer = null;
		if (sessionState.value === 'in') loadOwnCalls();
	}, COALESCE_MS);
};

const isMine = (/** @type {any} */ call) => call.agent === agentExtension.peek()?.extension;

/** Keeps the own calls current while the agent's desktop is open; the result stops it. */
export function followOwnCalls() {
	loadOwnCalls();
	return effect(() => {
		if (lastEnded.value && isMine(lastEnded.value)) loadOwnSoon();
	});
}
