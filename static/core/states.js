// Every state that is shown: one row with its word, its shape (an icon) and its colour (a class).
import { text } from './text.js';

const words = text.common.states;

/** @typedef {{word: string, icon: string, tone: string}} State */

/** @type {Record<string, State>} */
export const AGENT_STATES = {
	AVAILABLE: { word: words.agent.AVAILABLE, icon: 'circle-check', tone: 'ready' },
	RINGING: { word: words.agent.RINGING, icon: 'bell-ring', tone: 'ringing' },
	ON_CALL: { word: words.agent.ON_CALL, icon: 'phone-call', tone: 'talking' },
	ON_HOLD: { word: words.agent.ON_HOLD, icon: 'pause', tone: 'hold' },
	WRAP_UP: { word: words.agent.WRAP_UP, icon: 'pen-line', tone: 'wrapup' },
	BUSY: { word: words.agent.BUSY, icon: 'circle-minus', tone: 'busy' },
	AWAY: { word: words.agent.AWAY, icon: 'coffee', tone: 'away' },
	OFFLINE: { word: words.agent.OFFLINE, icon: 'circle-dashed', tone: 'offline' },
};

/** @type {State} */
const UNKNOWN = { word: words.unknown, icon: 'circle-off', tone: 'offline' };

export const agentState = (/** @type {string | undefined} */ state) => AGENT_STATES[state ?? ''] ?? UNKNOWN;

/** What one can choose; the others come from calls. */
export const CHOOSABLE = ['AVAILABLE', 'AWAY', 'BUSY', 'OFFLINE'];

/** @type {Record<string, State>} */
export const LINK_STATES = {
	live: { word: words.link.live, icon: 'wifi', tone: 'ready' },
	connecting: { word: words.link.connecting, icon: 'refresh-cw', tone: 'hold' },
	waiting: { word: words.link.waiting, icon: 'wifi-off', tone: 'hold' },
	stale: { word: words.link.stale, icon: 'hourglass', tone: 'hold' },
	off: { word: words.link.off, icon: 'wifi-off', tone: 'offline' },
};

/** @type {Record<string, State>} */
export const PHONE_STATES = {
	registered: { word: words.phone.registered, icon: 'headphones', tone: 'ready' },
	connecting: { word: words.phone.connecting, icon: 'refresh-cw', tone: 'hold' },
	reconnecting: { word: words.phone.reconnecting, icon: 'wifi-off', tone: 'hold' },
	failed: { word: words.phone.failed, icon: 'triangle-alert', tone: 'danger' },
	taken: { word: words.phone.taken, icon: 'monitor', tone: 'hold' },
	off: { word: words.phone.off, icon: 'phone-off', tone: 'offline' },
	elsewhere: { word: words.phone.elsewhere, icon: 'monitor', tone: 'hold' },
};

/** @type {Record<string, State>} what became of a call */
export const OUTCOMES = {
	ANSWERED: { word: words.outcome.ANSWERED, icon: 'check', tone: 'ready' },
	ABANDONED: { word: words.outcome.ABANDONED, icon: 'phone-missed', tone: 'danger' },
	BUSY: { word: words.outcome.BUSY, icon: 'circle-minus', tone: 'away' },
	NO_ANSWER: { word: words.outcome.NO_ANSWER, icon: 'phone-missed', tone: 'away' },
	FAILED: { word: words.outcome.FAILED, icon: 'circle-x', tone: 'danger' },
	CANCELLED: { word: words.outcome.CANCELLED, icon: 'x', tone: 'offline' },
};

/** @type {State} */
const RUNNING = { word: words.running, icon: 'phone-call', tone: 'talking' };

export const callOutcome = (/** @type {any} */ call) => OUTCOMES[call.outcome ?? ''] ?? (call.endedAt ? UNKNOWN : RUNNING);
