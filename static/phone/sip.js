// The one SIP client: registers this browser as the agent's phone and hands on each call.
//
// It knows nothing of the page: what happens is told to listeners, what is wanted is a method.
import { UA, WebSocketInterface } from '../vendor/jssip.js';
import { SipCall } from './sip-call.js';

const REGISTER_EXPIRES_S = 120;
// The exchange is asked this often, with jitter, so that a phone is back within two seconds of it, and a
// thousand phones are not back in the same moment.
const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 900;
// A connection or a registration without an answer for this long is begun anew; each time it is given more, since
// the network may be as slow as that.
const ANSWER_MS = 1_500;
const ANSWER_MAX_MS = 8_000;
const PROBE_ANSWER_MS = 2_500;
const RENEW_MS = 50;
const SLEPT_MS = 1_000;
// A line that is dead without a word is found out by asking.
const PROBE_MS = 15_000;
/** A refused secret may be right again: the exchange's database was away. */
const REFUSED_RETRY_MS = 15_000;

const UNAUTHORIZED = [401, 403, 407];
const AUTH_CAUSES = new Set(['Authentication Error', 'Forbidden', 'Rejected', 'Not Found']);

/**
 * @typedef {{
 *   state: 'off' | 'connecting' | 'registered' | 'reconnecting' | 'failed' | 'taken',
 *   reason: 'lost' | 'refused' | 'unready' | 'api' | '', detail: string,
 * }} Registration
 *   taken: the secret was good and is not any more, so another device was given one; detail: what was answered
 */

const jitter = () => RETRY_MIN_MS + Math.random() * (RETRY_MAX_MS - RETRY_MIN_MS);

export class SipPhone {
	/** @param {{onRegistration: (registration: Registration) => void, onCall: (call: SipCall) => void, onTalk: (callId: string) => void}} listeners */
	constructor(listeners) {
		this.listeners = listeners;
		/** @type {any} */
		this.ua = null;
		/** @type {any} what is to happen next if nothing else does */
		this.timer = null;
		/** @type {any} */
		this.probing = null;
		this.accepted = false;
		this.waiting = false;
		this.patienceMs = ANSWER_MS;
	}

	/** @param {import('../stores/session.js').Sip} sip */
	start(sip) {
		this.stop();
		this.accepted = false;
		this.tell('connecting');
		const ua = new UA({
			sockets: [new WebSocketInterface(sip.wsUrl)],
			uri: sip.uri,
			authorization_user: sip.authUser,
			password: sip.password,
			realm: sip.realm ?? null,
			register: true,
			register_expires: REGISTER_EXPIRES_S,
			session_timers: false,
			user_agent: 'Cordboard',
		});
		this.ua = ua;
		/** Events of a phone that was replaced are nobody's business. */
		const on = (/** @type {string} */ name, /** @type {(e: any) => void} */ f) =>
			ua.on(name, (/** @type {any} */ e) => { if (this.ua === ua) f(e); });
		on('registered', () => this.registered());
		on('connected', () => this.expectAnswer());
		on('disconnected', () => this.lost());
		on('registrationFailed', (e) => this.refused(e.cause, e.response?.status_code));
		on('newRTCSession', (e) => this.invited(e));
		on('sipEvent', (e) => this.told(e));
		ua.start();
		this.expectAnswer();
		this.probing = setInterval(() => this.probe(), PROBE_MS);
	}

	stop() {
		this.later(null);
		clearInterval(this.probing);
		const ua = this.ua;
		this.ua = null;
		this.waiting = false;
		ua?.stop();
		this.tell('off');
	}

	/** @param {Registration['state']} state @param {Registration['reason']} reason */
	tell(state, reason = '', detail = '') {
		this.listeners.onRegistration({ state, reason, detail });
	}

	/** What is done unless something happens before. @param {(() => void) | null} f */
	later(f, ms = 0) {
		clearTimeout(this.timer);
		this.timer = f && setTimeout(f, ms);
	}

	registered() {
		this.later(null);
		this.patienceMs = ANSWER_MS;
		this.accepted = true;
		this.tell('registered');
	}

	/** A connection that opens into silence is as good as none. */
	expectAnswer() {
		this.later(() => {
			this.patienceMs = Math.min(ANSWER_MAX_MS, this.patienceMs * 1.5);
			this.lost();
		}, this.patienceMs);
	}

	lost() {
		// Closing the connection is told as its loss once more.
		if (this.waiting) return;
		this.waiting = true;
		this.tell('reconnecting', 'lost');
		this.ua.transport.disconnect();
		this.later(() => this.reconnect(), jitter());
	}

	reconnect() {
		this.waiting = false;
		this.ua.transport.connect();
		this.expectAnswer();
	}

	/** The network or the page is back: what waits tries at once, what seems well is asked. */
	wake() {
		if (!this.ua) return;
		if (this.waiting) this.reconnect();
		else this.probe();
	}

	/** Asks the exchange for a sign of life; what it thinks of the secret comes with it. */
	probe() {
		if (!this.ua?.isRegistered()) return;
		const ua = this.ua;
		const due = Date.now() + PROBE_ANSWER_MS;
		const silence = setTimeout(() => {
			if (this.ua !== ua) return;
			// A timer that comes late has slept with the page: nothing was heard because nobody listened.
			if (Date.now() - due > SLEPT_MS) this.renew();
			else this.lost();
		}, PROBE_ANSWER_MS);
		const heard = (/** @type {any} */ e) => {
			clearTimeout(silence);
			if (UNAUTHORIZED.includes(e?.response?.status_code)) this.verify();
		};
		ua.sendOptions(ua.configuration.registrar_server, undefined, { eventHandlers: { succeeded: heard, failed: heard } });
	}

	/** What is registered here does not answer the exchange: a new line is asked as soon as it is there. */
	renew() {
		if (!this.ua?.isRegistered()) return;
		this.lost();
		this.later(() => this.reconnect(), RENEW_MS);
	}

	/** Asks whether the secret is still this phone's. */
	verify() {
		if (this.ua?.isRegistered()) this.ua.register();
	}

	/** @param {string} cause of JsSIP @param {number | undefined} code */
	refused(cause, code) {
		const detail = String(code ?? cause);
		if (AUTH_CAUSES.has(cause)) {
			this.tell(this.accepted ? 'taken' : 'failed', 'refused', detail);
			this.later(() => this.ua.register(), REFUSED_RETRY_MS);
		} else if (this.ua.isConnected()) {
			this.tell('reconnecting', 'unready', detail);
			this.later(() => this.ua.register(), jitter());
		}
	}

	/** The exchange asks for what the answer key does ("Event: talk"), and names the call. */
	told(/** @type {any} */ { event, request }) {
		const callId = request.getHeader('X-CC-Call-ID');
		if (event?.event === 'talk' && callId) this.listeners.onTalk(callId);
	}

	invited(/** @type {any} */ { originator, session, request }) {
		if (originator !== 'remote') return;
		this.listeners.onCall(new SipCall(session, request));
	}
}
