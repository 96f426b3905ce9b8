// Which microphone, loudspeaker and ring device this browser uses, and how. Kept in this browser: devices are
// its own, whoever signs in.
import { pref, setPref } from '../core/preferences.js';
import { text } from '../core/text.js';
import { applyProcessing, closeStream, listDevices, MicrophoneError, openMicrophone, watchDevices } from '../phone/microphone.js';
import { ringer, tester, voice } from '../phone/outlets.js';
import { CODECS } from '../phone/codecs.js';
import { computed, effect, signal } from '../vendor/ui.js';

/**
 * @typedef {{
 *   microphone: string, speaker: string, ring: string, volume: number, ringVolume: number,
 *   echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean, codec: string,
 * }} Audio
 */

const share = (/** @type {unknown} */ v) => typeof v === 'number' && v >= 0 && v <= 1;
const flag = (/** @type {unknown} */ v) => typeof v === 'boolean';
const device = (/** @type {unknown} */ v) => typeof v === 'string' && v.length < 200;

/** @type {{name: keyof Audio, fallback: any, check: (v: unknown) => boolean}[]} '': the system's own device */
const ROWS = [
	{ name: 'microphone', fallback: '', check: device },
	{ name: 'speaker', fallback: '', check: device },
	{ name: 'ring', fallback: '', check: device },
	{ name: 'volume', fallback: 1, check: share },
	{ name: 'ringVolume', fallback: 0.6, check: share },
	{ name: 'echoCancellation', fallback: true, check: flag },
	{ name: 'noiseSuppression', fallback: true, check: flag },
	{ name: 'autoGainControl', fallback: true, check: flag },
	{ name: 'codec', fallback: 'auto', check: (v) => typeof v === 'string' && v in CODECS },
];

/** What is kept, as far as it is sound. @returns {Audio} */
export const soundAudio = (/** @type {Record<string, unknown>} */ kept) => /** @type {Audio} */ (
	Object.fromEntries(ROWS.map(({ name, fallback, check }) => [name, check(kept[name]) ? kept[name] : fallback])));

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */
/** @typedef {import('../phone/microphone.js').Device} Device */

/** The settings in force. */
export const audio = computed(() => soundAudio(pref('audio')));
/** @type {Sig<{microphones: Device[], speakers: Device[]}>} */
export const devices = signal({ microphones: [], speakers: [] });
/** @type {Sig<{state: 'unknown' | 'ready' | 'refused', reason: string}>} */
export const microphone = signal(/** @type {any} */ ({ state: 'unknown', reason: '' }));
/** @type {Sig<string>} what became of a device by itself, until it is read */
export const deviceNotice = signal('');

/** @param {Partial<Audio>} change */
export function setAudio(change) {
	setPref('audio', { ...audio.value, ...change });
	deviceNotice.value = '';
}

const refusal = (/** @type {unknown} */ error) => (error instanceof MicrophoneError ? text.phone.microphoneRefusals[error.kind] ?? text.phone.microphoneRefused(error.kind) : /** @type {Error} */ (error).message);

/** The microphone as chosen; the refusal stays on show. @throws {Error} with a reason for people */
export async function takeMicrophone() {
	try {
		const { stream, fellBack } = await openMicrophone(audio.peek().microphone, audio.peek());
		microphone.value = { state: 'ready', reason: '' };
		if (fellBack) deviceNotice.value = text.phone.microphoneFellBack;
		refreshDevices();
		return stream;
	} catch (error) {
		microphone.value = { state: 'refused', reason: refusal(error) };
		throw new Error(microphone.value.reason);
	}
}

/** Opens the microphone to look at its level; the result closes it. @param {(stream: MediaStream | null) => void} show */
export function openTestStream(show) {
	let closed = false;
	/** @type {MediaStream | null} */
	let stream = null;
	takeMicrophone().then((opened) => {
		if (closed) return closeStream(opened);
		stream = opened;
		return show(stream);
	}, () => show(null));
	return () => {
		closed = true;
		closeStream(stream);
		show(null);
	};
}

/** Asks for the microphone ahead of the first call, and gives it back. */
export async function tryMicrophone() {
	try {
		closeStream(await takeMicrophone());
	} catch {
		// The refusal is on show.
	}
}

export async function refreshDevices() {
	devices.value = await listDevices();
}

/** Routes an outlet, and says when its device is gone. @param {import('../phone/outlets.js').Outlet} outlet */
async function route(outlet, /** @type {string} */ id, /** @type {string} */ lost) {
	try {
		if (!await outlet.route(id)) deviceNotice.value = lost;
	} catch (error) {
		deviceNotice.value = text.phone.speakerRefused(/** @type {Error} */ (error).message);
	}
}

/** @param {import('../phone/outlets.js').Outlet} outlet */
function follow(outlet, /** @type {'speaker' | 'ring'} */ which, /** @type {'volume' | 'ringVolume'} */ volume, /** @type {string} */ lost) {
	let routed = '';
	effect(() => {
		outlet.setVolume(audio.value[volume]);
		const id = audio.value[which];
		if (id === routed) return;
		routed = id;
		route(outlet, id, lost);
	});
}

/** What was unplugged is told, and the system's own device is used instead, in a call too. */
async function plugged() {
	const before = devices.value;
	await refreshDevices();
	const gone = (/** @type {'microphones' | 'speakers'} */ kind, /** @type {string} */ id) =>
		id !== '' && before[kind].some((d) => d.id === id) && !devices.value[kind].some((d) => d.id === id);
	const { microphone: mic, speaker, ring } = audio.value;
	if (gone('speakers', speaker)) await route(voice, '', '').then(() => { deviceNotice.value = text.phone.speakerLost; });
	if (gone('speakers', ring)) await route(ringer, '', '').then(() => { deviceNotice.value = text.phone.ringLost; });
	if (gone('microphones', mic)) deviceNotice.value = text.phone.microphoneLost;
	const back = (/** @type {'microphones' | 'speakers'} */ kind, /** @type {string} */ id) =>
		id !== '' && !before[kind].some((d) => d.id === id) && devices.value[kind].some((d) => d.id === id);
	if (back('speakers', speaker)) await route(voice, speaker, '');
	if (back('speakers', ring)) await route(ringer, ring, '');
}

/** Plays the test tone where the voice, or the ring, would come out. @param {'speaker' | 'ring'} which */
export async function playTest(which) {
	tester.setVolume(audio.value[which === 'ring' ? 'ringVolume' : 'volume']);
	await route(tester, audio.value[which], text.phone.speakerLost);
	await tester.playTone(which === 'ring' ? 'ring' : 'test');
}

/** Follows the settings and the sockets for as long as the page lives. */
export function startDevices() {
	follow(voice, 'speaker', 'volume', text.phone.speakerLost);
	follow(ringer, 'ring', 'ringVolume', text.phone.ringLost);
	watchDevices(plugged);
	refreshDevices();
}

/** Has an open microphone follow the switches; the result stops it. */
export const followProcessing = (/** @type {MediaStream} */ stream) => effect(() => {
	const { echoCancellation, noiseSuppression, autoGainControl } = audio.value;
	applyProcessing(stream, { echoCancellation, noiseSuppression, autoGainControl });
});
