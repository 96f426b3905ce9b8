import { icons } from '../../vendor/icons.js';
import { h, html } from '../../vendor/ui.js';

/** One of the set; without a label it only decorates the words beside it. */
export function Icon({ name, label = '', size = 16 }) {
	const named = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
	return html`<svg class="icon" data-icon=${name} viewBox="0 0 24 24" width=${size} height=${size} ...${named}>${icons[name]?.map(([shape, at]) => h(shape, at))}</svg>`;
}

/** The mark of the product: a cord between two of six jacks. */
export function Mark({ size = 24 }) {
	return html`<img class="mark" src="/icon.svg" width=${size} height=${size} alt="" />`;
}
