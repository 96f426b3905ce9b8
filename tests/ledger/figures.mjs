// A run's figures as people read them, and each difference with the call's ledger entry and its rows.
const line = (counts) => Object.entries(counts).map(([key, n]) => `${key} ${n}`).join(', ') || 'none';

const clock = (ms) => (typeof ms === 'number' ? new Date(ms).toISOString().slice(11, 23) : ms);
const is_time = (key) => /(At|_at|^at|^from|^to|until)$/.test(key);
// Times of day are easier to compare than milliseconds since the epoch.
const readable = (key, value) => (is_time(key) && typeof value === 'number' ? clock(value) : value);
const brief = (value) => JSON.stringify(value, readable);

function percentile(list, share) {
	const sorted = [...list].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function resyncs(list) {
	const kinds = [...new Set(list.map((r) => r.kind))];
	return kinds.map((kind) => {
		const all = list.filter((r) => r.kind === kind), ms = all.map((r) => r.ms).filter((n) => n !== null);
		return `  ${kind}: ${ms.length} of ${all.length}, p50 ${percentile(ms, 0.5) ?? '–'} ms, max ${percentile(ms, 1) ?? '–'} ms`;
	});
}

export function figures(r) {
	return [
		`seed ${r.seed}: ${r.calls} calls in ${r.seconds} s; tried and not placed: ${line(r.notPlaced)}`,
		`lost ${r.lost}, duplicate ${r.duplicate}, open ${r.open}, without a ledger entry ${r.extra}, dead letters ${r.dead}, estimated ${r.estimated}, cut ${r.cut}`,
		`greatest error: ${Object.entries(r.errors).map(([kind, ms]) => `${kind} ${Math.round(ms)} ms`).join(', ')}`,
		`the machine was late ${r.lateTimes} times, for ${r.lateLongest} ms at most: ${r.late} calls are judged by the facts only`,
		`calls with a hard difference ${hard(r).length}, with a detail only ${r.faulty.length - hard(r).length}`,
		`kinds: ${line(r.kinds)}`, `outcomes: ${line(r.outcomes)}`, `ended by: ${line(r.endedBy)}`, `visits: ${line(r.visits)}`,
		`offers: ${line(r.offers)}`, `transfers: ${line(r.transfers)}`, `segments with hold: ${r.held}`,
		...r.deadLetters.map((text) => `dead letter: ${text}`),
		...(Object.keys(r.done).length ? [`faults: ${line(r.done)}`, 'resync:', ...resyncs(r.resyncs)] : []),
	].join('\n');
}

/** Calls that are lost, doubled, open, of wrong length or outcome. */
export const hard = (r) => r.faulty.filter((f) => f.differences.some((d) => d.weight !== 'detail'));

export function differences(faulty) {
	return faulty.map(({ call, rows, differences: list }) => [
		`${call ? `${call.entry.kind} ${call.from} → ${call.to}` : 'nobody'}:`,
		...list.map((d) => `  ${d.weight}: ${d.what}`),
		...(call ? [`  ledger ${brief({ ...call, legs: undefined })}`, ...call.legs.map((leg) => `  leg ${brief({ ...leg, agent: leg.agent?.extension })}`)] : []),
		...rows.map((row) => `  row ${brief(row)}`),
	].join('\n')).join('\n\n');
}
