// Light, dark, or what the system says; only the choice is remembered.
import { signal } from '../vendor/ui.js';

/** @typedef {'system' | 'light' | 'dark'} Theme */

const KEY = 'cordboard.theme';

/** @type {{value: Theme}} */
export const theme = signal(/** @type {Theme} */ (globalThis.document?.documentElement.dataset.theme ?? 'system'));

/** @type {Record<Theme, Theme>} */
const NEXT = { system: 'light', light: 'dark', dark: 'system' };

/** Goes on to the next of system, light and dark. */
export function cycleTheme() {
	const next = NEXT[theme.value];
	theme.value = next;
	if (next === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = next;
	try {
		if (next === 'system') localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, next);
	} catch {
		// Not remembered then, but in force for this page.
	}
}
