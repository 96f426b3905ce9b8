// A section of the administration: one kind of thing, its list, and how one of them is read and changed.
import { api, ifMatch } from '../../core/api.js';
import { computed, signal, untracked } from '../../vendor/ui.js';
import { user } from '../session.js';
import { readValue, writeValue } from './values.js';

/**
 * @typedef {import('./values.js').FieldRow} FieldRow
 * @typedef {{name: string, figure?: boolean, of?: (item: any) => any, sort?: (item: any) => string | number, wide?: boolean, named?: boolean}} Column
 *   wide: only where there is room; named: says nothing without its head, where there are no heads
 * @typedef {{
 *   id: string, path: string, icon: string, fields: FieldRow[], columns: Column[], least?: string, makes?: string, changes?: string, retires?: string,
 *   query?: Record<string, any>, search?: boolean, retired?: boolean, order?: boolean, filters?: {name: string, type: string, options?: string[]}[],
 *   view?: string, titleOf?: (item: any) => string, read?: (id: string) => Promise<any>, list?: (section: Section) => Promise<any[]>,
 *   make?: (body: any, values: any) => Promise<any>, change?: (form: import('./form.js').Form, names: Set<string>) => Promise<any>,
 *   retire?: (item: any) => Promise<any>, parts?: Record<string, {path: (id: string) => string, withMake?: boolean}>,
 *   after?: () => Promise<any>,
 * }} SectionRow least: who sees it; makes, changes, retires: who may, nobody where it is not said; order: the list
 *   has one of its own; search: the server searches, and gives a page at a time
 */

const RANK = ['AGENT', 'SUPERVISOR', 'MANAGER', 'ADMIN'];
/** Whether who is signed in is at least that. */
export const isAtLeast = (/** @type {string | undefined} */ role) => role !== undefined && RANK.indexOf(user.value?.role ?? '') >= RANK.indexOf(role);

const PAGE = 500;
const SEARCH_PAGE = 50;

/** Every page of a list. */
export async function readAll(/** @type {string} */ path, /** @type {Record<string, any>} */ query = {}) {
	const items = [];
	let cursor = null;
	do {
		const page = await api.get(path, { query: { limit: PAGE, ...query, cursor } });
		items.push(...page.items);
		cursor = page.next;
	} while (cursor);
	return items;
}

export class Section {
	/** @param {SectionRow} row */
	constructor(row) {
		this.row = row;
		this.id = row.id;
		/** @type {import('../../vendor/ui.js').Signal<any[] | null>} null: not read yet */
		this.items = signal(/** @type {any[] | null} */ (null));
		this.problem = signal('');
		/** @type {import('../../vendor/ui.js').Signal<string | null>} where the next page begins */
		this.next = signal(/** @type {string | null} */ (null));
		this.search = signal('');
		this.withRetired = signal(false);
		/** @type {import('../../vendor/ui.js').Signal<Record<string, string>>} */
		this.filters = signal({});
		this.asked = 0;
		this.mayMake = computed(() => isAtLeast(row.makes));
		this.mayRetire = computed(() => isAtLeast(row.retires));
		this.mayImport = computed(() => isAtLeast('MANAGER'));
		this.mayChange = computed(() => isAtLeast(row.changes) || row.fields.some((f) => isAtLeast(f.least)));
	}

	/** Whether who is signed in may change a field. */
	mayEdit(/** @type {FieldRow} */ field, /** @type {boolean} */ isNew) {
		if (isNew) return isAtLeast(this.row.makes) && !field.onlyOld;
		return !field.onlyNew && isAtLeast(field.least ?? this.row.changes);
	}

	query() {
		const { row } = this;
		const retired = row.retired ? { retired: String(this.withRetired.value) } : {};
		return row.search ? { limit: SEARCH_PAGE, search: this.search.value.trim(), ...this.filters.value } : { ...row.query, ...retired };
	}

	/** Reads the list anew; what is shown stays until it has come. The newest question has the answer. */
	async load() {
		const turn = ++this.asked;
		try {
			const query = untracked(() => this.query());
			const found = this.row.search ? await api.get(this.row.path, { query }) : { items: await (this.row.list?.(this) ?? readAll(this.row.path, query)), next: null };
			if (turn !== this.asked) return;
			this.items.value = found.items;
			this.next.value = found.next;
			this.problem.value = '';
		} catch (error) {
			if (turn === this.asked) this.problem.value = /** @type {Error} */ (error).message;
		}
	}

	/** The page after those that are shown. */
	async more() {
		const turn = this.asked;
		try {
			const found = await api.get(this.row.path, { query: { ...this.query(), cursor: this.next.value } });
			if (turn !== this.asked) return;
			this.items.value = [...this.items.value ?? [], ...found.items];
			this.next.value = found.next;
		} catch (error) {
			this.problem.value = /** @type {Error} */ (error).message;
		}
	}

	read(/** @type {string} */ id) {
		return this.row.read?.(id) ?? api.get(`${this.row.path}/${id}`);
	}

	titleOf(/** @type {any} */ item) {
		return this.row.titleOf?.(item) ?? item.displayName ?? item.label ?? item.name ?? '';
	}

	/** The values of all fields that an existing thing has. */
	valuesOf(/** @type {any} */ item) {
		return Object.fromEntries(this.row.fields.map((f) => [f.name, readValue(f, item)]));
	}

	/** @param {Record<string, any>} values */
	async make(values) {
		/** @type {Record<string, any>} */
		const body = {};
		const isSent = (/** @type {FieldRow} */ f) => !f.onlyOld && (!f.part || this.row.parts?.[f.part].withMake) && (!f.when || f.when(values));
		for (const f of this.row.fields) if (isSent(f)) writeValue(f, values[f.name], body);
		return this.row.make?.(body, values) ?? api.post(this.row.path, { body });
	}

	retire(/** @type {any} */ item) {
		return this.row.retire?.(item) ?? api.delete(`${this.row.path}/${item.id}`, { headers: ifMatch(item) });
	}
}
