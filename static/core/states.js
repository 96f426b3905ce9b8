// Every state that is shown: one row with its word, its shape (an icon) and its colour (a class).

/** @typedef {{word: string, icon: string, tone: string}} State */

/** @type {Record<string, State>} */
export const AGENT_STATES = {
	AVAILABLE: { word: 'Available', icon: 'circle-check', tone: 'ready' },
	RINGING: { word: 'Ringing', icon: 'bell-ring', tone: 'ringing' },
	ON_CALL: { word: 'On call', icon: 'phone-call', tone: 'talking' },
	ON_HOLD: { word: 'Holding', icon: 'pause', tone: 'hold' },
	WRAP_UP: { word: 'Wrap-up', icon: 'pen-line', tone: 'wrapup' },
	BUSY: { word: 'Busy', icon: 'circle-minus', tone: 'busy' },
	AWAY: { word: 'Away', icon: 'coffee', tone: 'away' },
	OFFLINE: { word: 'Offline', icon: 'circle-dashed', tone: 'offline' },
};

/** @type {State} */
const UNKNOWN = { word: 'Unknown', icon: 'circle-off', tone: 'offline' };

export const agentState = (/** @type {string | undefined} */ state) => AGENT_STATES[state ?? ''] ?? UNKNOWN;

/** What one can choose; the others come from calls. */
export const CHOOSABLE = ['AVAILABLE', 'AWAY', 'BUSY', 'OFFLINE'];

/** @type {Record<string, State>} */
export const LINK_STATES = {
	live: { word: 'Live', icon: 'wifi', tone: 'ready' },
	connecting: { word: 'Connecting', icon: 'refresh-cw', tone: 'hold' },
	waiting: { word: 'Reconnecting', icon: 'wifi-off', tone: 'hold' },
	stale: { word: 'Stale', icon: 'hourglass', tone: 'hold' },
	off: { word: 'Off', icon: 'wifi-off', tone: 'offline' },
};

/** @type {Record<string, State>} */
export const PHONE_STATES = {
	registered: { word: 'Phone registered', icon: 'headphones', tone: 'ready' },
	connecting: { word: 'Phone registering', icon: 'refresh-cw', tone: 'hold' },
	reconnecting: { word: 'Phone reconnecting', icon: 'wifi-off', tone: 'hold' },
	failed: { word: 'Phone failed', icon: 'triangle-alert', tone: 'danger' },
	taken: { word: 'Phone used elsewhere', icon: 'monitor', tone: 'hold' },
	off: { word: 'Phone off', icon: 'phone-off', tone: 'offline' },
	elsewhere: { word: 'Phone in another tab', icon: 'monitor', tone: 'hold' },
};

/** @type {Record<string, State>} what became of a call */
export const OUTCOMES = {
	ANSWERED: { word: 'Answered', icon: 'check', tone: 'ready' },
	ABANDONED: { word: 'Abandoned', icon: 'phone-missed', tone: 'danger' },
	BUSY: { word: 'Busy', icon: 'circle-minus', tone: 'away' },
	NO_ANSWER: { word: 'No answer', icon: 'phone-missed', tone: 'away' },
	FAILED: { word: 'Failed', icon: 'circle-x', tone: 'danger' },
	CANCELLED: { word: 'Cancelled', icon: 'x', tone: 'offline' },
};

/** @type {State} */
const RUNNING = { word: 'In progress', icon: 'phone-call', tone: 'talking' };

export const callOutcome = (/** @type {any} */ call) => OUTCOMES[call.outcome ?? ''] ?? (call.endedAt ? UNKNOWN : RUNNING);
