// The call being worked on: its notes and disposition, saved as they are typed.
//
// Each call keeps a draft of its own, so that the end of a call, the next ring or a slow server
// never puts words on the wrong call.
import { api } from '../core/api.js';
import { computed, effect, signal, untracked } from '../vendor/ui.js';
import { liveCall, phoneCall } from './phone.js';
import { ownCall, self, wrapup } from './self.js';
import { sessionState } from './session.js';

const TYPING_MS = 700;
const RETRY_MS = 4_000;

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */
/** @typedef {{callId: string, number: string | null, name: string | null, queue: string | null, outgoing: boolean, over: boolean}} Subject */
/** @typedef {{notes: string, disposition: string, state: 'clean' | 'dirty' | 'saving' | 'saved' | 'failed', problem: string}} Draft */

/** @type {Draft} */
const EMPTY = { notes: '', disposition: '', state: 'clean', problem: '' };

/** @type {Sig<Subject | null>} */
export const subject = signal(/** @type {Subject | null} */ (null));
/** @type {Map<string, Sig<Draft>>} */
const drafts = new Map();
/** @type {Map<string, any>} */
const timers = new Map();

const draftOf = (/** @type {string} */ callId) => {
	const draft = drafts.get(callId) ?? signal(EMPTY);
	drafts.set(callId, draft);
	return draft;
};

/** The draft of the call being worked on. */
export const draft = computed(() => (subject.value ? draftOf(subject.value.callId).value : EMPTY));

const unsaved = (/** @type {Draft} */ d) => d.state === 'dirty' || d.state === 'failed';

function later(/** @type {string} */ callId, /** @type {number} */ ms) {
	clearTimeout(timers.get(callId));
	timers.set(callId, setTimeout(() => save(callId), ms));
}

/** Sends one call's draft; what is typed meanwhile stays unsaved and is sent next. */
async function save(/** @type {string} */ callId, keepalive = false) {
	clearTimeout(timers.get(callId));
	const held = draftOf(callId);
	if (!unsaved(held.value)) return;
	const sent = held.value;
	held.value = { ...sent, state: 'saving', problem: '' };
	const body = { notes: sent.notes, ...(sent.disposition ? { disposition: sent.disposition } : {}) };
	try {
		await api.put(`calls/${callId}/notes`, { body, keepalive });
		const untouched = held.value.notes === sent.notes && held.value.disposition === sent.disposition;
		held.value = { ...held.value, state: untouched ? 'saved' : 'dirty', problem: '' };
		if (!untouched) later(callId, TYPING_MS);
	} catch (error) {
		held.value = { ...held.value, state: 'failed', problem: /** @type {Error} */ (error).message };
		later(callId, RETRY_MS);
	}
}

/** @param {Partial<Pick<Draft, 'notes' | 'disposition'>>} change */
export function edit(change) {
	if (!subject.value) return;
	const { callId } = subject.value;
	const held = draftOf(callId);
	held.value = { ...held.value, ...change, state: 'dirty', problem: '' };
	later(callId, TYPING_MS);
}

/** @type {Sig<{busy: boolean, problem: string}>} */
export const finishing = signal({ busy: false, problem: '' });

/** Saves what is typed and, in wrap-up, makes the agent ready. */
export async function saveAndFinish() {
	if (!subject.value || finishing.value.busy) return;
	const { callId } = subject.value;
	finishing.value = { busy: true, problem: '' };
	await save(callId);
	const problem = draftOf(callId).value.problem || (await finishWrapup());
	finishing.value = { busy: false, problem };
}

async function finishWrapup() {
	if (self.value?.status !== 'WRAP_UP') return '';
	return attempt(() => wrapup('FINISH'));
}

export async function extendWrapup() {
	finishing.value = { busy: true, problem: '' };
	finishing.value = { busy: false, problem: await attempt(() => wrapup('EXTEND')) };
}

/** @param {() => Promise<void>} act @returns {Promise<string>} why it failed */
async function attempt(act) {
	try {
		await act();
		return '';
	} catch (error) {
		return /** @type {Error} */ (error).message;
	}
}

/** Reads what was noted before, for a call that this page did not see from its start. */
async function loadSubject(/** @type {string} */ callId) {
	const call = await api.get(`calls/sessions/${callId}`).catch(() => null);
	if (!call || subject.value?.callId !== callId) return;
	const outgoing = call.direction === 'OUTBOUND';
	subject.value = {
		...subject.value, number: outgoing ? call.to : call.from, name: call.fromName ?? null,
		queue: call.queue ?? null, outgoing, over: subject.value.over || Boolean(call.endedAt),
	};
	const held = draftOf(callId);
	if (held.value === EMPTY) held.value = { ...EMPTY, notes: call.notes ?? '', disposition: call.disposition ?? '' };
}

/** @param {Subject} next */
function take(next) {
	const before = subject.value;
	if (JSON.stringify(before) === JSON.stringify(next)) return;
	if (before && before.callId !== next.callId) save(before.callId);
	subject.value = next;
	finishing.value = { busy: false, problem: '' };
}

function fromPhone() {
	const call = phoneCall.value;
	if (!call?.callId) return null;
	return { callId: call.callId, number: call.number, name: call.name, queue: liveCall.value?.queue ?? null, outgoing: call.outgoing, over: false };
}

function fromFloor() {
	const call = ownCall.value;
	if (!call) return null;
	const outgoing = call.direction === 'OUTBOUND';
	return { callId: call.id, number: (outgoing ? call.to : call.from) ?? null, name: call.fromName ?? null, queue: call.queue ?? null, outgoing, over: false };
}

function markOver() {
	if (subject.value && !subject.value.over) subject.value = { ...subject.value, over: true };
}

/** The call of this phone comes first, then what the floor says, then the one in wrap-up. */
const found = computed(() => fromPhone() ?? fromFloor());

export function startWork() {
	effect(() => {
		const next = found.value;
		if (next) untracked(() => take(next));
		else untracked(markOver);
	});
	effect(() => {
		const { status, callId } = self.value ?? {};
		if (status !== 'WRAP_UP' || !callId || subject.peek()?.callId === callId) return;
		untracked(() => take({ callId, number: null, name: null, queue: null, outgoing: false, over: true }));
		loadSubject(callId);
	});
	effect(() => {
		if (sessionState.value !== 'out') return;
		subject.value = null;
		drafts.clear();
	});
	addEventListener('pagehide', () => {
		if (subject.value) save(subject.value.callId, true);
	});
}
