// cordboard-amid under a stream of calls: a manager that sends it, PostgreSQL and Redis that are real.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as h from '../e2e/harness.mjs';
import { TICKS_MS, children, command, cpuMs, postgresCpuMs, postmaster, redisServer } from './processes.mjs';

const HOME = process.env.CORDBOARD_HOME;
const RECORDING = fileURLToPath(new URL('../traces/a2-worker-account.ami', import.meta.url));
export const EVENTS_A_CALL = 19;

const program = (name) => path.join(HOME, 'build/tests/bench', name);
const OURS = "BETWEEN 'be0cbe0c-0000-4000-8000-000000000000' AND 'be0cbe0c-0000-4000-8000-ffffffffffff'";

// ---- the manager that sends the stream -----------------------------------------------------------

export async function manager(calls) {
	const { port } = await freePort();
	const child = spawn(program('manager'), [String(port), RECORDING, String(calls), `${HOME}/redis/redis.sock`,
		'cordboard', `${HOME}/secrets/redis`, 'node1', 'demo'], { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const line = async () => {
		const { value, done } = await lines.next();
		if (done) throw new Error('the manager has ended');
		return JSON.parse(value);
	};
	await line();
	return {
		port,
		ask: (order) => {
			child.stdin.write(`${order}\n`);
			return line();
		},
		end: () => child.stdin.end(),
	};
}

async function freePort() {
	const { createServer } = await import('node:net');
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return { port };
}

/** What reading the stream costs in one process that does no more than its mode says. */
export async function reader(calls, mode, rate) {
	const sender = await manager(calls);
	const child = spawn(program('reader'), [String(sender.port), mode], { stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';
	child.stdout.on('data', (chunk) => { text += chunk; });
	const ended = once(child, 'exit');
	for (let sent = 0; !sent;) sent = (await sender.ask(`stream ${rate}`)).events;
	await sender.ask('close');
	await ended;
	sender.end();
	return JSON.parse(text);
}

// ---- processes -----------------------------------------------------------------------------------

/** The server process that stores what cordboard-amid has journalled. */
export const workerBackend = () => children(postmaster()).find((pid) => command(pid).startsWith('postgres: cordboard_worker'));
export const peakRssMb = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

// ---- the worker ----------------------------------------------------------------------------------

export const linkLost = (worker) => /link (down|dropped)/.test(worker.log());

/** The instance's own cordboard-amid stands aside while f runs with one that hears `sender`. */
export async function withWorker(sender, f) {
	const agents = await h.sql("SELECT coalesce(json_agg(s), '[]') FROM agent_states s");
	const letters = await h.sql('SELECT count(*) FROM dead_letters');
	await h.service('stop', 'amid');
	await h.sql(`INSERT INTO agent_states AS s (tenant_id, agent_id, status, since, seq)
		SELECT tenant_id, id, 'AVAILABLE', now(), 0 FROM agent_extensions WHERE extension BETWEEN '1001' AND '1010'
		ON CONFLICT (tenant_id, agent_id) DO UPDATE SET status = 'AVAILABLE', call_id = NULL, wrapup_until = NULL, next_status = NULL`);
	const worker = await h.amid({ amiPort: sender.port });
	try {
		await h.until(() => /resync done/.test(worker.log()) && /live picture is up/.test(worker.log()), 'the worker to be ready');
		const result = await f(worker);
		return { ...result, deadLetters: Number(await h.sql('SELECT count(*) FROM dead_letters')) - Number(letters) };
	} finally {
		worker.end();
		await h.until(() => /stopped/.test(worker.log()), 'the worker to end').catch(() => worker.stop());
		await cleanUp(agents);
		rmSync(worker.home, { recursive: true, force: true });
		await h.service('start', 'amid');
		await h.until(async () => (await h.redis('EXISTS', 'cb:node1:health')) === '1', "the instance's own worker");
	}
}

async function cleanUp(agents) {
	for (const table of ['call_timeline', 'call_transfers', 'talk_segments', 'ring_offers', 'queue_visits', 'call_legs', 'agent_activity_logs'])
		await h.sql(`DELETE FROM ${table} WHERE call_id ${OURS}`);
	await h.sql(`DELETE FROM call_sessions WHERE id ${OURS}`);
	await h.sql(`DELETE FROM agent_states; INSERT INTO agent_states SELECT * FROM json_populate_recordset(NULL::agent_states, '${agents.replaceAll("'", "''")}')`);
}

/** Calls of the stream that are stored, as far as they should be: all ended, answered, whole. */
export async function stored() {
	const text = await h.sql(`SELECT json_build_object('calls', count(*), 'ended', count(ended_at),
		'answered', count(*) FILTER (WHERE outcome = 'ANSWERED' AND ended_by = 'CUSTOMER' AND agent_id IS NOT NULL AND wait_ms BETWEEN 461 AND 462 AND talk_ms BETWEEN 2548 AND 2550),
		'legs', (SELECT count(ended_at) FROM call_legs WHERE call_id ${OURS}),
		'visits', (SELECT count(*) FROM queue_visits WHERE call_id ${OURS} AND outcome = 'ANSWERED'),
		'offers', (SELECT count(*) FROM ring_offers WHERE call_id ${OURS} AND outcome = 'ANSWERED'),
		'segments', (SELECT count(ended_at) FROM talk_segments WHERE call_id ${OURS}),
		'moments', (SELECT count(*) FROM call_timeline WHERE call_id ${OURS}))
		FROM call_sessions WHERE id ${OURS}`);
	return JSON.parse(text);
}

/** Whether exactly these calls are stored, each with all its parts. */
export function isWhole(found, calls) {
	return [found.calls, found.ended, found.answered, found.visits, found.offers, found.segments].every((n) => n === calls) &&
		found.legs === 2 * calls && found.moments === 7 * calls;
}

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** PostgreSQL stands still for the worker. */
export async function stall(ms) {
	const backend = Number(workerBackend());
	process.kill(backend, 'SIGSTOP');
	await sleep(ms);
	process.kill(backend, 'SIGCONT');
}

/** Sends the stream at a rate, does `meanwhile`, and waits until the worker has nothing left to do. */
export async function run(sender, worker, rate, meanwhile = async () => {}) {
	const cpu = () => ({ amid: cpuMs(worker.pid), postgres: postgresCpuMs(), redis: cpuMs(redisServer()) });
	const before = cpu();
	const begun = Date.now();
	const [sent] = await Promise.all([sender.ask(`stream ${rate}`), meanwhile()]);
	let now = cpu(), busy = Date.now();
	// Without a question to PostgreSQL, whose time is being measured: nobody works any more.
	while (Date.now() - busy < 600) {
		await sleep(100);
		const next = cpu();
		if (next.amid - now.amid > 1 + TICKS_MS || next.postgres - now.postgres > 1 + TICKS_MS) busy = Date.now();
		now = next;
	}
	const cost = Object.fromEntries(Object.keys(now).map((key) => [key, now[key] - before[key]]));
	return { ...sent, cost, drainedS: (busy - begun) / 1000, peakMb: peakRssMb(worker.pid), found: await stored(), linkLost: linkLost(worker) };
}
