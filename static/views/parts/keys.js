import { html } from '../../vendor/ui.js';

/** A key as its caps: "Ctrl+K" is two. */
export function Keys({ of }) {
	// The plus itself is a key, too.
	const caps = of.split(/\+(?=.)/);
	return html`<span class="caps">${caps.map((cap, i) => html`${i > 0 && html`<span class="hidden">+</span>`}<kbd key=${cap}>${cap}</kbd>`)}</span>`;
}
