// History by month, on a cluster of its own: one start a call, keys that hold, months made and removed,
// rows that lie in none, and a database from before that comes over as it was.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { cluster, root, rows, tries } from './database.mjs';

const run = promisify(execFile);
const PARTS = ['call_legs', 'queue_visits', 'ring_offers', 'talk_segments', 'call_transfers', 'call_timeline'];
const TABLES = ['call_sessions', ...PARTS, 'agent_activity_logs'];
const AGENT = "(SELECT id FROM agent_extensions WHERE extension = '1001')", QUEUE = "(SELECT id FROM call_queues WHERE name = 'sales')";
const TENANT = "(SELECT id FROM tenants WHERE slug = 'demo')";

let db;
before(async () => {
	db = await cluster();
	await db.migrate(11);
	await db.seed();
});
after(() => db.stop());

const owner = (script) => db.as('owner', script);
const scalar = async (script) => (await owner(script)).split('\n').at(-1);

/** A call with a part of every kind, and its agent's log, in the columns of before and after. */
function callAt(id, at, { ended = true, months = true } = {}) {
	const [name, value] = months ? [', call_started_at', `, '${at}'`] : ['', ''];
	const end = (text) => (ended ? text : 'NULL');
	const later = `timestamptz '${at}' + interval '1 minute'`;
	return `
		INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, queue_id, agent_id, started_at, ended_at, notes, tags, seq)
		VALUES ('${id}', ${TENANT}, '${id}', 'INBOUND', '${ended ? 'ENDED' : 'RINGING'}', '1555', ${QUEUE}, ${AGENT}, '${at}', ${end(later)}, 'a note', '{a,b}', 7);
		INSERT INTO call_legs (tenant_id, call_id${name}, uniqueid, channel, party, agent_id, started_at, ended_at, bridge, seq)
		VALUES (${TENANT}, '${id}'${value}, 'u.1', 'PJSIP/trunk-1', 'CUSTOMER', NULL, '${at}', ${end(later)}, 'b', 7),
		       (${TENANT}, '${id}'${value}, 'u.2', 'PJSIP/1001-1', 'AGENT', ${AGENT}, '${at}', ${end(later)}, NULL, 8);
		INSERT INTO queue_visits (tenant_id, call_id${name}, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
		VALUES (${TENANT}, '${id}'${value}, 0, ${QUEUE}, '${at}', ${end(later)}, ${end('60000')}, ${end("'ANSWERED'")}, 7);
		INSERT INTO ring_offers (tenant_id, call_id${name}, ordinal, agent_id, started_at, ended_at, ring_ms, outcome, seq)
		VALUES (${TENANT}, '${id}'${value}, 0, ${AGENT}, '${at}', ${end(later)}, ${end('60000')}, ${end("'ANSWERED'")}, 7);
		INSERT INTO talk_segments (tenant_id, call_id${name}, ordinal, agent_id, started_at, ended_at, talk_ms, hold_ms, parked, seq)
		VALUES (${TENANT}, '${id}'${value}, 0, ${AGENT}, '${at}', ${end(later)}, 60000, 0, true, 7);
		INSERT INTO call_transfers (tenant_id, call_id${name}, ordinal, at, kind, seq) VALUES (${TENANT}, '${id}'${value}, 0, '${at}', 'BLIND', 7);
		INSERT INTO call_timeline (tenant_id, call_id${name}, ordinal, at, kind, detail) VALUES (${TENANT}, '${id}'${value}, 0, '${at}', 'began', '{"a": 1}');
		INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, call_id)
		VALUES (${TENANT}, ${parseInt(id.slice(0, 8), 16)}, ${AGENT}, '${at}', 'CALL_STARTED', '${id}');`;
}
const uuid = (n) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
const inMonths = async (table) => rows(owner, `SELECT tableoid::regclass::text AS month, count(*)::int AS n FROM ${table} GROUP BY 1 ORDER BY 1`);
const everything = async (columns) => JSON.stringify(Object.fromEntries(await Promise.all(TABLES.map(async (t) =>
	[t, await rows(owner, `SELECT ${columns[t].join(', ')} FROM ${t} ORDER BY ${columns[t].join(', ')}`)]))));

