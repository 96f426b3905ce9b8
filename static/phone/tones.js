// The sounds this page makes itself, drawn sample by sample: nothing to download, nothing to cache.

const RATE = 16_000;
const HEADER_BYTES = 44;
const FADE_S = 0.03;
const FULL = 32_767;

/** @typedef {{hz: number[], onMs: number, offMs: number, gain: number}} Beep several pitches at once, then silence */

/** @type {Record<'ring' | 'test' | 'autoAnswer', Beep[]>} */
export const TONES = {
	ring: [{ hz: [440, 554], onMs: 900, offMs: 1_600, gain: 0.35 }],
	test: [{ hz: [523], onMs: 350, offMs: 30, gain: 0.4 }, { hz: [659], onMs: 350, offMs: 30, gain: 0.4 }, { hz: [784], onMs: 600, offMs: 60, gain: 0.4 }],
	autoAnswer: [{ hz: [988], onMs: 140, offMs: 90, gain: 0.4 }, { hz: [988], onMs: 140, offMs: 90, gain: 0.4 }, { hz: [1319], onMs: 320, offMs: 60, gain: 0.4 }],
};

const lengthOf = (/** @type {number} */ ms) => Math.round((ms / 1000) * RATE);

/** Loud enough between fades that no edge clicks. */
function envelope(/** @type {number} */ i, /** @type {number} */ length) {
	const edge = Math.min(i, length - i) / (FADE_S * RATE);
	return Math.min(1, edge);
}

function sampleOf(/** @type {Beep} */ { hz, gain }, /** @type {number} */ i, /** @type {number} */ length) {
	const sum = hz.reduce((total, pitch) => total + Math.sin((2 * Math.PI * pitch * i) / RATE), 0);
	return (gain * envelope(i, length) * sum) / hz.length;
}

/** One round of a tone as samples between -1 and 1. @param {Beep[]} beeps */
export function samplesOf(beeps) {
	const parts = beeps.map((beep) => {
		const on = lengthOf(beep.onMs);
		const part = new Float32Array(on + lengthOf(beep.offMs));
		for (let i = 0; i < on; i++) part[i] = sampleOf(beep, i, on);
		return part;
	});
	const all = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
	parts.reduce((at, part) => {
		all.set(part, at);
		return at + part.length;
	}, 0);
	return all;
}

/** The same as a WAV file. @param {Beep[]} beeps */
export function wavOf(beeps) {
	const samples = samplesOf(beeps);
	const view = new DataView(new ArrayBuffer(HEADER_BYTES + 2 * samples.length));
	const word = (/** @type {number} */ at, /** @type {string} */ text) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
	word(0, 'RIFF');
	view.setUint32(4, view.byteLength - 8, true);
	word(8, 'WAVEfmt ');
	view.setUint32(16, 16, true);
	view.setUint16(20, 1, true);
	view.setUint16(22, 1, true);
	view.setUint32(24, RATE, true);
	view.setUint32(28, 2 * RATE, true);
	view.setUint16(32, 2, true);
	view.setUint16(34, 16, true);
	word(36, 'data');
	view.setUint32(40, 2 * samples.length, true);
	samples.forEach((x, i) => view.setInt16(HEADER_BYTES + 2 * i, x * FULL, true));
	return view.buffer;
}
