// What each person chooses about these pages: one row a preference. Who reads one follows it.
//
// This module knows the values in force; stores/preferences.js brings them from the server and back.
import { signal } from '../vendor/ui.js';

/**
 * @typedef {{name: string, fallback: any, check: (value: any) => boolean, local?: boolean}} Preference
 * check: whether a stored value may be used; local: of this browser, as its devices are, not of the person
 */

const oneOf = (/** @type {any[]} */ ...words) => (/** @type {any} */ value) => words.includes(value);
const isBoolean = (/** @type {any} */ value) => typeof value === 'boolean';
const isShare = (/** @type {any} */ value) => typeof value === 'number' && value >= 0 && value <= 1;
const isObject = (/** @type {any} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isWords = (/** @type {any} */ value) => isObject(value) && Object.values(value).every((word) => typeof word === 'string');

const isListOf = (/** @type {(item: any) => boolean} */ check) => (/** @type {any} */ value) => Array.isArray(value) && value.every(check);

/** @type {Preference[]} */
export const PREFERENCES = [
	{ name: 'theme', fallback: 'system', check: oneOf('system', 'light', 'dark') },
	{ name: 'sounds', fallback: true, check: isBoolean },
	{ name: 'soundVolume', fallback: 0.6, check: isShare },
	{ name: 'notifications', fallback: true, check: isBoolean },
	{ name: 'keysOff', fallback: false, check: isBoolean },
	{ name: 'keys', fallback: {}, check: isWords },
	{ name: 'audio', fallback: {}, check: isObject, local: true },
	{ name: 'boardView', fallback: {}, check: isWords },
	{ name: 'boardViews', fallback: [], check: isListOf(isWords) },
	{ name: 'queueAlerts', fallback: true, check: isBoolean },
	{ name: 'helpAlerts', fallback: true, check: isBoolean },
	{ name: 'mutedQueues', fallback: [], check: isListOf((name) => typeof name === 'string') },
];

const rows = new Map(PREFERENCES.map((row) => [row.name, row]));
const values = new Map(PREFERENCES.map((row) => [row.name, signal(row.fallback)]));

/** @type {(name: string, value: any) => void} */
let onSet = () => {};

/** Names who keeps what is set. */
export function whenSet(/** @type {(name: string, value: any) => void} */ listener) {
	onSet = listener;
}

const signalOf = (/** @type {string} */ name) => {
	const held = values.get(name);
	if (!held) throw new Error(`no preference ${name}`);
	return held;
};

/** The value in force; reading it in a component or effect follows it. @returns {any} */
export const pref = (/** @type {string} */ name) => signalOf(name).value;

/** Chooses: in force at once, kept as soon as it can be. */
export function setPref(/** @type {string} */ name, /** @type {any} */ value) {
	if (!rows.get(name)?.check(value)) throw new Error(`${name} cannot be ${JSON.stringify(value)}`);
	signalOf(name).value = value;
	onSet(name, value);
}

export const isLocal = (/** @type {string} */ name) => rows.get(name)?.local === true;

/** Takes over a value that was kept; one that cannot be used, or none, is the fallback. */
export function adopt(/** @type {string} */ name, /** @type {any} */ value) {
	const row = rows.get(name);
	if (!row) return;
	const next = value !== undefined && row.check(value) ? value : row.fallback;
	const held = signalOf(name);
	if (JSON.stringify(held.peek()) !== JSON.stringify(next)) held.value = next;
}
