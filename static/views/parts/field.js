import { text } from '../../core/text.js';
import { html, useId } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** @typedef {{label: string, hint?: string, problem?: string | null, required?: boolean, aside?: any}} FieldProps */

/**
 * A label, a control, and one line below it that is a hint or says what is wrong: it keeps its place.
 * @param {FieldProps & {children: (attrs: Record<string, any>) => any}} props children draws the control with the attributes it is given
 */
export function Field({ label, hint, problem, required = false, aside, children }) {
	const id = useId();
	const below = problem || hint;
	const attrs = { id, 'aria-describedby': below ? `${id}-below` : undefined, 'aria-invalid': problem ? 'true' : undefined, 'aria-required': required ? 'true' : undefined };
	return html`<div class="field">
		<span class="field-line"><label for=${id}>${label}${required && html` <span class="muted">(${text.common.required})</span>`}</label>${aside}</span>
		${children(attrs)}
		${below && html`<p class=${problem ? 'field-error' : 'field-hint'} id=${`${id}-below`} role=${problem ? 'alert' : undefined}>
			${problem && html`<${Icon} name="circle-alert" size=${14} />`}<span>${below}</span></p>`}
	</div>`;
}

/** @typedef {FieldProps & {value: any, onInput: (value: any) => void, testid?: string, disabled?: boolean, [rest: string]: any}} ControlProps */

/** A line of text, or several with `rows`. @param {ControlProps} props */
export function TextField({ label, value, onInput, hint, problem, required, aside, testid, rows, type = 'text', input, ...rest }) {
	const changed = (/** @type {any} */ event) => onInput(event.target.value);
	return html`<${Field} label=${label} hint=${hint} problem=${problem} required=${required} aside=${aside}>${(/** @type {any} */ attrs) => (rows
		? html`<textarea ...${attrs} ref=${input} class="input" rows=${rows} data-testid=${testid} value=${value ?? ''} onInput=${changed} ...${rest} />`
		: html`<input ...${attrs} ref=${input} class="input" type=${type} data-testid=${testid} value=${value ?? ''} onInput=${changed} ...${rest} />`)}<//>`;
}

/** One of some choices. @param {ControlProps & {options: {value: string, label: string, disabled?: boolean}[]}} props */
export function SelectField({ label, value, onInput, options, hint, problem, required, aside, testid, ...rest }) {
	return html`<${Field} label=${label} hint=${hint} problem=${problem} required=${required} aside=${aside}>${(/** @type {any} */ attrs) => html`<span class="select">
		<select ...${attrs} class="input" data-testid=${testid} value=${value ?? ''} onChange=${(/** @type {any} */ event) => onInput(event.target.value)} ...${rest}>
			${options.map((o) => html`<option key=${o.value} value=${o.value} disabled=${o.disabled} selected=${o.value === (value ?? '')}>${o.label}</option>`)}
		</select><${Icon} name="chevron-down" size=${14} /></span>`}<//>`;
}

/** A number; the value is null while the field is empty or no number. @param {ControlProps & {unit?: string}} props */
export function NumberField({ label, value, onInput, hint, problem, required, aside, unit, testid, ...rest }) {
	const changed = (/** @type {any} */ event) => onInput(Number.isNaN(event.target.valueAsNumber) ? null : event.target.valueAsNumber);
	return html`<${Field} label=${label} hint=${hint} problem=${problem} required=${required} aside=${aside}>${(/** @type {any} */ attrs) => html`<span class=${unit ? 'with-unit' : 'plain-unit'}>
		<input ...${attrs} class="input numeric" type="number" inputMode="decimal" data-testid=${testid} value=${value ?? ''} onInput=${changed} ...${rest} />
		${unit && html`<span class="unit" aria-hidden="true">${unit}</span>`}</span>`}<//>`;
}

/** On or off, in force at once. @param {ControlProps} props */
export function Toggle({ label, value, onInput, hint, problem, testid, ...rest }) {
	const id = useId();
	const below = problem || hint;
	return html`<div class="toggle">
		<span class="toggle-words"><label for=${id}>${label}</label>${below && html`<span id=${`${id}-below`} class=${problem ? 'field-error' : 'field-hint'}>${below}</span>`}</span>
		<input type="checkbox" role="switch" class="switch" id=${id} aria-describedby=${below ? `${id}-below` : undefined} data-testid=${testid} checked=${value}
			onChange=${(/** @type {any} */ event) => onInput(event.target.checked)} ...${rest} />
	</div>`;
}
