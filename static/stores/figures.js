// Today's figures, from the same statement as the reports. Read once, and again when calls have
// ended: many ends in a moment make one request.
import { api } from '../core/api.js';
import { effect, signal } from '../vendor/ui.js';
import { known, lastEnded } from './floor.js';
import { link } from './live.js';
import { sessionState } from './session.js';

const COALESCE_MS = 700;

/** @type {{value: {state: 'loading' | 'ready' | 'failed', problem: string, floor: any, queues: Map<string, any>, agents: Map<string, any>}}} */
export const figures = signal(/** @type {any} */ ({ state: 'loading', problem: '', floor: null, queues: new Map(), agents: new Map() }));

const by = (/** @type {any[] | undefined} */ items, /** @type {string} */ key) => new Map((items ?? []).map((item) => [item[key], item]));

export async function loadFigures() {
	try {
		const answer = await api.get('reporting/realtime');
		figures.value = {
			state: 'ready', problem: '', floor: answer.floor ?? null, queues: by(answer.queues, 'name'), agents: by(answer.agents, 'extension'),
		};
	} catch (error) {
		figures.value = { ...figures.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** @type {any} */
let timer = null;

function loadSoon() {
	timer ??= setTimeout(() => {
		timer = null;
		if (sessionState.value === 'in') loadFigures();
	}, COALESCE_MS);
}

export function startFigures() {
	effect(() => {
		if (sessionState.value === 'in' && known.value && link.value.state === 'live') loadFigures();
	});
	effect(() => {
		if (lastEnded.value) loadSoon();
	});
}
