// The live floor: calls, agents and queues as the relay tells them.
//
// Each thing has a signal of its own, so that one agent's change redraws one tile; the maps around
// them change only when something comes or goes. Events carry whole objects: applying one twice
// changes nothing.
import { serverNow } from '../core/clock.js';
import { batch, computed, signal } from '../vendor/ui.js';

/**
 * @typedef {{
 *   id: string, direction: 'INBOUND' | 'OUTBOUND' | 'INTERNAL', status: string, from: string | null,
 *   fromName?: string | null, to?: string | null, did?: string | null, queue?: string | null,
 *   agent?: string | null, ringing?: string[], startedAt: string, queuedAt?: string | null,
 *   answeredAt?: string | null, endedAt?: string | null, heldAt?: string | null, endedBy?: string | null,
 *   outcome?: string | null, hangupCause?: number | null, offeredTo?: string,
 *   consult?: {by: string, to: string, name?: string | null, status: string, since?: string | null} | null,
 *   transfer?: {kind: string, from: string, to: string, result: string | null, at: string} | null,
 * }} Call
 * @typedef {{
 *   extension: string, status: string, reason?: string | null, since?: string | null, callId?: string | null,
 *   queue?: string | null, peer?: string | null, peerName?: string | null, ringing?: boolean, held?: boolean,
 *   phone?: string | null, help?: string | null, wrapupExtended?: boolean, nextReason?: string | null, wrapupUntil?: string | null, nextStatus?: string | null,
 * }} Agent
 * @typedef {{callId: string, from: string | null, fromName?: string | null, position: number, joinedAt: string, priority?: number}} Waiting
 * @typedef {{name: string, waiting: Waiting[]}} Queue
 */

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */

/** @type {Sig<Map<string, Sig<Call>>>} */
export const calls = signal(new Map());
/** @type {Sig<Map<string, Sig<Agent>>>} */
export const agents = signal(new Map());
/** @type {Sig<Map<string, Sig<Queue>>>} */
export const queues = signal(new Map());
/** True once a snapshot has come: before that nothing is known, which is not the same as nothing. */
export const known = signal(false);

/** @template T @param {Sig<Map<string, Sig<T>>>} map @param {string} key @param {T} value */
function put(map, key, value) {
	const held = map.value.get(key);
	if (held) held.value = value;
	else map.value = new Map(map.value).set(key, signal(value));
}

/** @template T @param {Sig<Map<string, Sig<T>>>} map @param {string} key */
function remove(map, key) {
	if (!map.value.has(key)) return;
	const next = new Map(map.value);
	next.delete(key);
	map.value = next;
}

/** Replaces a whole map but keeps the signals of what stays, so that a snapshot redraws only changes.
 *  @template T @param {Sig<Map<string, Sig<T>>>} map @param {T[]} items @param {(item: T) => string} keyOf */
function replace(map, items, keyOf) {
	const next = new Map();
	for (const item of items) {
		const held = map.value.get(keyOf(item));
		if (held && JSON.stringify(held.value) !== JSON.stringify(item)) held.value = item;
		next.set(keyOf(item), held ?? signal(item));
	}
	const same = next.size === map.value.size && [...next.keys()].every((key) => map.value.has(key));
	if (!same) map.value = next;
}

/** When a ring began that was seen to begin: the feed tells that it rings, not since when. @type {Map<string, number>} */
const ringsSince = new Map();

function putAgent(/** @type {Agent} */ agent) {
	if (!agent.ringing) ringsSince.delete(agent.extension);
	else if (!agents.value.get(agent.extension)?.peek().ringing) ringsSince.set(agent.extension, serverNow());
	put(agents, agent.extension, agent);
}

// ---- calls that end ----------------------------------------------------------------------------------

/** @type {Set<(call: Call) => void>} */
const endListeners = new Set();
/** Those whose end has come but has not been told yet. @type {Call[]} */
let ended = [];

