// The agent's phone as the page sees it: registration, microphone, the call, dialling.
import { api } from '../core/api.js';
import { serverNow } from '../core/clock.js';
import { checkMicrophone, closeStream, mayPlay, openMicrophone, playRemote, startRinging, stopRinging } from '../phone/audio.js';
import { phoneLock } from '../phone/lock.js';
import { refuseBusy, SipPhone } from '../phone/sip.js';
import { batch, computed, effect, signal } from '../vendor/ui.js';
import { calls, lastEnded } from './floor.js';
import { agentExtension, hasFreshSip, sessionState, takeSip } from './session.js';

const DIAL_PATIENCE_MS = 30_000;

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */
/** @typedef {import('../phone/sip.js').SipCall} SipCall */
/**
 * @typedef {{
 *   key: string, callId: string | null, outgoing: boolean, number: string | null, name: string | null,
 *   phase: SipCall['phase'], hold: SipCall['hold'], muted: boolean, problem: string,
 *   ringingSince: number, upSince: number | null, local: MediaStream | null, remote: MediaStream | null,
 * }} PhoneCall
 */

/** @type {Sig<import('../phone/sip.js').Registration>} */
export const registration = signal(/** @type {any} */ ({ state: 'off', reason: '' }));
/** @type {Sig<'here' | 'elsewhere' | 'unknown'>} which tab has the phone */
export const phonePlace = signal(/** @type {any} */ ('unknown'));
/** @type {Sig<{state: 'unknown' | 'ready' | 'refused', reason: string}>} */
export const microphone = signal(/** @type {any} */ ({ state: 'unknown', reason: '' }));
/** @type {Sig<PhoneCall | null>} */
export const phoneCall = signal(/** @type {PhoneCall | null} */ (null));
/** @type {Sig<{number: string, callId: string | null} | null>} asked for, not yet on this phone */
export const dialling = signal(/** @type {any} */ (null));
/** @type {Sig<{number: string, text: string} | null>} why the last dialling came to nothing */
export const dialProblem = signal(/** @type {any} */ (null));
/** @type {Sig<string>} the last thing worth telling about a call that is over */
export const phoneNotice = signal('');

/** Whether this page can be heard ringing: not before it was clicked once. */
export const audible = signal(true);

/** @type {SipCall | null} */
let current = null;
/** @type {Promise<string | null> | null} settles with the id of the call being dialled */
let dialled = null;

/** The floor's view of the call on this phone. */
export const liveCall = computed(() => calls.value.get(phoneCall.value?.callId ?? '')?.value ?? null);

/** ringing, answering, calling (the other side rings), talking, on hold: what the agent is in. */
export const callStage = computed(() => {
	const call = phoneCall.value;
	if (!call) return dialling.value ? 'calling' : 'idle';
	if (call.phase !== 'up') return call.outgoing ? 'calling' : call.phase;
	if (call.outgoing && !liveCall.value?.answeredAt) return 'calling';
	return call.hold === 'off' ? 'talking' : 'hold';
});

/** When the talk began, for its timer. */
export const talkingSince = computed(() => {
	const call = phoneCall.value;
	if (!call) return null;
	return call.outgoing ? Date.parse(liveCall.value?.answeredAt ?? '') || null : call.upSince;
});

const phone = new SipPhone({
	onRegistration: (state) => { registration.value = state; },
	onCall: (call) => invited(call),
	onTalk: (callId) => { if (current?.callId === callId) answer(); },
});

function show(/** @type {SipCall} */ call, /** @type {Partial<PhoneCall>} */ more = {}) {
	const before = phoneCall.value;
	phoneCall.value = {
		key: call.id, callId: call.callId, outgoing: before?.outgoing ?? false,
		number: before?.number ?? call.number, name: before?.name ?? call.name,
		phase: call.phase, hold: call.hold, muted: call.muted, problem: call.problem,
		ringingSince: before?.ringingSince ?? serverNow(),
		upSince: before?.upSince ?? (call.phase === 'up' ? serverNow() : null),
		local: call.local, remote: call.remote, ...more,
	};
}

