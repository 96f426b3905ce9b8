// How good the line is, from what the browser counts: loss, jitter, round trip.

/**
 * @typedef {{received: number, lost: number, jitterMs: number | null, rttMs: number | null, farLoss: number | null, codec: string | null}} Counts
 * @typedef {'good' | 'fair' | 'poor'} Grade
 * @typedef {{grade: Grade, silent: boolean, loss: number, jitterMs: number | null, rttMs: number | null, codec: string | null}} Quality
 *   loss: share of packets, the worse of both ways; silent: nothing arrives at all
 */

// From these on speech is noticed to suffer, or hard to follow.
const FAIR = { loss: 0.015, jitterMs: 30, rttMs: 250 };
const POOR = { loss: 0.05, jitterMs: 60, rttMs: 500 };

const ms = (/** @type {number | undefined} */ seconds) => (seconds === undefined ? null : Math.round(seconds * 1000));

/** Picks the counts out of a report. @param {Iterable<[string, any]> & {get: (id: string) => any}} report @returns {Counts} */
export function countsOf(report) {
	const all = [...report].map(([, stat]) => stat);
	const find = (/** @type {(s: any) => boolean} */ fits) => all.find(fits) ?? {};
	const near = find((s) => s.type === 'inbound-rtp' && s.kind === 'audio');
	const far = find((s) => s.type === 'remote-inbound-rtp' && s.kind === 'audio');
	const path = find((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded');
	return {
		received: near.packetsReceived ?? 0,
		lost: Math.max(0, near.packetsLost ?? 0),
		jitterMs: ms(near.jitter),
		rttMs: ms(far.roundTripTime ?? path.currentRoundTripTime),
		farLoss: far.fractionLost ?? null,
		codec: report.get(near.codecId)?.mimeType?.replace('audio/', '') ?? null,
	};
}

const reaches = (/** @type {any} */ q, /** @type {any} */ limit) => q.loss >= limit.loss || (q.jitterMs ?? 0) >= limit.jitterMs || (q.rttMs ?? 0) >= limit.rttMs;

/** The quality between two counts. @param {Counts} before @param {Counts} now @returns {Quality} */
export function qualityOf(before, now) {
	const received = now.received - before.received;
	const lost = Math.max(0, now.lost - before.lost);
	const near = received + lost > 0 ? lost / (received + lost) : 0;
	const figures = { loss: Math.max(near, now.farLoss ?? 0), jitterMs: now.jitterMs, rttMs: now.rttMs, codec: now.codec };
	const silent = received <= 0;
	/** @type {Grade} */
	const grade = silent || reaches(figures, POOR) ? 'poor' : reaches(figures, FAIR) ? 'fair' : 'good';
	return { ...figures, silent, grade };
}
