// People from a file: each line is tried first, then made, one after another.
import { text } from '../../core/text.js';
import { queueInfo } from '../directory.js';
import { readCsv } from './csv.js';
import { generatePassword } from './password.js';
import { people } from './people.js';
import { checkValue, initialValue } from './values.js';

/**
 * @typedef {{line: number, column: string, reason: string}} Wrong
 * @typedef {{line: number, values: Record<string, any>}} Person
 */

const COLUMNS = ['extension', 'name', 'role', 'email', 'password', 'phone', 'queues'];
const NAMES = { name: 'displayName', phone: 'phoneKind' };
/** @type {Record<string, string>} */
const PHONES = { '': 'WEBRTC', browser: 'WEBRTC', webrtc: 'WEBRTC', sip: 'SIP', none: '' };
const WORDS = text.admin.people;

const fieldOf = (/** @type {string} */ column) => {
	const name = /** @type {any} */ (NAMES)[column] ?? column;
	return /** @type {import('./values.js').FieldRow} */ (people.fields.find((f) => f.name === name));
};

/** "support:0 sales:5": queues by key or name, with their penalties. */
function readQueues(/** @type {string} */ words, /** @type {(reason: string) => void} */ wrong) {
	return words.split('|').map((w) => w.trim()).filter(Boolean).flatMap((word) => {
		const [, name, penalty = '0'] = /^(.*?)(?::(\d+))?$/.exec(word) ?? [];
		const queue = [...queueInfo.value.values()].find((q) => q.name === name || q.displayName.toLowerCase() === name.toLowerCase());
		if (!queue) wrong(WORDS.importNoQueue(name));
		return queue ? [{ queueId: queue.id, penalty: Math.min(100, Number(penalty)) }] : [];
	});
}

/** @returns {{values: Record<string, any>, wrong: Wrong[]}} */
function readLine(/** @type {number} */ line, /** @type {Record<string, string>} */ cells, /** @type {Set<string>} */ taken) {
	/** @type {Wrong[]} */
	const wrong = [];
	const tell = (/** @type {string} */ column) => (/** @type {string} */ reason) => { if (reason) wrong.push({ line, column, reason }); };
	const phone = PHONES[cells.phone.toLowerCase()];
	const role = cells.role.toUpperCase() || 'AGENT';
	const values = {
		...Object.fromEntries(people.fields.map((f) => [f.name, initialValue(f)])),
		extension: cells.extension, displayName: cells.name, email: cells.email, password: cells.password || generatePassword(), role,
		takesCalls: phone !== '', phoneKind: phone || 'WEBRTC', queues: readQueues(cells.queues, tell('queues')),
	};
	for (const column of ['extension', 'name', 'email', 'password']) tell(column)(checkValue(fieldOf(column), /** @type {any} */ (values)[fieldOf(column).name]));
	if (!text.admin.options.role[role]) tell('role')(WORDS.importRole);
	if (phone === undefined) tell('phone')(WORDS.importPhone);
	if (taken.has(cells.extension)) tell('extension')(WORDS.importTaken);
	taken.add(cells.extension);
	return { values, wrong };
}

/**
 * What would come of a file.
 * @param {string} content
 * @param {any[]} known who is there already
 * @returns {{lines: number, people: Person[], errors: Wrong[]}}
 */
export function tryPeople(content, known) {
	const [head, ...rest] = readCsv(content);
	const titles = (head?.cells ?? []).map((c) => c.toLowerCase());
	const errors = titles.filter((t) => !COLUMNS.includes(t)).map((t) => ({ line: head.line, column: t, reason: WORDS.importColumn(COLUMNS.join(', ')) }));
	for (const needed of ['extension', 'name']) if (!titles.includes(needed)) errors.push({ line: head?.line ?? 1, column: needed, reason: WORDS.importMissing });
	if (errors.length) return { lines: rest.length, people: [], errors };
	const taken = new Set(known.map((p) => p.extension));
	/** @type {Person[]} */
	const good = [];
	for (const { line, cells } of rest) {
		const byName = Object.fromEntries(COLUMNS.map((c) => [c, cells[titles.indexOf(c)] ?? '']));
		const { values, wrong } = readLine(line, byName, taken);
		if (wrong.length) errors.push(...wrong);
		else good.push({ line, values });
	}
	return { lines: rest.length, people: good, errors };
}

/**
 * Makes them, and tells after each how far it is.
 * @param {Person[]} list
 * @param {(done: number) => void} tell
 */
export async function makePeople(list, tell) {
	/** @type {any[]} */
	const made = [];
	/** @type {Wrong[]} */
	const errors = [];
	for (const { line, values } of list) {
		try {
			made.push(await people.make?.({}, values));
		} catch (error) {
			const { errors: named = [], message } = /** @type {any} */ (error);
			errors.push({ line, column: named[0]?.pointer.slice(1) ?? '', reason: named[0]?.detail ?? message });
		}
		tell(made.length + errors.length);
	}
	return { made, errors };
}
