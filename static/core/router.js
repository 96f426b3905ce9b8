// The address bar and the page agree; moving between pages keeps the phone in memory alive.
import { signal } from '../vendor/ui.js';

const clean = (/** @type {string} */ path) => path.replace(/\.html$/, '').replace(/\/index$/, '/').replace(/(.)\/$/, '$1');

export const path = signal(clean(globalThis.location?.pathname ?? '/'));

/** @type {((to: string) => boolean) | null} */
let guard = null;

/**
 * Who would lose something is asked before another address is gone to, and goes there themselves if it
 * is to be. There is one at a time; what is returned takes it away.
 */
export function guardLeaving(/** @type {(to: string) => boolean} */ mayLeave) {
	guard = mayLeave;
	return () => { if (guard === mayLeave) guard = null; };
}

export function go(/** @type {string} */ to) {
	if (to === path.value || guard?.(to) === false) return;
	if (to !== location.pathname) history.pushState(null, '', to);
	path.value = to;
}

function goneBack() {
	const to = clean(location.pathname);
	if (to === path.value) return;
	if (guard?.(to) === false) history.pushState(null, '', path.value);
	else path.value = to;
}

/** Whether an address is a page's own, or lies within it. */
export const isWithin = (/** @type {string} */ page, /** @type {string} */ address = path.value) => address === page || address.startsWith(`${page}/`);

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
	addEventListener('popstate', goneBack);
	document.addEventListener('click', followLink);
}
