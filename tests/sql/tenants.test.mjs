// Row-level security on every table, tried: two tenants with a row in each, and one of them reaches for
// the other's. The tables come from the catalogue, so a new one that nobody gave a row fails by name.
import assert from 'node:assert/strict';
import test from 'node:test';
import { asSuperuser, rows } from './database.mjs';

/** Tables of no tenant: only cordboard-amid, sign-in and migrations have to do with them. */
const NO_TENANTS = ['dead_letters', 'schema_migrations', 'sign_in_addresses', 'worker_nodes'];
const ROLES = ['cordboard_api', 'cordboard_report'];

const HERE = '00000000-0000-4000-8000-00000000000a';
const THERE = '00000000-0000-4000-8000-00000000000b';
const MOMENT = new Date().toISOString();

/** A row of each table, in the order of their keys. */
function rowsOf(tenant_id) {
	const id = (n) => `${tenant_id.slice(0, -4)}${n}${tenant_id.slice(-1)}`.padEnd(36, '0');
	const mine = { tenant_id };
	const [user, session, agent, queue, contact, call, hours, disposition] = ['101', '102', '103', '104', '105', '106', '107', '108'].map(id);
	const letter = tenant_id.slice(-1);
	const part = { ...mine, call_id: call, call_started_at: MOMENT, seq: 1 };
	return {
		tenants: { id: tenant_id, slug: `crossing${letter}`, name: letter, node: 'none', timezone: 'UTC', is_default: false, created_at: MOMENT },
		users: { ...mine, id: user, extension: '901', display_name: letter, role: 'ADMIN', password_hash: 'x', created_at: MOMENT },
		sessions: { ...mine, id: session, user_id: user, token_hash: `\\x${letter.repeat(64)}`, idle_limit: '1 hour', expires_at: 'infinity', created_at: MOMENT, last_seen_at: MOMENT },
		sign_in_failures: { ...mine, extension: '901', failures: 1, at: MOMENT },
		api_tokens: { ...mine, id: id('109'), user_id: user, name: 'x', token_hash: `\\x${letter.repeat(64)}`, scopes: ['calls:read'], created_at: MOMENT },
		agent_extensions: { ...mine, id: agent, user_id: user, extension: '901', display_name: letter },
		agent_states: { ...mine, agent_id: agent, status: 'OFFLINE', since: MOMENT, seq: 1 },
		call_queues: { ...mine, id: queue, name: 'crossing', display_name: letter },
		queue_members: { ...mine, queue_id: queue, agent_id: agent },
		opening_hours: { ...mine, id: hours, name: 'x', timezone: 'UTC' },
		opening_exceptions: { ...mine, opening_hours_id: hours, on_date: '2026-12-25', name: 'x' },
		opening_spans: { ...mine, opening_hours_id: hours, weekday: 1, opens: '09:00', closes: '17:00' },
		inbound_routes: { ...mine, id: id('110'), did: letter === 'a' ? '990000000001' : '990000000002', queue_id: queue },
		dispositions: { ...mine, id: disposition, code: 'X', label: letter },
		disposition_queues: { ...mine, disposition_id: disposition, queue_id: queue },
		pause_reasons: { ...mine, id: id('111'), code: 'X', label: letter },
		dial_rules: { ...mine, id: id('116'), prefix: '99', reason: letter },
		contact_fields: { ...mine, id: id('112'), name: 'x', label: letter },
		contacts: { ...mine, id: contact, name: letter },
		contact_numbers: { ...mine, contact_id: contact, number: '990000000003' },
		call_sessions: { ...mine, id: call, pbx_id: call, direction: 'INBOUND', status: 'INITIATED', started_at: MOMENT, seq: 1 },
		call_legs: { ...part, uniqueid: 'x', channel: 'x', party: 'OTHER', started_at: MOMENT },
		queue_visits: { ...part, ordinal: 0, queue_id: queue, joined_at: MOMENT },
		ring_offers: { ...part, ordinal: 0, agent_id: agent, started_at: MOMENT },
		talk_segments: { ...part, ordinal: 0, agent_id: agent, started_at: MOMENT },
		call_transfers: { ...part, ordinal: 0, at: MOMENT, kind: 'BLIND' },
		call_timeline: { ...part, ordinal: 0, at: MOMENT, kind: 'x' },
		call_recordings: { ...part, id: id('113'), segment: 0, channels: 'MIXED', state: 'RECORDING', file: id('114'), started_at: MOMENT },
		agent_activity_logs: { ...mine, seq: 1, agent_id: agent, at: MOMENT, activity: 'LOGIN' },
		callbacks: { ...mine, id: id('115'), phone_number: '990000000003', agent_id: agent, due_at: MOMENT, created_by: user },
		missed_call_closings: { ...mine, agent_id: agent, number: '990000000004', upto: MOMENT, closed_by: user },
		preferences: { ...mine, user_id: user, name: 'theme', value: '"dark"' },
		wallboards: { ...mine, id: id('116'), name: 'x', token_hash: `\\x${letter.repeat(64)}`, queue_ids: [queue], created_by: user, created_at: MOMENT, expires_at: 'infinity' },
		audit_log: { ...mine, id: 1, at: MOMENT, action: 'a.b', kind: 'x', hash: `\\x${letter.repeat(64)}` },
		audit_heads: { ...mine, id: 1, hash: `\\x${letter.repeat(64)}` },
	};
}
/** Made by a trigger of another's row. */
const MADE_BY_TRIGGER = ['call_starts'];

