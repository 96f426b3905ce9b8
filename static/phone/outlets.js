// Where sound comes out: the voice of the other side, the ring, the test tone; each on a device of its own.
import { TONES, wavOf } from './tones.js';

const LOST = new Set(['NotFoundError', 'AbortError']);

/** One way to a loudspeaker. */
export class Outlet {
	constructor(/** @type {string} */ testid) {
		this.testid = testid;
		/** @type {HTMLAudioElement | null} */
		this.element = null;
		this.device = '';
		this.volume = 1;
	}

	player() {
		if (this.element) return this.element;
		const element = document.createElement('audio');
		element.dataset.testid = this.testid;
		element.volume = this.volume;
		document.body.append(element);
		this.element = element;
		return element;
	}

	setVolume(/** @type {number} */ volume) {
		this.volume = volume;
		if (this.element) this.element.volume = volume;
	}

	/**
	 * Sends the sound to a device; '' is the system's own choice.
	 * @returns {Promise<boolean>} false: that device is not there any more, and the default is used
	 */
	async route(/** @type {string} */ device) {
		this.device = device;
		const element = this.player();
		if (!canChooseOutput()) return true;
		try {
			await element.setSinkId(device);
			return true;
		} catch (error) {
			if (!LOST.has(/** @type {Error} */ (error).name)) throw error;
			this.device = '';
			await element.setSinkId('');
			return false;
		}
	}

	/** @throws when the browser wants a click first */
	async playStream(/** @type {MediaStream | null} */ stream) {
		const element = this.player();
		element.srcObject = stream;
		if (stream) await element.play();
	}

	/** Plays one of the page's own tones; resolves at its end, or at once when the browser wants a click first. */
	async playTone(/** @type {keyof typeof TONES} */ name, loop = false) {
		const element = this.player();
		element.src = toneUrl(name);
		element.loop = loop;
		try {
			await element.play();
		} catch {
			return;
		}
		if (!loop) await new Promise((resolve) => { element.onended = element.onpause = resolve; });
	}

	stop() {
		this.element?.pause();
	}
}

/** @type {Map<string, string>} */
const urls = new Map();

function toneUrl(/** @type {keyof typeof TONES} */ name) {
	const url = urls.get(name) ?? URL.createObjectURL(new globalThis.Blob([wavOf(TONES[name])], { type: 'audio/wav' }));
	urls.set(name, url);
	return url;
}

/** Not every browser lets a page choose among loudspeakers. */
export const canChooseOutput = () => 'setSinkId' in globalThis.HTMLMediaElement.prototype;

export const voice = new Outlet('remote-audio');
export const ringer = new Outlet('ring-audio');
export const tester = new Outlet('test-audio');

/** Browsers stay silent until the first click or key in the page. */
export const mayPlay = () => navigator.userActivation?.hasBeenActive ?? true;
