// The ledger against the database: every difference, with its weight. A fact is a call lost, doubled,
// open, or another's; hard is a wrong length or outcome; a detail is anything else that is not as it was.
// Of a call during which the machine was late only the facts are judged.
import * as h from '../e2e/harness.mjs';

/** The calls of the database since a moment, each with its rows. */
export async function read_calls(since) {
	const rows = (columns, table, order = 'ordinal') => `(SELECT coalesce(json_agg(x ORDER BY x.${order}), '[]') FROM (SELECT ${columns} FROM ${table} x WHERE x.call_id = c.id) x)`;
	const ms = (column) => `(extract(epoch FROM ${column}) * 1000)::bigint AS ${column}`;
	const agent = '(SELECT extension FROM agent_extensions e WHERE e.id = x.agent_id) AS agent';
	const queue = '(SELECT name FROM call_queues q WHERE q.id = x.queue_id) AS queue';
	const text = await h.sql(`SELECT coalesce(json_agg(c ORDER BY c.started_at), '[]') FROM (
		SELECT id, direction, status, from_number, to_number, ${['started_at', 'answered_at', 'ended_at'].map(ms)}, ended_by, hangup_cause, outcome,
			end_reason, estimated, wait_ms, talk_ms, hold_ms,
			${rows(`ordinal, ${queue}, ${agent}, ${ms('joined_at')}, ${ms('left_at')}, wait_ms, outcome`, 'queue_visits')} AS visits,
			${rows(`ordinal, ${queue}, ${agent}, ${ms('started_at')}, ${ms('ended_at')}, ring_ms, outcome`, 'ring_offers')} AS offers,
			${rows(`ordinal, ${queue}, ${agent}, ${ms('started_at')}, ${ms('ended_at')}, talk_ms, hold_ms`, 'talk_segments')} AS segments,
			${rows(`ordinal, ${ms('at')}, kind, from_agent, to_target, result`, 'call_transfers')} AS transfers
		FROM call_sessions c WHERE started_at >= to_timestamp(${since} / 1000.0)) c`);
	return JSON.parse(text);
}

/** Rows since a moment that are open, of any kind, and rows set aside. */
export async function leftovers(since) {
	const open = await h.sql(`SELECT
		${[['call_sessions', 'started_at', 'ended_at'], ['queue_visits', 'joined_at', 'left_at'], ['ring_offers', 'started_at', 'ended_at'], ['talk_segments', 'started_at', 'ended_at']]
		.map(([table, begin, end]) => `(SELECT count(*) FROM ${table} WHERE ${end} IS NULL AND ${begin} >= to_timestamp(${since} / 1000.0))`).join(' + ')}`);
	const dead = await h.sql(`SELECT kind || ' ' || error || ' ' || payload FROM dead_letters WHERE at >= to_timestamp(${since} / 1000.0) ORDER BY seq`);
	const deadLetters = dead.split('\n').filter(Boolean);
	return { open: Number(open), dead: deadLetters.length, deadLetters };
}

class Report {
	constructor(limits) {
		Object.assign(this, limits, { differences: [], errors: { wait: 0, talk: 0, hold: 0, ring: 0, duration: 0 } });
	}

	begin(call) {
		Object.assign(this, { differences: [], late: call.late });
	}

	say(weight, what) {
		if (!this.late || weight === 'fact') this.differences.push({ weight, what });
	}

	same(weight, name, is, allowed) {
		const list = Array.isArray(allowed) ? allowed : [allowed];
		if (!list.includes(is)) this.say(weight, `${name} is ${is}, not ${list.join(' or ')}`);
	}

	// kind says which figure of the run this error belongs to; most is the longest that it can be.
	time(weight, kind, name, is, want, limit, most = want) {
		const error = Math.max(want - is, is - most, 0);
		if (!this.late) this.errors[kind] = Math.max(this.errors[kind], error);
		if (!(error <= limit)) this.say(weight, `${name} is ${is} ms, not ${Math.round(want)}${most > want ? ` to ${Math.round(most)}` : ''} ms`);
	}
}

// Lists are compared in the order of time; one too many or too few is said once.
function pairs(report, name, rows, wanted, compare_one) {
	if (rows.length !== wanted.length) {
		report.say('detail', `${rows.length} ${name}, not ${wanted.length}`);
		return;
	}
	rows.forEach((row, i) => compare_one(row, wanted[i], `${name} ${i}`));
}

// What the answer and the hang-up crossed in may be there or not.
const certain = (wanted, rows) => (rows.length === wanted.length ? wanted : wanted.filter((item) => !item.crossing));

