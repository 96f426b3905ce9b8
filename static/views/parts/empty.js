import { text as catalogue } from '../../core/text.js';
import { html } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** What stands where nothing is yet: what it is, and what to do next. */
export function Empty({ icon, title, text, children }) {
	return html`<div class="empty">
		<${Icon} name=${icon} size=${24} />
		<p class="empty-title">${title}</p>
		${text && html`<p class="empty-text">${text}</p>`}
		${children}
	</div>`;
}

/** What went wrong, and the way out. */
export function Failure({ text, retry }) {
	return html`<div class="notice tone-danger" role="alert">
		<${Icon} name="triangle-alert" /><p>${text}</p>
		${retry && html`<button class="button small" onClick=${retry}>${catalogue.common.tryAgain}</button>`}
	</div>`;
}

/** Lines of the right shape while something loads. */
export function Skeleton({ lines = 3 }) {
	return html`<div class="skeleton" aria-hidden="true">${Array.from({ length: lines }, (_, i) => html`<i key=${i}></i>`)}</div>`;
}
