// The speed of cordboard-relayd, with a Redis of its own, beside an epoll loop that sends frames made
// before; then of the whole way from Asterisk's manager to the browsers. CPU is compared as ratios of
// one run, in turn, so that a slow or busy machine changes both sides.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { EPOCH, Redis, RedisServer, Relay, freePort } from '../relayd/harness.mjs';
import { throughAmid } from './way.mjs';

const { values } = parseArgs({ options: {
	sockets: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '10' }, tries: { type: 'string', default: '3' }, only: { type: 'string', default: 'abcdef' },
} });
const SOCKETS = Number(values.sockets), ROUNDS = Number(values.rounds);
const HOME = process.env.CORDBOARD_HOME;
process.env.CB_LIBEXEC ??= path.join(HOME, 'app/libexec/cordboard');

const BURST = { events: 16, bytes: 300, a_round: 15, everyMs: 100 };
const RATE = 200, RATE_S = 10, TRIES = Number(values.tries);
const IDLE = 5000;
const WAY = { calls: 300, perSecond: 20 };
const TENANT = 'bench', PREFIX = 'cordboard-bench-';
const AGENTS = 200, QUEUES = 10, CALLS = 40;

const rows = [];
const row = (what, figure, bar = '', holds = null) => {
	rows.push({ what, figure, bar, holds });
	console.error(`${what}: ${figure}`);
};
const atMost = (what, n, limit, unit = '', more = '') => row(what, `${n.toFixed(2)}${unit}${more}`, `<= ${limit}${unit}`, n <= limit);
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** On the processor, all threads. */
const cpuNs = (pid) => readdirSync(`/proc/${pid}/task`).reduce((sum, id) => sum + Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]), 0);
const rssMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const monoUs = () => Number(process.hrtime.bigint() / 1000n);

