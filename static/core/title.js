// The title tells the state to whoever looks at another tab, and flashes when something is urgent.
import { text } from './text.js';

const FLASH_MS = 1_000;
const PRODUCT = text.common.product;

let steady = '';
let urgent = '';
/** @type {any} */
let timer = null;
let lit = false;

const still = () => globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;

function show() {
	const words = urgent && lit ? urgent : steady;
	const title = words ? `${words} — ${PRODUCT}` : PRODUCT;
	if (document.title !== title) document.title = title;
}

/** Flashing is for a tab that is not looked at; where motion is not wanted the words just stand there. */
function begin() {
	clearInterval(timer);
	lit = urgent !== '' && document.visibilityState === 'hidden';
	if (lit && !still()) {
		timer = setInterval(() => {
			lit = !lit;
			show();
		}, FLASH_MS);
	}
	show();
}

/** What the page is about now. */
export function setTitle(/** @type {string} */ words) {
	steady = words;
	show();
}

/** What must be seen from another tab; empty: nothing any more. */
export function flashTitle(/** @type {string} */ words) {
	if (words === urgent) return;
	urgent = words;
	begin();
}

globalThis.document?.addEventListener('visibilitychange', begin);
