// The call on this phone: ringing, answering, talking, and its end.
import { serverNow } from '../core/clock.js';
import { text } from '../core/text.js';
import { closeStream, watchDevices } from '../phone/microphone.js';
import { ringer, tester, voice } from '../phone/outlets.js';
import { batch, computed, effect } from '../vendor/ui.js';
import { audio, deviceNotice, followProcessing, takeMicrophone } from './devices.js';
import { cancelDialling, isOurDialling } from './dial.js';
import { queueInfo } from './directory.js';
import { onCallEnded } from './floor.js';
import { dialling, liveCall, phoneCall, phoneNotice, tonesSent } from './phone-state.js';
import { agentExtension } from './session.js';

const TONES_SHOWN = 24;

/** @typedef {import('../phone/sip-call.js').SipCall} SipCall */
/** @typedef {import('./phone-state.js').PhoneCall} PhoneCall */

/** @type {SipCall | null} */
let current = null;

/** What stays the same for as long as the call is here. */
const newCall = (/** @type {SipCall} */ { id, callId, number, name }) => /** @type {PhoneCall} */ (
	{ key: id, callId, outgoing: false, byItself: false, number, name, ringingSince: serverNow(), upSince: null });

function show(/** @type {SipCall} */ call, /** @type {Partial<PhoneCall>} */ more = {}) {
	const before = phoneCall.value ?? newCall(call);
	phoneCall.value = {
		...before, phase: call.phase, hold: call.hold, muted: call.muted, path: call.path,
		heldSince: call.heldAt && call.heldAt + serverNow() - Date.now(),
		problem: call.failing ? text.phone.failing[call.failing] : '',
		upSince: before.upSince ?? (call.phase === 'up' ? serverNow() : null),
		local: call.local, remote: call.remote, ...more,
	};
}

function changed(/** @type {SipCall} */ call) {
	if (call !== current) return;
	if (call.phase === 'ended') finished(call);
	else show(call);
}

function finished(/** @type {SipCall} */ call) {
	ringer.stop();
	closeStream(call.local);
	voice.playStream(null);
	current = null;
	batch(() => {
		phoneCall.value = null;
		dialling.value = null;
		phoneNotice.value = text.phone.over[call.cause] ?? '';
	});
}

/** Rings, or answers by itself: what this page dialled at once, what the settings say after a tone. */
export async function invited(/** @type {SipCall} */ call) {
	if (current) return call.refuseBusy();
	current = call;
	call.onchange = () => changed(call);
	call.ontone = (tone) => { tonesSent.value = (tonesSent.value + tone).slice(-TONES_SHOWN); };
	if (call.autoAnswer && await isOurDialling(call.callId)) return answerDialled(call);
	if (current !== call || call.phase === 'ended') return undefined;
	batch(() => {
		phoneNotice.value = '';
		tonesSent.value = '';
		show(call, { byItself: answersByItself() });
	});
	if (phoneCall.value?.byItself) return answerAfterTone(call);
	ringer.playTone('ring', true);
	return undefined;
}

async function answerDialled(/** @type {SipCall} */ call) {
	const number = dialling.value?.number ?? call.number;
	tonesSent.value = '';
	show(call, { outgoing: true, number, name: null });
	await pickUp(call);
}

/** By the agent's own setting, or the queue's. */
const answersByItself = () => Boolean(agentExtension.value?.autoAnswer || queueInfo.value.get(liveCall.value?.queue ?? '')?.autoAnswer);

/** Nobody is put through to an agent who was not warned. */
async function answerAfterTone(/** @type {SipCall} */ call) {
	await ringer.playTone('autoAnswer');
	if (call !== current || call.phase !== 'ringing') return;
	await pickUp(call);
	if (call.phase === 'ringing') show(call, { byItself: false });
}

async function pickUp(/** @type {SipCall} */ call) {
	try {
		const stream = await takeMicrophone();
		if (call.phase !== 'ringing') return closeStream(stream);
		call.answer(stream, audio.peek().codec);
		useMicrophone(call, stream);
	} catch (error) {
		if (call !== current) return undefined;
		show(call, { problem: /** @type {Error} */ (error).message });
		if (phoneCall.value?.outgoing) call.hangUp();
	}
	return undefined;
}

/** A microphone that is unplugged in the call is replaced by what there is, and that is told. */
function useMicrophone(/** @type {SipCall} */ call, /** @type {MediaStream} */ stream) {
	const stop = followProcessing(stream);
	for (const track of stream.getAudioTracks()) {
		track.addEventListener('ended', () => {
			stop();
			if (call === current && call.local === stream) changeMicrophone(text.phone.microphoneLost);
		}, { once: true });
	}
}

/** Speaks through another microphone from now on; outside of a call the next one does. */
export async function changeMicrophone(notice = '') {
	const call = current;
	if (call?.phase !== 'up') return;
	try {
		const stream = await takeMicrophone();
		const before = call.local;
		if (call !== current) return closeStream(stream);
		await call.replaceMicrophone(stream);
		useMicrophone(call, stream);
		closeStream(before);
		if (notice) deviceNotice.value = notice;
	} catch (error) {
		deviceNotice.value = text.phone.microphoneLostAll;
		phoneNotice.value = /** @type {Error} */ (error).message;
	}
	return undefined;
}

export function answer() {
	if (!current || current.phase !== 'ringing') return;
	ringer.stop();
	pickUp(current);
}

/** The exchange asks for what the answer key does. */
export function answerFor(/** @type {string} */ callId) {
	if (current?.callId === callId) answer();
}

export function reject() {
	current?.reject();
}

/** Ends the call; one that is still being dialled is ended by the exchange. */
export const hangUp = () => (current ? current.hangUp() : cancelDialling());

export function toggleMute() {
	if (current?.phase === 'up') current.mute(!current.muted);
}

export function toggleHold() {
	if (current?.phase !== 'up') return;
	if (current.hold === 'off') current.setHold(true);
	else if (current.hold === 'on') current.setHold(false);
}

/** The exchange moves the call: it must not be held by this phone meanwhile. @returns {Promise<boolean>} whether it is not */
export function resumeForTransfer() {
	if (!current || current.hold === 'off') return Promise.resolve(true);
	if (current.hold === 'on') current.setHold(false);
	return new Promise((resolve) => {
		const stop = effect(() => {
			const call = phoneCall.value;
			if (call && call.hold !== 'off' && !(call.hold === 'on' && call.problem)) return;
			resolve(call?.hold === 'off');
			setTimeout(() => stop());
		});
	});
}

export function sendTones(/** @type {string} */ typed) {
	const tones = typed.toUpperCase().replace(/[^0-9A-D*#]/g, '');
	if (tones && current?.phase === 'up') current.dtmf(tones);
}

/** The line to the exchange is back: the sound of a running call may need a new way. */
export function lineBack() {
	if (current && !current.path) current.restore();
}

/** The browser's counts of the running call's packets. */
export const callReport = () => current?.report() ?? Promise.resolve(null);

/** Plays the other side; ends here what the floor says is over although this phone was not told. */
export function watchCall() {
	const remote = computed(() => phoneCall.value?.remote ?? null);
	effect(() => {
		const stream = remote.value;
		if (!stream) return;
		tester.stop();
		voice.playStream(stream).catch(() => { phoneNotice.value = text.phone.soundOff; });
	});
	onCallEnded(({ id }) => {
		if (current?.callId === id && current.phase === 'up') current.hangUp();
	});
	watchDevices(() => {
		const [track] = current?.local?.getAudioTracks() ?? [];
		if (track?.readyState === 'ended') changeMicrophone(text.phone.microphoneLost);
	});
}
