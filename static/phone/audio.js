// Microphone, loudspeaker, ringing, levels.

const CONSTRAINTS = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: false };

/** @type {Record<string, string>} */
const REFUSALS = {
	NotAllowedError: 'The browser does not let this page use the microphone. Allow it beside the address bar, then press Check again.',
	NotFoundError: 'No microphone was found. Plug in a headset, then press Check again.',
	NotReadableError: 'Another program is using the microphone. Close it there, then press Check again.',
	Unsupported: 'Browsers give out the microphone on https:// and localhost only. Open Cordboard by such an address.',
};

/** The microphone cannot be had: the message says why and what helps. */
export class MicrophoneError extends Error {
	constructor(/** @type {string} */ name) {
		super(REFUSALS[name] ?? `The microphone cannot be opened (${name}).`);
	}
}

/** @throws {MicrophoneError} */
export async function openMicrophone() {
	if (!navigator.mediaDevices) throw new MicrophoneError('Unsupported');
	try {
		return await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
	} catch (error) {
		throw new MicrophoneError(/** @type {Error} */ (error).name);
	}
}

export function closeStream(/** @type {MediaStream | null} */ stream) {
	stream?.getTracks().forEach((track) => track.stop());
}

/** Asks for the microphone once, ahead of the first call, and gives it back. */
export async function checkMicrophone() {
	closeStream(await openMicrophone());
}

/** @type {HTMLAudioElement | null} */
let speaker = null;

function speakerElement() {
	if (!speaker) {
		speaker = document.createElement('audio');
		speaker.autoplay = true;
		speaker.dataset.testid = 'remote-audio';
		document.body.append(speaker);
	}
	return speaker;
}

/** @throws when the browser wants a click first */
export async function playRemote(/** @type {MediaStream | null} */ stream) {
	const element = speakerElement();
	element.srcObject = stream;
	if (stream) await element.play();
}

/** Browsers stay silent until the first click or key in the page. */
export const mayPlay = () => navigator.userActivation?.hasBeenActive ?? true;

/** @type {AudioContext | null} */
let context = null;

function audioContext() {
	context ??= new AudioContext();
	if (context.state === 'suspended') context.resume().catch(() => {});
	return context;
}

const RING_HZ = [440, 554];
const RING_GAIN = 0.12;
const RING_ON_S = 0.9;
const RING_PERIOD_MS = 2_500;

function ringOnce() {
	const audio = audioContext();
	const gain = audio.createGain();
	const start = audio.currentTime;
	gain.gain.setValueAtTime(0, start);
	gain.gain.linearRampToValueAtTime(RING_GAIN, start + 0.05);
	gain.gain.setValueAtTime(RING_GAIN, start + RING_ON_S - 0.2);
	gain.gain.linearRampToValueAtTime(0, start + RING_ON_S);
	gain.connect(audio.destination);
	for (const hz of RING_HZ) {
		const tone = audio.createOscillator();
		tone.frequency.value = hz;
		tone.connect(gain);
		tone.start(start);
		tone.stop(start + RING_ON_S);
	}
}

/** @type {any} */
let ringing = null;

export function startRinging() {
	if (ringing !== null) return;
	const ring = () => { if (mayPlay()) ringOnce(); };
	ring();
	ringing = setInterval(ring, RING_PERIOD_MS);
}

export function stopRinging() {
	clearInterval(ringing);
	ringing = null;
}

/** The loudness of a stream, 0…1, whenever asked. */
export function meter(/** @type {MediaStream} */ stream) {
	const audio = audioContext();
	const source = audio.createMediaStreamSource(stream);
	const analyser = audio.createAnalyser();
	analyser.fftSize = 512;
	source.connect(analyser);
	const samples = new Float32Array(analyser.fftSize);
	return {
		level() {
			analyser.getFloatTimeDomainData(samples);
			const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
			const decibels = 10 * Math.log10(power + 1e-10);
			return Math.min(1, Math.max(0, (decibels + 60) / 54));
		},
		close: () => source.disconnect(),
	};
}
