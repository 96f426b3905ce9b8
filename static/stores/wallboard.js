// Wallboards: their links, as a manager makes them, and the page behind one. That page has no
// session: its token opens today's figures and the live feed of its queues, and is kept nowhere.
import { api } from '../core/api.js';
import { LiveSocket } from '../core/socket.js';
import { effect, signal } from '../vendor/ui.js';
import { gathering, takeFigures, whenVisitsEnd } from './figures.js';
import { takeEvents, takeSnapshot } from './feed.js';

// ---- links -----------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;

/** @type {import('../vendor/ui.js').Signal<{state: 'loading' | 'ready' | 'failed', items: any[], problem: string}>} */
export const wallboards = signal(/** @type {any} */ ({ state: 'loading', items: [], problem: '' }));

export async function loadWallboards() {
	try {
		const { items } = await api.get('wallboards');
		wallboards.value = { state: 'ready', items, problem: '' };
	} catch (error) {
		wallboards.value = { ...wallboards.peek(), state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Makes a link. @returns {Promise<string>} its address, which is known this once. @throws {import('../core/api.js').Problem} */
export async function makeWallboard(/** @type {{name: string, queues: string[], days: number}} */ { name, queues, days }) {
	const { token, ...made } = await api.post('wallboards', { body: { name, queues, validMs: days * DAY_MS } });
	wallboards.value = { ...wallboards.peek(), items: [made, ...wallboards.peek().items] };
	return `${location.origin}/wallboard#${token}`;
}

/** Takes a link back: its screens go dark. @throws {import('../core/api.js').Problem} */
export async function revokeWallboard(/** @type {string} */ id) {
	await api.delete(`wallboards/${id}`);
	wallboards.value = { ...wallboards.peek(), items: wallboards.peek().items.filter((w) => w.id !== id) };
}

// ---- the page behind one ---------------------------------------------------------------------------

const UNAUTHORIZED = 401;
const RETRY_MS = 5_000;
const COALESCE_MS = 700;

/** @type {import('../vendor/ui.js').Signal<'opening' | 'open' | 'gone' | 'no-token'>} */
export const wall = signal(/** @type {any} */ ('opening'));
/** @type {import('../vendor/ui.js').Signal<import('../core/socket.js').Link>} */
export const wallLink = signal(/** @type {any} */ ({ state: 'connecting', since: Date.now() }));

/** Opens the wallboard that a token is of, and keeps it current for as long as the page is there. */
export function openWall(/** @type {string} */ token) {
	if (!token) {
		wall.value = 'no-token';
		return;
	}
	const asWall = { headers: { Authorization: `Bearer ${token}` }, quiet: true };
	const socket = new LiveSocket({
		url: `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`,
		ticket: () => orGone(api.post('ws-ticket', asWall)),
		onSnapshot: (snapshot) => {
			takeSnapshot(snapshot);
			load();
		},
		onEvents: takeEvents,
		onSessionGone: gone,
	});

	function gone() {
		wall.value = 'gone';
		socket.stop();
	}

	/** @template T @param {Promise<T>} asked @returns {Promise<T>} */
	async function orGone(asked) {
		try {
			return await asked;
		} catch (error) {
			if (/** @type {any} */ (error).status === UNAUTHORIZED) gone();
			throw error;
		}
	}

	async function load() {
		try {
			takeFigures(await orGone(api.get('reporting/realtime', asWall)));
			if (wall.peek() === 'opening') wall.value = 'open';
		} catch {
			if (wall.peek() !== 'gone') again();
		}
	}
	const again = gathering(load, RETRY_MS);

	effect(() => { wallLink.value = socket.link.value; });
	whenVisitsEnd(gathering(load, COALESCE_MS));
	addEventListener('online', () => socket.retryNow());
	socket.start();
	load();
}
