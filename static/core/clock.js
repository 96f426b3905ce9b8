// The one clock of the pages: a signal that moves once a second, on the server's time.
import { signal } from '../vendor/ui.js';

const SECOND_MS = 1000;
// HTTP dates have whole seconds, so a smaller difference cannot be told from none.
const MIN_SKEW_MS = 2000;

let skewMs = 0;

/** Milliseconds since the epoch, as the server would say. */
export const serverNow = () => Date.now() + skewMs;

/** The time of the last tick. Read it in a component that shows an age. */
export const now = signal(Date.now());

/** Learns the server's clock from the Date header of an answer that took from sentMs until now. */
export function learnServerTime(/** @type {string | null} */ dateHeader, /** @type {number} */ sentMs) {
	const serverMs = Date.parse(dateHeader ?? '');
	if (Number.isNaN(serverMs)) return;
	const localMs = (sentMs + Date.now()) / 2;
	const skew = serverMs + SECOND_MS / 2 - localMs;
	skewMs = Math.abs(skew) > MIN_SKEW_MS ? Math.round(skew) : 0;
}

/** Starts ticking on whole seconds. */
export function startClock() {
	const tick = () => {
		now.value = serverNow();
		setTimeout(tick, SECOND_MS - (serverNow() % SECOND_MS));
	};
	tick();
}