test('a database from before comes over with every row as it was', async () => {
	const times = ['2024-12-31T23:59:59.999Z', '2025-01-01T00:00:00Z', '2025-06-15T12:00:00Z', '2026-02-28T23:30:00Z'];
	await owner(times.map((at, i) => callAt(uuid(i + 1), at, { months: false })).join('\n') + callAt(uuid(9), new Date().toISOString(), { ended: false, months: false }));
	const columns = Object.fromEntries((await rows(owner, `SELECT c.relname::text AS name, json_agg(a.attname ORDER BY a.attnum) AS columns FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relname IN ('${TABLES.join("','")}') GROUP BY 1`)).map((r) => [r.name, r.columns]));
	const was = await everything(columns);
	await db.migrate();
	assert.equal(await everything(columns), was);
	for (const table of TABLES) {
		const found = await inMonths(table);
		assert.deepEqual(found.slice(0, 4).map((r) => r.month), ['2024_12', '2025_01', '2025_06', '2026_02'].map((m) => `history.${table}_${m}`));
		assert.ok(!found.some((r) => r.month.endsWith('_stray')));
	}
	assert.equal(await scalar('SELECT count(*) FROM call_starts'), '5');
	assert.equal(await scalar('SELECT count(*) FROM call_starts WHERE ended_at IS NULL'), '1');
});

test('a part belongs to a call of its own month, and a call has one row', async () => {
	const at = '2025-06-15T12:00:00Z', other = '2025-06-15T12:00:01Z', next = '2025-07-15T12:00:00Z';
	const statements = [
		...PARTS.map((t) => `UPDATE ${t} SET call_id = '${uuid(77)}' WHERE call_id = '${uuid(3)}'`),
		...PARTS.map((t) => `UPDATE ${t} SET call_started_at = '${other}' WHERE call_id = '${uuid(3)}'`),
		...PARTS.map((t) => `UPDATE ${t} SET call_started_at = '${next}' WHERE call_id = '${uuid(3)}'`),
		`DELETE FROM call_sessions WHERE id = '${uuid(3)}'`,
		`UPDATE call_sessions SET started_at = '${other}' WHERE id = '${uuid(3)}'`,
		`UPDATE call_sessions SET started_at = '${next}' WHERE id = '${uuid(3)}'`,
		`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, seq) VALUES ('${uuid(3)}', ${TENANT}, 'x', 'INBOUND', 'INITIATED', '${other}', 1)`,
		`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, seq) VALUES ('${uuid(3)}', ${TENANT}, 'x', 'INBOUND', 'INITIATED', '${next}', 1)`,
		`INSERT INTO call_recordings (tenant_id, call_id, call_started_at, segment, channels, state, file, started_at) VALUES (${TENANT}, '${uuid(3)}', '${at}', 5, 'MIXED', 'RECORDING', '${uuid(1)}', now())`,
	];
	const answers = JSON.parse(await owner(tries(statements)));
	assert.deepEqual(statements.map((s, i) => `${s}: ${answers[i]}`).filter((_, i) => !/^23(503|505|000) /.test(answers[i])), []);
});

test('every partition of every part has its key to the call', async () => {
	const missing = await rows(owner, `SELECT c.relname::text FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid JOIN history_tables() h ON h.name = i.inhparent::regclass::name
		WHERE c.relkind = 'r' AND h.key = 'call_started_at' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = 'call' AND k.contype = 'f' AND k.convalidated)`);
	assert.deepEqual(missing, []);
	const tables = Number(await scalar('SELECT count(*) FROM history_tables()'));
	const uneven = await rows(owner, `SELECT i.inhparent::regclass::text AS name, count(*) AS n FROM pg_inherits i JOIN history_tables() h ON h.name = i.inhparent::regclass::name GROUP BY 1`);
	assert.equal(uneven.length, tables);
	assert.equal(new Set(uneven.map((r) => r.n)).size, 1, JSON.stringify(uneven));
});

