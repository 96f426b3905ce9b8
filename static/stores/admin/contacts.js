// Contacts, the fields they have, and the file they come from.
import { api } from '../../core/api.js';
import { loadContactFields } from './lookups.js';

/** @typedef {import('./section.js').SectionRow} SectionRow */

/** @type {SectionRow} */
export const contacts = {
	id: 'contacts', path: 'contacts', icon: 'notebook-pen', makes: 'AGENT', changes: 'AGENT', retires: 'SUPERVISOR', search: true,
	columns: [{ name: 'name' }, { name: 'company', wide: true }, { name: 'numbers' }, { name: 'email', wide: true }, { name: 'tags', wide: true }],
	fields: [
		{ name: 'name', type: 'text', required: true, max: 200 },
		{ name: 'company', type: 'text', max: 200, nullable: true },
		{ name: 'email', type: 'text', max: 254, nullable: true, pattern: /^[^@ ]+@[^@ ]+$/ },
		{ name: 'numbers', type: 'words', initial: [] },
		{ name: 'tags', type: 'words', initial: [] },
		{ name: 'fields', type: 'object', wide: true, read: (c) => c.fields ?? {}, initial: {} },
	],
	async read(id) {
		const [contact] = await Promise.all([api.get(`contacts/${id}`), loadContactFields()]);
		return contact;
	},
};

/** @type {SectionRow} */
export const contactFields = {
	id: 'contact-fields', path: 'contact-fields', icon: 'pen-line', makes: 'ADMIN', changes: 'ADMIN', retires: 'ADMIN', order: true,
	columns: [{ name: 'label' }, { name: 'name', wide: true }, { name: 'type' }, { name: 'required', named: true }],
	fields: [
		{ name: 'name', type: 'text', required: true, max: 60 },
		{ name: 'label', type: 'text', required: true, max: 80 },
		{ name: 'type', type: 'choice', options: ['text', 'number', 'date', 'choice'], initial: 'text' },
		{ name: 'position', type: 'integer', min: 0, max: 1000, initial: 10 },
		{ name: 'choices', type: 'words', initial: [], wide: true, when: (v) => v.type === 'choice' },
		{ name: 'required', type: 'bool', initial: false, wide: true },
	],
	list: async () => (await api.get('contact-fields')).items,
	after: loadContactFields,
};

const IMPORT_MS = 70_000;

/**
 * Reads a file of contacts, or with dryRun only says what would come of it.
 * @param {string} content
 * @param {{dryRun?: boolean, skipErrors?: boolean}} how
 * @returns {Promise<{lines: number, made: number, changed: number, left: number, failed: number, errors: {line: number, column: string, reason: string}[]}>}
 */
export const importContacts = (content, { dryRun = false, skipErrors = false }) => api.post('contacts/import', {
	body: undefined, file: { type: 'text/csv', content }, query: { dryRun: String(dryRun), skipErrors: String(skipErrors) }, timeoutMs: IMPORT_MS,
});
