// Everything that can be done by key: one row an action. Adding one is adding a row here and its
// words to the catalogue; help, settings and tooltips read this table.
import { text } from './text.js';

/**
 * @typedef {{id: string, group: string, label: string, key: string, typing?: boolean}} Action
 * key: as in KeyboardEvent.key, letters upper case, with "Ctrl+", "Shift+" in front; typing: also
 * while a field has the focus
 */

const label = text.common.actions;

/** @type {Action[]} */
export const ACTIONS = [
	{ id: 'answer', group: 'call', label: label.answer, key: 'A' },
	{ id: 'reject', group: 'call', label: label.reject, key: 'X' },
	{ id: 'mute', group: 'call', label: label.mute, key: 'M' },
	{ id: 'hold', group: 'call', label: label.hold, key: 'H' },
	{ id: 'keypad', group: 'call', label: label.keypad, key: 'K' },
	{ id: 'transfer', group: 'call', label: label.transfer, key: 'T' },
	{ id: 'hangUp', group: 'call', label: label.hangUp, key: 'Shift+E' },
	{ id: 'askHelp', group: 'call', label: label.askHelp, key: 'Shift+H' },
	{ id: 'phoneNumber', group: 'desk', label: label.phoneNumber, key: 'P' },
	{ id: 'redial', group: 'desk', label: label.redial, key: 'R' },
	{ id: 'status', group: 'desk', label: label.status, key: 'S' },
	{ id: 'notes', group: 'desk', label: label.notes, key: 'N' },
	{ id: 'disposition', group: 'desk', label: label.disposition, key: 'D' },
	{ id: 'save', group: 'desk', label: label.save, key: 'Ctrl+Enter', typing: true },
	{ id: 'extend', group: 'desk', label: label.extend, key: 'E' },
	{ id: 'search', group: 'everywhere', label: label.search, key: 'Ctrl+K', typing: true },
	{ id: 'filter', group: 'everywhere', label: label.filter, key: '/' },
	{ id: 'help', group: 'everywhere', label: label.help, key: '?' },
	{ id: 'settings', group: 'everywhere', label: label.settings, key: ',' },
];

/** The order of groups in help and settings. */
export const ACTION_GROUPS = ['call', 'desk', 'everywhere'];

/** @type {Map<string, Action>} */
export const actionById = new Map(ACTIONS.map((action) => [action.id, action]));