function changed(/** @type {SipCall} */ call) {
	if (call !== current) return;
	if (call.phase === 'ended') finished(call);
	else show(call);
}

/** @type {Record<string, string>} */
const OVER = {
	Canceled: 'The caller hung up, or somebody else answered.',
	'User Denied Media Access': 'The call could not be answered: the microphone was refused.',
	'WebRTC Error': 'The call ended because its audio could not be set up.',
	'Connection Error': 'The call ended because the line to the exchange was lost.',
	'Bad Media Description': 'The call ended because both sides could not agree on a codec.',
	'RTP Timeout': 'The call ended because no more audio arrived.',
};

function finished(/** @type {SipCall} */ call) {
	stopRinging();
	closeStream(call.local);
	playRemote(null);
	current = null;
	batch(() => {
		phoneCall.value = null;
		dialling.value = null;
		phoneNotice.value = OVER[call.cause] ?? '';
	});
}

/** Rings, or, when this page dialled the call itself, answers at once. */
async function invited(/** @type {SipCall} */ call) {
	if (current) return refuseBusy(call);
	current = call;
	call.onchange = () => changed(call);
	if (call.autoAnswer && await isOurDialling(call)) return answerDialled(call);
	if (current !== call || call.phase === 'ended') return undefined;
	batch(() => {
		phoneNotice.value = '';
		show(call);
	});
	startRinging();
	return undefined;
}

/** The INVITE can overtake the answer to our own request. */
async function isOurDialling(/** @type {SipCall} */ call) {
	const callId = await dialled;
	return callId !== null && callId === call.callId;
}

async function answerDialled(/** @type {SipCall} */ call) {
	const number = dialling.value?.number ?? call.number;
	show(call, { outgoing: true, number, name: null });
	await pickUp(call);
}

async function pickUp(/** @type {SipCall} */ call) {
	try {
		const stream = await openMicrophone();
		microphone.value = { state: 'ready', reason: '' };
		if (call.phase !== 'ringing') return closeStream(stream);
		call.answer(stream);
	} catch (error) {
		microphone.value = { state: 'refused', reason: /** @type {Error} */ (error).message };
		call.set({ problem: /** @type {Error} */ (error).message });
		if (phoneCall.value?.outgoing) call.hangUp();
	}
	return undefined;
}

export function answer() {
	if (!current || current.phase !== 'ringing') return;
	stopRinging();
	pickUp(current);
}

export function reject() {
	current?.reject();
}

/** Ends the call; one that is still being dialled is ended by the exchange. */
export async function hangUp() {
	if (current) return current.hangUp();
	const callId = dialling.value?.callId;
	if (!callId) return undefined;
	try {
		await api.post(`calls/${callId}/hangup`);
	} catch (error) {
		dialProblem.value = { number: dialling.value?.number ?? '', text: /** @type {Error} */ (error).message };
	}
	return undefined;
}

export function toggleMute() {
	if (current?.phase === 'up') current.mute(!current.muted);
}

export function toggleHold() {
	if (current?.phase !== 'up') return;
	if (current.hold === 'off') current.setHold(true);
	else if (current.hold === 'on') current.setHold(false);
}

