// The cost of the API beside that of the statements it runs: the same number of requests through nginx
// and of pipelines sent by pgbench, in turn, within one run. What is compared is CPU time.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import * as h from '../e2e/harness.mjs';
import { database } from '../instance.mjs';
import { apiWorkers, cpuMs, nginxWorkers, postgresCpuMs, pssMb } from './processes.mjs';

const { values } = parseArgs({ options: {
	requests: { type: 'string', default: '8000' }, rounds: { type: 'string', default: '5' }, connections: { type: 'string', default: '32' },
} });
const [REQUESTS, ROUNDS, CONNECTIONS] = [values.requests, values.rounds, values.connections].map(Number);
const HOME = process.env.CORDBOARD_HOME;
const UNLIMITED = '127.0.0.9'; // the address that nginx does not limit on an instance of scripts/up
const AGENTS = 50, CALLS = 64, FIRST_CALL = 1000;
const CALL = 'be0cbe0c-0000-4000-8000-00000000';
const NOTE = { notes: 'Wants the invoice of March once more, by e-mail. '.repeat(4), disposition: 'CALLBACK', tags: ['vip', 'invoice'] };
const run = promisify(execFile);
const work = mkdtempSync(path.join(tmpdir(), 'cordboard-bench-api-'));

const rows = [];
const row = (what, figure, bar = '', holds = null) => rows.push({ what, figure, bar, holds });
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const us = (n) => `${Math.round(n)} µs`;
const atMost = (what, n, limit, unit = '') => row(what, n.toFixed(2) + unit, `<= ${limit}${unit}`, n <= limit);

// ---- a floor of 50 agents who talk, in a tenant of its own -----------------------------------------

// Copies of the demo tenant's rows, so that a new column needs no change here.
const copy = (table, changes, where) => `INSERT INTO ${table} SELECT (jsonb_populate_record(x, jsonb_build_object(${changes}))).* FROM ${table} x ${where}`;

async function floor() {
	if (await h.sql("SELECT 1 FROM tenants WHERE slug = 'bench'")) return;
	const ours = "(SELECT id FROM tenants WHERE slug = 'bench')", demo = "(SELECT id FROM tenants WHERE slug = 'demo')";
	await h.sql([
		copy('tenants', "'id', gen_random_uuid(), 'slug', 'bench', 'name', 'Bench', 'node', 'bench', 'is_default', false", "WHERE slug = 'demo'"),
		copy('users', `'id', gen_random_uuid(), 'tenant_id', ${ours}`, `WHERE tenant_id = ${demo} AND extension = '2002'`),
		copy('dispositions', `'id', gen_random_uuid(), 'tenant_id', ${ours}, 'code', 'CALLBACK'`, `WHERE tenant_id = ${demo} LIMIT 1`),
		copy('agent_extensions', `'id', gen_random_uuid(), 'tenant_id', ${ours}, 'user_id', NULL, 'sip_session', NULL, 'sip_ha1', NULL,
			'extension', 7000 + n, 'display_name', 'Agent ' || n`, `, generate_series(1, ${AGENTS}) n WHERE x.tenant_id = ${demo} AND x.extension = '1001'`),
		`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, to_number, started_at, answered_at, agent_id, seq)
			SELECT ('${CALL}' || ${FIRST_CALL} + n - 1)::uuid, ${ours}, 'bench-' || n, 'INBOUND', 'CONNECTED', '+4930' || 1000000 + n, '5550100', now(), now(),
			(SELECT id FROM agent_extensions WHERE tenant_id = ${ours} AND extension = (7001 + (n - 1) % ${AGENTS})::text), 1 FROM generate_series(1, ${CALLS}) n`,
		`INSERT INTO agent_states (tenant_id, agent_id, status, since, call_id, seq)
			SELECT ${ours}, id, 'ON_CALL', now(), ('${CALL}' || ${FIRST_CALL} + extension::int - 7001)::uuid, 1 FROM agent_extensions WHERE tenant_id = ${ours}`,
	].join(';'));
	await h.sql('ANALYZE');
}

async function signIn() {
	const { body, text } = await h.api(null, 'POST', '/auth/login', { extension: '2002', password: h.PASSWORD, tenant: 'bench' });
	if (!body?.accessToken) throw new Error(`no sign-in: ${text}`);
	return body.accessToken;
}

// ---- the two sides ---------------------------------------------------------------------------------

/** What f costs, in ms of CPU: cordboard-api and nginx, PostgreSQL, and the programs that f runs and waits for. */
async function costOf(f) {
	const now = () => ({
		ours: [...apiWorkers(), ...nginxWorkers()].reduce((sum, pid) => sum + cpuMs(pid), 0),
		postgres: postgresCpuMs(),
		programs: cpuMs(process.pid, true) - cpuMs(process.pid),
	});
	const before = now();
	const result = await f();
	const after = now();
	return { result, ...Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]])) };
}

