// The agent's own figures of today, from the statement that the report is made of, and the service
// level of the own queues. Read again whenever the own state changes: that is what changes them.
import { api } from '../core/api.js';
import { effect, signal } from '../vendor/ui.js';
import { onCallEnded } from './floor.js';
import { link } from './live.js';
import { self } from './self.js';
import { agentExtension, sessionState } from './session.js';

const COALESCE_MS = 600;

/** @type {{value: {state: 'loading' | 'ready' | 'failed', problem: string, own: any, queues: any[], serviceLevel: number | null}}} */
export const ownFigures = signal(/** @type {any} */ ({ state: 'loading', problem: '', own: null, queues: [], serviceLevel: null }));

/** Of the queues that this person is in; of all for who sees all. */
export async function loadOwnFigures() {
	const id = agentExtension.value?.id;
	if (!id) return;
	try {
		const [own, today] = await Promise.all([api.get(`reporting/agent/${id}/metrics`), api.get('reporting/realtime')]);
		ownFigures.value = { state: 'ready', problem: '', own, queues: today.queues ?? [], serviceLevel: today.floor?.serviceLevel ?? null };
	} catch (error) {
		ownFigures.value = { ...ownFigures.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** @type {any} */
let timer = null;
const loadSoon = () => {
	timer ??= setTimeout(() => {
		timer = null;
		if (sessionState.value === 'in') loadOwnFigures();
	}, COALESCE_MS);
};

/** Keeps them current while they are shown; the result stops that. */
export function followOwnFigures() {
	const stops = [
		effect(() => { if (sessionState.value === 'in' && link.value.state === 'live') loadSoon(); }),
		effect(() => { if (self.value?.status) loadSoon(); }),
		onCallEnded(loadSoon),
	];
	return () => stops.forEach((stop) => stop());
}
