// How each person looks at the board's agents: filter, order, groups; kept, and saved under names.
import { pref, setPref } from '../core/preferences.js';
import { batch, computed, signal } from '../vendor/ui.js';

/** @typedef {{search: string, state: string, queue: string, order: string, group: string}} View */
/** @typedef {View & {name: string}} SavedView */

export const MAX_VIEWS = 20;

/** @type {View} */
export const EVERYBODY = { search: '', state: '', queue: '', order: 'name', group: 'none' };

/** What is typed is for the moment; the rest is found again tomorrow. */
const search = signal('');

/** @type {{readonly value: View, peek(): View}} */
export const view = computed(() => ({ ...EVERYBODY, ...pref('boardView'), search: search.value }));

const keptOf = (/** @type {View} */ { state, queue, order, group }) => ({ state, queue, order, group });

/** Looks otherwise from now on. */
export function look(/** @type {Partial<View>} */ change) {
	const before = view.peek();
	const next = { ...before, ...change };
	batch(() => {
		search.value = next.search;
		if (JSON.stringify(keptOf(before)) !== JSON.stringify(keptOf(next))) setPref('boardView', keptOf(next));
	});
}

export const isFiltered = computed(() => Boolean(view.value.search.trim() || view.value.state || view.value.queue));
export const showAll = () => look({ search: '', state: '', queue: '' });

/** @returns {SavedView[]} */
export const savedViews = () => pref('boardViews');

/** Saves how the board is looked at now; a name that is there already is given anew. */
export function saveView(/** @type {string} */ name) {
	const others = savedViews().filter((v) => v.name !== name);
	setPref('boardViews', [...others, { ...view.peek(), name }]);
}

export const removeView = (/** @type {string} */ name) => setPref('boardViews', savedViews().filter((v) => v.name !== name));

export const openView = (/** @type {SavedView} */ saved) => look({ ...saved });

export const isOpen = (/** @type {SavedView} */ saved) => Object.keys(EVERYBODY).every((key) => saved[key] === view.value[key]);