/** Sends requests (complete, as text) in turn; throws unless all are answered well. */
async function load(requests, count, connections, rate = 0) {
	const args = [UNLIMITED, h.instance.ports.http, connections, count, rate].map(String);
	const child = spawn(path.join(HOME, 'build/tests/bench/load'), args, { stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.end(requests.map((text) => `${text}\0`).join(''));
	let text = '';
	for await (const chunk of child.stdout) text += chunk;
	const result = JSON.parse(text || '{"failed":"all"}');
	if (result.failed) throw new Error(`not all were answered well: ${text}`);
	return result;
}

/** The text of a named statement, with pgbench's variables in place of the parameters. */
function statement(file, name, parameters, definitions) {
	const all = readFileSync(fileURLToPath(new URL(`../../sql/queries/${file}.sql`, import.meta.url)), 'utf8');
	const text = all.split(/^-- name: /m).find((part) => part.startsWith(`${name}\n`));
	if (!text) throw new Error(`no statement ${name} in ${file}`);
	return text.slice(name.length).replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim().replace(/\$(\d+)/g, (_, n) => {
		const value = parameters[n - 1] ?? null;
		if (value && typeof value === 'object') return value.sql;
		const key = `${name}_${n}`;
		definitions[key] = value ?? '-';
		// A variable cannot be null.
		return value === null ? `nullif(:${key}, '-')` : `:${key}`;
	});
}

/** A pgbench script: session_begin and one more statement in a pipeline, and how to run it. */
function pipeline(token, file, name, parameters) {
	const definitions = {};
	const begin = statement('api_auth', 'session_begin', [createHash('sha256').update(token).digest('hex'), 'AGENT'], definitions);
	const text = [`\\set call random(${FIRST_CALL}, ${FIRST_CALL + CALLS - 1})`, '\\startpipeline', `${begin};`,
		`${statement(file, name, parameters, definitions)};`, '\\endpipeline'].join('\n');
	const script = path.join(work, `${name}.sql`);
	writeFileSync(script, `${text}\n`);
	const options = Object.entries(definitions).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
	return (count, connections) => run('pgbench', ['-n', '-M', 'prepared', '-f', script, '-c', String(connections), '-t', String(Math.ceil(count / connections)),
		...options, database('api').replace('127.0.0.1', `${HOME}/postgres/run`)]);
}

const CASES = [
	{
		name: 'list of 50 agents with current call', bar: 1.8,
		requests: (head) => [`GET /api/pbx/agent-extensions?limit=${AGENTS} HTTP/1.1\r\n${head}\r\n`],
		statement: ['api_floor', 'agent_list', [null, null, String(AGENTS), null]],
	},
	{
		name: 'note update', bar: 2.5,
		requests: (head) => Array.from({ length: CALLS }, (_, i) => {
			const body = JSON.stringify(NOTE);
			return `PUT /api/pbx/calls/${CALL}${FIRST_CALL + i}/notes HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
		}),
		statement: ['api_calls', 'call_note_put', [{ sql: `('${CALL}' || :call)` }, NOTE.notes, NOTE.disposition, `{${NOTE.tags}}`]],
	},
];

/**
 * How long a request waits at half of what was just answered a second, beside one that is alone. In a
 * closed circle of 32 that is always full each waits for 31 others, however fast they are: shown, no bar.
 */
async function waits(texts, rate, full) {
	const rounds = [];
	for (let i = 0; i < ROUNDS; i++) {
		const alone = await load(texts, REQUESTS / 4, 1);
		const busy = await load(texts, REQUESTS / 2, CONNECTIONS, rate / 2);
		rounds.push({ alone: alone.p50Us, p50: busy.p50Us, p99: busy.p99Us, ratio: busy.p99Us / alone.p50Us });
	}
	const of = (key) => median(rounds.map((r) => r[key]));
	row('  latency unloaded: median', us(of('alone')));
	row(`  latency at ${Math.round(rate / 2)}/s: median, 99th percentile`, `${us(of('p50'))}, ${us(of('p99'))}`);
	row('  latency as fast as it goes: median, 99th percentile', full);
	atMost('  p99 loaded to median unloaded', of('ratio'), 10);
}

async function measure(token, { name, bar, requests, statement: [file, query, parameters] }) {
	const texts = requests(`Host: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`);
	const peer = pipeline(token, file, query, parameters);
	await load(texts, 1000, CONNECTIONS);
	const rounds = [];
	for (let i = 0; i < ROUNDS; i++) {
		const api = await costOf(() => load(texts, REQUESTS, CONNECTIONS));
		// What connecting and preparing cost is left out on both sides.
		const start = await costOf(() => peer(CONNECTIONS, CONNECTIONS));
		const whole = await costOf(() => peer(REQUESTS + CONNECTIONS, CONNECTIONS));
		const peerPostgres = (whole.postgres - start.postgres) / REQUESTS;
		const pgbench = peerPostgres + (whole.programs - start.programs) / REQUESTS;
		const [ours, postgres] = [api.ours / REQUESTS, api.postgres / REQUESTS];
		rounds.push({ ...api.result, ours, postgres, pgbench, peerPostgres, ratio: (ours + postgres) / pgbench });
	}
	const of = (key) => median(rounds.map((r) => r[key]));
	row(`${name}, ${CONNECTIONS} connections`, `${Math.round(REQUESTS / of('seconds'))}/s`);
	row('  CPU a request: nginx + cordboard-api', us(1000 * of('ours')));
	row('  CPU a request: PostgreSQL', us(1000 * of('postgres')));
	row('  CPU of the same statements by pgbench', `${us(1000 * of('pgbench'))}, ${us(1000 * of('peerPostgres'))} of it PostgreSQL`);
	atMost('  CPU to that of pgbench', of('ratio'), bar);
	row('    of each round', rounds.map((r) => r.ratio.toFixed(2)).join(' '));
	await waits(texts, REQUESTS / of('seconds'), `${us(of('p50Us'))}, ${us(of('p99Us'))}`);
}

try {
	await floor();
	const token = await signIn();
	for (const one of CASES) await measure(token, one);
	const memory = apiWorkers().map(pssMb);
	atMost(`idle pool of ${memory.length} workers, Pss`, memory.reduce((sum, n) => sum + n), 16, ' MB');
} finally {
	rmSync(work, { recursive: true, force: true });
}
const width = Math.max(...rows.map((r) => r.what.length));
for (const { what, figure, bar, holds } of rows)
	console.log(`${what.padEnd(width)}  ${figure}${bar && `  (${holds ? 'holds' : 'DOES NOT HOLD'}: ${bar})`}`);
process.exit(0);
