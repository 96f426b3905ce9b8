// The call being worked on: its notes, disposition and tags, saved as they are typed.
//
// Each call keeps a draft of its own, so that the end of a call, the next ring or a slow server
// never puts words on the wrong call.
import { api } from '../core/api.js';
import { text } from '../core/text.js';
import { computed, effect, signal, untracked } from '../vendor/ui.js';
import { dispositionTree, queueInfo } from './directory.js';
import { callStage, liveCall, otherSide, phoneCall } from './phone.js';
import { ownCall, self, wrapup } from './self.js';
import { beforeSignOut, sessionState, user } from './session.js';

const TYPING_MS = 700;
const RETRY_MS = 4_000;

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */
/** @typedef {{callId: string, number: string | null, name: string | null, queue: string | null, did: string | null, outgoing: boolean, over: boolean}} Subject */
/** @typedef {{notes: string, disposition: string, tags: string[]}} Words */
/**
 * @typedef {Words & {touched: (keyof Words)[], state: 'clean' | 'dirty' | 'saving' | 'saved' | 'failed' | 'refused', problem: string, fieldProblem: string}} Draft
 * touched: what was written here, and so is sent; fieldProblem: what is wrong with the disposition
 */

/** @type {Draft} */
const EMPTY = { notes: '', disposition: '', tags: [], touched: [], state: 'clean', problem: '', fieldProblem: '' };

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

const unsaved = (/** @type {Draft} */ d) => d.state === 'dirty' || d.state === 'failed' || d.state === 'refused';
const wordsOf = (/** @type {Draft} */ d) => Object.fromEntries(d.touched.map((key) => [key, d[key]]));

function later(/** @type {string} */ callId, /** @type {number} */ ms) {
	clearTimeout(timers.get(callId));
	timers.set(callId, setTimeout(() => save(callId), ms));
}

/** What the server refuses it will refuse again: only what may pass by itself is tried again. */
const passes = (/** @type {any} */ error) => !(error.status >= 400 && error.status < 500) || error.status === 429;
const atDisposition = (/** @type {any} */ error) => error.errors?.find((/** @type {any} */ e) => e.pointer === '/disposition')?.detail;

/** Sends one call's draft; what is typed meanwhile stays unsaved and is sent next. */
async function save(/** @type {string} */ callId, keepalive = false) {
	clearTimeout(timers.get(callId));
	const held = draftOf(callId);
	// What is on its way goes down with the page, unless it is sent to outlive it.
	if (!unsaved(held.value) && !(keepalive && held.value.state === 'saving')) return;
	const sent = held.value;
	held.value = { ...sent, state: 'saving', problem: '' };
	try {
		await api.put(`calls/${callId}/notes`, { body: wordsOf(sent), keepalive });
		const untouched = JSON.stringify(wordsOf(held.value)) === JSON.stringify(wordsOf(sent));
		held.value = { ...held.value, state: untouched ? 'saved' : 'dirty', problem: '', fieldProblem: '' };
		if (!untouched) later(callId, TYPING_MS);
	} catch (error) {
		const wrong = atDisposition(error);
		const fieldProblem = wrong ? text.work.dispositionWrong(wrong) : held.value.fieldProblem;
		held.value = { ...held.value, state: passes(error) ? 'failed' : 'refused', problem: wrong ? '' : /** @type {Error} */ (error).message, fieldProblem };
		if (passes(error)) later(callId, RETRY_MS);
	}
}

const saveAll = (keepalive = false) => Promise.all([...drafts.keys()].map((callId) => save(callId, keepalive)));

/** @param {Partial<Words>} change */
export function edit(change) {
	if (!subject.value) return;
	const { callId } = subject.value;
	const held = draftOf(callId);
	const touched = [...new Set([...held.value.touched, .../** @type {(keyof Words)[]} */ (Object.keys(change))])];
	held.value = { ...held.value, ...change, touched, state: 'dirty', problem: '', fieldProblem: change.disposition ? '' : held.value.fieldProblem };
	later(callId, TYPING_MS);
}

/** What the call may be filed as: groups and words for all calls or for those of its queue. */
export const fitting = computed(() => {
	const queueId = queueInfo.value.get(subject.value?.queue ?? '')?.id;
	/** @type {Set<string>} */
	const out = new Set();
	return dispositionTree.value.filter((d) => {
		const fits = !out.has(d.parentId ?? '') && (!d.queueIds?.length || d.queueIds.includes(queueId));
		if (!fits) out.add(d.id);
		return fits;
	});
});

/** Whether the queue wants to know what became of the call before the next one. */
export const dispositionRequired = computed(() => queueInfo.value.get(subject.value?.queue ?? '')?.dispositionRequired === true);

/** Counts how often the disposition was missing: whoever draws it moves the focus there. */
export const missing = signal(0);

function refuseUnfiled(/** @type {string} */ callId) {
	const held = draftOf(callId);
	held.value = { ...held.value, fieldProblem: text.work.dispositionNeeded };
	missing.value++;
}

