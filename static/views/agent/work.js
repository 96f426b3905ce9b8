// The right column: what the agent writes about the call, and the wrap-up.
import { bindKeys } from '../../core/keys.js';
import { phone as phoneText } from '../../core/format.js';
import { agentState } from '../../core/states.js';
import { dispositions } from '../../stores/directory.js';
import { self } from '../../stores/self.js';
import { draft, edit, extendWrapup, finishing, saveAndFinish, subject } from '../../stores/work.js';
import { html, useEffect, useRef } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Until } from '../parts/since.js';

const SAVED = {
	clean: { icon: '', text: '' },
	dirty: { icon: 'pen-line', text: 'Typing…' },
	saving: { icon: 'refresh-cw', text: 'Being saved…' },
	saved: { icon: 'check', text: 'All saved' },
	failed: { icon: 'triangle-alert', text: 'Not saved, trying again' },
};

function SavedState() {
	const { state, problem } = draft.value;
	const shown = SAVED[state];
	return html`<p class=${`saved ${state === 'failed' ? 'tone-danger' : ''}`} role="status" data-testid="saved-state" data-state=${state} title=${problem}>
		${shown.icon && html`<${Icon} name=${shown.icon} size=${14} />`}${shown.text}${problem && `: ${problem}`}
	</p>`;
}

function Wrapup() {
	const until = self.value?.wrapupUntil;
	return html`<div class="wrapup tone-wrapup" data-testid="wrap-up">
		<p class="card-state"><${Icon} name="pen-line" />Wrap-up</p>
		<p class="wrapup-time">${until ? html`<${Until} to=${until} />` : 'open'}</p>
		<button class="button small" data-testid="extend" onClick=${extendWrapup} disabled=${finishing.value.busy}><${Icon} name="timer" size=${14} />Extend</button>
	</div>`;
}

function DispositionField() {
	return html`<div class="field">
		<label for="disposition">Disposition</label>
		<div class="select"><select id="disposition" class="input" data-testid="disposition" value=${draft.value.disposition} onChange=${(/** @type {any} */ e) => edit({ disposition: e.target.value })}>
			<option value="">Choose what came of it</option>
			${dispositions.value.map((d) => html`<option key=${d.code} value=${d.code}>${d.label}</option>`)}
		</select><${Icon} name="chevron-down" size=${14} /></div>
	</div>`;
}

const SAVING_MAKES_READY = 'Saves and makes you ready for the next call.';

/** What Save does besides saving. */
function saveHint() {
	const { status, nextStatus } = self.value ?? {};
	if (status !== 'WRAP_UP') return ' ';
	const usual = !nextStatus || nextStatus === 'AVAILABLE';
	return usual ? SAVING_MAKES_READY : `Saves and ends the wrap-up; you are ${agentState(nextStatus).word} then.`;
}

/** Which call the words belong to: never in doubt, also when the next one rings. */
function About() {
	const { number, over } = subject.value ?? { number: null, over: false };
	return html`<p class="muted about">About the ${over ? 'last call' : 'call'} with <span class="number">${phoneText(number)}</span></p>`;
}

export function WorkPanel() {
	const notes = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
	useEffect(() => bindKeys([
		{ key: 'N', label: 'Write notes', run: () => notes.current?.focus() },
		{ key: 'Ctrl+Enter', label: 'Save', run: saveAndFinish, typing: true },
	]), []);
	if (!subject.value) return html`<${Empty} icon="notebook-pen" title="Nothing to write up" text="Notes and disposition of a call are written here, and saved as you type." />`;
	const wrapping = self.value?.status === 'WRAP_UP';
	return html`<form class="work" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); saveAndFinish(); }}>
		${wrapping && html`<${Wrapup} />`}
		<${About} />
		<div class="field">
			<div class="field-line"><label for="notes">Notes</label><${SavedState} /></div>
			<textarea id="notes" ref=${notes} class="input" rows="6" maxlength="8000" data-testid="notes" title="Notes (N)" value=${draft.value.notes} onInput=${(/** @type {any} */ e) => edit({ notes: e.target.value })}></textarea>
		</div>
		<${DispositionField} />
		<button class=${`button large wide ${wrapping ? 'primary' : ''}`} data-testid="save" title="Save (Ctrl+Enter)" aria-describedby="save-note" disabled=${finishing.value.busy}><${Icon} name="check" />Save</button>
		<p id="save-note" class=${finishing.value.problem ? 'field-error' : 'field-hint'} role=${finishing.value.problem ? 'alert' : undefined}>
			${finishing.value.problem || saveHint()}
		</p>
	</form>`;
}
