import { text } from '../../core/text.js';
import { html } from '../../vendor/ui.js';

const KEYS = [
	['1', ''], ['2', 'ABC'], ['3', 'DEF'], ['4', 'GHI'], ['5', 'JKL'], ['6', 'MNO'],
	['7', 'PQRS'], ['8', 'TUV'], ['9', 'WXYZ'], ['*', ''], ['0', '+'], ['#', ''],
];
const SPOKEN = { '*': text.phone.star, '#': text.phone.hash };

/** Twelve keys; what a press means is the caller's business. */
export function Digits({ press, disabled = false }) {
	return html`<div class="digits" role="group" aria-label=${text.phone.digits}>
		${KEYS.map(([key, letters]) => html`<button type="button" key=${key} class="digit" disabled=${disabled} aria-label=${SPOKEN[key]} onClick=${() => press(key)}>
			<span>${key}</span><small aria-hidden="true">${letters}</small>
		</button>`)}
	</div>`;
}
