// The figures of all queues on one day, from the functions that the board uses.
import { api } from '../core/api.js';
import { effect, signal } from '../vendor/ui.js';

const midnight = (/** @type {Date} */ date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
const dayAfter = (/** @type {Date} */ date, /** @type {number} */ days) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);

/** The viewer's local day that is looked at. */
export const day = signal(midnight(new Date()));
/** @type {import('../vendor/ui.js').Signal<{state: 'loading' | 'ready' | 'failed', problem: string, queues: any[], total: any}>} */
export const dayFigures = signal(/** @type {any} */ ({ state: 'loading', problem: '', queues: [], total: null }));

export const isToday = () => day.value.getTime() === midnight(new Date()).getTime();
/** From one midnight to the next: an hour more or less where the clocks change. */
export const bounds = () => ({ from: day.value.toISOString(), until: dayAfter(day.value, 1).toISOString() });

export const moveDay = (/** @type {number} */ days) => { day.value = dayAfter(day.value, days); };
export const toToday = () => { day.value = midnight(new Date()); };
/** Goes to a day as a date field spells it, and to none after today. */
export function toDay(/** @type {string} */ iso) {
	const [y, m, d] = iso.split('-').map(Number);
	const wanted = new Date(y, m - 1, d);
	if (!Number.isNaN(wanted.getTime()) && wanted <= new Date()) day.value = wanted;
}

export async function loadDay() {
	const asked = day.peek();
	dayFigures.value = { ...dayFigures.peek(), state: 'loading', problem: '' };
	try {
		const { queues, total } = await api.get('reporting/team/metrics', { query: bounds() });
		if (day.peek() === asked) dayFigures.value = { state: 'ready', problem: '', queues, total };
	} catch (error) {
		if (day.peek() === asked) dayFigures.value = { ...dayFigures.peek(), state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Loads each day that is chosen; the result stops it. */
export const followDay = () => effect(() => {
	if (day.value) loadDay();
});