/** Calls a function with every call that ends, once the floor is without it; the result stops it.
 *  @param {(call: Call) => void} listener */
export function onCallEnded(listener) {
	endListeners.add(listener);
	return () => { endListeners.delete(listener); };
}

function tellOfEnds() {
	const over = ended;
	ended = [];
	for (const call of over) for (const listener of endListeners) listener(call);
}

// ---- what the relay says -----------------------------------------------------------------------------

/** @type {Record<string, (data: any) => void>} */
const REDUCERS = {
	'call:incoming': (call) => put(calls, call.id, call),
	'call:state:changed': (call) => put(calls, call.id, call),
	'call:ended': (call) => {
		remove(calls, call.id);
		ended.push(call);
	},
	'agent:status:updated': putAgent,
	'presence:update': ({ extension, ...presence }) => {
		const held = agents.value.get(extension);
		put(agents, extension, { status: 'OFFLINE', ...held?.value, extension, ...presence });
	},
	'queue:update': (queue) => put(queues, queue.name, queue),
};

/** Applies events in order; types of a later server are none of this page's business. */
export function applyEvents(/** @type {{type: string, data: any}[]} */ events) {
	batch(() => {
		for (const event of events) REDUCERS[event.type]?.(event.data);
	});
	tellOfEnds();
}

/** A picture that is not drawn yet says nothing: what is shown stays, as old as it is, and what is unknown stays unknown. */
const isBlank = (/** @type {{stale?: boolean, agents: Agent[]}} */ snapshot) => Boolean(snapshot.stale) && snapshot.agents.length === 0;

export function applySnapshot(/** @type {{stale?: boolean, calls: Call[], agents: Agent[], queues: Queue[]}} */ snapshot) {
	if (isBlank(snapshot)) return;
	batch(() => {
		replace(calls, snapshot.calls, (call) => call.id);
		for (const agent of snapshot.agents) if (!agent.ringing) ringsSince.delete(agent.extension);
		replace(agents, snapshot.agents, (agent) => agent.extension);
		replace(queues, snapshot.queues, (queue) => queue.name);
		known.value = true;
	});
}

export function clearFloor() {
	batch(() => {
		calls.value = new Map();
		agents.value = new Map();
		ringsSince.clear();
		queues.value = new Map();
		known.value = false;
	});
}

/** What an agent is seen as: ringing and hold are shown apart from the status they happen in. */
export function shownState(/** @type {Agent} */ agent) {
	if (agent.ringing) return 'RINGING';
	return agent.held && agent.status === 'ON_CALL' ? 'ON_HOLD' : agent.status;
}

/** Since when an agent is in what is shown; null: not known. @param {Agent} agent @returns {string | number | null} */
export function shownSince(agent) {
	const shown = shownState(agent);
	if (shown === 'RINGING') return ringsSince.get(agent.extension) ?? null;
	return (shown === 'ON_HOLD' && calls.value.get(agent.callId ?? '')?.value.heldAt) || agent.since || null;
}

/** What the board calls an agent's state (data-state): one of the words other programs rely on. */
export const boardState = (/** @type {Agent} */ agent) => (agent.ringing ? 'RINGING' : agent.status);

/** Everybody who waits, in the order of joining. @type {{readonly value: (Waiting & {queue: string})[]}} */
export const waiting = computed(() => {
	const all = [...queues.value.values()].flatMap(({ value: queue }) =>
		queue.waiting.map((caller) => ({ ...caller, queue: queue.name })));
	return all.sort((a, b) => a.joinedAt.localeCompare(b.joinedAt) || a.callId.localeCompare(b.callId));
});

/** How many agents are in each state. */
export const stateCounts = computed(() => {
	/** @type {Record<string, number>} */
	const counts = {};
	for (const { value: agent } of agents.value.values()) {
		const state = boardState(agent);
		counts[state] = (counts[state] ?? 0) + 1;
	}
	return counts;
});
