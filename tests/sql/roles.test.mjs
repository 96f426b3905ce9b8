// What each role of the programs may not, tried with its own password; and what the catalogue says of
// all of them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { as, asSuperuser, rows, tries } from './database.mjs';

const ROLES = ['api', 'worker', 'report', 'asterisk', 'jobs'];
const zero = "'00000000-0000-0000-0000-000000000000'";

/** For every role: nobody makes, grants, reads files or becomes somebody else. */
const NOBODY = [
	'CREATE TABLE public.x ()', 'CREATE TABLE history.x ()', 'CREATE TABLE asterisk.x ()', 'CREATE TEMPORARY TABLE contacts ()',
	'CREATE SCHEMA x', 'CREATE FUNCTION public.x() RETURNS int LANGUAGE sql RETURN 1', 'CREATE EXTENSION hstore',
	'CREATE ROLE cordboard_x', 'ALTER ROLE cordboard_owner SUPERUSER', 'SET ROLE cordboard_owner', 'SET ROLE postgres',
	'SET session_replication_role = replica', "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/etc/passwd')",
	'SELECT * FROM pg_authid', 'SELECT password_hash FROM public.users', 'SELECT token_hash FROM public.sessions', 'SELECT token_hash FROM public.api_tokens',
	'SELECT sip_ha1 FROM public.agent_extensions', 'SELECT * FROM public.sign_in_failures', 'SELECT * FROM history.call_sessions_stray',
	'UPDATE public.audit_log SET action = action', 'DELETE FROM public.audit_log', 'TRUNCATE public.audit_log', 'INSERT INTO public.audit_log DEFAULT VALUES',
	'UPDATE public.call_starts SET ended_at = NULL', 'DELETE FROM public.call_starts', 'DELETE FROM public.call_sessions', 'TRUNCATE public.call_sessions',
	'DELETE FROM public.call_recordings', 'DELETE FROM public.agent_activity_logs', 'DROP TABLE public.call_sessions',
	'ALTER TABLE public.contacts DISABLE ROW LEVEL SECURITY', 'DROP POLICY tenant ON public.contacts', 'ALTER TABLE public.contacts OWNER TO CURRENT_USER',
	'SELECT public.partition_drop(current_date)', 'SELECT public.partition_make(current_date)', `SELECT public.purge_month(current_date, ARRAY[${zero}]::uuid[])`,
	'INSERT INTO public.tenants (slug, name) VALUES (\'x1\', \'x\')', 'UPDATE public.tenants SET name = name', 'SELECT * FROM public.schema_migrations',
];
const PARTS = ['call_legs', 'queue_visits', 'ring_offers', 'talk_segments', 'call_transfers', 'call_timeline', 'call_recordings'];
const DENIED = {
	api: ['INSERT INTO sessions DEFAULT VALUES', 'UPDATE sessions SET revoked_at = NULL', 'UPDATE call_sessions SET outcome = NULL', 'UPDATE call_sessions SET started_at = now()',
		'INSERT INTO call_sessions DEFAULT VALUES', 'UPDATE users SET role = \'ADMIN\'', 'UPDATE users SET password_hash = \'\'', 'UPDATE agent_extensions SET sip_ha1 = NULL',
		'SELECT * FROM worker_nodes', 'SELECT * FROM dead_letters', 'SELECT * FROM asterisk.ps_auths',
		'SELECT * FROM partitions_make(1)', 'SELECT * FROM purge_history()', "SELECT worker_applied('x', 1, 1, 1)", 'UPDATE agent_states SET status = status',
		...PARTS.map((t) => `INSERT INTO ${t} DEFAULT VALUES`)],
	worker: ['SELECT * FROM users', 'UPDATE agent_extensions SET enabled = true', 'DELETE FROM queue_members', 'INSERT INTO contacts DEFAULT VALUES',
		'SELECT * FROM audit_log', 'SELECT * FROM api_tokens', 'SELECT session_begin(NULL, NULL, NULL, NULL, NULL, NULL)', 'SELECT * FROM asterisk.ps_auths',
		'SELECT * FROM purge_history()', ...PARTS.map((t) => `DELETE FROM ${t}`)],
	report: ['SELECT * FROM sessions', 'SELECT * FROM worker_nodes', 'INSERT INTO contacts DEFAULT VALUES', 'UPDATE call_sessions SET notes = NULL', 'DELETE FROM contacts',
		'SELECT * FROM asterisk.ps_auths', 'SELECT * FROM purge_history()', ...PARTS.map((t) => `UPDATE ${t} SET tenant_id = NULL`)],
	asterisk: ['SELECT * FROM public.tenants', 'SELECT * FROM public.agent_extensions', 'SELECT * FROM public.call_queues', 'SELECT * FROM public.queue_members',
		'SELECT * FROM public.call_sessions', 'SELECT * FROM public.partitions_make(1)', 'SELECT public.current_tenant()'],
	jobs: ['SELECT * FROM tenants', 'SELECT * FROM sessions', 'SELECT * FROM call_sessions', 'SELECT * FROM contacts', 'DELETE FROM sessions', 'SELECT * FROM asterisk.ps_auths',
		'SELECT session_begin(NULL, NULL, NULL, NULL, NULL, NULL)'],
};
/** And what each is there for, so that a refusal is not one of everything. */
const ALLOWED = {
	api: ['SELECT count(*) FROM contacts', 'SELECT count(*) FROM call_sessions', 'SELECT well FROM health_partitions()'],
	worker: ['SELECT count(*) FROM call_sessions', 'SELECT extension FROM agent_extensions', 'SELECT * FROM worker_nodes'],
	report: ['SELECT count(*) FROM call_sessions', 'SELECT count(*) FROM agent_extensions', 'SELECT count(*) FROM queue_figures(now(), now())'],
	asterisk: ['SELECT count(*) FROM ps_auths', 'SELECT count(*) FROM queues', 'UPDATE queue_members SET paused = paused'],
	jobs: ['SELECT count(*) FROM health_partitions()', 'SELECT count(*) FROM partitions_make(1)'],
};