export function sendTones(/** @type {string} */ typed) {
	const tones = typed.toUpperCase().replace(/[^0-9A-D*#]/g, '');
	if (tones && current?.phase === 'up') current.dtmf(tones);
	return tones;
}

/** Why nothing can be dialled now; empty when it can. */
export const cannotDial = computed(() => {
	if (phonePlace.value === 'elsewhere') return 'The phone is open in another tab.';
	if (registration.value.state !== 'registered') return 'The phone is not registered.';
	if (microphone.value.state === 'refused') return 'The microphone is not available.';
	return phoneCall.value || dialling.value ? 'You are on a call.' : '';
});

/** Asks the exchange to ring this phone and then the number. @param {string} number @param {string} [contactId] */
export async function dial(number, contactId) {
	if (cannotDial.value) return;
	batch(() => {
		dialling.value = { number, callId: null };
		dialProblem.value = null;
		phoneNotice.value = '';
	});
	dialled = api.post('calls/dial', {
		body: contactId ? { phoneNumber: number, contactId } : { phoneNumber: number },
		headers: { 'Idempotency-Key': crypto.randomUUID() },
	}).then((accepted) => accepted.callId, (error) => {
		dialFailed(number, error.errors?.[0]?.detail ?? error.message);
		return null;
	});
	const callId = await dialled;
	if (!callId || !dialling.value) return;
	dialling.value = { number, callId };
	expectInvite(callId, number);
}

/** The exchange promised to ring this phone: silence is a failure too, and is told. */
function expectInvite(/** @type {string} */ callId, /** @type {string} */ number) {
	setTimeout(() => {
		const waiting = dialling.value?.callId === callId && !current;
		if (waiting) dialFailed(number, 'The exchange did not ring this phone. Nothing was dialled.');
	}, DIAL_PATIENCE_MS);
}

function dialFailed(/** @type {string} */ number, /** @type {string} */ text) {
	batch(() => {
		dialling.value = null;
		dialProblem.value = { number, text };
	});
}

/** @type {Record<string, string>} */
const OUTCOMES = {
	BUSY: 'Busy: the other side is on another call.',
	NO_ANSWER: 'Nobody answered.',
	FAILED: 'The call could not be connected. Check the number.',
};

/** A dialled call that ended without an answer is a failure, whatever this phone heard. */
function watchOutcome() {
	effect(() => {
		const ended = lastEnded.value;
		if (!ended || ended.direction === 'INBOUND' || !ended.outcome) return;
		const mine = ended.agent === agentExtension.value?.extension;
		const text = OUTCOMES[ended.outcome];
		if (mine && text) dialFailed(ended.to ?? '', text);
	});
}

/** Asks for the microphone ahead of the first call. */
export async function tryMicrophone() {
	try {
		await checkMicrophone();
		microphone.value = { state: 'ready', reason: '' };
	} catch (error) {
		microphone.value = { state: 'refused', reason: /** @type {Error} */ (error).message };
	}
}

/** Registers this tab's phone, with a fresh secret where none is at hand. */
export async function register() {
	registration.value = { state: 'connecting', reason: '' };
	try {
		phone.start(await takeSip());
	} catch (error) {
		registration.value = { state: 'failed', reason: /** @type {Error} */ (error).message };
	}
}

/** @type {ReturnType<typeof phoneLock> | null} */
let lock = null;

export const takeOver = () => lock?.takeOver();

/** Gives the phone back: unregistered, silent, another tab may have it. */
export function stopPhone() {
	lock?.release();
	lock = null;
	stopRinging();
	phone.stop();
	phonePlace.value = 'unknown';
}

/** Makes this tab the agent's phone, unless another one is. Whoever just signed in here means here. */
export function startPhone() {
	const extension = agentExtension.value?.extension;
	if (lock || !extension) return;
	lock = phoneLock(extension, {
		onHeld: () => {
			phonePlace.value = 'here';
			register();
		},
		onElsewhere: () => {
			phonePlace.value = 'elsewhere';
			phone.stop();
		},
	});
	if (hasFreshSip()) lock.takeOver();
	else lock.start();
	tryMicrophone();
}

/** A reloaded page is mute until it is touched; the agent has to know. */
function watchAudible() {
	audible.value = mayPlay();
	const touched = () => { audible.value = true; };
	for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, touched, { once: true });
}

/** Follows playback and sign-out for as long as the page lives. */
export function startPhoneStore() {
	const remote = computed(() => phoneCall.value?.remote ?? null);
	effect(() => {
		const stream = remote.value;
		if (stream) playRemote(stream).catch(() => { phoneNotice.value = 'The browser keeps the sound off until you click into the page.'; });
	});
	effect(() => {
		if (sessionState.value === 'out') stopPhone();
	});
	watchOutcome();
	watchAudible();
}
