// What is wrong with the lines of a file.
import { sentence, text } from '../../core/text.js';
import { html } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

const WORDS = text.admin.contacts;

/** count: of bad lines, where not all of them are told. */
export function Wrongs({ errors, count = new Set(errors.map((/** @type {any} */ e) => e.line)).size }) {
	if (count === 0) return null;
	return html`<p class="field-error"><${Icon} name="circle-alert" size=${14} />${WORDS.bad(count)}</p>
		<div class="scroll card" tabIndex=${0} role="group" aria-label=${WORDS.wrong}><table class="table"><thead><tr><th scope="col" class="figure-cell">${WORDS.line}</th><th scope="col">${WORDS.column}</th><th scope="col">${WORDS.wrong}</th></tr></thead>
			<tbody>${errors.map((/** @type {any} */ e, /** @type {number} */ i) => html`<tr key=${i}><td class="figure-cell">${e.line}</td><td>${e.column || text.common.none}</td><td class="wraps">${sentence(e.reason)}</td></tr>`)}</tbody></table></div>`;
}
