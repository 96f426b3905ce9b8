// How good the line is while one talks: measured every other second, told as a word.
import { countsOf, qualityOf } from '../phone/quality.js';
import { effect, signal } from '../vendor/ui.js';
import { callReport } from './phone-call.js';
import { callStage } from './phone-state.js';

const EVERY_MS = 2_000;

/** @type {import('../vendor/ui.js').Signal<import('../phone/quality.js').Quality | null>} null: not measured yet */
export const quality = signal(/** @type {any} */ (null));

const measured = () => callStage.value === 'talking';

export function startQuality() {
	effect(() => {
		quality.value = null;
		if (!measured()) return undefined;
		/** @type {import('../phone/quality.js').Counts | null} */
		let before = null;
		const timer = setInterval(async () => {
			const report = await callReport();
			if (!report) return;
			const now = countsOf(report);
			if (before) quality.value = qualityOf(before, now);
			before = now;
		}, EVERY_MS);
		return () => clearInterval(timer);
	});
}
