// What may not be dialled: the tenant's refused prefixes, known to the page before anything is dialled.
import { api } from '../core/api.js';
import { dialable } from '../core/dialable.js';
import { effect, signal } from '../vendor/ui.js';
import { people } from './directory.js';
import { sessionState } from './session.js';

/** @typedef {{id: string, prefix: string, reason: string}} DialRule */

/** @type {import('../vendor/ui.js').Signal<DialRule[]>} */
export const dialRules = signal([]);

/** +49… and 0049… and 49… are one number, as on the server. */
const form = (/** @type {string} */ number) => number.replace(/^(\+|00)(?=.)/, '');

const applies = (/** @type {string} */ prefix, /** @type {string} */ number) =>
	form(number).startsWith(form(prefix)) || (prefix === '00' && /^(\+|00)/.test(number));

/** The reason a number is refused for, of the longest prefix that fits; empty when none does. @param {DialRule[]} rules */
export function refusalOf(rules, /** @type {string} */ number) {
	const fitting = rules.filter((rule) => applies(rule.prefix, number));
	return fitting.sort((a, b) => form(b.prefix).length - form(a.prefix).length)[0]?.reason ?? '';
}

/**
 * The number to dial, or why it may not be. Colleagues' extensions are under no rule.
 * @param {string} typed
 * @returns {import('../core/dialable.js').Dialable}
 */
export function mayDial(typed) {
	const checked = dialable(typed);
	if (checked.number === null || people.value.has(checked.number)) return checked;
	const problem = refusalOf(dialRules.value, checked.number);
	return problem ? { number: null, problem } : checked;
}

/** The server refuses all the same, so what cannot be read is only told later. */
export async function loadDialRules() {
	try {
		dialRules.value = (await api.get('dial-rules')).items;
	} catch {
		dialRules.value = [];
	}
}

export function startDialRules() {
	effect(() => {
		if (sessionState.value === 'in') loadDialRules();
	});
}