function check_parts(report, call, row) {
	const queue = (key) => (key ? `ledger_${key}` : null), { limit } = report;
	pairs(report, 'visits', row.visits, call.visits, (is, want, name) => {
		report.same('detail', `${name} queue`, is.queue, queue(want.queue));
		report.same('detail', `${name} outcome`, is.outcome, want.outcome);
		if (want.agent) report.same('detail', `${name} agent`, is.agent, want.agent);
		report.time('detail', 'wait', `${name} wait`, is.wait_ms, want.leftAt - want.joinedAt, limit);
	});
	const by_time = (list, key) => [...list].sort((a, b) => a[key] - b[key] || a.agent.localeCompare(b.agent));
	pairs(report, 'offers', by_time(row.offers, 'started_at'), by_time(call.offers, 'startAt'), (is, want, name) => {
		report.same('detail', `${name} agent`, is.agent, want.agent);
		report.same('detail', `${name} queue`, is.queue, queue(want.queue));
		report.same('detail', `${name} outcome`, is.outcome, want.outcome);
		report.time('detail', 'ring', `${name} ring`, is.ring_ms, want.endAt - want.startAt, limit);
	});
	pairs(report, 'segments', row.segments, certain(call.segments, row.segments), (is, want, name) => {
		report.same('detail', `${name} agent`, is.agent, want.agent);
		report.time('detail', 'hold', `${name} hold`, is.hold_ms, want.holdMs, limit);
		report.time('detail', 'talk', `${name} talk`, is.talk_ms, want.endAt - want.startAt - want.holdMs, limit);
	});
	pairs(report, 'transfers', row.transfers, call.transfers, (is, want, name) => {
		report.same('detail', `${name} kind`, is.kind, want.kind);
		report.same('detail', `${name} from`, is.from_agent, want.from);
		report.same('detail', `${name} to`, is.to_target, want.to);
		report.same('detail', `${name} result`, is.result, want.result);
	});
}

/** Asterisk's death that ended the call: surely, or, if the end crossed it, by the row's own word. */
const cut_of = (call, row) => call.cut ?? (row.end_reason === 'pbx_restart' ? call.crossed : null);

function check_cut(report, kill, row) {
	report.same('hard', 'end reason', row.end_reason, 'pbx_restart');
	report.same('hard', 'estimated', row.estimated, true);
	report.time('hard', 'duration', 'the end after the cut', row.ended_at - kill.from, 0, report.durationLimit, kill.to - kill.from);
}

function check(report, call, row) {
	if (call.id) report.same('fact', 'id', row.id, call.id);
	report.same('fact', 'direction', row.direction, call.direction);
	report.same('detail', 'from', row.from_number, call.from);
	report.same('detail', 'to', row.to_number, [call.to, call.to.replace('+', '')]);
	if (row.status !== 'ENDED') report.say('fact', `is open: ${row.status}`);
	const cut = cut_of(call, row);
	if (cut) {
		check_cut(report, cut, row);
		return;
	}
	report.same('hard', 'outcome', row.outcome, call.outcome);
	report.same('detail', 'ended by', row.ended_by, call.endedBy);
	report.same('detail', 'estimated', row.estimated, false);
	// It began for Asterisk between the INVITE and the answer to it, which may be far apart when a database is away.
	const begun = Math.max(call.startedAt, Math.min(row.started_at, call.startedBy ?? call.startedAt));
	if (call.endedAt) report.time('hard', 'duration', 'length', row.ended_at - row.started_at, call.endedAt - begun, report.durationLimit, call.endedLatest - begun);
	check_parts(report, call, row);
}

const names_of = (row) => [row.from_number, row.to_number, `${row.from_number} ${row.to_number}`];

/** Compares; limits are { limit, durationLimit } in ms. */
export function compare(calls, rows, refused, limits) {
	const report = new Report(limits), taken = new Set(), faulty = [];
	const result = { lost: 0, duplicate: 0, extra: 0, estimated: rows.filter((row) => row.estimated).length, cut: calls.filter((call) => call.cut).length, late: calls.filter((call) => call.late).length };
	for (const call of calls) {
		const own = rows.filter((row) => (call.direction === 'INBOUND' ? row.from_number === call.from : row.id === call.id));
		report.begin(call);
		own.forEach((row) => taken.add(row));
		if (own.length === 0) {
			result.lost++;
			report.say('fact', 'lost: no row');
		} else {
			check(report, call, own[0]);
		}
		if (own.length > 1) {
			result.duplicate++;
			report.say('fact', `${own.length} rows`);
		}
		if (report.differences.length) faulty.push({ call, rows: own, differences: report.differences });
	}
	for (const row of rows.filter((r) => !taken.has(r) && !names_of(r).some((name) => refused.has(name)))) {
		result.extra++;
		faulty.push({ call: null, rows: [row], differences: [{ weight: 'fact', what: 'a row of no call of the ledger' }] });
	}
	return { ...result, errors: report.errors, faulty };
}
