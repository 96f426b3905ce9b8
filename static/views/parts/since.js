import { now } from '../../core/clock.js';
import { duration } from '../../core/format.js';
import { html } from '../../vendor/ui.js';

const at = (/** @type {string | number | null | undefined} */ time) => (typeof time === 'string' ? Date.parse(time) : time);

/** The time since a moment, counting up; redraws nothing but itself. */
export function Since({ from, testid }) {
	const start = at(from);
	const text = start ? duration(now.value - start) : '–';
	return html`<span class="time" data-testid=${testid}>${text}</span>`;
}

/** The time until a moment, counting down to zero. */
export function Until({ to }) {
	const end = at(to);
	return html`<span class="time">${end ? duration(Math.ceil((end - now.value) / 1000) * 1000) : '–'}</span>`;
}
