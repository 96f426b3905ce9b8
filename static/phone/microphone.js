// The microphone: opened with what the person has chosen, or refused with a reason that helps.

/** @typedef {{echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean}} Processing */

/** The microphone cannot be had: `kind` says why. */
export class MicrophoneError extends Error {
	/** @param {'NotAllowedError' | 'NotFoundError' | 'NotReadableError' | 'Unsupported' | string} kind */
	constructor(kind) {
		super(kind);
		this.kind = kind;
	}
}

/** @returns {MediaTrackConstraints} */
const wanted = (/** @type {string} */ device, /** @type {Processing} */ { echoCancellation, noiseSuppression, autoGainControl }) => ({
	...(device ? { deviceId: { exact: device } } : {}), echoCancellation, noiseSuppression, autoGainControl,
});

const GONE = new Set(['OverconstrainedError', 'NotFoundError']);

/**
 * @param {string} device '': the system's own choice
 * @param {Processing} processing
 * @returns {Promise<{stream: MediaStream, fellBack: boolean}>} fellBack: the chosen one is not there, this is another
 * @throws {MicrophoneError}
 */
export async function openMicrophone(device, processing) {
	if (!navigator.mediaDevices) throw new MicrophoneError('Unsupported');
	const open = (/** @type {string} */ id) => navigator.mediaDevices.getUserMedia({ audio: wanted(id, processing), video: false });
	try {
		return { stream: await open(device), fellBack: false };
	} catch (error) {
		const { name } = /** @type {Error} */ (error);
		if (!device || !GONE.has(name)) throw new MicrophoneError(name);
	}
	try {
		return { stream: await open(''), fellBack: true };
	} catch (error) {
		throw new MicrophoneError(/** @type {Error} */ (error).name);
	}
}

export function closeStream(/** @type {MediaStream | null} */ stream) {
	stream?.getTracks().forEach((track) => track.stop());
}

/** Changes echo cancellation and the like of a microphone that is open. */
export function applyProcessing(/** @type {MediaStream} */ stream, /** @type {Processing} */ processing) {
	return Promise.all(stream.getAudioTracks().map((track) => track.applyConstraints(wanted('', processing)).catch(() => {})));
}

/** @typedef {{id: string, label: string}} Device */

/** Without leave to use the microphone, browsers name no device. */
const named = (/** @type {MediaDeviceInfo[]} */ all, /** @type {string} */ kind) => all
	.filter((d) => d.kind === kind && d.deviceId && d.deviceId !== 'default' && d.deviceId !== 'communications' && d.label)
	.map(({ deviceId, label }) => ({ id: deviceId, label }));

/** @returns {Promise<{microphones: Device[], speakers: Device[]}>} what is plugged in */
export async function listDevices() {
	const all = await (navigator.mediaDevices?.enumerateDevices() ?? []);
	return { microphones: named(all, 'audioinput'), speakers: named(all, 'audiooutput') };
}

/** Tells when something was plugged in or out; the result stops it. */
export function watchDevices(/** @type {() => void} */ changed) {
	navigator.mediaDevices?.addEventListener('devicechange', changed);
	return () => navigator.mediaDevices?.removeEventListener('devicechange', changed);
}
