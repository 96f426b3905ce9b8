// The one WebSocket: ticket, snapshot, events, and coming back after any kind of loss.
//
// What is shown is true only while `live`. Any broken hop ends in a new socket that says where it
// left off; the relay answers with what was missed or with a snapshot.
import { signal } from '../vendor/ui.js';

const PROTOCOL = 'cordboard.v1';
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 8_000;
// A page that slept longer than this may hold a dead socket that still looks open.
const SLEPT_MS = 40_000;
const ANSWER_MS = 10_000;
const CLOSE_SESSION_GONE = 4003;

/**
 * @typedef {{state: 'off' | 'connecting' | 'live' | 'stale' | 'waiting', since: number}} Link
 *   since: when it was last live, or became what it is
 * @typedef {{seq: number, ts: string, type: string, data: any}} LiveEvent
 * @typedef {{type: 'snapshot', seq: number, stale: boolean, calls: any[], agents: any[], queues: any[]}} Snapshot
 */

/** Full jitter: a thousand pages that lost the same relay do not come back in the same moment. */
export function backoffMs(/** @type {number} */ attempt, random = Math.random) {
	return Math.round(random() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt));
}

export class LiveSocket {
	/**
	 * @param {{
	 *   ticket: () => Promise<{ticket: string, url?: string}>,
	 *   onSnapshot: (snapshot: Snapshot) => void,
	 *   onEvents: (events: LiveEvent[]) => void,
	 *   onSessionGone: () => void,
	 *   open?: (url: string) => WebSocket,
	 *   url: string,
	 *   setTimer?: (f: () => void, ms: number) => any,
	 *   clearTimer?: (timer: any) => void,
	 *   now?: () => number,
	 *   random?: () => number,
	 * }} parts
	 */
	constructor(parts) {
		this.parts = parts;
		this.open = parts.open ?? ((url) => new WebSocket(url, PROTOCOL));
		this.setTimer = parts.setTimer ?? ((f, ms) => setTimeout(f, ms));
		this.clearTimer = parts.clearTimer ?? ((timer) => clearTimeout(timer));
		this.now = parts.now ?? Date.now;
		/** @type {{value: Link}} */
		this.link = signal(/** @type {Link} */ ({ state: 'off', since: this.now() }));
		/** @type {WebSocket | null} */
		this.socket = null;
		/** @type {number | undefined} the last event seen, where a new socket goes on */
		this.seq = undefined;
		this.attempt = 0;
		this.timer = null;
		this.wanted = false;
	}

	start() {
		if (this.wanted) return;
		this.wanted = true;
		this.connect();
	}

	/** Ends for good and forgets the place: whoever signs in next starts with a snapshot. */
	stop() {
		this.wanted = false;
		this.seq = undefined;
		this.attempt = 0;
		this.drop();
		this.become('off');
	}

	/** Tries at once instead of waiting for the timer: the network or the page has come back. */
	retryNow() {
		if (!this.wanted || this.link.value.state === 'connecting') return;
		this.drop();
		this.attempt = 0;
		this.connect();
	}

	/** Called when the page wakes: after a long sleep the socket is not to be believed. */
	woke(/** @type {number} */ sleptMs) {
		if (sleptMs > SLEPT_MS || this.link.value.state === 'waiting') this.retryNow();
	}

	/** @param {Link['state']} state */
	become(state, since = this.now()) {
		if (this.link.value.state !== state) this.link.value = { state, since };
	}

	drop() {
		this.clearTimer(this.timer);
		this.timer = null;
		const socket = this.socket;
		this.socket = null;
		if (!socket) return;
		socket.onopen = socket.onmessage = socket.onclose = null;
		socket.close();
	}

	/** A link that was live stays dated at the moment it was lost, through every attempt. */
	lostSince() {
		const { state, since } = this.link.value;
		return state === 'live' || state === 'off' ? this.now() : since;
	}

	async connect() {
		this.become('connecting', this.lostSince());
		let pass;
		try {
			pass = await this.parts.ticket();
		} catch {
			this.wait();
			return;
		}
		if (!this.wanted || this.socket) return;
		const socket = this.open(this.parts.url);
		this.socket = socket;
		socket.onopen = () => socket.send(JSON.stringify({ ticket: pass.ticket, since: this.seq }));
		socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)));
		socket.onclose = (event) => this.closed(event.code);
		this.expectAnswer();
	}

	/** A socket that opens into silence is as good as none. */
	expectAnswer() {
		this.clearTimer(this.timer);
		this.timer = this.setTimer(() => {
			this.drop();
			this.wait();
		}, ANSWER_MS);
	}

	answered() {
		this.attempt = 0;
		this.clearTimer(this.timer);
		this.timer = null;
	}

	wait() {
		if (!this.wanted || this.timer !== null) return;
		this.become('waiting', this.lostSince());
		const ms = backoffMs(this.attempt++, this.parts.random);
		this.timer = this.setTimer(() => {
			this.timer = null;
			this.connect();
		}, ms);
	}

	closed(/** @type {number} */ code) {
		this.drop();
		if (code === CLOSE_SESSION_GONE) this.parts.onSessionGone();
		this.wait();
	}

	/** @param {any} message */
	receive(message) {
		if (Array.isArray(message)) return this.receiveEvents(message);
		if (message.type === 'snapshot') return this.receiveSnapshot(message);
		if (message.type === 'stale') this.receiveStale(message);
		return undefined;
	}

	receiveStale(/** @type {{since: string}} */ { since }) {
		this.answered();
		this.become('stale', Date.parse(since) || this.now());
	}

	receiveSnapshot(/** @type {Snapshot} */ snapshot) {
		this.answered();
		this.seq = snapshot.seq;
		this.parts.onSnapshot(snapshot);
		this.become(snapshot.stale ? 'stale' : 'live', snapshot.stale ? this.lostSince() : undefined);
	}

	receiveEvents(/** @type {LiveEvent[]} */ events) {
		this.answered();
		const seen = this.seq ?? 0;
		const fresh = events.filter((event) => event.seq > seen);
		if (fresh.length) this.seq = fresh[fresh.length - 1].seq;
		this.parts.onEvents(fresh);
		// What the relay called stale stays so until it sends a snapshot.
		if (this.link.value.state !== 'stale') this.become('live');
	}
}
