// The one WebSocket: ticket, snapshot, events, and coming back after any kind of loss.
//
// What is shown is true only while `live`. Any broken hop ends in a new socket that says where it
// left off; the relay answers with what was missed or with a snapshot.
import { signal } from '../vendor/ui.js';

const PROTOCOL = 'cordboard.v1';
const BACKOFF_FIRST_MS = 500;
// Where few share the relay: it is found again within two seconds of its return.
const BACKOFF_MAX_MS = 1_500;
const ADVICE_MAX_MS = 30_000;
const ANSWER_MS = 10_000;
// After a silence of some seconds the relay is asked whether the line lives, so that a line that was lost
// without a word is seen to be within seven; silent for longer than LOSS_MS it need not be asked any more.
const OVERDUE_MS = 4_000;
const LOSS_MS = 45_000;
const LISTEN_EVERY_MS = 1_000;
const PATIENCE_MS = 2_000;
// Who wakes waits no longer for the answer: a new socket costs less than a wrong picture.
const LOOK_MS = 1_000;
// A ticket is good for 30 s; one that no socket was opened for is kept for the next.
const TICKET_MS = 20_000;
const CLOSE_SESSION_GONE = 4003;
const CLOSE_NEW_TICKET = 4005;

/**
 * @typedef {{state: 'off' | 'connecting' | 'live' | 'stale' | 'waiting', since: number}} Link
 *   since: when it was last live, or became what it is
 * @typedef {{seq: number, ts: string, type: string, data: any}} LiveEvent
 * @typedef {{type: 'snapshot', seq: number, stale: boolean, retryMs?: number, calls: any[], agents: any[], queues: any[]}} Snapshot
 */

/**
 * Full jitter: a thousand pages that lost the same relay do not come back in the same moment. The relay
 * advises over how long they spread, from the first attempt on.
 * @param {number} attempt @param {number} adviceMs
 */
