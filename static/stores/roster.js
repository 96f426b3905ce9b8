// Who stands on the board: the agents, how many are in which state, and in what order they are shown.
import { batch, computed, effect, signal, untracked } from '../vendor/ui.js';
import { loadDirectory, people, personName, queueName } from './directory.js';
import { agents, boardState } from './floor.js';
import { view } from './views.js';

/** States in the order in which they matter. */
export const RANK = ['RINGING', 'ON_CALL', 'WRAP_UP', 'AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE'];

/** Supervisors and managers have a phone too, but are no agents of a queue. */
const isAgent = (/** @type {string} */ extension) => {
	const person = people.value.get(extension);
	return person?.role === 'AGENT' || Boolean(person?.queues?.length);
};

const collator = new Intl.Collator();

/** Everybody on the board, by name. @type {{readonly value: string[], peek(): string[]}} */
export const boardAgents = computed(() => [...agents.value.keys()].filter(isAgent)
	.sort((a, b) => collator.compare(personName(a), personName(b)) || collator.compare(a, b)));

const nameRank = computed(() => new Map(boardAgents.value.map((extension, i) => [extension, i])));

/** @typedef {Record<string, number>} Counts by state */

/** @type {import('../vendor/ui.js').Signal<{states: Counts, queues: Map<string, Counts>, help: string[]}>} */
export const summary = signal(/** @type {any} */ ({ states: {}, queues: new Map(), help: [] }));

const add = (/** @type {Counts} */ counts, /** @type {string} */ state) => { counts[state] = (counts[state] ?? 0) + 1; };

function summarise() {
	/** @type {Counts} */
	const states = {};
	/** @type {Map<string, Counts>} */
	const queues = new Map();
	const help = [];
	for (const extension of boardAgents.peek()) {
		const agent = agents.peek().get(extension)?.peek();
		if (!agent) continue;
		const state = boardState(agent);
		add(states, state);
		if (agent.help) help.push(extension);
		for (const name of people.peek().get(extension)?.queues ?? []) {
			if (!queues.has(name)) queues.set(name, {});
			add(/** @type {Counts} */ (queues.get(name)), state);
		}
	}
	summary.value = { states, queues, help };
}

// ---- the arrangement of the grid -------------------------------------------------------------------

/** @typedef {{id: string, members: string[]}} Group */

/** @type {import('../vendor/ui.js').Signal<Group[]>} */
export const arrangement = signal(/** @type {Group[]} */ ([]));
/** While somebody points at the grid, or is in it, its rows keep their places. */
export const held = signal(false);

const peekAgent = (/** @type {string} */ extension) => agents.peek().get(extension)?.peek();
const byName = (/** @type {any} */ a, /** @type {any} */ b) => (nameRank.peek().get(a.extension) ?? 0) - (nameRank.peek().get(b.extension) ?? 0);

/** @type {Record<string, (a: any, b: any) => number>} */
const ORDERS = {
	name: byName,
	extension: (a, b) => collator.compare(a.extension, b.extension),
	state: (a, b) => RANK.indexOf(boardState(a)) - RANK.indexOf(boardState(b)) || byName(a, b),
	longest: (a, b) => (a.since ?? '9').localeCompare(b.since ?? '9') || byName(a, b),
};
export const ORDER_NAMES = Object.keys(ORDERS);

const helpFirst = (/** @type {any} */ a, /** @type {any} */ b) => Number(Boolean(b.help)) - Number(Boolean(a.help));
const queuesOf = (/** @type {string} */ extension) => people.peek().get(extension)?.queues ?? [];

function matches(/** @type {any} */ agent) {
	const { search, state, queue } = view.peek();
	const wanted = search.trim().toLowerCase();
	const words = `${personName(agent.extension)} ${agent.extension}`.toLowerCase();
	return (!wanted || words.includes(wanted)) && (!state || boardState(agent) === state) && (!queue || queuesOf(agent.extension).includes(queue));
}

/** What an agent stands under: of each grouping, the groups' names. @type {Record<string, (agent: any) => string[]>} */
const GROUPINGS = {
	none: () => [''],
	state: (agent) => [boardState(agent)],
	queue: ({ extension }) => {
		const { queue } = view.peek();
		const names = queuesOf(extension);
		if (queue) return [queue];
		return names.length ? names : [''];
	},
};
export const GROUPING_NAMES = Object.keys(GROUPINGS);

/** @type {Record<string, (a: string, b: string) => number>} */
const GROUP_ORDER = {
	none: () => 0,
	state: (a, b) => RANK.indexOf(a) - RANK.indexOf(b),
	queue: (a, b) => Number(a === '') - Number(b === '') || collator.compare(queueName(a), queueName(b)),
};

function arranged() {
	const { order, group } = view.peek();
	const compare = ORDERS[order] ?? byName;
	const shown = boardAgents.peek().map(peekAgent).filter((agent) => agent && matches(agent));
	shown.sort((a, b) => helpFirst(a, b) || compare(a, b));
	/** @type {Map<string, string[]>} */
	const groups = new Map();
	for (const agent of shown) {
		for (const id of (GROUPINGS[group] ?? GROUPINGS.none)(agent)) {
			if (!groups.has(id)) groups.set(id, []);
			groups.get(id)?.push(/** @type {any} */ (agent).extension);
		}
	}
	return [...groups].sort(([a], [b]) => GROUP_ORDER[group](a, b)).map(([id, members]) => ({ id, members }));
}

/** Who has gone is gone, who has come stands last: nobody else moves. */
function kept(/** @type {Group[]} */ before, /** @type {Group[]} */ wanted) {
	const here = new Set(boardAgents.peek());
	const placed = new Set(before.flatMap((g) => g.members));
	const come = wanted.map((g) => ({ ...g, members: g.members.filter((m) => !placed.has(m)) })).filter((g) => g.members.length);
	const groups = before.map((g) => {
		const more = come.find((c) => c.id === g.id)?.members ?? [];
		return { ...g, members: [...g.members.filter((m) => here.has(m)), ...more] };
	});
	return [...groups, ...come.filter((c) => !before.some((g) => g.id === c.id))];
}

const signature = (/** @type {Group[]} */ groups) => groups.map((g) => `${g.id}:${g.members.join(' ')}`).join('|');

function arrange(/** @type {boolean} */ keep) {
	const before = arrangement.peek();
	const wanted = arranged();
	const next = keep && before.length ? kept(before, wanted) : wanted;
	if (signature(next) !== signature(before)) arrangement.value = next;
}

// ---- keeping up ------------------------------------------------------------------------------------

function summariseAndArrange() {
	batch(() => {
		summarise();
		arrange(held.peek());
	});
}

/** The directory is read again when somebody appears whom it does not know: once for each. */
const askedFor = new Set();
function meetStrangers() {
	const strangers = [...agents.value.keys()].filter((extension) => !people.peek().has(extension) && !askedFor.has(extension));
	if (!strangers.length || !people.peek().size) return;
	for (const extension of strangers) askedFor.add(extension);
	loadDirectory();
}

/** Keeps the board's counts and order current; the result stops it. */
export function followRoster() {
	const stops = [
		effect(() => {
			for (const extension of boardAgents.value) void agents.value.get(extension)?.value;
			untracked(summariseAndArrange);
		}),
		// What the person chooses is done at once, wherever the pointer is.
		effect(() => {
			void view.value;
			arrange(false);
		}),
		effect(() => {
			if (!held.value) arrange(false);
		}),
		effect(meetStrangers),
	];
	return () => stops.forEach((stop) => stop());
}
