// Controls for several things at once: some of a list, words of one's own, fields of one's own.
import { text } from '../../core/text.js';
import { contactFields } from '../../stores/admin/lookups.js';
import { html, useId, useSignal } from '../../vendor/ui.js';
import { IconButton } from '../parts/button.js';
import { Field, SelectField, TextField } from '../parts/field.js';

/** A set of boxes below one label. */
export function Group({ label, hint, problem, children, testid }) {
	const id = useId();
	return html`<div class="field" role="group" aria-labelledby=${id} data-testid=${testid}>
		<span class="field-line"><span class="group-label" id=${id}>${label}</span></span>
		${children}
		${(problem || hint) && html`<p class=${problem ? 'field-error' : 'field-hint'}>${problem || hint}</p>`}
	</div>`;
}

/** Some of a list. */
export function Several({ label, hint, problem, value, onInput, options, disabled, testid }) {
	const turn = (/** @type {string} */ v) => onInput(value.includes(v) ? value.filter((/** @type {string} */ x) => x !== v) : [...value, v]);
	return html`<${Group} label=${label} hint=${hint} problem=${problem} testid=${testid}><div class="boxes">
		${options.map((/** @type {any} */ o) => html`<label key=${o.value} class="check"><input type="checkbox" checked=${value.includes(o.value)} disabled=${disabled} onChange=${() => turn(o.value)} /> ${o.label}</label>`)}
	</div><//>`;
}

/** Words that are typed one by one. */
export function Words({ label, hint, problem, value, onInput, disabled, errors, testid }) {
	const typed = useSignal('');
	const add = () => {
		const word = typed.value.trim();
		if (word && !value.includes(word)) onInput([...value, word]);
		typed.value = '';
	};
	const key = (/** @type {KeyboardEvent} */ event) => {
		if (event.key !== 'Enter' || !typed.value.trim()) return;
		event.preventDefault();
		add();
	};
	const within = Object.entries(errors ?? {}).filter(([at]) => at).map(([at, why]) => `${value[Number(at.slice(1))] ?? at} ${why}`).join('; ');
	return html`<${Field} label=${label} hint=${hint} problem=${problem || within}>${(/** @type {any} */ attrs) => html`<div class="words">
		${value.map((/** @type {string} */ w) => html`<span key=${w} class="tag">${w}<${IconButton} icon="x" label=${text.admin.remove(w)} disabled=${disabled} onClick=${() => onInput(value.filter((/** @type {string} */ x) => x !== w))} /></span>`)}
		<input ...${attrs} class="input" data-testid=${testid} value=${typed.value} disabled=${disabled} onKeyDown=${key} onBlur=${add} onInput=${(/** @type {any} */ e) => { typed.value = e.target.value; }} />
	</div>`}<//>`;
}

/** The custom fields of a contact, and what it holds under names that are no field any more. */
export function Custom({ label, value, onInput, disabled, errors }) {
	const defined = contactFields.value;
	const set = (/** @type {string} */ name, /** @type {string} */ v) => {
		const others = Object.entries(value).filter(([n]) => n !== name);
		onInput(Object.fromEntries(v === '' ? others : [...others, [name, v]]));
	};
	const loose = Object.keys(value).filter((name) => !defined.some((f) => f.name === name)).map((name) => ({ name, label: name, type: 'text' }));
	const fields = [...defined, ...loose];
	return html`<${Group} label=${label} hint=${fields.length ? '' : text.admin.contacts.noFields}><div class="custom">
		${fields.map((f) => {
			const props = { label: f.label, value: value[f.name] ?? '', required: f.required, disabled, problem: errors?.[`/${f.name}`], onInput: (/** @type {any} */ v) => set(f.name, v) };
			if (f.type === 'choice') return html`<${SelectField} key=${f.name} ...${props} options=${['', ...f.choices].map((c) => ({ value: c, label: c || text.common.none }))} />`;
			return html`<${TextField} key=${f.name} ...${props} type=${f.type === 'date' ? 'date' : 'text'} inputMode=${f.type === 'number' ? 'decimal' : undefined} />`;
		})}
	</div><//>`;
}
