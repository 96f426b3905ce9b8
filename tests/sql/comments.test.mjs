// Every table, column, view and function says what it is for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { asSuperuser, rows } from './database.mjs';

const OURS = "IN ('public'::regnamespace, 'asterisk'::regnamespace)";

test('every table, column and view has a comment', async () => {
	const silent = await rows(asSuperuser, `
		SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace ${OURS} AND relkind IN ('r', 'p', 'v', 'm') AND obj_description(oid) IS NULL
		UNION ALL SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace ${OURS} AND c.relkind IN ('r', 'p') AND col_description(c.oid, a.attnum) IS NULL`);
	assert.deepEqual(silent.map((o) => o.name), []);
});

test('every function has a comment', async () => {
	const silent = await rows(asSuperuser, `SELECT p.oid::regprocedure::text AS name FROM pg_proc p WHERE p.pronamespace ${OURS} AND obj_description(p.oid) IS NULL
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`);
	assert.deepEqual(silent.map((o) => o.name), []);
});
