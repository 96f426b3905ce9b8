// Notifications of the desktop, for whoever looks at something else.
import { signal } from '../vendor/ui.js';
import { pref } from './preferences.js';

/** @typedef {'granted' | 'denied' | 'default' | 'unsupported'} Permission */

const supported = () => typeof globalThis.Notification === 'function';
/** @returns {Permission} */
const current = () => (supported() ? Notification.permission : 'unsupported');

/** @type {import('../vendor/ui.js').Signal<Permission>} */
export const permission = signal(current());

/** Asks the person; browsers want that to follow a click. */
export async function askPermission() {
	if (supported()) await Notification.requestPermission();
	permission.value = current();
	return permission.value;
}

/** @typedef {{title: string, text?: string, tag?: string, onClick?: () => void, always?: boolean}} Notice
 *  tag: replaces the one before with the same; always: even while the page is looked at */

/** Shows a notice if the page is not looked at and it is allowed; the result takes it away again. */
export function notify(/** @type {Notice} */ { title, text, tag, onClick, always = false }) {
	permission.value = current();
	const looking = document.visibilityState === 'visible' && document.hasFocus();
	if (permission.value !== 'granted' || (!always && (looking || !pref('notifications')))) return () => {};
	const notice = new Notification(title, { body: text, tag, icon: '/icon.svg' });
	notice.onclick = () => {
		globalThis.focus();
		notice.close();
		onClick?.();
	};
	return () => notice.close();
}
