// The words of records: why people pause, what calls are filed as, what is not dialled.
import { api } from '../../core/api.js';
import { text } from '../../core/text.js';
import { signal } from '../../vendor/ui.js';
import { loadDirectory } from '../directory.js';
import { queueOptions } from './lookups.js';
import { readAll } from './section.js';
import { keyOf } from './values.js';

/** @typedef {import('./section.js').SectionRow} SectionRow */

const CODE = { name: 'code', type: 'text', required: true, onlyNew: true, max: 40, pattern: /^[A-Z][A-Z0-9_]{0,39}$/, follows: { field: 'label', as: (/** @type {string} */ label) => keyOf(label).toUpperCase() } };
const POSITION = { name: 'position', type: 'integer', min: 0, max: 9999, initial: 0 };

/** @type {SectionRow} */
export const reasons = {
	id: 'reasons', path: 'pause-reasons', icon: 'coffee', makes: 'ADMIN', changes: 'ADMIN', retires: 'ADMIN', retired: true, order: true,
	columns: [{ name: 'label' }, { name: 'code', wide: true }, { name: 'paid', named: true }, { name: 'limitMs', figure: true }],
	fields: [
		{ name: 'label', type: 'text', required: true, max: 80 }, CODE,
		{ name: 'paid', type: 'bool', initial: true, wide: true },
		{ name: 'limitMs', type: 'minutes', min: 1, max: 1440, nullable: true }, POSITION,
	],
	after: loadDirectory,
};

/** @type {import('../../vendor/ui.js').Signal<any[]>} */
const tree = signal([]);

/** Whether b stands below a, or is it. */
function stands(/** @type {any} */ b, /** @type {string} */ a) {
	for (let d = b; d; d = tree.value.find((x) => x.id === d.parentId)) if (d.id === a) return true;
	return false;
}

/** The groups that a disposition may stand in. */
export const parentOptions = (/** @type {string | undefined} */ id) => [{ value: '', label: text.admin.topLevel },
	...tree.value.filter((d) => !d.retiredAt && !(id && stands(d, id))).map((d) => ({ value: d.id, label: `${'— '.repeat(d.depth)}${d.label}` }))];

/** @type {SectionRow} */
export const dispositions = {
	id: 'dispositions', path: 'dispositions', icon: 'tag', makes: 'ADMIN', changes: 'ADMIN', retires: 'ADMIN', retired: true, order: true,
	columns: [{ name: 'label' }, { name: 'code', wide: true }, { name: 'queueIds' }, { name: 'position', figure: true, wide: true }],
	fields: [
		{ name: 'label', type: 'text', required: true, max: 80 }, CODE,
		{ name: 'parentId', type: 'parent', nullable: true, read: (d) => d.parentId ?? '', initial: '' }, POSITION,
		{ name: 'queueIds', type: 'several', options: queueOptions, wide: true, initial: [] },
	],
	async list(section) {
		const items = await readAll('dispositions', section.query());
		tree.value = items;
		return items;
	},
	after: loadDirectory,
};

/** @type {SectionRow} */
export const dialRules = {
	id: 'dial-rules', path: 'dial-rules', icon: 'phone-off', makes: 'ADMIN', retires: 'ADMIN',
	columns: [{ name: 'prefix' }, { name: 'reason' }, { name: 'createdAt', wide: true }],
	titleOf: (r) => r.prefix,
	fields: [
		{ name: 'prefix', type: 'text', required: true, onlyNew: true, max: 16, pattern: /^\+?[0-9]{1,15}$/ },
		{ name: 'reason', type: 'text', required: true, onlyNew: true, max: 200, wide: true },
	],
	read: async (id) => (await readAll('dial-rules')).find((r) => r.id === id) ?? api.get(`dial-rules/${id}`),
};