for (const role of ROLES) {
	test(`cordboard_${role} may what it is for, and nothing else`, async () => {
		const may = JSON.parse(await as(role, tries(ALLOWED[role])));
		assert.deepEqual(may, may.map(() => 'allowed'));
		const denied = [...NOBODY, ...DENIED[role]];
		const answers = JSON.parse(await as(role, tries(denied)));
		const wrong = denied.map((statement, i) => `${statement}: ${answers[i]}`).filter((_, i) => !answers[i].startsWith('42501 '));
		assert.deepEqual(wrong, []);
	});
}

test('no role is more than it must be', async () => {
	const found = await rows(asSuperuser, `
		SELECT rolname FROM pg_roles WHERE rolname LIKE 'cordboard%'
		AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
		UNION ALL SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname LIKE 'cordboard%'`);
	assert.deepEqual(found, []);
	const owned = await rows(asSuperuser, `
		SELECT c.oid::regclass::text, c.relowner::regrole::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('public', 'asterisk', 'history') AND c.relowner <> 'cordboard_owner'::regrole
		UNION ALL SELECT p.oid::regprocedure::text, p.proowner::regrole::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE n.nspname IN ('public', 'asterisk', 'history') AND p.proowner <> 'cordboard_owner'::regrole
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`);
	assert.deepEqual(owned, []);
});

test('Asterisk reads its views and writes a pause that is ignored', async () => {
	const rights = await rows(asSuperuser, `
		SELECT n.nspname || '.' || c.relname AS on, string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) AS may
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
		WHERE a.grantee = 'cordboard_asterisk'::regrole GROUP BY 1 ORDER BY 1`);
	assert.ok(rights.length >= 6);
	for (const right of rights) {
		assert.match(right.on, /^asterisk\./);
		assert.equal(right.may, right.on === 'asterisk.queue_members' ? 'SELECT UPDATE' : 'SELECT');
	}
});

test('what runs with its owner’s rights runs on a fixed path, and not for everybody', async () => {
	const loose = await rows(asSuperuser, `
		SELECT p.oid::regprocedure::text AS function, p.proconfig, p.proacl::text FROM pg_proc p
		WHERE p.pronamespace IN ('public'::regnamespace, 'asterisk'::regnamespace) AND p.prosecdef
		AND NOT ('search_path=public, pg_temp' = ANY (coalesce(p.proconfig, '{}')) AND p.proacl IS NOT NULL
		         AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))`);
	assert.deepEqual(loose, []);
});

test('nobody has a right on a partition, or on the schema they are in', async () => {
	const rights = await rows(asSuperuser, `
		SELECT c.oid::regclass::text, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
		WHERE c.relnamespace = 'history'::regnamespace AND a.grantee <> c.relowner
		UNION ALL SELECT 'history', a.grantee::regrole::text, a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a
		WHERE n.nspname = 'history' AND a.grantee <> n.nspowner`);
	assert.deepEqual(rights, []);
});
