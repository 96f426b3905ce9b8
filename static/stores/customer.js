// Who is on the line: the contact with that number and what happened before.
import { api } from '../core/api.js';
import { computed, effect, signal } from '../vendor/ui.js';
import { subject } from './work.js';

const HISTORY = 10;

/**
 * @typedef {{number: string, state: 'loading' | 'known' | 'unknown' | 'failed', contact: any, calls: any[], problem: string}} Customer
 */

/** @type {import('../vendor/ui.js').Signal<Customer | null>} */
export const customer = signal(/** @type {Customer | null} */ (null));

const number = computed(() => subject.value?.number ?? null);

/** @returns {Promise<any>} the contact with its last calls, null when nobody has the number */
const contactOf = (/** @type {string} */ forNumber) =>
	api.get(`contacts/by-number/${encodeURIComponent(forNumber)}`).catch((problem) => {
		if (problem.status === 404) return null;
		throw problem;
	});

/** Nobody has this number, but it may have called before. */
const callsWith = (/** @type {string} */ forNumber) =>
	api.get('calls/sessions', { query: { search: forNumber, limit: HISTORY } }).then((page) => page.items);

/** @param {string} forNumber */
export async function loadCustomer(forNumber) {
	const show = (/** @type {Partial<Customer>} */ found) => {
		if (number.value !== forNumber) return;
		customer.value = { number: forNumber, state: 'loading', contact: null, calls: [], problem: '', ...found };
	};
	show({});
	try {
		const contact = await contactOf(forNumber);
		const earlier = contact ? contact.calls : await callsWith(forNumber);
		show({ state: contact ? 'known' : 'unknown', contact, calls: earlier });
	} catch (error) {
		show({ state: 'failed', problem: /** @type {Error} */ (error).message });
	}
}

export function startCustomer() {
	effect(() => {
		const wanted = number.value;
		if (!wanted) customer.value = null;
		else if (wanted !== customer.peek()?.number) loadCustomer(wanted);
	});
}
