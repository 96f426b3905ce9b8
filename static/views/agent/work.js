// The right column: what the agent writes about the call, and the wrap-up.
import { bindAction, withKey } from '../../core/keys.js';
import { agentState } from '../../core/states.js';
import { text } from '../../core/text.js';
import { reasonLabel } from '../../stores/directory.js';
import { self } from '../../stores/self.js';
import { draft, edit, extendWrapup, finishing, saveAndFinish, subject } from '../../stores/work.js';
import { html, useEffect, useRef } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Number } from '../parts/number.js';
import { Until } from '../parts/since.js';
import { DispositionField } from './disposition.js';
import { HelpButton } from './help.js';
import { Tags } from './tags.js';

const words = text.work;

const SAVED = {
	clean: { icon: '', text: '' },
	dirty: { icon: 'pen-line', text: words.typing },
	saving: { icon: 'refresh-cw', text: words.beingSaved },
	saved: { icon: 'check', text: words.allSaved },
	failed: { icon: 'triangle-alert', text: words.notSavedAgain },
	refused: { icon: 'triangle-alert', text: words.notSaved },
};

function SavedState() {
	const { state, problem } = draft.value;
	const shown = SAVED[state];
	const bad = state === 'failed' || state === 'refused';
	return html`<p class=${`saved ${bad ? 'tone-danger' : ''}`} role="status" data-testid="saved-state" data-state=${state} title=${problem}>
		${shown.icon && html`<${Icon} name=${shown.icon} size=${14} />`}${problem ? words.withProblem(shown.text, problem) : shown.text}
	</p>`;
}

const isWrapping = () => self.value?.status === 'WRAP_UP';

/** The server's countdown, and what may be done about it: ended early, or extended once. */
function WrapupActs() {
	useEffect(() => bindAction('extend', extendWrapup, () => isWrapping() && !self.value?.wrapupExtended), []);
	const { busy } = finishing.value;
	return html`<${Button} label=${words.finish} icon="check" size="small" busy=${busy} onClick=${saveAndFinish} testid="finish" />
		${!self.value?.wrapupExtended && html`<${Button} label=${words.extend} title=${words.extendTitle} icon="timer" size="small" busy=${busy} keyFor="extend" onClick=${extendWrapup} testid="extend" />`}`;
}

/**
 * Which call the words belong to, never in doubt, also when the next one rings; and the wrap-up. Both in
 * one place of one height: nothing jumps when the call ends while somebody types.
 */
function Head() {
	const { number, over } = subject.value ?? { number: null, over: false };
	const wrapping = isWrapping();
	const until = self.value?.wrapupUntil;
	const asks = self.value?.status === 'ON_CALL' || self.value?.help;
	return html`<div class=${`about ${wrapping ? 'tone-wrapup' : ''}`} data-testid=${wrapping ? 'wrap-up' : 'about'}>
		<p class="about-whom">${wrapping ? html`<strong class="about-state"><${Icon} name="pen-line" />${words.wrapUp}</strong>` : html`<span class="muted">${words.about(over)}</span>`}<${Number} number=${number} /></p>
		<div class="about-acts">${wrapping && html`<${WrapupActs} />`}${asks && html`<${HelpButton} />`}</div>
		${wrapping && html`<p class="wrapup-time">${until ? html`<${Until} to=${until} />` : words.open}</p>`}
	</div>`;
}

/** What Save does besides saving. */
function saveLabel() {
	const { nextStatus, nextReason } = self.value ?? {};
	if (finishing.value.busy) return words.saving;
	if (!isWrapping()) return words.save;
	if (!nextStatus || nextStatus === 'AVAILABLE') return words.saveReady;
	return words.saveThen(nextReason ? reasonLabel(nextReason) : agentState(nextStatus).word);
}

function Notes() {
	const notes = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
	useEffect(() => bindAction('notes', () => notes.current?.focus()), []);
	return html`<div class="field">
		<div class="field-line"><label for="notes">${words.notes}</label><${SavedState} /></div>
		<textarea id="notes" ref=${notes} class="input" rows="5" maxlength="8000" data-testid="notes" title=${withKey(words.notes, 'notes')} value=${draft.value.notes}
			onInput=${(/** @type {any} */ e) => edit({ notes: e.target.value })}></textarea>
	</div>`;
}

export function WorkPanel() {
	useEffect(() => bindAction('save', saveAndFinish, () => subject.value !== null), []);
	if (!subject.value) return html`<${Empty} icon="notebook-pen" title=${words.nothingTitle} text=${words.nothingText} />`;
	const wrapping = isWrapping();
	const { busy, problem } = finishing.value;
	return html`<form class="work" data-testid="work" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); saveAndFinish(); }}>
		<${Head} />
		<${Notes} />
		<${DispositionField} />
		<div class="field"><span class="label">${words.tags}</span><${Tags} tags=${draft.value.tags} onChange=${(/** @type {string[]} */ tags) => edit({ tags })} testid="call-tags" /></div>
		<${Button} type="submit" label=${saveLabel()} icon="check" size="large" wide kind=${wrapping ? 'primary' : 'plain'} keyFor="save" testid="save" disabled=${busy} aria-describedby=${problem ? 'save-note' : undefined} />
		${problem && html`<p id="save-note" class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} />${problem}</p>`}
	</form>`;
}
