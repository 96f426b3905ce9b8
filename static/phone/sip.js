// The one SIP client: registers this browser as the agent's phone and wraps each call.
//
// It knows nothing of the page: what happens is told to listeners, what is wanted is a method.
import { backoffMs } from '../core/socket.js';
import { UA, WebSocketInterface } from '../vendor/jssip.js';

const REGISTER_EXPIRES_S = 120;
const RECONNECT_MIN_S = 1;
const RECONNECT_MAX_S = 8;
// Host candidates come in milliseconds; an unreachable STUN server or a slow adapter is not waited for.
const ICE_PATIENCE_MS = 300;
const DTMF_MS = 120;
const DTMF_GAP_MS = 80;
const BUSY_HERE = 486;
const DECLINE = 603;

const AUTH_CAUSES = new Set(['Authentication Error', 'Forbidden', 'Rejected', 'Not Found']);

/** @typedef {{state: 'off' | 'connecting' | 'registered' | 'reconnecting' | 'failed', reason: string}} Registration */

/** One call on this phone. `onchange` is called whenever any field changed. */
export class SipCall {
	/** @param {any} session of JsSIP @param {any} request its INVITE */
	constructor(session, request) {
		this.session = session;
		this.id = session.id;
		this.callId = request.getHeader('X-CC-Call-ID') ?? null;
		this.autoAnswer = request.getHeader('X-CC-Auto-Answer') === '1';
		this.number = session.remote_identity.uri.user ?? null;
		this.name = session.remote_identity.display_name || null;
		/** @type {'ringing' | 'answering' | 'up' | 'ended'} */
		this.phase = 'ringing';
		/** @type {'off' | 'holding' | 'on' | 'resuming'} */
		this.hold = 'off';
		this.muted = false;
		this.problem = '';
		this.cause = '';
		/** @type {MediaStream | null} */
		this.remote = null;
		/** @type {MediaStream | null} */
		this.local = null;
		this.onchange = () => {};
		this.listen();
	}

	listen() {
		const { session } = this;
		session.on('peerconnection', ({ peerconnection }) => this.watchTracks(peerconnection));
		session.on('confirmed', () => this.set({ phase: 'up' }));
		session.on('ended', (e) => this.end(e.cause));
		session.on('failed', (e) => this.end(e.cause));
		session.on('muted', () => this.set({ muted: true }));
		session.on('unmuted', () => this.set({ muted: false }));
		let gathered = false;
		session.on('icecandidate', ({ ready }) => {
			if (!gathered) setTimeout(ready, ICE_PATIENCE_MS);
			gathered = true;
		});
	}

	watchTracks(/** @type {RTCPeerConnection} */ connection) {
		connection.addEventListener('track', (e) => this.set({ remote: e.streams[0] ?? new MediaStream([e.track]) }));
	}

	/** @param {Partial<SipCall>} change */
	set(change) {
		Object.assign(this, change);
		this.onchange();
	}

	end(/** @type {string} */ cause) {
		if (this.phase === 'ended') return;
		this.set({ phase: 'ended', cause });
	}

	answer(/** @type {MediaStream} */ microphone) {
		this.set({ phase: 'answering', local: microphone });
		this.session.answer({ mediaStream: microphone, pcConfig: { iceServers: [] } });
	}

	reject() {
		if (this.phase === 'ringing') this.session.terminate({ status_code: DECLINE });
	}

	hangUp() {
		if (this.phase !== 'ended') this.session.terminate();
	}

	mute(/** @type {boolean} */ on) {
		if (on) this.session.mute({ audio: true });
		else this.session.unmute({ audio: true });
	}

	/** Says "holding" at once and "on" only when the exchange has accepted it. */
	setHold(/** @type {boolean} */ on) {
		const done = () => this.set({ hold: on ? 'on' : 'off' });
		const before = this.hold;
		this.set({ hold: on ? 'holding' : 'resuming', problem: '' });
		const sent = on ? this.session.hold({}, done) : this.session.unhold({}, done);
		if (!sent) this.set({ hold: before, problem: on ? 'The call cannot be held right now. Try again.' : 'The call cannot be resumed right now. Try again.' });
	}

	dtmf(/** @type {string} */ tones) {
		this.session.sendDTMF(tones, { duration: DTMF_MS, interToneGap: DTMF_GAP_MS, transportType: 'RFC2833' });
	}
}

export class SipPhone {
	/** @param {{onRegistration: (registration: Registration) => void, onCall: (call: SipCall) => void, onTalk: (callId: string) => void}} listeners */
	constructor(listeners) {
		this.listeners = listeners;
		/** @type {any} */
		this.ua = null;
		this.attempt = 0;
		/** @type {any} */
		this.timer = null;
	}

	/** @param {import('../stores/session.js').Sip} sip */
	start(sip) {
		this.stop();
		this.tell('connecting', '');
		const ua = new UA({
			sockets: [new WebSocketInterface(sip.wsUrl)],
			uri: sip.uri,
			authorization_user: sip.authUser,
			password: sip.password,
			realm: sip.realm ?? null,
			register: true,
			register_expires: REGISTER_EXPIRES_S,
			session_timers: false,
			connection_recovery_min_interval: RECONNECT_MIN_S,
			connection_recovery_max_interval: RECONNECT_MAX_S,
			user_agent: 'Cordboard',
		});
		this.ua = ua;
		/** Events of a phone that was replaced are nobody's business. */
		const on = (/** @type {string} */ name, /** @type {(e: any) => void} */ f) =>
			ua.on(name, (/** @type {any} */ e) => { if (this.ua === ua) f(e); });
		on('registered', () => this.registered());
		on('disconnected', () => this.tell('reconnecting', 'The line to the exchange was lost.'));
		on('registrationFailed', (e) => this.refused(e.cause, e.response?.status_code));
		on('newRTCSession', (e) => this.invited(e));
		on('sipEvent', (e) => this.told(e));
		ua.start();
	}

	stop() {
		clearTimeout(this.timer);
		const ua = this.ua;
		this.ua = null;
		ua?.stop();
		this.tell('off', '');
	}

	/** @param {Registration['state']} state */
	tell(state, /** @type {string} */ reason) {
		this.listeners.onRegistration({ state, reason });
	}

	registered() {
		this.attempt = 0;
		this.tell('registered', '');
	}

	/** A refused secret stays refused; anything else is tried again. */
	refused(/** @type {string} */ cause, /** @type {number | undefined} */ code) {
		if (AUTH_CAUSES.has(cause)) {
			this.tell('failed', `The exchange refused this phone (${code ?? cause}). It may be registered somewhere else.`);
			return;
		}
		this.tell('reconnecting', `The exchange did not accept the registration (${code ?? cause}).`);
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.ua?.register(), backoffMs(this.attempt++) + RECONNECT_MIN_S * 1000);
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

/** Refuses a call because this phone has one already. */
export const refuseBusy = (/** @type {SipCall} */ call) => call.session.terminate({ status_code: BUSY_HERE });
