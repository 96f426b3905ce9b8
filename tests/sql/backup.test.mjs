// A dump of the database makes the same database again: keys, policies, rights and rows.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { cluster } from './database.mjs';

const run = promisify(execFile);
const CATALOGUE = `
	SELECT json_build_object(
		'relations', (SELECT json_agg(format('%s %s %s %s', oid::regclass, relkind, relrowsecurity, reloptions) ORDER BY oid::regclass::text) FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours)),
		'constraints', (SELECT json_agg(format('%s %s', conrelid::regclass, pg_get_constraintdef(oid, true)) ORDER BY conrelid::regclass::text, conname) FROM pg_constraint WHERE connamespace IN (SELECT oid FROM ours)),
		'triggers', (SELECT json_agg(format('%s %s', tgrelid::regclass, tgname) ORDER BY tgrelid::regclass::text, tgname) FROM pg_trigger WHERE NOT tgisinternal),
		'policies', (SELECT json_agg(p ORDER BY schemaname, tablename, policyname) FROM pg_policies p),
		'rights', (SELECT json_agg(r ORDER BY r) FROM (
			SELECT format('%s %s %s', c.oid::regclass, a.grantee, a.privilege_type) FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace IN (SELECT oid FROM ours) AND a.grantee <> c.relowner
			UNION ALL SELECT format('%s.%s %s %s', c.oid::regclass, t.attname, a.grantee, a.privilege_type) FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
			UNION ALL SELECT format('%s %s', p.oid::regprocedure, a.grantee) FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
			WHERE p.pronamespace IN (SELECT oid FROM ours) AND a.grantee <> p.proowner) x (r)),
		'functions', (SELECT json_agg(format('%s %s %s', oid::regprocedure, prosecdef, prosrc) ORDER BY oid::regprocedure::text) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours)),
		'calls', (SELECT json_agg(s ORDER BY id) FROM call_starts s), 'contacts', (SELECT json_agg(c ORDER BY id) FROM contacts c));`.replaceAll('(SELECT oid FROM ours)', "('public'::regnamespace, 'asterisk'::regnamespace, 'history'::regnamespace)");

test('a dump restores to the same, without an error', async () => {
	const db = await cluster();
	try {
		await db.migrate();
		await db.seed();
		await db.as('owner', `INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_name, notes, started_at, seq)
			SELECT gen_random_uuid(), id, 'x', 'INBOUND', 'INITIATED', 'Zoë', 'a note', now(), 1 FROM tenants;
			INSERT INTO call_legs (tenant_id, call_id, call_started_at, uniqueid, channel, party, started_at, seq)
			SELECT tenant_id, id, started_at, 'u', 'c', 'OTHER', started_at, 1 FROM call_sessions`);
		const was = JSON.parse(await db.as('owner', CATALOGUE));
		const host = db.connection('owner').replace(/ dbname.*/, '');
		const { stdout } = await run('pg_dump', ['-Fp', '--create', '--clean', `${host} user=postgres dbname=cordboard`], { maxBuffer: 2 ** 28 });
		await db.as('postgres', `\\c postgres\n${stdout.replace('DROP DATABASE cordboard;', 'DROP DATABASE cordboard WITH (FORCE);')}`);
		const is = JSON.parse(await db.as('owner', CATALOGUE));
		for (const kind of Object.keys(was)) {
			assert.ok(was[kind].length > 0, kind);
			assert.deepEqual(is[kind], was[kind], kind);
		}
	} finally {
		await db.stop();
	}
});
