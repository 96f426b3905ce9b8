// Names that change seldom: agents, queues, dispositions, pause reasons. Read at sign-in.
import { api } from '../core/api.js';
import { effect, signal } from '../vendor/ui.js';
import { sessionState } from './session.js';

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */

/** @type {Sig<Map<string, any>>} by extension */
export const people = signal(new Map());
/** @type {Sig<Map<string, any>>} by name */
export const queueInfo = signal(new Map());
/** @type {Sig<{code: string, label: string}[]>} */
export const dispositions = signal([]);
/** @type {Sig<{code: string, label: string}[]>} */
export const pauseReasons = signal([]);
/** @type {Sig<string>} why the lists are missing, when they are */
export const directoryProblem = signal('');

const byKey = (/** @type {any[]} */ items, /** @type {string} */ key) => new Map(items.map((item) => [item[key], item]));

const LISTS = [
	{ path: 'agent-extensions', query: { limit: 200 }, put: (items) => { people.value = byKey(items, 'extension'); } },
	{ path: 'queues', put: (items) => { queueInfo.value = byKey(items, 'name'); } },
	/* A group is no word for a call: only what stands in it is. */
	{ path: 'dispositions', put: (items) => { dispositions.value = items.filter((d) => d.selectable !== false); } },
	{ path: 'pause-reasons', put: (items) => { pauseReasons.value = items; } },
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

export async function loadDirectory() {
	directoryProblem.value = '';
	const loads = LISTS.map(async ({ path, query, put }) => put(await readAll(path, query)));
	const failed = (await Promise.allSettled(loads)).find((result) => result.status === 'rejected');
	if (failed) directoryProblem.value = /** @type {PromiseRejectedResult} */ (failed).reason.message;
}

/** @type {Record<string, string>} reasons nobody chooses */
const GIVEN_REASONS = { PHONE_LOST: 'Phone lost' };

/** The words for why somebody is away or offline. */
export const reasonLabel = (/** @type {string} */ code) => pauseReasons.value.find((r) => r.code === code)?.label ?? GIVEN_REASONS[code] ?? code;

export const personName = (/** @type {string} */ extension) => people.value.get(extension)?.displayName ?? extension;
export const queueName = (/** @type {string | null | undefined} */ name) => (name ? queueInfo.value.get(name)?.displayName ?? name : '');

export function startDirectory() {
	effect(() => {
		if (sessionState.value === 'in') loadDirectory();
	});
}