/** @type {Sig<{busy: boolean, problem: string}>} */
export const finishing = signal({ busy: false, problem: '' });

const wrapping = () => self.value?.status === 'WRAP_UP';

/** Saves what is typed and, in wrap-up, makes the agent ready. */
export async function saveAndFinish() {
	if (!subject.value || finishing.value.busy) return;
	const { callId } = subject.value;
	if (wrapping() && dispositionRequired.value && !draft.value.disposition) {
		refuseUnfiled(callId);
		return;
	}
	finishing.value = { busy: true, problem: '' };
	await save(callId);
	const after = draftOf(callId).value;
	const stopped = after.problem || after.fieldProblem;
	const problem = stopped ? after.problem : await finishWrapup(callId);
	finishing.value = { busy: false, problem };
}

async function finishWrapup(/** @type {string} */ callId) {
	if (!wrapping()) return '';
	try {
		await wrapup('FINISH');
		return '';
	} catch (error) {
		const { slug, message } = /** @type {import('../core/api.js').Problem} */ (error);
		// The server knows of queues the call was in that this page does not.
		const unfiled = slug === 'conflict' && wrapping() && !draftOf(callId).value.disposition;
		if (unfiled) refuseUnfiled(callId);
		return unfiled ? '' : message;
	}
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

/** Takes over what was written about the call before, unless something has been written here. */
function adopt(/** @type {string} */ callId, /** @type {any} */ call) {
	const held = draftOf(callId);
	if (held.value !== EMPTY) return;
	held.value = { ...EMPTY, notes: call.notes ?? '', disposition: call.disposition ?? '', tags: call.tags ?? [] };
}

const readCall = (/** @type {string} */ callId) => api.get(`calls/sessions/${callId}`).catch(() => null);

/** Reads what was noted before, for a call that this page did not see from its start. */
async function loadSubject(/** @type {string} */ callId) {
	const call = await readCall(callId);
	if (!call || subject.value?.callId !== callId) return;
	const outgoing = call.direction === 'OUTBOUND';
	subject.value = {
		...subject.value, number: outgoing ? call.to : call.from, name: call.fromName ?? null,
		queue: call.queue ?? null, did: call.did ?? null, outgoing, over: subject.value.over || Boolean(call.endedAt),
	};
	adopt(callId, call);
}

/** A call that a colleague sent on has notes already. */
async function loadWritten(/** @type {string} */ callId) {
	const call = await readCall(callId);
	if (call) adopt(callId, call);
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
	return { callId: call.callId, number: otherSide.value?.number ?? null, name: otherSide.value?.name ?? null, queue: liveCall.value?.queue ?? null, did: liveCall.value?.did ?? null, outgoing: call.outgoing, over: false };
}

function fromFloor() {
	const call = ownCall.value;
	if (!call) return null;
	const outgoing = call.direction === 'OUTBOUND';
	return { callId: call.id, number: (outgoing ? call.to : call.from) ?? null, name: call.fromName ?? null, queue: call.queue ?? null, did: call.did ?? null, outgoing, over: false };
}

function markOver() {
	if (subject.value && !subject.value.over) subject.value = { ...subject.value, over: true };
}

/** The call of this phone comes first, then what the floor says, then the one in wrap-up. */
const found = computed(() => fromPhone() ?? fromFloor());

/** @type {{author: string, words: [string, Draft][]}} what a session that ended took the way from */
let kept = { author: '', words: [] };

/** Nobody else who signs in here sees or sends them. */
function keepWords() {
	const left = [...drafts].map(([callId, held]) => /** @type {[string, Draft]} */ ([callId, held.peek()]));
	kept.words.push(...left.filter(([, d]) => unsaved(d) || d.state === 'saving'));
	subject.value = null;
	drafts.clear();
}

function sendKeptWords(/** @type {string} */ author) {
	const { words } = kept.author === author ? kept : { words: [] };
	kept = { author, words: [] };
	for (const [callId, d] of words) draftOf(callId).value = { ...d, state: 'dirty' };
	saveAll();
}

export function startWork() {
	effect(() => {
		const next = found.value;
		if (next) untracked(() => take(next));
		else untracked(markOver);
	});
	effect(() => {
		const { status, callId } = self.value ?? {};
		if (status !== 'WRAP_UP' || !callId || subject.peek()?.callId === callId) return;
		untracked(() => take({ callId, number: null, name: null, queue: null, did: null, outgoing: false, over: true }));
		loadSubject(callId);
	});
	effect(() => {
		const callId = callStage.value === 'talking' ? phoneCall.value?.callId : null;
		if (callId) untracked(() => loadWritten(callId));
	});
	// A session that ends by itself takes no words along: they are sent when the same person is back.
	effect(() => {
		const author = user.value?.id;
		if (sessionState.value === 'out') untracked(keepWords);
		else if (author) untracked(() => sendKeptWords(author));
	});
	beforeSignOut(saveAll);
	addEventListener('pagehide', () => { saveAll(true); });
}