export function backoffMs(attempt, adviceMs = 0, random = Math.random) {
	return Math.round(random() * Math.max(adviceMs, Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt)));
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
		this.adviceMs = 0;
		this.timer = null;
		this.listening = null;
		this.looking = null;
		this.heardAt = 0;
		this.round = 0;
		/** @type {{ticket: string, at: number} | null} not shown to anybody yet */
		this.pass = null;
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
		this.pass = null;
		this.drop();
		this.become('off');
	}

	/** Tries at once instead of waiting for the timer: the network or the page has come back. */
	retryNow() {
		if (!this.wanted) return;
		const since = this.lostSince();
		this.drop();
		this.attempt = 0;
		this.connect(since);
	}

	/** The network says that it is gone: nobody has to wait for the silence to prove it. */
	lost() {
		if (!this.wanted) return;
		this.drop();
		this.wait();
	}

	/** Called when the page wakes: whether the line is still one is seen at once. */
	woke(/** @type {number} */ sleptMs) {
		const { state } = this.link.value;
		const open = state === 'live' || state === 'stale';
		if (open && sleptMs < LOSS_MS) this.look(LOOK_MS);
		else this.retryNow();
	}

	/** @param {Link['state']} state */
	become(state, since = this.now()) {
		if (this.link.value.state !== state) this.link.value = { state, since };
	}

	drop() {
		this.round++;
		for (const timer of [this.timer, this.listening, this.looking]) this.clearTimer(timer);
		this.timer = this.listening = this.looking = null;
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

	/** @param {number | null} since when the line was lost; null: it is not known to be */
	async connect(since = this.lostSince()) {
		if (since !== null) this.become('connecting', since);
		const round = ++this.round;
		this.expectAnswer(since === null ? LOOK_MS : ANSWER_MS);
		let pass;
		try {
			pass = await this.takePass();
		} catch {
			if (round === this.round) this.lost();
			return;
		}
		if (round !== this.round || !this.wanted) return;
		const socket = this.open(this.parts.url);
		this.socket = socket;
		socket.onopen = () => {
			this.pass = null;
			socket.send(JSON.stringify({ ticket: pass, since: this.seq }));
		};
		socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)));
		socket.onclose = (event) => this.closed(event);
	}

	async takePass() {
		if (!this.pass || this.now() - this.pass.at > TICKET_MS) {
			const at = this.now();
			this.pass = { ticket: (await this.parts.ticket()).ticket, at };
		}
		return this.pass.ticket;
	}

	/** A socket that opens into silence is as good as none. */
	expectAnswer(/** @type {number} */ ms) {
		this.clearTimer(this.timer);
		this.timer = this.setTimer(() => this.lost(), ms);
	}

	/** Something was said: the line lives. */
	heard() {
		this.attempt = 0;
		this.heardAt = this.now();
		for (const timer of [this.timer, this.looking]) this.clearTimer(timer);
		this.timer = this.looking = null;
		this.listening ??= this.setTimer(() => this.listen(), LISTEN_EVERY_MS);
	}

	/** Timers of a page that sleeps come late: then the silence is judged by the clock. */
	listen() {
		this.listening = this.setTimer(() => this.listen(), LISTEN_EVERY_MS);
		const silence = this.now() - this.heardAt;
		if (silence > LOSS_MS) this.silent();
		else if (silence > OVERDUE_MS) this.look(PATIENCE_MS);
	}

	/** Asks whether anybody is there. @param {number} patienceMs */
	look(patienceMs) {
		if (!this.socket || this.looking !== null) return;
		this.socket.send('{"type":"look"}');
		this.looking = this.setTimer(() => this.silent(), patienceMs);
	}

	/** Nobody answers. What is shown has been certain until the last word only. */
	silent() {
		const since = this.link.value.state === 'live' ? this.heardAt : this.lostSince();
		this.drop();
		this.connect(since);
	}

	wait() {
		if (!this.wanted || this.timer !== null) return;
		this.become('waiting', this.lostSince());
		const ms = backoffMs(this.attempt++, this.adviceMs, this.parts.random);
		this.timer = this.setTimer(() => {
			this.timer = null;
			this.connect();
		}, ms);
	}

	closed(/** @type {{code: number, reason?: string}} */ { code, reason = '' }) {
		this.advise(Number(/retryMs=(\d+)/.exec(reason)?.[1]));
		this.drop();
		if (code === CLOSE_NEW_TICKET && this.link.value.state === 'live') {
			this.connect(null);
			return;
		}
		if (code === CLOSE_SESSION_GONE) this.parts.onSessionGone();
		this.wait();
	}

	advise(/** @type {number | undefined} */ ms) {
		if (ms !== undefined && ms >= 0) this.adviceMs = Math.min(ms, ADVICE_MAX_MS);
	}

	/** @param {any} message */
	receive(message) {
		this.heard();
		if (Array.isArray(message)) return this.receiveEvents(message);
		this.advise(message.retryMs);
		if (message.type === 'snapshot') this.receiveSnapshot(message);
		if (message.type === 'stale') this.become('stale', Date.parse(message.since) || this.now());
		if (message.type === 'alive') this.receiveSign(message);
		return undefined;
	}

	receiveSnapshot(/** @type {Snapshot} */ snapshot) {
		this.seq = snapshot.seq;
		this.parts.onSnapshot(snapshot);
		this.become(snapshot.stale ? 'stale' : 'live', snapshot.stale ? this.lostSince() : undefined);
	}

	/** Everything that concerns this page up to there has been sent: it may go on from there. */
	receiveSign(/** @type {{seq: number}} */ { seq }) {
		if (seq > (this.seq ?? seq)) this.seq = seq;
	}

	receiveEvents(/** @type {LiveEvent[]} */ events) {
		const seen = this.seq ?? 0;
		const fresh = events.filter((event) => event.seq > seen);
		if (fresh.length) this.seq = fresh[fresh.length - 1].seq;
		this.parts.onEvents(fresh);
		// What the relay called stale stays so until it sends a snapshot.
		if (this.link.value.state !== 'stale') this.become('live');
	}
}
