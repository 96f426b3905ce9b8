// How loud a stream is, 0…1, whenever asked.

const FLOOR_DB = -60;
const RANGE_DB = 54;

/** @type {AudioContext | null} */
let context = null;

function audioContext() {
	context ??= new AudioContext();
	if (context.state === 'suspended') context.resume().catch(() => {});
	return context;
}

/** Loudness of samples on the scale of a meter. */
export function loudness(/** @type {ArrayLike<number>} */ samples) {
	let power = 0;
	for (let i = 0; i < samples.length; i++) power += samples[i] * samples[i];
	const decibels = 10 * Math.log10(power / samples.length + 1e-10);
	return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / RANGE_DB));
}

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
			return loudness(samples);
		},
		close: () => source.disconnect(),
	};
}
