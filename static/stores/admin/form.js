// One thing in hand: what it was, what was typed, what is wrong with it, and who else has changed it.
import { api, ifMatch } from '../../core/api.js';
import { text } from '../../core/text.js';
import { batch, computed, signal } from '../../vendor/ui.js';
import { checkValue, initialValue, same, writeValue } from './values.js';

/** @typedef {import('../../core/api.js').Problem} Problem */

const FIELD_REFUSED = 422;
const CHANGED_MEANWHILE = 412;

export class Form {
	/**
	 * @param {import('./section.js').Section} section
	 * @param {any} item null: a new one
	 */
	constructor(section, item) {
		this.section = section;
		this.isNew = item === null;
		this.item = item;
		this.base = signal(/** @type {Record<string, any>} */ (this.isNew ? this.fresh() : section.valuesOf(item)));
		this.values = signal(/** @type {Record<string, any>} */ ({ ...this.base.value }));
		/** @type {import('../../vendor/ui.js').Signal<Record<string, Record<string, string>>>} by field; within by the rest of the pointer, "" the field itself */
		this.errors = signal(/** @type {any} */ ({}));
		this.problem = signal('');
		this.saving = signal(false);
		/** @type {import('../../vendor/ui.js').Signal<Record<string, any> | null>} what others made of what is typed here too */
		this.conflict = signal(/** @type {any} */ (null));
		this.changed = computed(() => new Set(section.row.fields.filter((f) => !same(this.base.value[f.name], this.values.value[f.name])).map((f) => f.name)));
		this.dirty = computed(() => this.changed.value.size > 0);
	}

	fresh() {
		return Object.fromEntries(this.section.row.fields.map((f) => [f.name, initialValue(f)]));
	}

	/** The fields there are, as things stand. */
	fields() {
		const { values } = this;
		return this.section.row.fields.filter((f) => !(this.isNew ? f.onlyOld : f.onlyNew && f.type === 'password') && (!f.when || f.when(values.value)));
	}

	set(/** @type {string} */ name, /** @type {any} */ value) {
		const before = this.values.value;
		const set = { [name]: value, ...(this.isNew && this.followers(name, before[name], value)) };
		this.values.value = { ...before, ...set };
		if (Object.keys(set).some((n) => this.errors.value[n])) {
			this.errors.value = Object.fromEntries(Object.entries(this.errors.value).filter(([n]) => !(n in set)));
		}
	}

	/** The values of what is made from this field and was not written by hand. */
	followers(/** @type {string} */ name, /** @type {any} */ before, /** @type {any} */ value) {
		const untouched = this.section.row.fields.filter((f) => f.follows?.field === name && this.values.value[f.name] === f.follows.as(before));
		return Object.fromEntries(untouched.map((f) => [f.name, f.follows?.as(value)]));
	}

	/** Looks for what is wrong before the server does. */
	check() {
		/** @type {Record<string, Record<string, string>>} */
		const errors = {};
		for (const f of this.fields()) {
			if (!this.section.mayEdit(f, this.isNew)) continue;
			const wrong = checkValue(f, this.values.value[f.name]);
			if (wrong) errors[f.name] = { '': wrong };
		}
		this.errors.value = errors;
		return Object.keys(errors).length === 0;
	}

	/** Puts what the server refused beside the fields that it named. */
	refused(/** @type {Problem} */ problem) {
		/** @type {Record<string, Record<string, string>>} */
		const errors = {};
		const others = [];
		for (const { pointer, detail } of problem.errors) {
			const field = this.section.row.fields.find((f) => pointer === (f.pointer ?? `/${f.name}`) || pointer.startsWith(`${f.pointer ?? `/${f.name}`}/`));
			const own = field && (field.pointer ?? `/${field.name}`);
			if (field && own) (errors[field.name] ??= {})[pointer.slice(own.length)] = detail;
			else others.push(`${pointer.slice(1)}: ${detail}`);
		}
		batch(() => {
			this.errors.value = errors;
			this.problem.value = others.join('; ') || (problem.errors.length ? '' : problem.message);
		});
	}

	/** Somebody else was faster: takes theirs for what was not touched here, keeps what was typed, and says where the two differ. */
	async reconcile() {
		const item = await this.section.read(this.item.id);
		const theirs = this.section.valuesOf(item);
		const before = this.base.value;
		const mine = this.values.value;
		const touched = this.changed.value;
		batch(() => {
			this.item = item;
			this.conflict.value = Object.fromEntries(Object.entries(theirs).filter(([name, value]) => !same(value, before[name]) && !same(value, mine[name])));
			this.values.value = Object.fromEntries(Object.keys(theirs).map((name) => [name, touched.has(name) ? mine[name] : theirs[name]]));
			this.base.value = theirs;
		});
	}

	/** Gives up what is typed for what others have saved. */
	takeTheirs() {
		batch(() => {
			this.values.value = { ...this.base.value };
			this.conflict.value = null;
			this.errors.value = {};
			this.problem.value = '';
		});
	}

	/** Sends what has changed, each part to its address. */
	async change() {
		const { row } = this.section;
		if (row.change) return row.change(this, this.changed.value);
		const parts = new Map();
		for (const f of row.fields) {
			if (!this.changed.value.has(f.name)) continue;
			const part = f.part ?? '';
			if (!parts.has(part)) parts.set(part, []);
			parts.get(part).push(f);
		}
		for (const [name, fields] of parts) await this.changePart(name, fields);
		return this.item;
	}

	async changePart(/** @type {string} */ name, /** @type {import('./values.js').FieldRow[]} */ fields) {
		const { row } = this.section;
		/** @type {Record<string, any>} */
		const body = {};
		for (const f of fields) writeValue(f, this.values.value[f.name], body);
		const path = row.parts?.[name]?.path(this.item.id) ?? `${row.path}/${this.item.id}`;
		await this.put(path, body);
		// The next part, or the next try, goes on from here.
		this.item = await this.section.read(this.item.id);
		this.settle(fields.map((f) => f.name));
	}

	/** Changes the thing, if it is still as it was read. */
	put(/** @type {string} */ path, /** @type {any} */ body) {
		return api.put(path, { body, headers: ifMatch(this.item) });
	}

	/** These are saved. */
	settle(/** @type {string[]} */ names) {
		this.base.value = { ...this.base.value, ...Object.fromEntries(names.map((name) => [name, this.values.value[name]])) };
	}

	/** @returns {Promise<any>} what was made or changed; null: it was not, and it is told why */
	async save() {
		if (this.saving.value || !this.check()) return null;
		this.saving.value = true;
		this.problem.value = '';
		try {
			const done = this.isNew ? await this.section.make(this.values.value) : await this.change();
			this.conflict.value = null;
			return done ?? this.item;
		} catch (error) {
			await this.failed(/** @type {Problem} */ (error));
			return null;
		} finally {
			this.saving.value = false;
		}
	}

	async failed(/** @type {Problem} */ problem) {
		if (problem.status === FIELD_REFUSED) this.refused(problem);
		else if (problem.status === CHANGED_MEANWHILE && !this.isNew) {
			await this.reconcile().catch((error) => { this.problem.value = error.message; });
		} else this.problem.value = problem.message ?? text.admin.problems.form;
	}
}
