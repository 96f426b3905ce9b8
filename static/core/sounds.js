// Short sounds that say something happened: one row a sound, made of tones, so that no file is fetched.
import { pref } from './preferences.js';

/** @typedef {[hz: number, startS: number, lengthS: number][]} Tones */

/** @type {Record<string, Tones>} */
const SOUNDS = {
	alert: [[880, 0, 0.14], [659, 0.18, 0.14], [880, 0.36, 0.2]],
	help: [[523, 0, 0.12], [659, 0.13, 0.12], [784, 0.26, 0.28]],
	message: [[784, 0, 0.09], [988, 0.1, 0.16]],
};

const LOUDEST = 0.25;
const SOFT_S = 0.02;

/** @type {AudioContext | null} */
let context = null;

// Until the first click or key a browser plays nothing, and complains when asked.
const mayPlay = () => navigator.userActivation?.hasBeenActive ?? true;

function tone(/** @type {AudioContext} */ audio, /** @type {number} */ volume, /** @type {number} */ hz, /** @type {number} */ startS, /** @type {number} */ lengthS) {
	const start = audio.currentTime + startS;
	const gain = audio.createGain();
	const oscillator = audio.createOscillator();
	gain.gain.setValueAtTime(0, start);
	gain.gain.linearRampToValueAtTime(volume * LOUDEST, start + SOFT_S);
	gain.gain.setValueAtTime(volume * LOUDEST, start + lengthS - SOFT_S);
	gain.gain.linearRampToValueAtTime(0, start + lengthS);
	oscillator.frequency.value = hz;
	oscillator.connect(gain).connect(audio.destination);
	oscillator.start(start);
	oscillator.stop(start + lengthS);
}

/** Plays a sound at the chosen volume, unless sounds are off. @param {'alert' | 'help' | 'message'} name */
export function playSound(name) {
	if (!pref('sounds') || !mayPlay()) return;
	context ??= new AudioContext();
	if (context.state === 'suspended') context.resume().catch(() => {});
	for (const [hz, startS, lengthS] of SOUNDS[name]) tone(context, pref('soundVolume'), hz, startS, lengthS);
}
