// What a field's type means: how its value is read from an answer, checked, and sent.
import { text } from '../../core/text.js';

/**
 * @typedef {{
 *   name: string, type: string, required?: boolean, min?: number, max?: number, pattern?: RegExp, initial?: any,
 *   onlyNew?: boolean, onlyOld?: boolean, least?: string, options?: string[] | (() => {value: string, label: string}[]), rows?: number,
 *   when?: (values: Record<string, any>) => boolean, read?: (item: any) => any, write?: (value: any, body: Record<string, any>) => void,
 *   pointer?: string, part?: string, unit?: string, nullable?: boolean, group?: string, wide?: boolean, autocomplete?: string,
 *   follows?: {field: string, as: (value: any) => any},
 * }} FieldRow onlyNew: asked for once, at the making; onlyOld: what is made has it; least: the role that may change it,
 *   where that is not the section's; part: what it is sent with; follows: the field of a new one it is made from until somebody writes into it; pointer: what refusals call it
 */

/** A name as a key: small letters without accents, digits and _, a letter first. */
export const keyOf = (/** @type {string} */ name) =>
	name.normalize('NFD').toLowerCase().replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+/, '').slice(0, 40).replace(/_$/, '');

const MS = 1000;
const PERCENT = 100;
const empty = (/** @type {any} */ v) => v === null || v === undefined || v === '' || (Array.isArray(v) && v.length === 0);
const number = (/** @type {any} */ v) => (v === null || v === undefined ? null : v);

/** @type {Record<string, {read?: (v: any) => any, send?: (v: any) => any, initial?: any}>} */
const TYPES = {
	text: { read: (v) => v ?? '', send: (v) => String(v ?? '').trim(), initial: '' },
	integer: { read: number, initial: null },
	seconds: { read: (v) => (v === null || v === undefined ? null : v / MS), send: (v) => (v === null ? null : Math.round(v * MS)), initial: null },
	minutes: { read: (v) => (v === null || v === undefined ? null : v / MS / 60), send: (v) => (v === null ? null : Math.round(v * 60) * MS), initial: null },
	percent: { read: (v) => (v === null || v === undefined ? null : Math.round(v * PERCENT * 10) / 10), send: (v) => (v === null ? null : v / PERCENT), initial: null },
	choice: { read: (v) => v ?? '', initial: '' },
	password: { read: () => '', initial: '' },
	bool: { read: (v) => v === true, initial: false },
	list: { read: (v) => v ?? [], initial: [] },
	object: { read: (v) => v ?? {}, initial: {} },
};

const typeOf = (/** @type {FieldRow} */ field) => TYPES[field.type] ?? TYPES.list;

/** The value that a form shows. */
export const readValue = (/** @type {FieldRow} */ field, /** @type {any} */ item) => (field.read ? field.read(item) : typeOf(field).read?.(item[field.name]));

/** What a new thing has in that field. */
export const initialValue = (/** @type {FieldRow} */ field) => {
	const value = field.initial ?? typeOf(field).initial;
	return typeof value === 'function' ? value() : (Array.isArray(value) ? [...value] : value);
};

/** Puts the value into the body of a request. */
export function writeValue(/** @type {FieldRow} */ field, /** @type {any} */ value, /** @type {Record<string, any>} */ body) {
	if (field.write) return field.write(value, body);
	const sent = typeOf(field).send?.(value) ?? value;
	body[field.name] = field.nullable && empty(sent) ? null : sent;
	return undefined;
}

/** Whether two values say the same. */
export const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const inRange = (/** @type {FieldRow} */ f, /** @type {number} */ n) => (f.min === undefined || n >= f.min) && (f.max === undefined || n <= f.max);

/** @type {Record<string, (f: FieldRow, v: any) => string>} */
const CHECKS = {
	text: (f, v) => {
		const length = [...String(v).trim()].length;
		if (f.pattern && !f.pattern.test(String(v).trim())) return text.admin.problems.pattern[f.name] ?? text.admin.problems.form;
		if (f.min !== undefined && length < f.min) return text.admin.problems.short(f.min);
		if (f.max !== undefined && length > f.max) return text.admin.problems.long(f.max);
		return '';
	},
	integer: (f, v) => (Number.isInteger(v) ? '' : text.admin.problems.whole) || (inRange(f, v) ? '' : text.admin.problems.range(f.min, f.max)),
	seconds: (f, v) => (Number.isInteger(v) ? '' : text.admin.problems.whole) || (inRange(f, v) ? '' : text.admin.problems.range(f.min, f.max)),
	minutes: (f, v) => (inRange(f, v) ? '' : text.admin.problems.range(f.min, f.max)),
	percent: (f, v) => (inRange(f, v) ? '' : text.admin.problems.range(f.min, f.max)),
};

CHECKS.password = CHECKS.text;

/** What is wrong with a value, or nothing. */
export function checkValue(/** @type {FieldRow} */ field, /** @type {any} */ value) {
	if (empty(typeof value === 'string' ? value.trim() : value)) {
		const needed = field.required || (!field.nullable && ['integer', 'seconds', 'minutes', 'percent'].includes(field.type));
		return needed ? text.admin.problems.required : '';
	}
	return CHECKS[field.type]?.(field, value) ?? '';
}
