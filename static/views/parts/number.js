// A telephone number that is called by a click, wherever it stands.
import { dialable } from '../../core/dialable.js';
import { phone as phoneText } from '../../core/format.js';
import { go, path } from '../../core/router.js';
import { text } from '../../core/text.js';
import { cannotDial, dial } from '../../stores/phone.js';
import { agentExtension } from '../../stores/session.js';
import { html } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** Calls a number, where the call is seen. */
export function callNumber(/** @type {string} */ number) {
	if (path.value !== '/agent') go('/agent');
	dial(number);
}

const isDialable = (/** @type {string | null | undefined} */ number) => Boolean(number && agentExtension.value && dialable(number).number);

/**
 * The number in its country's form; for who has a phone it is a button that calls it.
 * @param {{number: string | null | undefined, label?: string, testid?: string}} props label: shown instead of the number
 */
export function Number({ number, label, testid }) {
	const shown = label ?? phoneText(number);
	if (!number || !isDialable(number)) return html`<span class="number" data-testid=${testid}>${shown}</span>`;
	const why = cannotDial.value;
	const call = text.work.call(phoneText(number));
	return html`<button type="button" class="number number-link" data-testid=${testid} data-number=${number} disabled=${why !== ''} title=${why || call} aria-label=${label ? `${label}: ${call}` : call}
		onClick=${(/** @type {Event} */ e) => { e.stopPropagation(); callNumber(number); }}>${shown}</button>`;
}

/** The same as a small round button, for rows that show the number already. @param {{number: string | null | undefined, onCall?: () => void, testid?: string}} props onCall: dials, and does more */
export function CallButton({ number, onCall, testid = 'redial' }) {
	if (!number || !isDialable(number)) return null;
	const call = text.work.call(phoneText(number));
	return html`<button type="button" class="icon-button call-button" data-testid=${testid} aria-label=${call} title=${cannotDial.value || call} disabled=${cannotDial.value !== ''}
		onClick=${() => (onCall ? onCall() : callNumber(number))}><${Icon} name="phone" size=${14} /></button>`;
}
