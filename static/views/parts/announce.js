// One polite and one urgent live region, for what must be heard as well as seen.
import { html, signal } from '../../vendor/ui.js';

const polite = signal('');
const urgent = signal('');

export const announce = (/** @type {string} */ text) => { polite.value = text; };
export const announceNow = (/** @type {string} */ text) => { urgent.value = text; };

export function Announcer() {
	return html`<div class="hidden">
		<div role="status" data-testid="announcer">${polite.value}</div>
		<div role="alert">${urgent.value}</div>
	</div>`;
}
