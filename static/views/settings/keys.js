// Every action and its key: another one by pressing it, none, all off, all as they were.
import { ACTION_GROUPS, ACTIONS } from '../../core/actions.js';
import { holderOf, keyName, keyOf, resetKeys, setKey } from '../../core/keys.js';
import { pref, setPref } from '../../core/preferences.js';
import { text } from '../../core/text.js';
import { html, signal, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { announce } from '../parts/announce.js';
import { Button, IconButton } from '../parts/button.js';
import { Toggle } from '../parts/field.js';
import { Keys } from '../parts/keys.js';

const words = text.settings;

// Keys by which one moves about a page: they stay what they are.
const RESERVED = new Set(['Tab', 'Shift+Tab', 'Enter', 'Space', 'Backspace', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

/** Which action waits for its key. @type {import('../../vendor/ui.js').Signal<string | null>} */
const waiting = signal(/** @type {string | null} */ (null));

/** @typedef {{key: string, holder: string} | null} Conflict */

/** Takes the next key for an action, asking first where another one has it. */
function Recorder({ action }) {
	const field = useRef(/** @type {HTMLElement | null} */ (null));
	const conflict = useSignal(/** @type {Conflict} */ (null));
	const problem = useSignal('');
	useEffect(() => field.current?.focus(), [conflict.value]);
	const done = () => { waiting.value = null; };
	const take = (/** @type {string} */ key) => {
		setKey(action.id, key);
		announce(words.keyTaken(action.label, key));
		done();
	};
	const press = (/** @type {KeyboardEvent} */ event) => {
		const key = keyName(event);
		if (key === 'Tab' || key === 'Shift+Tab' || !key) return;
		event.preventDefault();
		event.stopPropagation();
		if (key === 'Escape') return done();
		if (event.altKey || RESERVED.has(key)) {
			problem.value = words.keyReserved;
			return undefined;
		}
		const holder = holderOf(key, action.id);
		if (!holder) return take(key);
		conflict.value = { key, holder: holder.label };
		return undefined;
	};
	if (conflict.value) {
		const { key, holder } = conflict.value;
		return html`<div class="recorder" role="alert"><p><${Keys} of=${key} /> ${words.keyConflict(holder)}</p>
			<span class="recorder-acts"><button type="button" ref=${field} class="button small" data-testid="take-key" onClick=${() => take(key)}>${words.takeKey}</button>
				<${Button} label=${text.common.cancel} size="small" onClick=${done} /></span></div>`;
	}
	return html`<button type="button" ref=${field} class="key-field is-waiting" data-testid="press-key" onKeyDown=${press} onBlur=${() => { if (!conflict.value) done(); }}>${problem.value || words.pressKey}</button>`;
}

function Row({ action }) {
	const key = keyOf(action.id);
	const own = key === action.key;
	const remove = () => setKey(action.id, '');
	if (waiting.value === action.id) return html`<li class="key-row"><span>${action.label}</span><${Recorder} action=${action} /></li>`;
	return html`<li class="key-row"><span>${action.label}</span>
		<button type="button" class="key-field" data-testid=${`key-${action.id}`} onClick=${() => { waiting.value = action.id; }}>
			<span class="hidden">${words.keyOf(action.label)} </span>${key ? html`<${Keys} of=${key} />` : html`<span class="muted">${words.noKey}</span>`}</button>
		${own
			? html`<${IconButton} label=${words.removeKey(action.label)} icon="x" disabled=${!key} onClick=${remove} />`
			: html`<${IconButton} label=${words.ownKey(action.label, action.key)} icon="undo-2" onClick=${() => setKey(action.id, action.key)} />`}
	</li>`;
}

export function KeysSection() {
	const changed = Object.keys(pref('keys')).length > 0;
	return html`<div class="section">
		<${Toggle} label=${words.singleKeys} hint=${words.singleKeysHint} value=${!pref('keysOff')} onInput=${(/** @type {boolean} */ on) => setPref('keysOff', !on)} testid="single-keys" />
		${ACTION_GROUPS.map((group) => html`<section key=${group}><h3 class="label">${text.common.actionGroups[group]}</h3>
			<ul class="key-rows">${ACTIONS.filter((a) => a.group === group).map((a) => html`<${Row} key=${a.id} action=${a} />`)}</ul></section>`)}
		<div><${Button} label=${words.resetKeys} icon="undo-2" disabled=${!changed} onClick=${resetKeys} testid="reset-keys" /></div>
	</div>`;
}
