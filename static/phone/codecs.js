// Which codec this phone would rather speak. The exchange offers some; an answer that names one of them settles it.

/** @type {Record<string, string[]>} preference → names in the order of liking */
export const CODECS = {
	auto: [],
	opus: ['opus'],
	g722: ['g722'],
	g711: ['pcmu', 'pcma'],
};

const NO_SPEECH = ['telephone-event', 'cn'];
/** What needs no name in an offer. @type {Record<string, string>} */
const STATIC = { 0: 'pcmu', 8: 'pcma', 9: 'g722', 13: 'cn' };

/** The payload types of an offer, each with its codec's name. */
function payloadsOf(/** @type {string} */ sdp) {
	const types = /^m=audio \S+ \S+ ([\d ]*)/m.exec(sdp)?.[1].trim().split(' ') ?? [];
	return types.map((type) => ({ type, name: new RegExp(`^a=rtpmap:${type} ([^/\\r\\n]+)`, 'm').exec(sdp)?.[1].toLowerCase() ?? STATIC[type] ?? '' }));
}

/**
 * An offer with nothing but the preferred codec and what is no speech; as it is where that is not offered. Browsers
 * speak what the offer has first, whatever they answer, so the offer itself is what has to be narrowed.
 * @param {string} sdp @param {string} preference a key of CODECS
 */
export function narrow(sdp, preference) {
	const payloads = payloadsOf(sdp);
	const first = (CODECS[preference] ?? []).find((name) => payloads.some((p) => p.name === name));
	if (!first) return sdp;
	const kept = payloads.filter((p) => p.name === first || NO_SPEECH.includes(p.name)).map((p) => p.type);
	return sdp.replace(/^(m=audio \S+ \S+ )[\d ]*/m, (_, head) => head + kept.join(' '))
		.replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) .*(?:\r?\n|$)/gm, (line, type) => (kept.includes(type) ? line : ''));
}

/** What this browser may offer itself later, when it holds or finds a new way, so that the codec stays. @param {{mimeType: string}[]} able */
export function allowed(able, preference = 'auto') {
	const names = CODECS[preference] ?? [];
	const kept = able.filter(({ mimeType }) => [...names, ...NO_SPEECH].includes(mimeType.toLowerCase().replace('audio/', '')));
	return names.length && kept.length > 0 ? kept : able;
}

/** Has a connection keep to a codec that was agreed on. */
export function keepCodec(/** @type {RTCPeerConnection} */ connection, /** @type {string} */ preference) {
	const able = globalThis.RTCRtpReceiver?.getCapabilities?.('audio')?.codecs;
	if (!able || !CODECS[preference]?.length) return;
	for (const transceiver of connection.getTransceivers()) transceiver.setCodecPreferences?.(/** @type {any} */ (allowed(able, preference)));
}
