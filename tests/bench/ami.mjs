// The speed of cordboard-amid. Figures stand side by side and bars are ratios of one run, so that a
// slow or busy machine changes both sides.
import { parseArgs } from 'node:util';
import { storm } from './storm.mjs';
import * as bench from './worker.mjs';

const { values } = parseArgs({ options: { calls: { type: 'string', default: '10000' } } });
const CALLS = Number(values.calls);

/** What Asterisk makes at most on two cores (filtered account, calls of the dialplan): 2,750 events/s. */
const RATE = 10 * 2750;
const FASTEST = 100_000;
const LATENCY_RATE = 50;
const STORM = { events: 120_000, seconds: 4, stallMs: 2000 };

const rows = [];
const row = (what, figure, bar = '', holds = null) => rows.push({ what, figure, bar, holds });
const ms = (us) => `${(us / 1000).toFixed(us < 10_000 ? 2 : 0)} ms`;
const each = (cpuUs, events) => `${(cpuUs / events).toFixed(2)} µs CPU an event`;

async function firstSteps(how, rate, tries) {
	const events = CALLS * bench.EVENTS_A_CALL;
	const cost = {};
	for (const mode of ['recv', 'parse', 'track', 'record']) {
		// The best of them: the least disturbed.
		const runs = [];
		for (let i = 0; i < tries; i++) runs.push(await bench.reader(CALLS, mode, rate));
		cost[mode] = Math.min(...runs.map((r) => r.cpuUs));
		row(`${mode} alone, ${how}`, each(cost[mode], events));
	}
	const ratio = cost.track / cost.recv;
	row('  parser + tracker to recv', ratio.toFixed(1), '<= 8', ratio <= 8);
}

async function wholeWorker() {
	const sender = await bench.manager(CALLS);
	for (const [name, rate] of [[`whole worker at ${RATE} events/s`, RATE], [`whole worker at ${FASTEST} events/s`, FASTEST]]) {
		const r = await bench.withWorker(sender, (worker) => bench.run(sender, worker, rate));
		const ratio = r.cost.amid / r.cost.postgres;
		const perSecond = Math.round(r.events / r.drainedS);
		const whole = bench.isWhole(r.found, CALLS) && !r.deadLetters && !r.linkLost;
		row(name, `${r.events} events in ${r.seconds} s, stored after ${r.drainedS.toFixed(1)} s: ${perSecond}/s`,
			rate === RATE ? 'stored <= 1 s later' : `>= ${RATE}/s`, rate === RATE ? r.drainedS <= r.seconds + 1 : perSecond >= RATE);
		row('  cordboard-amid', each(1000 * r.cost.amid, r.events));
		row('  PostgreSQL', each(1000 * r.cost.postgres, r.events));
		row('  Redis', each(1000 * r.cost.redis, r.events));
		row('  amid to PostgreSQL', ratio.toFixed(2), '<= 0.8', ratio <= 0.8);
		row('  every call stored, each with all its parts', whole ? 'yes' : `no: ${JSON.stringify(r)}`, 'yes', whole);
		row('  peak memory', `${r.peakMb.toFixed(0)} MiB`, '<= 128', r.peakMb <= 128);
	}
	sender.end();
}

async function fakeStorm() {
	const calls = Math.ceil(Math.min(STORM.events, CALLS * bench.EVENTS_A_CALL) / bench.EVENTS_A_CALL);
	const sender = await bench.manager(calls);
	const r = await bench.withWorker(sender, (worker) => bench.run(sender, worker, STORM.events / STORM.seconds, () => bench.stall(STORM.stallMs)));
	sender.end();
	const whole = bench.isWhole(r.found, calls) && !r.deadLetters && !r.linkLost && !r.kicked;
	row(`storm: ${r.events} events in ${r.seconds} s, PostgreSQL stalled ${STORM.stallMs / 1000} s`, `stored after ${r.drainedS.toFixed(1)} s`);
	row('  never kicked, nothing lost', whole ? 'yes' : `no: ${JSON.stringify(r)}`, 'yes', whole);
	row('  peak memory', `${r.peakMb.toFixed(0)} MiB`, '<= 128', r.peakMb <= 128);
}

async function asteriskStorm() {
	const r = await storm(Math.min(STORM.events, CALLS * bench.EVENTS_A_CALL), STORM.stallMs);
	const whole = r.stored === r.calls && r.events === r.expected && !r.linkLost && r.sameWorker;
	row(`storm out of Asterisk: ${r.events} events in ${r.seconds.toFixed(1)} s, PostgreSQL stalled ${STORM.stallMs / 1000} s`, `${Math.round(r.events / r.seconds)}/s`);
	row('  never kicked, nothing lost', whole ? 'yes' : `no: ${JSON.stringify(r)}`, 'yes', whole);
	row('  peak memory', `${r.peakMb.toFixed(0)} MiB`, '<= 128', r.peakMb <= 128);
}

async function latency() {
	const calls = Math.min(CALLS / 10, 50);
	const sender = await bench.manager(calls);
	const r = await bench.withWorker(sender, async () => sender.ask(`latency ${LATENCY_RATE} ${calls * bench.EVENTS_A_CALL}`));
	sender.end();
	if (!r.published) throw new Error(`no latency measured: ${JSON.stringify(r)}`);
	row(`bytes from Asterisk to message in Redis, ${LATENCY_RATE} events/s`, `p50 ${ms(r.p50Us)}, p99 ${ms(r.p99Us)}, longest ${ms(r.maxUs)} of ${r.published}`,
		'p99 <= 5 ms', r.p99Us <= 5000);
}

await firstSteps('in one piece', 0, 3);
await firstSteps(`at ${RATE} events/s`, RATE, 1);
await wholeWorker();
await fakeStorm();
await asteriskStorm();
await latency();
const width = Math.max(...rows.map((r) => r.what.length));
for (const { what, figure, bar, holds } of rows)
	console.log(`${what.padEnd(width)}  ${figure}${bar && `  (${holds ? 'holds' : 'DOES NOT HOLD'}: ${bar})`}`);
process.exit(0);