const literal = (text) => `'${text.replaceAll("'", "''")}'`;

/** Both tenants' rows, as a superuser; columns that the table does not have, or has by default, are left out. */
const fixture = () => [HERE, THERE].flatMap((tenant) => Object.entries(rowsOf(tenant)).map(([table, row]) => `SELECT pg_temp.put('${table}', ${literal(JSON.stringify(row))});`)).join('\n');
const HELPERS = `
	CREATE FUNCTION pg_temp.columns(t regclass, given jsonb) RETURNS text LANGUAGE sql AS $$
		SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
		WHERE attrelid = t AND attnum > 0 AND NOT attisdropped AND given ? attname::text $$;
	CREATE FUNCTION pg_temp.put(t regclass, given jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
		EXECUTE format('INSERT INTO %s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)', t, pg_temp.columns(t, given)) USING given;
	END $$;
	-- What came of one statement of a role within a tenant: how many rows it touched, or the error's state.
	CREATE FUNCTION pg_temp.try(role name, tenant text, statement text, given jsonb) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE n bigint; result text; BEGIN
		BEGIN
			PERFORM set_config('cordboard.tenant', tenant, true), set_config('cordboard.role', 'ADMIN', true),
				set_config('cordboard.user', CASE tenant WHEN '' THEN '' ELSE left(tenant, 32) || '101' || right(tenant, 1) END, true);
			EXECUTE format('SET LOCAL ROLE %I', role);
			EXECUTE statement USING given;
			GET DIAGNOSTICS n = ROW_COUNT;
			RAISE EXCEPTION '%', n USING ERRCODE = 'CB000';
		EXCEPTION WHEN OTHERS THEN
			result := CASE SQLSTATE WHEN 'CB000' THEN SQLERRM ELSE SQLSTATE || ' ' || SQLERRM END;
		END;
		RESET ROLE;
		RETURN result;
	END $$;`;

/** The attempts on one table; of those that need a column, the ones that the role has a right on. */
const ATTEMPTS = `
	CREATE FUNCTION pg_temp.attempts(t regclass, key name, role name, here text, there text, given jsonb) RETURNS TABLE (what text, result text) LANGUAGE plpgsql AS $$
	DECLARE
		settable name := (SELECT attname FROM pg_attribute WHERE attrelid = t AND attnum > 0 AND NOT attisdropped AND attname <> key AND has_column_privilege(role, t, attname, 'UPDATE') LIMIT 1);
		own jsonb := given;
	BEGIN
		RETURN QUERY VALUES
			('own rows', pg_temp.try(role, here, format('SELECT 1 FROM %s WHERE %I = %L', t, key, here), NULL)),
			('SELECT', pg_temp.try(role, here, format('SELECT 1 FROM %s WHERE %I = %L', t, key, there), NULL)),
			('SELECT of all', pg_temp.try(role, here, format('SELECT 1 FROM %s WHERE %I <> %L', t, key, here), NULL)),
			('SELECT without a tenant', pg_temp.try(role, '', format('SELECT 1 FROM %s', t), NULL)),
			('DELETE', pg_temp.try(role, here, format('DELETE FROM %s WHERE %I = %L', t, key, there), NULL)),
			('UPDATE', pg_temp.try(role, here, format('UPDATE %s SET %2$I = %2$I WHERE %3$I = %4$L', t, coalesce(settable, key), key, there), NULL)),
			('UPDATE into it', pg_temp.try(role, here, format('UPDATE %s SET %I = %L WHERE %2$I = %4$L', t, key, there, here), NULL));
		IF has_table_privilege(role, t, 'INSERT') IS NOT TRUE THEN
			SELECT coalesce(jsonb_object_agg(attname, given -> attname::text), '{}') INTO own FROM pg_attribute
			WHERE attrelid = t AND attnum > 0 AND given ? attname::text AND has_column_privilege(role, t, attnum, 'INSERT');
		END IF;
		IF pg_temp.columns(t, own) IS NULL THEN own := given; END IF;
		RETURN QUERY SELECT 'INSERT', pg_temp.try(role, here, format('INSERT INTO %s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)', t, pg_temp.columns(t, own)), own);
	END $$;`;

