// Light, dark, or what the system says. Kept in the browser as well, for the first paint.
import { effect } from '../vendor/ui.js';
import { adopt, pref } from './preferences.js';

const KEY = 'cordboard.theme';

function show(/** @type {string} */ theme) {
	const root = document.documentElement;
	try {
		if (theme === 'system') {
			delete root.dataset.theme;
			localStorage.removeItem(KEY);
		} else {
			root.dataset.theme = theme;
			localStorage.setItem(KEY, theme);
		}
	} catch {
		// Storage can be forbidden: in force for this page.
	}
}

export function startTheme() {
	adopt('theme', document.documentElement.dataset.theme);
	effect(() => show(pref('theme')));
}
