// Digits sent in a call: by click, by keyboard, by paste. What is shown is what went out.
import { text } from '../../core/text.js';
import { sendTones, tonesSent } from '../../stores/phone.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Digits } from './keypad.js';

const inField = (/** @type {Event} */ e) => e.target instanceof Element && e.target.matches('input, textarea, select, [contenteditable]');

export function CallKeypad() {
	useEffect(() => {
		const typed = (/** @type {KeyboardEvent} */ e) => {
			if (inField(e) || e.ctrlKey || e.metaKey || e.altKey || !/^[0-9*#]$/.test(e.key)) return;
			e.preventDefault();
			sendTones(e.key);
		};
		const pasted = (/** @type {ClipboardEvent} */ e) => {
			if (!inField(e)) sendTones(e.clipboardData?.getData('text') ?? '');
		};
		document.addEventListener('keydown', typed);
		document.addEventListener('paste', pasted);
		return () => {
			document.removeEventListener('keydown', typed);
			document.removeEventListener('paste', pasted);
		};
	}, []);
	return html`<div class="in-call-keypad" data-testid="call-keypad">
		<output class=${`sent number ${tonesSent.value ? '' : 'muted'}`} aria-label=${text.phone.digitsSent} data-testid="digits-sent">${tonesSent.value || text.phone.typeDigits}</output>
		<${Digits} press=${sendTones} />
	</div>`;
}