/** Nothing happened, or a right or the policy forbade it. */
const isRefused = ({ what, result }) => (what === 'own rows' ? result === '1' || result.startsWith('42501 ')
	: result === '0' || result.startsWith('42501 '));

const TABLES = `SELECT c.relname::text AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`;

test('every table has row-level security, the partitions too', async () => {
	const open = await rows(asSuperuser, `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relrowsecurity
		AND relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'asterisk'::regnamespace) AND relname <> 'schema_migrations'`);
	assert.deepEqual(open, []);
});

test('every view that the API or a report reads has the rights of who reads it', async () => {
	const open = await rows(asSuperuser, `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
		AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)`);
	assert.deepEqual(open, []);
});

test('every table belongs to tenants or is known not to, and those are closed to the API', async () => {
	const loose = await rows(asSuperuser, `${TABLES} AND c.relname <> 'tenants'
		AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)`);
	assert.deepEqual(loose.map((t) => t.name).sort(), NO_TENANTS);
	const open = await rows(asSuperuser, `SELECT r AS role, t AS name FROM unnest(ARRAY['${ROLES.join("','")}']) r, unnest(ARRAY['${NO_TENANTS.join("','")}']) t
		WHERE has_any_column_privilege(r, t, 'SELECT, INSERT, UPDATE') OR has_table_privilege(r, t, 'DELETE')`);
	assert.deepEqual(open, []);
});

test('no tenant reads, changes, removes or adds a row of another, table by table', async () => {
	const theirs = rowsOf(THERE);
	const tables = (await rows(asSuperuser, TABLES)).map((t) => t.name).filter((name) => !NO_TENANTS.includes(name));
	const unknown = tables.filter((name) => !theirs[name] && !MADE_BY_TRIGGER.includes(name));
	assert.deepEqual(unknown, [], 'a new table: give it a row in rowsOf()');

	const key = (name) => (name === 'tenants' ? 'id' : 'tenant_id');
	const started = { tenant_id: THERE, id: theirs.call_sessions.id, started_at: MOMENT };
	const attempts = tables.flatMap((name) => ROLES.map((role) => `SELECT '${name}' AS name, '${role}' AS role, a.*
		FROM pg_temp.attempts('${name}', '${key(name)}', '${role}', '${HERE}', '${THERE}', ${literal(JSON.stringify(theirs[name] ?? started))}) a`)).join(' UNION ALL ');
	const counts = tables.map((name) => `SELECT '${name}' AS name, count(DISTINCT ${key(name)}) AS n FROM ${name} WHERE ${key(name)} IN ('${HERE}', '${THERE}')`).join(' UNION ALL ');
	const answer = await asSuperuser(`BEGIN;\n\\o /dev/null\n${HELPERS}\n${ATTEMPTS}\n${fixture()}\n\\o\n
		SELECT json_build_object('counts', (SELECT json_agg(c) FROM (${counts}) c), 'attempts', (SELECT json_agg(a) FROM (${attempts}) a));
		ROLLBACK;`);
	const found = JSON.parse(answer);
	assert.deepEqual(found.counts.filter((c) => c.n !== 2), [], 'both tenants have a row in every table');
	assert.equal(found.attempts.length, tables.length * ROLES.length * 8);
	assert.deepEqual(found.attempts.filter((attempt) => !isRefused(attempt)), []);
	// The attempts are real: on some tables the API has the right to read, change, add and remove its own.
	for (const what of ['SELECT', 'UPDATE', 'DELETE'])
		assert.ok(found.attempts.some((a) => a.what === what && a.result === '0' && a.role === 'cordboard_api'), `${what} is stopped by the policy on some table`);
	assert.ok(found.attempts.some((a) => a.what === 'INSERT' && a.result.includes('row-level security')), 'INSERT is stopped by the policy on some table');
});