test('a call in no month is kept, told of, and moves into its month once that is made', async () => {
	await owner(callAt(uuid(20), '2031-05-06T07:08:09Z') + callAt(uuid(21), '1970-01-01T00:00:05Z'));
	for (const table of TABLES) assert.ok((await inMonths(table)).some((r) => r.month === `history.${table}_stray` && r.n >= 2), table);
	assert.equal(await scalar('SELECT well FROM health_partitions()'), 'f');
	assert.equal(await scalar('SELECT strays FROM health_partitions()'), '4');
	const made = await rows((script) => db.as('jobs', script), 'SELECT month::text, moved::int FROM partitions_make(3)');
	// A call, seven parts and a line of the agent's log.
	assert.deepEqual(made, [{ month: '1970-01-01', moved: 9 }, { month: '2031-05-01', moved: 9 }]);
	for (const table of TABLES) {
		const found = await inMonths(table);
		assert.ok(!found.some((r) => r.month.endsWith('_stray')), table);
		assert.ok(found.some((r) => r.month === `history.${table}_2031_05`), table);
	}
	assert.equal(await scalar(`SELECT count(*) FROM call_starts WHERE id IN ('${uuid(20)}', '${uuid(21)}')`), '2');
	assert.equal(await scalar('SELECT well FROM health_partitions()'), 't');
	assert.deepEqual(await rows((script) => db.as('jobs', script), 'SELECT * FROM partitions_make(3)'), [], 'a second run makes nothing');
	await owner(`UPDATE call_sessions SET ended_at = ended_at + interval '1 s' WHERE id = '${uuid(20)}'`);
	assert.equal(await scalar(`SELECT ended_at = (SELECT ended_at FROM call_sessions WHERE id = '${uuid(20)}') FROM call_starts WHERE id = '${uuid(20)}'`), 't', 'its triggers are there');
});

test('what is told later of a call’s start changes nothing, as the store tells it', async () => {
	const queries = await run('bash', ['-c', 'sed -n "/^-- name: store_calls/,/^-- name: store_legs/p" sql/queries/store.sql | grep -v "^--"'], { cwd: root });
	const told = (startedAt, endedAt, seq) => JSON.stringify([{ seq, id: uuid(30), tenant: 'demo', pbxId: 'x', direction: 'INBOUND', status: endedAt ? 'ENDED' : 'RINGING', startedAt, endedAt, estimated: false, waitMs: 0, talkMs: 0, holdMs: 0 }]);
	const store = (json) => db.as('worker', `PREPARE s AS ${queries.stdout}; EXECUTE s('${json}');`);
	await store(told('2025-01-31T23:59:59Z', null, 1));
	await store(told('2025-02-01T00:00:03Z', null, 2));
	await store(told('2025-01-31T23:50:00Z', '2025-01-31T23:51:00Z', 3));
	assert.deepEqual(await rows(owner, `SELECT tableoid::regclass::text AS month, started_at = '2025-01-31T23:59:59Z' AS kept, ended_at = started_at AS bounded, seq FROM call_sessions WHERE id = '${uuid(30)}'`),
		[{ month: 'history.call_sessions_2025_01', kept: true, bounded: true, seq: 3 }]);
});

test('a month that is past its keeping goes, another tenant’s and what is open or on a disk stays', async () => {
	await owner(`INSERT INTO tenants (slug, name) VALUES ('keeper', 'Keeper');
		INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, ended_at, seq)
		SELECT '${uuid(40)}', id, 'x', 'INBOUND', 'ENDED', '2025-01-10Z', '2025-01-11Z', 1 FROM tenants WHERE slug = 'keeper';
		${callAt(uuid(41), '2024-11-05T00:00:00Z')} ${callAt(uuid(42), '2024-10-05T00:00:00Z', { ended: false })} ${callAt(uuid(43), '2024-09-05T00:00:00Z')}`);
	await db.as('jobs', 'SELECT * FROM partitions_make(3)');
	await owner(`INSERT INTO call_recordings (tenant_id, call_id, call_started_at, channels, state, file, started_at, ended_at, length_ms, size_bytes, sha256)
		VALUES (${TENANT}, '${uuid(43)}', '2024-09-05T00:00:00Z', 'MIXED', 'STORED', '${uuid(1)}', '2024-09-05Z', '2024-09-05Z', 1, 1, sha256(''))`);
	const purge = () => rows((script) => db.as('jobs', script), 'SELECT what, count::int FROM purge_history()');
	assert.deepEqual(await purge(), [], 'nothing is set: nothing goes');
	await owner(`UPDATE tenants SET history_months = (date_part('year', now()) - 2025) * 12 + date_part('month', now()) - 2 WHERE slug = 'demo'`);
	const gone = Object.fromEntries((await purge()).map((r) => [r.what, r.count]));
	assert.deepEqual(gone, { 'calls of 1970-01': 1, 'calls of 2024-09': 0, 'calls of 2024-10': 0, 'calls of 2024-11': 1, 'calls of 2024-12': 1, 'calls of 2025-01': 2 });
	const left = (await inMonths('call_sessions')).map((r) => r.month.slice(-7));
	assert.deepEqual(left.slice(0, 4), ['2024_09', '2024_10', '2025_01', '2025_06']);
	assert.equal(await scalar("SELECT count(*) FROM call_sessions WHERE started_at >= '2025-01-01Z' AND started_at < '2025-02-01Z'"), '1', 'the other tenant keeps its own');
	assert.equal(await scalar('SELECT count(*) FROM call_sessions'), await scalar('SELECT count(*) FROM call_starts'), 'starts go with their calls');
	assert.equal(await scalar("SELECT to_regclass('history.call_sessions_2024_11') IS NULL"), 't', 'an empty month is no table');
});

