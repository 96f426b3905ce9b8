// Ties the WebSocket to the floor, and the floor to the session.
import { api } from '../core/api.js';
import { LiveSocket } from '../core/socket.js';
import { effect } from '../vendor/ui.js';
import { clearFeed, takeEvents, takeSnapshot } from './feed.js';
import { resumeSession, sessionState } from './session.js';

const WAKE_CHECK_MS = 5_000;

const url = () => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`;

const socket = new LiveSocket({
	url: globalThis.location ? url() : '',
	ticket: () => api.post('ws-ticket'),
	onSnapshot: takeSnapshot,
	onEvents: takeEvents,
	onSessionGone: resumeSession,
});

export const link = socket.link;

export const reconnect = () => socket.retryNow();

/** A timer that came late means that the page, or the machine, slept. */
function watchSleep() {
	let last = Date.now();
	setInterval(() => {
		const slept = Date.now() - last - WAKE_CHECK_MS;
		last = Date.now();
		if (slept > WAKE_CHECK_MS) socket.woke(slept);
	}, WAKE_CHECK_MS);
}

/** From here on the floor is live whenever somebody is signed in. */
export function startLive() {
	effect(() => {
		if (sessionState.value === 'in') socket.start();
		if (sessionState.value === 'out') {
			socket.stop();
			clearFeed();
		}
	});
	addEventListener('online', () => socket.retryNow());
	addEventListener('offline', () => socket.lost());
	addEventListener('pageshow', (event) => {
		if (event.persisted) socket.woke(0);
	});
	document.addEventListener('resume', () => socket.woke(0));
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') socket.woke(0);
	});
	watchSleep();
}
