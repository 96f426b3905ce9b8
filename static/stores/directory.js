// Names that change seldom: agents, queues, dispositions, pause reasons, contact fields. Read at
// sign-in, and again when somebody comes back to the page after a while.
import { api } from '../core/api.js';
import { text } from '../core/text.js';
import { computed, effect, signal } from '../vendor/ui.js';
import { sessionState } from './session.js';

const OLD_MS = 60_000;

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */
/**
 * @typedef {{id: string, code: string, label: string, parentId?: string | null, depth?: number, selectable?: boolean, queueIds?: string[]}} Disposition
 * @typedef {{code: string, label: string, paid?: boolean, limitMs?: number | null}} PauseReason
 * @typedef {{name: string, label: string, type: 'text' | 'number' | 'date' | 'choice', choices: string[], required: boolean}} ContactField
 */

/** @type {Sig<Map<string, any>>} by extension */
export const people = signal(new Map());
/** @type {Sig<Map<string, any>>} by name */
export const queueInfo = signal(new Map());
/** @type {Sig<Disposition[]>} groups and what stands in them, each right below its group */
export const dispositionTree = signal([]);
/** @type {Sig<PauseReason[]>} */
export const pauseReasons = signal([]);
/** @type {Sig<ContactField[]>} */
export const contactFields = signal([]);
/** @type {Sig<string>} why the lists are missing, when they are */
export const directoryProblem = signal('');

/** A group is no word for a call: only what stands in it is. */
export const dispositions = computed(() => dispositionTree.value.filter((d) => d.selectable !== false));

const byKey = (/** @type {any[]} */ items, /** @type {string} */ key) => new Map(items.map((item) => [item[key], item]));

const LISTS = [
	{ path: 'agent-extensions', query: { limit: 200 }, put: (items) => { people.value = byKey(items, 'extension'); } },
	{ path: 'queues', put: (items) => { queueInfo.value = byKey(items, 'name'); } },
	{ path: 'dispositions', put: (items) => { dispositionTree.value = items; } },
	{ path: 'pause-reasons', put: (items) => { pauseReasons.value = items; } },
	{ path: 'contact-fields', put: (items) => { contactFields.value = items; } },
];

/** @returns {Promise<any[]>} every page of a list */
async function readAll(/** @type {string} */ path, /** @type {any} */ query) {
	const items = [];
	let cursor = null;
	do {
		const page = await api.get(path, { query: { ...query, cursor } });
		items.push(...page.items);
		cursor = page.next;
	} while (cursor);
	return items;
}

let readAt = 0;

export async function loadDirectory() {
	directoryProblem.value = '';
	readAt = Date.now();
	const loads = LISTS.map(async ({ path, query, put }) => put(await readAll(path, query)));
	const failed = (await Promise.allSettled(loads)).find((result) => result.status === 'rejected');
	if (failed) directoryProblem.value = /** @type {PromiseRejectedResult} */ (failed).reason.message;
}

/** The words for why somebody is away or offline. */
export const reasonLabel = (/** @type {string} */ code) =>
	pauseReasons.value.find((r) => r.code === code)?.label ?? text.work.givenReasons[code] ?? code;

export const personName = (/** @type {string} */ extension) => people.value.get(extension)?.displayName ?? extension;
export const queueName = (/** @type {string | null | undefined} */ name) => (name ? queueInfo.value.get(name)?.displayName ?? name : '');

export function startDirectory() {
	effect(() => {
		if (sessionState.value === 'in') loadDirectory();
	});
	globalThis.document?.addEventListener('visibilitychange', () => {
		const old = Date.now() - readAt > OLD_MS;
		if (document.visibilityState === 'visible' && old && sessionState.peek() === 'in') loadDirectory();
	});
}
