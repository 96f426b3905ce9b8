// Keys run actions. Single keys rest while someone types, and can be turned off altogether; each
// can be given to another key. Which key does what is a preference, what it does is bound by the page.
import { ACTIONS, actionById } from './actions.js';
import { pref, setPref } from './preferences.js';

/** @typedef {import('./actions.js').Action} Action */
/** @typedef {{run: () => void, when?: () => boolean}} Binding */

/** @type {Map<string, Binding[]>} by action; the one bound last comes first */
const bound = new Map();

/** The key of an action; empty when it has none. Whoever reads it in a component follows it. */
export function keyOf(/** @type {string} */ id) {
	return pref('keys')[id] ?? actionById.get(id)?.key ?? '';
}

const needsSingleKeys = (/** @type {Action} */ action) => !action.typing;

/** The key for a tooltip: empty too where single keys are turned off. */
export function shownKey(/** @type {string} */ id) {
	const action = actionById.get(id);
	return action && needsSingleKeys(action) && pref('keysOff') ? '' : keyOf(id);
}

/** A label with its key, as tooltips have it. */
export function withKey(/** @type {string} */ label, /** @type {string | undefined} */ id) {
	const key = id ? shownKey(id) : '';
	return key ? `${label} (${key})` : label;
}

/** Which other action has that key, if any. @returns {Action | undefined} */
export const holderOf = (/** @type {string} */ key, /** @type {string} */ exceptId) =>
	ACTIONS.find((action) => action.id !== exceptId && keyOf(action.id) === key);

/** Gives an action another key, none (''), or its own back. A key serves one action: whoever had it, has none. */
export function setKey(/** @type {string} */ id, /** @type {string} */ key) {
	const keys = { ...pref('keys') };
	const holder = key && holderOf(key, id);
	if (holder) keys[holder.id] = '';
	keys[id] = key;
	for (const [name, value] of Object.entries(keys)) {
		if (actionById.get(name)?.key === value) delete keys[name];
	}
	setPref('keys', keys);
}

export const resetKeys = () => setPref('keys', {});

/** Says what an action does from now on, and when; the result unbinds it. */
export function bindAction(/** @type {string} */ id, /** @type {() => void} */ run, /** @type {(() => boolean) | undefined} */ when = undefined) {
	if (!actionById.has(id)) throw new Error(`no action ${id}`);
	const binding = { run, when };
	bound.set(id, [binding, ...(bound.get(id) ?? [])]);
	return () => { bound.set(id, (bound.get(id) ?? []).filter((b) => b !== binding)); };
}

/** Does what a key would do: for menus and searches of actions. */
export function runAction(/** @type {string} */ id) {
	bound.get(id)?.find((b) => !b.when || b.when())?.run();
}

/** The actions that some part of the page has bound. */
export const boundActions = () => ACTIONS.filter((action) => bound.get(action.id)?.length);

/** Those that would do something now. */
export const runnableActions = () => ACTIONS.filter((action) => bound.get(action.id)?.some((b) => !b.when || b.when()));

/** Binds several; the result unbinds them all. @param {Record<string, () => void>} runs by action */
export function bindActions(runs) {
	const unbind = Object.entries(runs).map(([id, run]) => bindAction(id, run));
	return () => unbind.forEach((stop) => stop());
}

const FIELDS = 'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"]), textarea, select, [contenteditable]';
const isField = (/** @type {EventTarget | null} */ target) => target instanceof Element && target.matches(FIELDS);
// A modal dialog is all there is while it is open: what lies beneath rests.
const underDialog = () => document.querySelector('dialog:modal') !== null;

const MODIFIERS = ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead'];

/** The name of a key press as actions spell it; empty for a modifier alone. */
export function keyName(/** @type {KeyboardEvent} */ event) {
	if (MODIFIERS.includes(event.key)) return '';
	const name = event.key === ' ' ? 'Space' : event.key;
	const letter = name.length === 1 ? name.toUpperCase() : name;
	// The shift of "?" is a matter of the keyboard, not of the key's name.
	const shift = event.shiftKey && !/^[^A-Z]$/.test(letter) ? 'Shift+' : '';
	const ctrl = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
	return ctrl + shift + letter;
}

const works = (/** @type {Action} */ action, /** @type {KeyboardEvent} */ event) =>
	action.typing || !(pref('keysOff') || isField(event.target));

function pressed(/** @type {KeyboardEvent} */ event) {
	if (event.altKey || event.repeat || event.isComposing || event.defaultPrevented) return;
	const key = keyName(event);
	const action = key && ACTIONS.find((a) => keyOf(a.id) === key);
	if (!action || !works(action, event) || underDialog()) return;
	const binding = bound.get(action.id)?.find((b) => !b.when || b.when());
	if (!binding) return;
	event.preventDefault();
	binding.run();
}

export function startKeys() {
	document.addEventListener('keydown', pressed);
}