test('a statement opens the months that it can be about, also when its plan is for any', async () => {
	const statement = async (file, name) => (await run('sed', ['-n', `/^-- name: ${name}$/,/^-- name:/p`, `sql/queries/${file}.sql`], { cwd: root })).stdout.replace(/^--.*$/gm, '');
	const opened = async (role, file, name, args) => {
		const text = await statement(file, name);
		const types = args.map(() => 'unknown').join(', ');
		const plan = await db.as(role, `SET plan_cache_mode = force_generic_plan; SET cordboard.tenant = '${await scalar(`SELECT ${TENANT}`)}'; SET cordboard.role = 'ADMIN';
			PREPARE s (${types}) AS ${text}; EXPLAIN (COSTS OFF) EXECUTE s(${args.map((a) => `'${a}'`).join(', ')});`);
		return [...new Set([...plan.matchAll(/ on \w+_(\d{4}_\d\d|stray) /g)].map((m) => m[1]))].sort();
	};
	await owner(`UPDATE call_sessions SET status = 'ENDED', ended_at = started_at WHERE ended_at IS NULL; ${callAt(uuid(50), new Date().toISOString(), { ended: false })}`);
	assert.deepEqual(await opened('api', 'api_calls', 'call_get', [uuid(3)]), ['2025_06']);
	const past = (await rows(owner, "SELECT to_char(month, 'YYYY_MM') AS name FROM history_months() WHERE month < this_month()")).map((m) => m.name);
	const live = await opened('api', 'api_floor', 'queue_get', [await scalar(`SELECT ${QUEUE}`)]);
	assert.ok(live.length > 0 && past.length > 3);
	assert.deepEqual(live.filter((month) => past.includes(month)), []);
});

test('a job runs once at a time, says what it did, and fails aloud', async (t) => {
	const program = path.join(process.env.CB_LIBEXEC, 'cordboard-jobs');
	const dir = mkdtempSync(path.join(tmpdir(), 'cordboard-jobs-'));
	t.after(() => rmSync(dir, { recursive: true }));
	const config = path.join(dir, 'conf');
	const job = async (name, connection = db.connection('jobs')) => {
		writeFileSync(config, `[database]\njobs = ${connection}\n`);
		return run(program, ['--config', config, name]).then((r) => ({ code: 0, log: r.stderr }), (error) => ({ code: error.code, log: error.stderr }));
	};
	await owner("SELECT partition_drop((this_month() + interval '2 months')::date)");
	assert.equal(await scalar('SELECT until = (this_month() + interval \'2 months\')::timestamp AT TIME ZONE \'UTC\' FROM health_partitions()'), 't');
	const made = await job('partitions');
	assert.equal(made.code, 0, made.log);
	assert.match(made.log, /partitions made month=\d{4}-\d\d\n/);
	assert.match(made.log, /partitions until=\S+ made=1\n/);
	assert.match((await job('partitions')).log, /made=0\n/);
	const purged = await job('purge');
	assert.equal(purged.code, 0, purged.log);
	assert.match(purged.log, /purged what="sessions" count=0\n/);

	const [ok, unknown, unreachable] = [await job('purge'), await job('nothing'), await job('purge', 'host=/nonexistent user=x')];
	assert.deepEqual([ok.code, unknown.code, unreachable.code], [0, 2, 1]);
	assert.match(unknown.log, /partitions .*\n.*purge /);
	// Somebody else holds the job until told.
	const holder = db.as('jobs', `BEGIN; SELECT job_begin('purge'); SELECT pg_notify('x', ''); \\! touch ${config}.held\n\\! while [ ! -e ${config}.go ]; do sleep 0.05; done\nROLLBACK;`);
	await run('bash', ['-c', `while [ ! -e ${config}.held ]; do sleep 0.05; done`]);
	const second = await job('purge');
	writeFileSync(`${config}.go`, '');
	await holder;
	assert.equal(second.code, 3, second.log);
	assert.match(second.log, /job runs already name=purge\n/);
});
