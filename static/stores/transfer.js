// Giving a call to somebody else: at once, or after speaking with them. The exchange does it; what is shown is
// what the live call says.
import { api } from '../core/api.js';
import { text } from '../core/text.js';
import { batch, computed, effect, signal, untracked } from '../vendor/ui.js';
import { mayDial } from './dial-rules.js';
import { people, personName, queueInfo, queueName } from './directory.js';
import { agents, queues, shownState } from './floor.js';
import { resumeForTransfer } from './phone-call.js';
import { liveCall, phoneCall } from './phone-state.js';
import { agentExtension } from './session.js';

/**
 * @typedef {{kind: 'AGENT' | 'QUEUE' | 'NUMBER', value: string, name: string, state: string | null, waiting: number | null, free: boolean}} Target
 *   state: an agent's, as it is shown; free: whether it can be rung now
 */

/** @type {import('../vendor/ui.js').Signal<string>} what is on its way: an act's name, or '' */
export const transferring = signal('');
/** @type {import('../vendor/ui.js').Signal<string>} why the last act came to nothing */
export const transferProblem = signal('');
/** @type {import('../vendor/ui.js').Signal<string>} how the last consultation ended against one's will */
export const transferNotice = signal('');

/** The consultation this agent has, null for none. */
export const consultation = computed(() => {
	const live = liveCall.value?.consult;
	return live && (!live.by || live.by === agentExtension.value?.extension) ? live : null;
});

/** The name of who is consulted. */
export const consultName = computed(() => {
	const live = consultation.value;
	return live ? live.name || personName(live.to) : '';
});

const holds = (/** @type {string} */ word) => (/** @type {string} */ shown) => shown.toLowerCase().includes(word);

function agentTarget(/** @type {any} */ person) {
	const live = agents.value.get(person.extension)?.value;
	const state = live ? shownState(live) : 'OFFLINE';
	const free = live?.phone === 'REGISTERED' && live.status !== 'ON_CALL' && !live.ringing;
	return { kind: 'AGENT', value: person.extension, name: person.displayName, state, waiting: null, free };
}

function queueTarget(/** @type {any} */ queue) {
	return { kind: 'QUEUE', value: queue.name, name: queueName(queue.name), state: null, waiting: queues.value.get(queue.name)?.value.waiting.length ?? null, free: true };
}

/** Free colleagues first; then by name. */
const byUse = (/** @type {any} */ a, /** @type {any} */ b) => Number(b.free) - Number(a.free) || a.name.localeCompare(b.name);

/** Whom one can give a call to, by what was typed. @returns {{colleagues: Target[], queues: Target[], number: Target | null, numberProblem: string}} */
export function targets(/** @type {string} */ typed) {
	const fits = holds(typed.trim().toLowerCase());
	const own = agentExtension.value?.extension;
	const colleagues = [...people.value.values()].filter((p) => p.extension !== own && p.enabled !== false && (fits(p.displayName) || fits(p.extension)))
		.map(agentTarget).sort(byUse);
	const lines = [...queueInfo.value.values()].filter((q) => fits(q.name) || fits(q.displayName ?? '')).map(queueTarget).sort(byUse);
	const looksDialled = /^[+\d][\d\s().\-/]{2,}$/.test(typed.trim());
	const checked = looksDialled && !people.value.has(typed.trim()) ? mayDial(typed) : null;
	const number = checked?.number ? { kind: 'NUMBER', value: checked.number, name: checked.number, state: null, waiting: null, free: true } : null;
	return /** @type {any} */ ({ colleagues, queues: lines, number, numberProblem: checked?.problem ?? '' });
}

/** Asks the exchange, and says what it answered. @returns {Promise<boolean>} */
async function act(/** @type {string} */ name, /** @type {string} */ path, /** @type {any} */ body = {}) {
	const id = phoneCall.peek()?.callId;
	if (!id || transferring.peek()) return false;
	batch(() => {
		transferring.value = name;
		transferProblem.value = '';
		transferNotice.value = '';
	});
	try {
		await api.post(`calls/${id}/${path}`, { body, headers: { 'Idempotency-Key': crypto.randomUUID() } });
		return true;
	} catch (error) {
		const problem = /** @type {import('../core/api.js').Problem} */ (error);
		transferProblem.value = problem.errors?.[0]?.detail ?? problem.message;
		return false;
	} finally {
		transferring.value = '';
	}
}

const to = (/** @type {Target} */ { kind, value }) => ({ kind, value });

/** The customer goes to the target at once, and this phone is free. */
export const transfer = (/** @type {Target} */ target) => act('transfer', 'transfer', { to: to(target), kind: 'BLIND' });

/** The customer hears music while one speaks with the target. A hold of this phone's own would be in the way. */
export async function consult(/** @type {Target} */ target) {
	if (!await resumeForTransfer()) {
		transferProblem.value = text.phone.failing.resume;
		return false;
	}
	return act('consult', 'consult', { to: to(target) });
}

export const swap = () => act('swap', 'consult/swap');
export const join = () => act('join', 'consult/join');
export const complete = () => act('complete', 'consult/complete');
export const cancelConsult = () => act('cancel', 'consult/cancel');

/** A consultation that ended by itself brings one back to the customer: it is said why. */
export function watchTransfers() {
	let before = /** @type {string | null} */ (null);
	effect(() => {
		const key = phoneCall.value?.key ?? null;
		untracked(() => {
			if (key === before) return;
			before = key;
			batch(() => {
				transferProblem.value = '';
				transferNotice.value = '';
			});
		});
	});
	let consulted = '';
	effect(() => {
		const name = consultName.value;
		const result = liveCall.value?.transfer?.result;
		untracked(() => {
			if (consulted && !name && phoneCall.value) transferNotice.value = text.phone.transferResults[result ?? '']?.(consulted) ?? '';
			consulted = name;
		});
	});
}
