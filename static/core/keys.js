// Single-key shortcuts. They rest while someone types, and can be turned off altogether.
import { signal } from '../vendor/ui.js';

const OFF_KEY = 'cordboard.keys-off';

/** @typedef {{key: string, label: string, run: () => void, when?: () => boolean, typing?: boolean}} Shortcut
 *  key: as in KeyboardEvent.key, with "Shift+", "Ctrl+" in front; typing: also inside a field */

/** @type {Map<string, Shortcut>} */
const bound = new Map();

const stored = () => {
	try {
		return localStorage.getItem(OFF_KEY) === '1';
	} catch {
		return false;
	}
};

export const keysOff = signal(stored());

export function setKeysOff(/** @type {boolean} */ off) {
	keysOff.value = off;
	try {
		localStorage.setItem(OFF_KEY, off ? '1' : '0');
	} catch {
		// In force for this page only.
	}
}

/** Binds some shortcuts; the result unbinds them. */
export function bindKeys(/** @type {Shortcut[]} */ shortcuts) {
	for (const shortcut of shortcuts) bound.set(shortcut.key, shortcut);
	return () => {
		for (const shortcut of shortcuts) {
			if (bound.get(shortcut.key) === shortcut) bound.delete(shortcut.key);
		}
	};
}

/** What can be pressed here, for the help. */
export const boundKeys = () => [...bound.values()];

const FIELDS = 'input, textarea, select, [contenteditable]';
const isField = (/** @type {EventTarget | null} */ target) => target instanceof Element && target.matches(FIELDS);

/** The name of a key press as shortcuts spell it. */
export function keyName(/** @type {KeyboardEvent} */ event) {
	const letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
	const isLetter = /^[A-Z]$/.test(letter);
	const shift = event.shiftKey && isLetter ? 'Shift+' : '';
	const ctrl = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
	return ctrl + shift + letter;
}

function pressed(/** @type {KeyboardEvent} */ event) {
	if (event.altKey || event.repeat || event.isComposing) return;
	const shortcut = bound.get(keyName(event));
	if (!shortcut || (shortcut.when && !shortcut.when())) return;
	if (!shortcut.typing && (keysOff.value || isField(event.target))) return;
	event.preventDefault();
	shortcut.run();
}

export function startKeys() {
	document.addEventListener('keydown', pressed);
}
