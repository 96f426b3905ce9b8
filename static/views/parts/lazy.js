import { text } from '../../core/text.js';
import { html, signal } from '../../vendor/ui.js';
import { Failure, Skeleton } from './empty.js';

const words = text.common;

const Waiting = () => html`<main class="page" aria-busy="true"><h1 class="hidden">${words.loading}</h1><${Skeleton} lines=${8} /></main>`;

/**
 * A view whose modules are fetched when it is drawn first, so that nobody waits for pages of others.
 * @param {() => Promise<any>} load gives the component
 * @param {any} [Meanwhile] what stands there until it has come
 */
export function lazy(load, Meanwhile = Waiting) {
	/** @type {import('../../vendor/ui.js').Signal<{view: any, problem: string}>} */
	const loaded = signal({ view: null, problem: '' });
	/** @type {Promise<void> | null} */
	let loading = null;
	const begin = () => {
		loading ??= load().then(
			(view) => { loaded.value = { view, problem: '' }; },
			(error) => {
				loading = null;
				loaded.value = { view: null, problem: error.message };
			},
		);
	};
	function Lazy(/** @type {any} */ props) {
		const { view, problem } = loaded.value;
		if (view) return html`<${view} ...${props} />`;
		if (problem) return html`<main class="page"><${Failure} text=${words.pageMissing} retry=${() => location.reload()} /></main>`;
		begin();
		return html`<${Meanwhile} />`;
	}
	/** Fetches ahead of time. */
	Lazy.preload = begin;
	return Lazy;
}
