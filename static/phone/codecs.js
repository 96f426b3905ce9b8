// Which codec this phone would rather speak. The exchange offers some; an answer that names one of them settles it.

/** @type {Record<string, string[]>} preference → names in the order of liking */
export const CODECS = {
	auto: [],
	opus: ['audio/opus'],
	g722: ['audio/g722'],
	g711: ['audio/pcmu', 'audio/pcma'],
};

const ALWAYS = ['audio/telephone-event', 'audio/cn'];

const nameOf = (/** @type {{mimeType: string}} */ codec) => codec.mimeType.toLowerCase();

/** Whether an offer has a codec; the names of a static payload type may be left out of it. */
function offered(/** @type {string} */ sdp, /** @type {string} */ name) {
	const bare = name.slice('audio/'.length);
	const statics = { pcmu: '0', pcma: '8', g722: '9' };
	const payloads = /^m=audio \S+ \S+ ([\d ]*)/m.exec(sdp)?.[1].split(' ') ?? [];
	return new RegExp(`^a=rtpmap:\\d+ ${bare}/`, 'im').test(sdp) || payloads.includes(statics[bare]);
}

/**
 * What to answer with: the preferred codec that is offered, and what is no codec of speech. Everything,
 * where none of them is offered.
 * @template {{mimeType: string}} T
 * @param {T[]} able what this browser can
 * @param {string} preference a key of CODECS
 * @param {string} sdp the offer
 * @returns {T[]}
 */
export function choose(able, preference, sdp) {
	const first = (CODECS[preference] ?? []).find((name) => offered(sdp, name) && able.some((codec) => nameOf(codec) === name));
	if (!first) return able;
	return able.filter((codec) => nameOf(codec) === first || ALWAYS.includes(nameOf(codec)));
}

/** Has every answer of a connection keep to the preference. */
export function preferCodec(/** @type {RTCPeerConnection} */ connection, /** @type {string} */ preference) {
	connection.addEventListener('signalingstatechange', () => {
		const able = globalThis.RTCRtpReceiver?.getCapabilities?.('audio')?.codecs;
		if (connection.signalingState !== 'have-remote-offer' || !able) return;
		const codecs = choose(able, preference, connection.remoteDescription?.sdp ?? connection.pendingRemoteDescription?.sdp ?? '');
		for (const transceiver of connection.getTransceivers()) transceiver.setCodecPreferences?.(codecs);
	});
}
