// What may be dialled: the same rule as the server's, so that a typing error is told at once.

/** @typedef {{number: string, problem: null} | {number: null, problem: string}} Dialable */

const MIN_DIGITS = 2;
const MAX_DIGITS = 20;

/**
 * Strips what people write between digits and says what is wrong, in words.
 * @param {string} typed
 * @returns {Dialable}
 */
export function dialable(typed) {
	const number = typed.replace(/[\s().\-/]/g, '');
	const digits = number.replace(/^\+/, '');
	const refuse = (/** @type {string} */ problem) => ({ number: null, problem });
	if (!number) return refuse('Enter a number to dial.');
	if (/[^0-9]/.test(digits)) return refuse('Use digits only, with + in front for another country.');
	if (digits.length < MIN_DIGITS) return refuse('This number is too short.');
	if (digits.length > MAX_DIGITS) return refuse(`A number has at most ${MAX_DIGITS} digits.`);
	return { number, problem: null };
}
