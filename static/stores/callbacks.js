// Promised call-backs: the agent's own and those of the own queues, and being reminded of them.
import { api, ifMatch } from '../core/api.js';
import { serverNow } from '../core/clock.js';
import { computed, effect, signal } from '../vendor/ui.js';
import { onCallEnded } from './floor.js';
import { dial } from './phone.js';
import { agentExtension, sessionState } from './session.js';

const LIMIT = 100;
// A timer of a browser holds 24 days; who is reminded later is read again before.
const MAX_TIMER_MS = 86_400_000;

/**
 * @typedef {{id: string, phoneNumber: string, contactId: string | null, contactName: string | null, queue: string | null, agent: string | null, dueAt: string, notes: string | null, state: string}} Callback
 */

/** @typedef {{state: 'loading' | 'ready' | 'failed', items: Callback[], problem: string}} Callbacks */

/** @type {import('../vendor/ui.js').Signal<Callbacks>} */
export const callbacks = signal(/** @type {Callbacks} */ ({ state: 'loading', items: [], problem: '' }));

export async function loadCallbacks() {
	try {
		const { items } = await api.get('callbacks', { query: { state: 'PENDING', limit: LIMIT } });
		callbacks.value = { state: 'ready', items: items.filter(isOurs), problem: '' };
	} catch (error) {
		callbacks.value = { ...callbacks.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Supervisors are shown everybody's: here it is about one's own and what any of a queue may do. */
const isOurs = (/** @type {Callback} */ c) => c.agent === null || c.agent === agentExtension.value?.extension;
const isOwn = (/** @type {Callback} */ c) => c.agent === agentExtension.value?.extension;

const byDue = (/** @type {Callback} */ a, /** @type {Callback} */ b) => a.dueAt.localeCompare(b.dueAt) || a.id.localeCompare(b.id);
const put = (/** @type {Callback} */ changed) => {
	const others = callbacks.value.items.filter((c) => c.id !== changed.id);
	const items = changed.state === 'PENDING' ? [...others, changed].sort(byDue) : others;
	callbacks.value = { ...callbacks.value, items };
};

/** @param {{phoneNumber: string, dueAt: string, notes?: string}} body @throws {import('../core/api.js').Problem} */
export async function promise(body) {
	put(await api.post('callbacks', { body, headers: { 'Idempotency-Key': crypto.randomUUID() } }));
}

/** Gives it another time, takes it, or closes it; if somebody else has done so, the list says what is now. @param {Callback} callback @param {any} body @throws {import('../core/api.js').Problem} */
export async function change(callback, body) {
	try {
		put(await api.put(`callbacks/${callback.id}`, { body, headers: ifMatch(callback) }));
	} catch (error) {
		if ([404, 409, 412].includes(/** @type {any} */ (error).status)) loadCallbacks();
		throw error;
	}
}

export const take = (/** @type {Callback} */ callback) => change(callback, { agentId: agentExtension.value?.id });

// ---- calling back ----------------------------------------------------------------------------------

/** @type {Map<string, string>} number without its + → callback that was dialled */
const dialled = new Map();
const bare = (/** @type {string} */ number) => number.replace(/^\+/, '');

/** Dials it: once the customer has been reached it is done. */
export function callBack(/** @type {Callback} */ callback) {
	dialled.set(bare(callback.phoneNumber), callback.id);
	dial(callback.phoneNumber);
}

function settle(/** @type {import('./floor.js').Call} */ ended) {
	const id = dialled.get(bare(ended.to ?? ''));
	const callback = callbacks.peek().items.find((c) => c.id === id);
	if (!callback || ended.agent !== agentExtension.peek()?.extension) return;
	dialled.delete(bare(ended.to ?? ''));
	// History may learn of the call a moment later: then it is done without saying by which.
	if (ended.outcome === 'ANSWERED') change(callback, { state: 'DONE', callId: ended.id }).catch(() => change(callback, { state: 'DONE' }).catch(loadCallbacks));
}

// ---- being reminded --------------------------------------------------------------------------------

/** The own ones whose time has come. */
export const due = signal(/** @type {Callback[]} */ ([]));
/** What has been told of already: once for each time it was promised for. @type {Set<string>} */
const told = new Set();

const keyOf = (/** @type {Callback} */ c) => `${c.id} ${c.dueAt}`;

const own = computed(() => callbacks.value.items.filter(isOwn));

/** Calls back with those that fall due, once for each; the result stops that. @param {(callbacks: Callback[]) => void} onDue */
export function remind(onDue) {
	return effect(() => {
		const items = own.value;
		/** @type {any} */
		let timer = null;
		const look = () => {
			const nowMs = serverNow();
			due.value = items.filter((c) => Date.parse(c.dueAt) <= nowMs);
			const news = due.value.filter((c) => !told.has(keyOf(c)));
			news.forEach((c) => told.add(keyOf(c)));
			if (news.length) onDue(news);
			const next = items.find((c) => Date.parse(c.dueAt) > nowMs);
			if (next) timer = setTimeout(look, Math.min(Date.parse(next.dueAt) - nowMs, MAX_TIMER_MS));
		};
		look();
		return () => clearTimeout(timer);
	});
}

/** Reads them while the desk is open, and again when somebody looks at it; the result stops that. */
export function followCallbacks() {
	loadCallbacks();
	const seen = () => { if (document.visibilityState === 'visible' && sessionState.peek() === 'in') loadCallbacks(); };
	document.addEventListener('visibilitychange', seen);
	const stop = onCallEnded(settle);
	return () => {
		stop();
		document.removeEventListener('visibilitychange', seen);
	};
}
