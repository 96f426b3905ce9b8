// Today's figures, from the same statement as the reports. Read once, and again when callers have
// left a queue or calls have ended: many ends in a moment make one request.
import { api } from '../core/api.js';
import { effect, signal, untracked } from '../vendor/ui.js';
import { known, onCallEnded, queues } from './floor.js';
import { link } from './live.js';
import { sessionState } from './session.js';

const COALESCE_MS = 700;
// The shape of an hour changes slowly: it is not read as often as the counts.
const RECENT_MS = 10_000;

/** @type {{value: {state: 'loading' | 'ready' | 'failed', problem: string, floor: any, queues: Map<string, any>, agents: Map<string, any>}}} */
export const figures = signal(/** @type {any} */ ({ state: 'loading', problem: '', floor: null, queues: new Map(), agents: new Map() }));
/** The last hour of each queue, in steps. @type {{value: {stepMs: number, queues: Map<string, any[]>}}} */
export const recent = signal(/** @type {any} */ ({ stepMs: 0, queues: new Map() }));

const by = (/** @type {any[] | undefined} */ items, /** @type {string} */ key) => new Map((items ?? []).map((item) => [item[key], item]));

/** What an answer for figures says. @param {any} answer */
export function takeFigures(answer) {
	figures.value = {
		state: 'ready', problem: '', floor: answer.floor ?? null, queues: by(answer.queues, 'name'), agents: by(answer.agents, 'extension'),
	};
}

export async function loadFigures() {
	try {
		takeFigures(await api.get('reporting/realtime'));
	} catch (error) {
		figures.value = { ...figures.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Calls a function so long after it is first asked for: once, however often it is asked meanwhile. */
export function gathering(/** @type {() => void} */ run, /** @type {number} */ ms) {
	/** @type {any} */
	let timer = null;
	return () => {
		timer ??= setTimeout(() => {
			timer = null;
			run();
		}, ms);
	};
}

const loadSoon = gathering(() => {
	if (sessionState.value === 'in') loadFigures();
}, COALESCE_MS);

/** Calls a function whenever callers have left a queue, or a call has ended; the result stops it. */
export function whenVisitsEnd(/** @type {() => void} */ run) {
	/** @type {Set<string>} */
	let before = new Set();
	const stops = [
		effect(() => {
			const waiting = new Set([...queues.value.values()].flatMap(({ value }) => value.waiting.map((c) => `${value.name} ${c.callId}`)));
			const left = [...before].some((caller) => !waiting.has(caller));
			before = waiting;
			if (left) untracked(run);
		}),
		onCallEnded(run),
	];
	return () => stops.forEach((stop) => stop());
}

export function startFigures() {
	effect(() => {
		if (sessionState.value === 'in' && known.value && link.value.state === 'live') loadFigures();
	});
	whenVisitsEnd(loadSoon);
}

async function loadRecent() {
	const answer = await api.get('reporting/recent').catch(() => null);
	// Without an answer the hour of before stands: it is dated, so that it moves on by itself.
	if (answer) recent.value = { stepMs: answer.stepMs, queues: new Map(answer.queues.map((q) => [q.name, q.steps])) };
}

/** Keeps the last hour current while the board is open; the result stops it. */
export function followRecent() {
	const soon = gathering(loadRecent, RECENT_MS);
	const stops = [effect(() => {
		if (link.value.state === 'live') loadRecent();
	}), whenVisitsEnd(soon)];
	return () => stops.forEach((stop) => stop());
}
