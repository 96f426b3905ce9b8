// A fact that is changed where it stands: pressed, it becomes a field; Enter keeps, Escape does not.
import { text } from '../../core/text.js';
import { changeContact } from '../../stores/customer.js';
import { html, useEffect, useId, useRef, useSignal } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

const words = text.work;

function Control({ attrs, type, choices, value, onInput, onKeyDown, control }) {
	const changed = (/** @type {any} */ event) => onInput(event.target.value);
	if (type === 'choice') return html`<select ...${attrs} ref=${control} class="input" onChange=${changed} onKeyDown=${onKeyDown}>
		<option value="" selected=${!value}>${words.chooseNone}</option>
		${choices.map((/** @type {string} */ c) => html`<option key=${c} value=${c} selected=${c === value}>${c}</option>`)}</select>`;
	return html`<input ...${attrs} ref=${control} class="input" type=${type} step=${type === 'number' ? 'any' : undefined} maxlength="1000" value=${value} onInput=${changed} onKeyDown=${onKeyDown} />`;
}

/** The field while it is typed in. */
function Editing({ label, value, toChange, type, choices, testid, onEnd }) {
	const typed = useSignal(value);
	const state = useSignal(/** @type {{busy: boolean, problem: string, conflict: boolean}} */ ({ busy: false, problem: '', conflict: false }));
	const control = useRef(/** @type {HTMLInputElement | null} */ (null));
	const id = useId();
	useEffect(() => control.current?.focus(), []);
	const keep = async () => {
		if (state.value.busy) return;
		if (typed.value === value && !state.value.conflict) {
			onEnd();
			return;
		}
		state.value = { busy: true, problem: '', conflict: false };
		const outcome = await changeContact(toChange(typed.value));
		if (outcome.state === 'saved') {
			onEnd();
			return;
		}
		state.value = { busy: false, problem: outcome.state === 'failed' ? outcome.problem : words.conflict, conflict: outcome.state === 'conflict' };
		control.current?.focus();
	};
	/** @type {Record<string, () => void>} */
	const KEYS = { Enter: keep, Escape: onEnd };
	const pressed = (/** @type {KeyboardEvent} */ event) => {
		if (!KEYS[event.key] || event.isComposing) return;
		event.preventDefault();
		event.stopPropagation();
		KEYS[event.key]();
	};
	const { busy, problem, conflict } = state.value;
	const attrs = { 'aria-label': label, 'aria-invalid': problem ? 'true' : undefined, 'aria-describedby': problem ? `${id}-problem` : undefined, 'data-testid': testid && `${testid}-field` };
	return html`<div class="editing">
		<${Control} attrs=${attrs} type=${type} choices=${choices} value=${typed.value} control=${control} onInput=${(/** @type {string} */ v) => { typed.value = v; }} onKeyDown=${pressed} />
		<button type="button" class="button small" disabled=${busy} onClick=${keep} data-testid=${testid && `${testid}-keep`}>${busy ? words.keeping : words.keep}</button>
		<button type="button" class="icon-button" aria-label=${text.common.cancel} title=${text.common.cancel} onClick=${onEnd}><${Icon} name="x" size=${14} /></button>
		${problem && html`<p class="field-error" role="alert" id=${`${id}-problem`} data-conflict=${conflict ? '' : undefined}><${Icon} name="circle-alert" size=${14} /><span>${problem}${conflict && html`<br />${words.conflictNow(value || words.empty)}`}</span></p>`}
	</div>`;
}

/**
 * @param {{label: string, value: string, toChange: (typed: string) => import('../../stores/customer.js').Change, type?: string, choices?: string[], children?: any, testid?: string}} props
 * toChange: what keeping sends; children: how the value is shown
 */
export function Editable({ label, value, toChange, type = 'text', choices = [], children, testid }) {
	const editing = useSignal(false);
	const shown = useRef(/** @type {HTMLElement | null} */ (null));
	const end = () => {
		editing.value = false;
		setTimeout(() => shown.current?.focus());
	};
	if (editing.value) return html`<${Editing} label=${label} value=${value} toChange=${toChange} type=${type} choices=${choices} testid=${testid} onEnd=${end} />`;
	return html`<button type="button" ref=${shown} class="editable" data-testid=${testid} title=${words.edit(label)} onClick=${() => { editing.value = true; }}>
		<span class=${value ? '' : 'muted'}>${children ?? (value || words.empty)}</span><${Icon} name="pen-line" size=${12} /></button>`;
}
