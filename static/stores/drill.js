// What is behind a figure: callers, agents, the visits that it counts, and one call in full.
import { api } from '../core/api.js';
import { signal } from '../vendor/ui.js';
import { queueInfo } from './directory.js';

const PAGE = 50;

/**
 * @typedef {{kind: 'waiting', queue?: string} | {kind: 'agents', states: string[], title: string}
 *   | {kind: 'visits', figure: string, queue?: string, from?: string, until?: string, when?: string}
 *   | {kind: 'agent', extension: string} | {kind: 'call', id: string}} Step
 * queue: by name; none: all of them
 * @typedef {{state: 'loading' | 'ready' | 'failed', problem: string}} Loading
 */

/** What is open, the last on top: one can go back. @type {import('../vendor/ui.js').Signal<Step[]>} */
export const steps = signal(/** @type {Step[]} */ ([]));
/** @type {import('../vendor/ui.js').Signal<Loading & {items: any[], next: string | null}>} */
export const visits = signal(/** @type {any} */ ({ state: 'loading', problem: '', items: [], next: null }));
/** @type {import('../vendor/ui.js').Signal<Loading & {call: any}>} */
export const callDetail = signal(/** @type {any} */ ({ state: 'loading', problem: '', call: null }));
/** @type {import('../vendor/ui.js').Signal<Loading & {of: string, items: any[]}>} of: the agent's id */
export const agentCalls = signal(/** @type {any} */ ({ state: 'loading', problem: '', of: '', items: [] }));

export const top = () => steps.value[steps.value.length - 1];
const isTop = (/** @type {Step} */ step) => steps.peek()[steps.peek().length - 1] === step;
const message = (/** @type {unknown} */ error) => /** @type {Error} */ (error).message;

const queryOf = (/** @type {any} */ step) => ({
	figure: step.figure, queueId: step.queue && queueInfo.peek().get(step.queue)?.id, from: step.from, until: step.until, limit: PAGE,
});

/** The first page of what is on top, or the next one. */
export async function loadVisits(/** @type {string | null} */ cursor = null) {
	const step = top();
	const before = cursor ? visits.peek().items : [];
	if (!cursor) visits.value = { state: 'loading', problem: '', items: [], next: null };
	try {
		const page = await api.get('reporting/visits', { query: { ...queryOf(step), cursor } });
		if (isTop(step)) visits.value = { state: 'ready', problem: '', items: [...before, ...page.items], next: page.next };
	} catch (error) {
		if (isTop(step)) visits.value = { ...visits.peek(), state: 'failed', problem: message(error) };
	}
}

export async function loadCall() {
	const step = /** @type {any} */ (top());
	callDetail.value = { state: 'loading', problem: '', call: null };
	try {
		const call = await api.get(`calls/sessions/${step.id}`);
		if (isTop(step)) callDetail.value = { state: 'ready', problem: '', call };
	} catch (error) {
		if (isTop(step)) callDetail.value = { state: 'failed', problem: message(error), call: null };
	}
}

const startOfToday = () => new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
const AGENT_CALLS = 10;

/** An agent's calls of today, the newest first; those that are shown stay until there are newer ones. */
export async function loadAgentCalls(/** @type {string} */ agentId) {
	const step = top();
	if (agentCalls.peek().of !== agentId) agentCalls.value = { state: 'loading', problem: '', of: agentId, items: [] };
	try {
		const page = await api.get('calls/sessions', { query: { agentId, from: startOfToday(), limit: AGENT_CALLS } });
		if (isTop(step)) agentCalls.value = { state: 'ready', problem: '', of: agentId, items: page.items };
	} catch (error) {
		if (isTop(step)) agentCalls.value = { ...agentCalls.peek(), state: 'failed', problem: message(error) };
	}
}

/** @type {Record<string, () => void>} */
const LOADS = { visits: () => loadVisits(), call: loadCall };

function show(/** @type {Step[]} */ next) {
	steps.value = next;
	LOADS[top()?.kind]?.();
}

/** Opens what is behind a figure. */
export const open = (/** @type {Step} */ step) => show([step]);
/** Opens one of what is shown, and keeps the way back. */
export const openWithin = (/** @type {Step} */ step) => show([...steps.peek(), step]);
/** Shows another part of the same. */
export const turnTo = (/** @type {Step} */ step) => show([...steps.peek().slice(0, -1), step]);
export const back = () => show(steps.peek().slice(0, -1));
export const close = () => show([]);
