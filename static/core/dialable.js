// What may be dialled: the same rule as the server's, so that a typing error is told at once.
import { text } from './text.js';

/** @typedef {{number: string, problem: null} | {number: null, problem: string}} Dialable */

const MIN_DIGITS = 2;
const MAX_DIGITS = 20;
// E.164, which counts the country code.
const MIN_WORLD = 7;
const MAX_WORLD = 15;

function worldProblem(/** @type {string} */ digits) {
	if (digits.startsWith('0')) return text.phone.noCountry;
	if (digits.length < MIN_WORLD) return text.phone.tooShort;
	return digits.length > MAX_WORLD ? text.phone.tooLongWorld(MAX_WORLD) : '';
}

function problemOf(/** @type {string} */ number) {
	const digits = number.replace(/^\+/, '');
	if (!number) return text.phone.enterNumber;
	if (/[^0-9]/.test(digits)) return text.phone.digitsOnly;
	if (digits.length < MIN_DIGITS) return text.phone.tooShort;
	if (digits.length > MAX_DIGITS) return text.phone.tooLong(MAX_DIGITS);
	return number.startsWith('+') ? worldProblem(digits) : '';
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
