// The address bar and the page agree; moving between pages keeps the phone in memory alive.
import { signal } from '../vendor/ui.js';

const clean = (/** @type {string} */ path) => path.replace(/\.html$/, '').replace(/\/index$/, '/').replace(/(.)\/$/, '$1');

export const path = signal(clean(globalThis.location?.pathname ?? '/'));

export function go(/** @type {string} */ to) {
	if (to !== location.pathname) history.pushState(null, '', to);
	path.value = to;
}

/** Replaces an address that has no page of its own now. */
export function redirect(/** @type {string} */ to) {
	history.replaceState(null, '', to);
	path.value = to;
}

const plainClick = (/** @type {MouseEvent} */ e) => e.button === 0 && !e.metaKey && !e.ctrlKey && !e.shiftKey && !e.altKey;

function followLink(/** @type {MouseEvent} */ event) {
	const link = event.target instanceof Element ? event.target.closest('a[data-page]') : null;
	if (!link || !plainClick(event)) return;
	event.preventDefault();
	go(/** @type {HTMLAnchorElement} */ (link).pathname);
}

export function startRouter() {
	addEventListener('popstate', () => { path.value = clean(location.pathname); });
	document.addEventListener('click', followLink);
}
