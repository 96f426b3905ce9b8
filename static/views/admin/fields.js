// A form is a table of fields: each type has one control.
import { text } from '../../core/text.js';
import { parentOptions } from '../../stores/admin/words.js';
import { html } from '../../vendor/ui.js';
import { NumberField, SelectField, TextField, Toggle } from '../parts/field.js';
import { Custom, Several, Words } from './choices.js';
import { Members, Memberships } from './members.js';
import { PasswordField } from './passwords.js';
import { Exceptions, Week } from './week.js';

/** @typedef {import('../../stores/admin/form.js').Form} Form */
/** @typedef {import('../../stores/admin/values.js').FieldRow} FieldRow */

/** The choices of a field, with their words. @returns {{value: string, label: string}[]} */
function optionsOf(/** @type {FieldRow} */ field) {
	if (typeof field.options === 'function') return field.options();
	return (field.options ?? []).map((value) => ({ value, label: text.admin.options[field.name]?.[value] ?? value }));
}

/** @typedef {{field: FieldRow, form: Form, props: Record<string, any>, errors: Record<string, string>}} Drawn */

/** @type {(d: Drawn) => any} */
const Figure = ({ field, props }) => html`<${NumberField} ...${props} min=${field.min} max=${field.max} step="any" />`;

/** @type {Record<string, (d: Drawn) => any>} */
const CONTROLS = {
	text: ({ field, props }) => html`<${TextField} ...${props} maxLength=${field.max} autocomplete=${field.autocomplete} />`,
	integer: Figure,
	seconds: Figure,
	minutes: Figure,
	percent: Figure,
	choice: ({ field, props }) => html`<${SelectField} ...${props} options=${optionsOf(field)} />`,
	parent: ({ form, props }) => html`<${SelectField} ...${props} options=${parentOptions(form.item?.id)} />`,
	bool: ({ props }) => html`<${Toggle} ...${props} />`,
	several: ({ field, props }) => html`<${Several} ...${props} options=${optionsOf(field)} />`,
	words: ({ props, errors }) => html`<${Words} ...${props} errors=${errors} />`,
	object: ({ props, errors }) => html`<${Custom} ...${props} errors=${errors} />`,
	members: ({ props, errors }) => html`<${Members} ...${props} errors=${errors} />`,
	memberships: ({ props, errors }) => html`<${Memberships} ...${props} errors=${errors} />`,
	week: ({ props, errors }) => html`<${Week} ...${props} errors=${errors} />`,
	exceptions: ({ props, errors }) => html`<${Exceptions} ...${props} errors=${errors} />`,
	password: ({ props }) => html`<${PasswordField} ...${props} />`,
};

/** A value in words, for where others' stands beside one's own. */
export function shownValue(/** @type {Form} */ form, /** @type {string} */ name, /** @type {any} */ value) {
	const field = /** @type {FieldRow} */ (form.section.row.fields.find((f) => f.name === name));
	if (typeof value === 'boolean') return value ? text.admin.yes : text.admin.no;
	if (Array.isArray(value)) return value.every((v) => typeof v === 'string') ? value.join(', ') : String(value.length);
	const choice = field.type === 'choice' && optionsOf(field).find((o) => o.value === value);
	return choice ? choice.label : String(value ?? '') || text.common.none;
}

function FieldOf({ form, field, disabled }) {
	const words = text.admin[form.section.id].fields[field.name];
	const errors = form.errors.value[field.name] ?? {};
	const fixed = disabled || !form.section.mayEdit(field, form.isNew);
	const props = {
		label: words.label, hint: words.hint, unit: words.unit, required: field.required && !fixed, testid: `field-${field.name}`,
		value: form.values.value[field.name], onInput: (/** @type {any} */ value) => form.set(field.name, value),
		problem: errors[''] ?? (Object.keys(errors).length ? undefined : null), disabled: fixed,
	};
	return html`<div class=${field.wide || field.type === 'members' ? 'form-cell is-wide' : 'form-cell'}>${CONTROLS[field.type]({ field, form, props, errors })}</div>`;
}

/** All fields that there are, by group. */
export function Fields({ form, disabled }) {
	const titles = text.admin[form.section.id].groups;
	/** @type {Map<string, FieldRow[]>} */
	const groups = new Map();
	for (const field of form.fields()) groups.set(field.group ?? '', [...groups.get(field.group ?? '') ?? [], field]);
	return [...groups].map(([name, fields]) => html`<fieldset key=${name} class="form-group">
		${titles[name] && html`<legend>${titles[name]}</legend>`}
		${fields.map((field) => html`<${FieldOf} key=${field.name} form=${form} field=${field} disabled=${disabled} />`)}
	</fieldset>`);
}
