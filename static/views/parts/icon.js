import { html } from '../../vendor/ui.js';

/** An icon of the sprite; without a label it only decorates the words beside it. */
export function Icon({ name, label = '', size = 16 }) {
	const named = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
	return html`<svg class="icon" width=${size} height=${size} ...${named}><use href=${`/vendor/icons.svg#${name}`} /></svg>`;
}

/** The mark of the product: a cord between two of six jacks. */
export function Mark({ size = 24 }) {
	return html`<img class="mark" src="/icon.svg" width=${size} height=${size} alt="" />`;
}
