// The idle phone: a number to dial, keys, the last numbers.
import { dialable } from '../../core/dialable.js';
import { phone as phoneText } from '../../core/format.js';
import { bindActions } from '../../core/keys.js';
import { text } from '../../core/text.js';
import { mayDial } from '../../stores/dial-rules.js';
import { ownCalls } from '../../stores/history.js';
import { audible, cannotDial, dial, dialProblem, lastDialled, phoneNotice } from '../../stores/phone.js';
import { html, signal, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { openSettings } from '../settings/open.js';
import { Digits } from './keypad.js';

const RECENT = 6;

// Kept while the phone does something else: a failed number is still there to be corrected.
const typed = signal('');
const keypad = signal(true);

const otherParty = (/** @type {any} */ call) => (call.direction === 'OUTBOUND' ? call.to : call.from);

/** The last different numbers, newest first, with the call they were last in. */
function recentCalls() {
	const seen = new Map();
	for (const call of ownCalls.value.items) {
		const number = otherParty(call);
		if (number && !seen.has(number) && dialable(number).number) seen.set(number, call);
	}
	return [...seen].slice(0, RECENT);
}

/** The number to redial: of this page, else the last one called out. */
const redialNumber = () => lastDialled.value || ownCalls.value.items.find((call) => call.direction === 'OUTBOUND')?.to || '';

function callNumber(/** @type {string} */ number) {
	typed.value = number;
	dial(number);
}

function Recent() {
	const recent = recentCalls();
	const { state } = ownCalls.value;
	return html`<div class="recent"><h2 class="label">${text.phone.recent}</h2>
		${state === 'loading' && html`<${Skeleton} lines=${RECENT} />`}
		${state !== 'loading' && recent.length === 0 && html`<p class="muted recent-none">${text.phone.noRecent}</p>`}
		<ul>${recent.map(([number, last]) => html`<li key=${number}><button type="button" class="row-button" aria-label=${text.phone.callNumber([phoneText(number), last.contactName].filter(Boolean).join(' '))} disabled=${cannotDial.value !== ''} onClick=${() => callNumber(number)}>
			<${Icon} name=${last.direction === 'OUTBOUND' ? 'phone-outgoing' : 'phone-incoming'} size=${14} /><span class="number">${phoneText(number)}</span>${last.contactName && html` <span class="muted recent-name">${last.contactName}</span>`}</button></li>`)}</ul>
	</div>`;
}

/** One line under the field: what is wrong, what hinders, or what to know. */
function DialNote({ failed }) {
	const hint = cannotDial.value || phoneNotice.value || (audible.value ? '' : text.phone.clickToRing);
	return html`<p id="dial-note" class=${failed ? 'field-error' : 'field-hint'} role=${failed ? 'alert' : undefined} data-testid="dial-note">
		${failed ? html`<${Icon} name="circle-alert" size=${14} />${failed}` : hint}</p>`;
}

export function Dialler() {
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const problem = useSignal('');
	useEffect(() => bindActions({
		phoneNumber: () => field.current?.focus(),
		keypad: () => { keypad.value = !keypad.value; },
		redial: () => { if (redialNumber()) callNumber(redialNumber()); },
	}), []);
	const change = (/** @type {string} */ value) => {
		typed.value = value;
		problem.value = '';
		dialProblem.value = null;
	};
	const submit = (/** @type {Event} */ event) => {
		event.preventDefault();
		const checked = mayDial(typed.value);
		problem.value = checked.problem ?? '';
		if (checked.number !== null) dial(checked.number);
		else field.current?.focus();
	};
	// A pasted "tel:" or formatted number is shown as one knows it.
	const pasted = (/** @type {ClipboardEvent} */ event) => {
		const checked = dialable(event.clipboardData?.getData('text') ?? '');
		if (checked.number === null) return;
		event.preventDefault();
		change(checked.number);
	};
	const failed = problem.value || dialProblem.value?.text;
	const why = cannotDial.value;
	const again = redialNumber();
	return html`<form class="dialler" onSubmit=${submit} noValidate>
		<div class="field">
			<div class="field-line"><label for="phone-number">${text.phone.phoneNumber}</label>
				<span class="field-acts"><${IconButton} label=${again ? text.phone.callNumberAgain(phoneText(again)) : text.phone.callAgain} icon="redo-2" keyFor="redial" testid="redial" disabled=${!again || why !== ''} onClick=${() => callNumber(again)} />
				<${IconButton} label=${text.phone.devices} icon="headphones" testid="open-devices" onClick=${() => openSettings('devices')} /></span></div>
			<div class="dial-line">
				<input id="phone-number" ref=${field} class="input number" type="tel" autocomplete="off" placeholder="+1 555 123 0001" data-testid="phone-number"
					aria-invalid=${failed ? 'true' : undefined} aria-describedby="dial-note"
					value=${typed.value} onInput=${(/** @type {any} */ e) => change(e.target.value)} onPaste=${pasted} />
				<${Button} label=${text.phone.dial} icon="phone" kind="positive" type="submit" testid="dial" disabled=${why !== ''} title=${why || text.phone.dial} />
			</div>
			<${DialNote} failed=${failed} />
		</div>
		<button type="button" class="row-button keypad-toggle" data-testid="keypad" aria-expanded=${keypad.value} onClick=${() => { keypad.value = !keypad.value; }}><${Icon} name="grid-3x3" size=${14} />${text.phone.keypad}</button>
		${keypad.value && html`<${Digits} press=${(/** @type {string} */ key) => change(typed.value + key)} />`}
		<${Recent} />
	</form>`;
}
