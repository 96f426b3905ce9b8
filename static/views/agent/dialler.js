// The idle phone: a number to dial, keys, the last numbers.
import { dialable } from '../../core/dialable.js';
import { phone as phoneText } from '../../core/format.js';
import { bindKeys } from '../../core/keys.js';
import { ownCalls } from '../../stores/history.js';
import { audible, cannotDial, dial, dialProblem, phoneNotice } from '../../stores/phone.js';
import { html, signal, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Digits } from './keypad.js';

const RECENT = 5;

// Kept while the phone does something else: a failed number is still there to be corrected.
const typed = signal('');

const otherParty = (/** @type {any} */ call) => (call.direction === 'OUTBOUND' ? call.to : call.from);

/** The last different numbers, newest first. */
function recentNumbers() {
	const numbers = ownCalls.value.items.map(otherParty).filter((n) => n && dialable(n).number);
	return [...new Set(numbers)].slice(0, RECENT);
}

function Recent() {
	const numbers = recentNumbers();
	if (!numbers.length) return null;
	return html`<div class="recent"><h2 class="label">Recent</h2>
		<ul>${numbers.map((n) => html`<li key=${n}><button class="row-button number" aria-label=${`Call ${phoneText(n)}`} disabled=${cannotDial.value !== ''} onClick=${() => { typed.value = n; dial(n); }}>
			<${Icon} name="phone-outgoing" size=${14} />${phoneText(n)}</button></li>`)}</ul>
	</div>`;
}

export function Dialler() {
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const problem = useSignal('');
	const keypad = useSignal(true);
	useEffect(() => bindKeys([
		{ key: 'P', label: 'Type a number', run: () => field.current?.focus() },
		{ key: 'K', label: 'Keypad', run: () => { keypad.value = !keypad.value; } },
	]), []);
	const change = (/** @type {string} */ text) => {
		typed.value = text;
		problem.value = '';
		dialProblem.value = null;
	};
	const submit = (/** @type {Event} */ event) => {
		event.preventDefault();
		const checked = dialable(typed.value);
		problem.value = checked.problem ?? '';
		if (checked.number !== null) dial(checked.number);
		else field.current?.focus();
	};
	const failed = problem.value || dialProblem.value?.text;
	const why = cannotDial.value;
	return html`<form class="dialler" onSubmit=${submit} noValidate>
		<div class="field">
			<label for="phone-number">Phone number</label>
			<div class="dial-line">
				<input id="phone-number" ref=${field} class="input number" type="tel" autocomplete="off" placeholder="+1 555 123 0001" data-testid="phone-number" title="Phone number (P)"
					aria-invalid=${failed ? 'true' : undefined} aria-describedby=${failed || why ? 'dial-note' : undefined}
					value=${typed.value} onInput=${(/** @type {any} */ e) => change(e.target.value)} />
				<button class="button positive" data-testid="dial" disabled=${why !== ''} title=${why || 'Dial (Enter)'}><${Icon} name="phone" />Dial</button>
			</div>
			<p id="dial-note" class=${failed ? 'field-error' : 'field-hint'} role=${failed ? 'alert' : undefined} data-testid="dial-note">
				${failed ? html`<${Icon} name="circle-alert" size=${14} />${failed}` : why || phoneNotice.value || (audible.value ? ' ' : 'Click anywhere so that this page can ring.')}
			</p>
		</div>
		<button type="button" class="row-button keypad-toggle" data-testid="keypad" aria-expanded=${keypad.value} title="Keypad (K)" onClick=${() => { keypad.value = !keypad.value; }}><${Icon} name="grid-3x3" size=${14} />Keypad</button>
		${keypad.value && html`<${Digits} press=${(/** @type {string} */ key) => change(typed.value + key)} />`}
		<${Recent} />
	</form>`;
}
