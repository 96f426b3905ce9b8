// Below the notes: what is to be done and what was done.
import { text } from '../../core/text.js';
import { callbacks, due } from '../../stores/callbacks.js';
import { missed } from '../../stores/missed.js';
import { html, signal } from '../../vendor/ui.js';
import { Tabs } from '../parts/tabs.js';
import { Callbacks } from './callbacks.js';
import { MissedCalls } from './missed.js';
import { OwnCalls } from './own-calls.js';

const words = text.work;

/** Which list is open; a reminder opens the one it is about. */
export const openList = signal('callbacks');

export function Lists() {
	const tabs = [
		{ id: 'callbacks', label: words.callbacks, badge: due.value.length || callbacks.value.items.length || undefined, view: Callbacks, testid: 'list-callbacks' },
		{ id: 'missed', label: words.missed, badge: missed.value.items.length || undefined, view: MissedCalls, testid: 'list-missed' },
		{ id: 'calls', label: words.ownCalls, view: OwnCalls, testid: 'list-calls' },
	];
	return html`<section class="lists" aria-label=${words.lists}><${Tabs} label=${words.lists} tabs=${tabs} selected=${openList.value} onSelect=${(/** @type {string} */ id) => { openList.value = id; }} /></section>`;
}
