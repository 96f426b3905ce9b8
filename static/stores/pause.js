// A break with a limit: when it is over, the agent is told once, wherever they look.
import { serverNow } from '../core/clock.js';
import { computed, effect, signal } from '../vendor/ui.js';
import { pauseReasons } from './directory.js';
import { self } from './self.js';

/** The limit of the break the agent is in: when it ends. Null: no break, or none with a limit. */
export const pauseEnd = computed(() => {
	const { status, reason, since } = self.value ?? {};
	const limitMs = status === 'AWAY' && pauseReasons.value.find((r) => r.code === reason)?.limitMs;
	return limitMs && since ? Date.parse(since) + limitMs : null;
});

/** Whether it is over. */
export const overrun = signal(false);

/** Calls back at the moment a break runs over; the result stops that. @param {() => void} onOver */
export function watchPause(onOver) {
	return effect(() => {
		const end = pauseEnd.value;
		const leftMs = end === null ? 0 : end - serverNow();
		overrun.value = end !== null && leftMs <= 0;
		if (end === null || leftMs <= 0) return undefined;
		const timer = setTimeout(() => {
			overrun.value = true;
			onOver();
		}, leftMs);
		return () => clearTimeout(timer);
	});
}