/** One of the programs in C: a line in, a line of JSON out. */
async function program(name, ...args) {
	const child = spawn(path.join(HOME, 'build/tests/bench', name), args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	return {
		pid: child.pid,
		ready: () => lines.next(),
		ask: async (order) => {
			child.stdin.write(`${order}\n`);
			const { value, done } = await lines.next();
			if (done) throw new Error(`${name} has ended`);
			return JSON.parse(value);
		},
		end: async () => {
			child.stdin.end();
			await once(child, 'exit');
		},
	};
}

async function opened(sockets, order) {
	const joined = await sockets.ask(order);
	if (!joined.done) throw new Error(`${order}: ${JSON.stringify(joined)}`);
	return joined;
}

// ---- what amid would publish -----------------------------------------------------------------------

const server = await RedisServer.start();
const redis = await Redis.connect(server.port);
const place = `cb:node1:${TENANT}`;
let seq = EPOCH;

const agent = (i) => JSON.stringify({ extension: String(3000 + i), status: 'ON_CALL', reason: null, since: '2026-11-22T09:30:00.123Z', callId: `be0cbe0c-0000-4000-8000-00000000${1000 + i}`, queue: 'support', peer: '+4930123456', peerName: 'Ada', ringing: false, held: false, phone: 'REGISTERED', wrapupUntil: null });
const call = (i) => JSON.stringify({ id: `c${i}`, direction: 'INBOUND', status: 'CONNECTED', from: '+4930123456', fromName: 'Ada', to: '5550100', queue: 'support', agent: String(3000 + i), ringing: [], startedAt: '2026-11-22T09:30:00.123Z' });

async function picture() {
	await redis.transaction([
		['SET', `${place}:seq`, seq],
		...Array.from({ length: AGENTS }, (_, i) => ['HSET', `${place}:agents`, 3000 + i, agent(i)]),
		...Array.from({ length: CALLS }, (_, i) => ['HSET', `${place}:calls`, `c${i}`, call(i)]),
		...Array.from({ length: QUEUES }, (_, i) => ['HSET', `${place}:queues`, `q${i}`, JSON.stringify({ name: `q${i}`, waiting: [] })]),
	]);
}

async function tickets(n, prefix = PREFIX) {
	const ticket = JSON.stringify({ tenant: TENANT, node: 'node1', role: 'MANAGER', extension: '2002', queues: [], sessionId: 'be0cbe0c-0000-4000-8000-000000000000' });
	for (let i = 0; i < n; i++) {
		const set = redis.command('SET', `cb:ticket:${createHash('sha256').update(prefix + i).digest('hex')}`, ticket);
		if (i % 500 === 499) await set;
	}
}

function event() {
	const previous = seq++;
	const body = `{"seq":${seq},"ts":"2026-11-22T09:30:00.123Z","type":"call:state:changed","data":{"id":"c1","t":${monoUs()},"pad":"`;
	return { previous, text: `${body}${'x'.repeat(BURST.bytes - body.length - 3)}"}}` };
}

/** Events with the state they lead to, in one transaction as amid writes them. */
function publish(n) {
	const steps = [];
	for (let i = 0; i < n; i++) {
		const { previous, text } = event();
		steps.push(['SET', `${place}:seq`, seq], ['PUBLISH', `${place}:events`, `${seq} ${previous} - 3001 call:state:changed\n${text}`]);
	}
	redis.socket.cork();
	const done = redis.transaction(steps);
	redis.socket.uncork();
	return done;
}

async function publishAt(perSecond, seconds) {
	const begun = monoUs(), sent = [];
	for (let n = 0; n < perSecond * seconds;) {
		const due = Math.floor((monoUs() - begun) * perSecond / 1e6) + 1;
		for (; n < due && n < perSecond * seconds; n++) sent.push(publish(1));
		await sleep(1);
	}
	await Promise.all(sent);
}

/** Waits until so many events, or frames, have come; what came is added up. */
async function received(sockets, what, n) {
	const all = { events: 0, frames: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, closed: 0 };
	for (let quiet = 0; all[what] < n && quiet < 50; quiet++) {
		const stats = await sockets.ask('stats');
		if (stats[what]) quiet = 0;
		for (const key of ['events', 'frames', 'closed']) all[key] += stats[key];
		for (const key of ['p50Ms', 'p99Ms', 'maxMs']) all[key] = Math.max(all[key], stats[key]);
		if (all[what] < n) await sleep(20);
	}
	if (all[what] < n) throw new Error(`${all[what]} of ${n} ${what} came`);
	return all;
}

// ---- measures --------------------------------------------------------------------------------------

/** f with a relay of its own and a program full of sockets on it. */
async function withRelay(n, f) {
	const relay = await Relay.start(server.port);
	await tickets(n * 3 + 1000);
	await picture();
	const sockets = await program('sockets', relay.port, PREFIX);
	try {
		await opened(sockets, `open ${n}`);
		return await f(relay, sockets);
	} finally {
		await sockets.end();
		relay.child.kill('SIGKILL');
	}
}

async function bursts() {
	const port = await freePort();
	const sender = await program('sender', port, BURST.events, BURST.bytes);
	await sender.ready();
	const others = await program('sockets', port, PREFIX);
	await opened(others, `open ${SOCKETS}`);
	const n = BURST.a_round * SOCKETS, runs = [];
	let frames = 0;
	await withRelay(SOCKETS, async (relay, sockets) => {
		for (let i = 0; i <= ROUNDS; i++) {
			await Promise.all([sockets.ask('stats'), others.ask('stats')]);
			const before = cpuNs(relay.child.pid);
			for (let k = 0; k < BURST.a_round; k++) await Promise.all([publish(BURST.events), sleep(BURST.everyMs)]);
			const got = await received(sockets, 'events', n * BURST.events);
			const ours = cpuNs(relay.child.pid) - before;
			const start = cpuNs(sender.pid);
			await sender.ask(`burst ${BURST.a_round} ${BURST.everyMs}`);
			await received(others, 'frames', n);
			const theirs = cpuNs(sender.pid) - start;
			if (i === 0) continue; // memory is warm after the first
			// Bursts that a late relay sent as one are one delivery, the larger for it.
			runs.push({ ours: ours / Math.min(n, got.frames), theirs: theirs / n });
			frames += got.frames;
		}
	});
	await others.end();
	await sender.end();
	// Of each the round that was disturbed least.
	const best = (key) => Math.min(...runs.map((r) => r[key])), ratios = runs.map((r) => r.ours / r.theirs);
	const each = (ns) => `${(ns / 1000).toFixed(2)} µs CPU a burst and socket`;
	row(`bursts of ${BURST.events} events of ${BURST.bytes} bytes to ${SOCKETS} sockets: relay`, `${each(best('ours'))}, ${(frames / ROUNDS / n).toFixed(2)} frames`);
	row('  epoll loop, frames made before', each(best('theirs')));
	atMost('  relay to epoll loop', best('ours') / best('theirs'), 1.35, '', ` (by rounds: median ${median(ratios).toFixed(2)}, ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`);
}

async function rate() {
	await withRelay(SOCKETS, async (relay, sockets) => {
		const runs = [];
		for (let i = 0; i < TRIES; i++) {
			await sockets.ask('stats');
			const before = cpuNs(relay.child.pid);
			await publishAt(RATE, RATE_S);
			await sleep(100);
			const stats = await sockets.ask('stats');
			runs.push({ ...stats, cpu: (cpuNs(relay.child.pid) - before) / RATE_S / 1e9 });
		}
		const best = runs.reduce((a, b) => a.p99Ms < b.p99Ms ? a : b);
		const whole = runs.every((r) => r.events === RATE * RATE_S * SOCKETS && !r.closed);
		row(`${RATE} events/s to ${SOCKETS} sockets: delivered`, whole ? 'all' : JSON.stringify(runs), 'all', whole);
		atMost('  publish to socket, p99', best.p99Ms, 15, ' ms', `, p50 ${best.p50Ms} ms, relay at ${(100 * best.cpu).toFixed(0)} % CPU (runs: ${runs.map((r) => r.p99Ms).join(', ')})`);
	});
}

async function idle() {
	await withRelay(IDLE, async (relay, sockets) => {
		await sleep(20_000); // signs of life and pings have come to each
		const { open } = await sockets.ask('stats');
		if (open !== IDLE) throw new Error(`${open} of ${IDLE} are open`);
		atMost(`memory of ${IDLE} idle sockets`, rssMb(relay.child.pid), 25, ' MB');
	});
}

async function comeBack() {
	await withRelay(SOCKETS, async (relay, sockets) => {
		const back = sockets.ask('return 60');
		relay.child.kill('SIGKILL');
		await relay.exit;
		await sleep(1000); // what a supervisor may take
		const again = await Relay.start(server.port, [relay.port, relay.metricsPort]);
		const r = await back;
		again.child.kill('SIGKILL');
		row(`${SOCKETS} sockets back after a relay was killed`, `${r.done ? '' : 'NOT: '}${r.seconds.toFixed(1)} s`, '<= 10 s', r.done && r.seconds <= 10);
		atMost('  from connecting to the picture, p99', r.joinP99Ms, 1000, ' ms', `, p50 ${r.joinP50Ms} ms`);
	});
}

async function stalled() {
	const n = Math.round(SOCKETS * 0.05), pairs = [], growth = [];
	await withRelay(SOCKETS - n, async (relay, sockets) => {
		const measure = async () => {
			await sockets.ask('stats');
			await publishAt(RATE, RATE_S);
			await sleep(100);
			return sockets.ask('stats');
		};
		await measure();
		for (let i = 0; i < TRIES; i++) {
			const without = await measure(), before = rssMb(relay.child.pid);
			await tickets(n, `${PREFIX}slow-${i}-`);
			const slow = await program('sockets', relay.port, `${PREFIX}slow-${i}-`);
			await opened(slow, `stall ${n}`);
			const withThem = await measure();
			growth.push(rssMb(relay.child.pid) - before);
			pairs.push([without.p99Ms, withThem.p99Ms]);
			await slow.end();
		}
	});
	const ratio = median(pairs.map(([a, b]) => b / a));
	atMost(`p99 of the others beside ${n} that do not read, to without them`, ratio, 1.1, '', ` (ms: ${pairs.map((p) => p.join(' → ')).join(', ')})`);
	atMost('  memory they cost', Math.max(...growth), 20, ' MB');
}

/** On the instance itself, and its relay. */
async function wholeWay() {
	const r = await throughAmid(SOCKETS, WAY.calls, WAY.perSecond, program);
	const most = WAY.calls * SOCKETS / 100;
	if (r.n < most) throw new Error(`only ${r.n} events were known again`);
	atMost(`byte of Asterisk's manager to browser, ${WAY.perSecond} calls/s, ${SOCKETS} sockets, p50`, r.p50Ms, 20, ' ms', ` of ${r.n} on ${SOCKETS / 100} sockets`);
	atMost('  p99', r.p99Ms, 100, ' ms');
}

const measures = { a: bursts, b: rate, c: idle, d: comeBack, e: stalled };
for (const [letter, measure] of Object.entries(measures)) if (values.only.includes(letter)) await measure();
redis.close();
await server.kill();
if (values.only.includes('f')) await wholeWay();

const width = Math.max(...rows.map((r) => r.what.length));
for (const { what, figure, bar, holds } of rows)
	console.log(`${what.padEnd(width)}  ${figure}${bar && `  (${holds ? 'holds' : 'DOES NOT HOLD'}: ${bar})`}`);
process.exit(0);
