// What may be dialled: the same rule as the server's, and for numbers with a + the world's, so that a typing
// error is told at once.
import { text } from './text.js';
import { validatePhoneNumberLength } from '../vendor/phonenumber.js';

/** @typedef {{number: string, problem: null} | {number: null, problem: string}} Dialable */

const MIN_DIGITS = 2;
const MAX_DIGITS = 20;
// E.164: the country code is one of the digits.
const MIN_WORLD = 7;
const MAX_WORLD = 15;

/** What is wrong with a number that has a +, by the numbering plan of its country. @type {Record<string, () => string>} */
const WRONG = {
	INVALID_COUNTRY: () => text.phone.noCountry,
	TOO_SHORT: () => text.phone.tooShort,
	TOO_LONG: () => text.phone.tooLong(MAX_WORLD),
};

function worldProblem(/** @type {string} */ number) {
	const { length } = number.slice(1);
	if (length < MIN_WORLD) return text.phone.tooShort;
	if (length > MAX_WORLD) return text.phone.tooLong(MAX_WORLD);
	return WRONG[validatePhoneNumberLength(number) ?? '']?.() ?? '';
}

function problemOf(/** @type {string} */ number) {
	const digits = number.replace(/^\+/, '');
	if (!number) return text.phone.enterNumber;
	if (/[^0-9]/.test(digits)) return text.phone.digitsOnly;
	if (digits.length < MIN_DIGITS) return text.phone.tooShort;
	if (digits.length > MAX_DIGITS) return text.phone.tooLong(MAX_DIGITS);
	return number.startsWith('+') ? worldProblem(number) : '';
}

/** A pasted number without what people write between digits: spaces of any kind, brackets, "tel:", "(0)". */
export const bareNumber = (/** @type {string} */ typed) => typed.trim().replace(/^tel:/i, '').replace(/^(\+\d+\s*)\(0\)/, '$1')
	.replace(/[\s\u00a0\u2000-\u200f\u202a-\u202f\u2060-\u206f().\-‐-―/]/g, '');

/**
 * The number to dial, or what is wrong with it, in words.
 * @param {string} typed
 * @returns {Dialable}
 */
export function dialable(typed) {
	const number = bareNumber(typed);
	const problem = problemOf(number);
	return problem ? { number: null, problem } : { number, problem: null };
}
