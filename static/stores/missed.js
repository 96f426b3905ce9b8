// Callers who rang here in vain. The server works the list out: who has been reached is off it.
import { api } from '../core/api.js';
import { effect, signal } from '../vendor/ui.js';
import { onCallEnded, queues } from './floor.js';
import { self } from './self.js';
import { agentExtension, sessionState } from './session.js';

const COALESCE_MS = 1_200;
const LIMIT = 100;

/** @typedef {{id: string, number: string, name: string | null, contactName: string | null, queue: string | null, direction: string, outcome: string, missedAt: string, count: number}} Missed */

/** @type {{value: {state: 'loading' | 'ready' | 'failed', items: Missed[], problem: string}}} */
export const missed = signal(/** @type {any} */ ({ state: 'loading', items: [], problem: '' }));

export async function loadMissed() {
	try {
		const { items } = await api.get('missed-calls', { query: { limit: LIMIT } });
		missed.value = { state: 'ready', items, problem: '' };
	} catch (error) {
		missed.value = { ...missed.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Takes a caller off the list without having reached them. @throws {import('../core/api.js').Problem} */
export async function closeMissed(/** @type {Missed} */ entry) {
	await api.post(`missed-calls/${entry.id}/close`);
	missed.value = { ...missed.value, items: missed.value.items.filter((m) => m.id !== entry.id) };
}

/** @type {any} */
let timer = null;
const loadSoon = () => {
	timer ??= setTimeout(() => {
		timer = null;
		if (sessionState.value === 'in') loadMissed();
	}, COALESCE_MS);
};

/** Calls that rang here and may still wait for somebody: they are missed once they are gone. @type {Set<string>} */
const rung = new Set();
/** @type {string | null} the call that rings now */
let ringing = null;

function followRing() {
	const { ringing: rings, callId, status } = self.value ?? {};
	if (rings) ringing = callId ?? ringing;
	else if (ringing) {
		if (status !== 'ON_CALL') rung.add(ringing);
		ringing = null;
		loadSoon();
	}
}

function followWaiting() {
	const waiting = new Set([...queues.value.values()].flatMap(({ value }) => value.waiting.map((w) => w.callId)));
	for (const id of rung) {
		if (waiting.has(id)) continue;
		rung.delete(id);
		loadSoon();
	}
}

/** Keeps the list current while the desk is open; the result stops that. */
export function followMissed() {
	loadMissed();
	const seen = () => { if (document.visibilityState === 'visible') loadSoon(); };
	document.addEventListener('visibilitychange', seen);
	const stops = [
		effect(followRing),
		effect(followWaiting),
		onCallEnded((call) => { if (call.agent === agentExtension.peek()?.extension) loadSoon(); }),
	];
	return () => {
		document.removeEventListener('visibilitychange', seen);
		stops.forEach((stop) => stop());
	};
}
