// How figures look everywhere: durations, telephone numbers, times, shares.
import { parsePhoneNumberFromString } from '../vendor/phonenumber.js';
import { text } from './text.js';

const NONE = text.common.none;

/** m:ss under an hour, h:mm:ss above; a dash for no value. */
export function duration(/** @type {number | null | undefined} */ ms) {
	if (ms === null || ms === undefined || Number.isNaN(ms)) return NONE;
	const total = Math.max(0, Math.floor(ms / 1000));
	const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
	const hours = Math.floor(total / 3600);
	const minutes = Math.floor((total % 3600) / 60);
	const seconds = two(total % 60);
	return hours ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

const grouped = new Map();
const MIN_INTERNATIONAL = 10;

function groupNumber(/** @type {string} */ number) {
	const digits = number.replace(/^\+/, '');
	if (digits.length < MIN_INTERNATIONAL) {
		return digits.length === 7 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : number;
	}
	const parsed = parsePhoneNumberFromString(`+${digits}`);
	return parsed?.isPossible() ? parsed.formatInternational() : number;
}

/** A number grouped as its country does; extensions and what cannot be read stay as they are. */
export function phone(/** @type {string | null | undefined} */ number) {
	if (!number) return text.common.numberWithheld;
	if (!/^\+?[0-9]+$/.test(number)) return number;
	if (!grouped.has(number)) grouped.set(number, groupNumber(number));
	return grouped.get(number);
}

/** 0…1 as a whole percentage; a dash for no value, which is not zero. */
export function share(/** @type {number | null | undefined} */ value) {
	return value === null || value === undefined ? NONE : `${Math.round(value * 100)} %`;
}

/** A count; a dash where nothing is known. */
export function count(/** @type {number | null | undefined} */ value) {
	return value === null || value === undefined ? NONE : String(value);
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

const sameDay = (/** @type {Date} */ a, /** @type {Date} */ b) => a.toDateString() === b.toDateString();

/** 14:05 today, "21 Nov 14:05" on another day. */
export function time(/** @type {string} */ rfc3339, /** @type {number} */ nowMs = Date.now()) {
	const at = new Date(rfc3339);
	const clock = clockTime.format(at);
	return sameDay(at, new Date(nowMs)) ? clock : `${dayMonth.format(at)} ${clock}`;
}

/** Date and time in full, for tooltips. */
export const fullTime = (/** @type {string} */ rfc3339) => full.format(new Date(rfc3339));

const initial = (/** @type {string} */ word) => [...word][0] ?? '';

/** Up to two letters for an avatar. */
export function initials(/** @type {string | null | undefined} */ name) {
	const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
	const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
	return letters.map(initial).join('').toUpperCase();
}
