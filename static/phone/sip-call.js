// One call on this phone. What it is in is told by `onchange`; what is wanted of it is a method.
import { keepCodec, narrow } from './codecs.js';

// Host candidates come in milliseconds; an unreachable STUN server or a slow adapter is not waited for.
const ICE_PATIENCE_MS = 300;
const DTMF_MS = 120;
const DTMF_GAP_MS = 80;
const BUSY_HERE = 486;
const DECLINE = 603;
// A path that is gone this long does not come back by itself.
const PATH_PATIENCE_MS = 3_000;

/** @typedef {'hold' | 'resume' | 'dtmf'} Failing what was asked for and did not happen */

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
		/** @type {number | null} when it was put on hold, by this browser's clock */
		this.heldAt = null;
		this.muted = false;
		/** @type {Failing | null} */
		this.failing = null;
		/** Whether sound finds its way; false while the network is away. */
		this.path = true;
		this.cause = '';
		/** @type {MediaStream | null} */
		this.remote = null;
		/** @type {MediaStream | null} */
		this.local = null;
		this.onchange = () => {};
		/** @type {(tone: string) => void} */
		this.ontone = () => {};
		this.codec = 'auto';
		/** Whether the codec was narrowed down to the preferred one. */
		this.agreed = false;
		this.ending = false;
		/** Whether a new way for the sound is being agreed on. */
		this.restoring = false;
		this.listen();
	}

	listen() {
		const { session } = this;
		session.on('peerconnection', ({ peerconnection }) => this.watchConnection(peerconnection));
		session.on('sdp', (e) => this.agree(e));
		session.on('confirmed', () => this.set({ phase: 'up' }));
		session.on('ended', (e) => this.end(e.cause));
		session.on('failed', (e) => this.end(e.cause));
		session.on('muted', () => this.set({ muted: true }));
		session.on('unmuted', () => this.set({ muted: false }));
		let gathering = null;
		session.on('icecandidate', ({ ready }) => {
			if (ready !== gathering) setTimeout(ready, ICE_PATIENCE_MS);
			gathering = ready;
		});
		this.guard();
	}

	/**
	 * The library ends a call whose re-offer fails. Here a hold that fails is a failed hold: only who
	 * asked for the end, or the other side, ends the call.
	 */
	guard() {
		const { session } = this;
		const terminate = session.terminate.bind(session);
		session.terminate = (/** @type {any} */ options) => {
			if (this.ending || this.phase !== 'up' || !this.reoffering()) return terminate(options);
			return this.reofferFailed();
		};
	}

	reoffering() {
		return this.hold === 'holding' || this.hold === 'resuming' || this.restoring;
	}

	reofferFailed() {
		const { session } = this;
		if (this.restoring) {
			this.restoring = false;
			return;
		}
		const wanted = this.hold === 'holding';
		// Its own idea of the hold goes back too, or it would refuse the next attempt.
		session._localHold = !wanted;
		session._setLocalMediaStatus();
		const { connection } = session;
		if (connection.signalingState === 'have-local-offer') connection.setLocalDescription({ type: 'rollback' }).catch(() => {});
		this.set({ hold: wanted ? 'off' : 'on', failing: wanted ? 'hold' : 'resume' });
	}

	/** The codec is settled by the first offer, and stays; an exchange that offers none of it is taken as it is. */
	agree(/** @type {any} */ e) {
		if (e.originator !== 'remote' || e.type !== 'offer') return;
		const narrowed = narrow(e.sdp, this.codec);
		this.agreed = narrowed !== e.sdp;
		e.sdp = narrowed;
	}

	watchConnection(/** @type {RTCPeerConnection} */ connection) {
		connection.addEventListener('track', (e) => this.set({ remote: e.streams[0] ?? new MediaStream([e.track]) }));
		/** @type {any} */
		let timer;
		connection.addEventListener('iceconnectionstatechange', () => {
			const state = connection.iceConnectionState;
			clearTimeout(timer);
			if (state === 'connected' || state === 'completed') this.set({ path: true });
			if (state !== 'disconnected' && state !== 'failed') return;
			this.set({ path: false });
			timer = setTimeout(() => this.restore(), state === 'failed' ? 0 : PATH_PATIENCE_MS);
		});
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

	/** @param {MediaStream} microphone @param {string} codec a key of CODECS */
	answer(microphone, codec) {
		this.codec = codec;
		this.set({ phase: 'answering', local: microphone });
		this.session.answer({ mediaStream: microphone, pcConfig: { iceServers: [] } });
	}

	reject() {
		if (this.phase === 'ringing') this.session.terminate({ status_code: DECLINE });
	}

	/** Refuses it because this phone has a call already. */
	refuseBusy() {
		this.session.terminate({ status_code: BUSY_HERE });
	}

	hangUp() {
		if (this.phase === 'ended') return;
		this.ending = true;
		this.session.terminate();
	}

	mute(/** @type {boolean} */ on) {
		if (on) this.session.mute({ audio: true });
		else this.session.unmute({ audio: true });
	}

	/** Says "holding" at once and "on" only when the exchange has accepted it. */
	setHold(/** @type {boolean} */ on) {
		const done = () => this.set({ hold: on ? 'on' : 'off', heldAt: on ? this.heldAt ?? Date.now() : null });
		const before = this.hold;
		if (this.agreed) keepCodec(this.session.connection, this.codec);
		this.set({ hold: on ? 'holding' : 'resuming', failing: null });
		const { session } = this;
		const sent = session._ua?.isConnected() !== false && (on ? session.hold({}, done) : session.unhold({}, done));
		if (!sent) this.set({ hold: before, failing: on ? 'hold' : 'resume' });
	}

	/** Tones are told by `ontone` as each is sent. */
	dtmf(/** @type {string} */ tones) {
		const sender = this.sender()?.dtmf;
		if (!sender?.canInsertDTMF) {
			this.set({ failing: 'dtmf' });
			return;
		}
		sender.ontonechange = (e) => { if (e.tone) this.ontone(e.tone); };
		sender.insertDTMF(sender.toneBuffer + tones, DTMF_MS, DTMF_GAP_MS);
		if (this.failing === 'dtmf') this.set({ failing: null });
	}

	/** @returns {RTCRtpSender | undefined} */
	sender() {
		return this.session.connection?.getSenders().find((/** @type {RTCRtpSender} */ s) => s.track?.kind === 'audio' || s.dtmf);
	}

	/** Another microphone in the middle of the call. */
	async replaceMicrophone(/** @type {MediaStream} */ stream) {
		const [track] = stream.getAudioTracks();
		track.enabled = !this.muted && this.hold !== 'on';
		await this.sender()?.replaceTrack(track);
		this.set({ local: stream });
	}

	/** A new way for the sound, after the network has changed. */
	restore() {
		if (this.phase !== 'up' || this.reoffering() || !this.session._ua?.isConnected()) return;
		if (this.agreed) keepCodec(this.session.connection, this.codec);
		this.restoring = this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, () => { this.restoring = false; });
	}

	/** @returns {Promise<any>} the browser's counts of this call's packets */
	report() {
		return this.session.connection?.getStats() ?? Promise.resolve(null);
	}
}
