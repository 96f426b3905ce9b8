// The database of the instance as each of its roles meets it, and private clusters for what must not
// be tried on it.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { home, instance } from '../instance.mjs';

const run = promisify(execFile);
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const secret = (name) => readFileSync(path.join(home, 'secrets', name), 'utf8').trim();

/** Runs a script, which goes in by standard input; an error of SQL is thrown as "SQLSTATE: …". */
function psql(command, args, script, env = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { env: { ...process.env, ...env } });
		let out = '', err = '';
		child.stdout.on('data', (data) => { out += data; });
		child.stderr.on('data', (data) => { err += data; });
		child.on('error', reject);
		child.on('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(err.trim() || `psql ended with ${code}`))));
		child.stdin.end(`\\set VERBOSITY verbose\n${script}`);
	});
}
const quietly = ['-XAtq', '-v', 'ON_ERROR_STOP=1'];

/** As a role of the programs, with its own password. */
export const as = (role, script) => psql('psql', [...quietly,
	`host=127.0.0.1 port=${instance.ports.postgres} dbname=cordboard user=cordboard_${role}`], script, { PGPASSWORD: secret(`db-${role}`) });

/** As the superuser of the instance's cluster: who may become any role. */
export const asSuperuser = (script) => psql('bash', ['-c',
	'. "$1/scripts/lib.sh"; home_set "$2"; ports_load; psql_super -At -d cordboard', 'psql', root, home], script);

const literal = (text) => `'${text.replaceAll("'", "''")}'`;

/**
 * A script that tries statements one by one, undoes each, and gives a list of what came of it: the
 * SQLSTATE and message of an error, or "allowed".
 */
export const tries = (statements) => `
	DO $try$ DECLARE
		statement text;
		results jsonb := '[]';
	BEGIN
		FOREACH statement IN ARRAY ARRAY[${statements.map((statement) => literal(statement))}]::text[] LOOP
			BEGIN
				EXECUTE statement;
				RAISE EXCEPTION 'allowed' USING ERRCODE = 'CB000';
			EXCEPTION WHEN OTHERS THEN
				results := results || to_jsonb(CASE SQLSTATE WHEN 'CB000' THEN SQLERRM ELSE SQLSTATE || ' ' || SQLERRM END);
			END;
		END LOOP;
		PERFORM set_config('test.results', results::text, false);
	END $try$;
	SELECT current_setting('test.results');`;

/** A cluster of its own; migrate(to) applies the files up to a number, as scripts/migrate does. */
export async function cluster() {
	const dir = mkdtempSync(path.join(tmpdir(), 'cordboard-sql-'));
	const empty = path.join(dir, 'sql');
	await run('bash', ['-c', 'mkdir -p "$2/migrations" "$2/seed" && cp "$1/sql/roles.sql" "$2" && touch "$2/seed/demo.sql" "$2/migrations/0000_none.sql" && chmod -R a+rX "$3"', 'sh', root, empty, dir]);
	const fixture = path.join(root, 'tests/lib/pg-fixture');
	const data = path.join(dir, 'cluster');
	// The server outlives the script and keeps its output open: only the exit is waited for.
	await new Promise((resolve, reject) => {
		spawn(fixture, ['start', data, empty], { stdio: 'ignore' }).on('close', (code) => (code ? reject(new Error(`pg-fixture start: ${code}`)) : resolve()));
	});
	const connection = (role) => `host=${data} dbname=cordboard user=${role}`;
	return {
		as: (role, script) => psql('psql', [...quietly, connection(role === 'postgres' ? role : `cordboard_${role}`)], script),
		connection: (role) => connection(`cordboard_${role}`),
		async migrate(last = 9999) {
			const some = path.join(dir, `migrations-${last}`);
			await run('bash', ['-c', 'mkdir -p "$2"; for f in "$1"/sql/migrations/*.sql; do n=$(basename "$f"); [ $((10#${n%%_*})) -gt "$3" ] || cp "$f" "$2"; done', 'sh', root, some, String(last)]);
			await run(path.join(root, 'scripts/migrate'), ['--db', connection('cordboard_owner'), '--dir', some]);
		},
		seed: async () => run('psql', [...quietly, '-1', '-f', path.join(root, 'sql/seed/demo.sql'), connection('cordboard_owner')]),
		async stop() {
			await run(fixture, ['stop', data]);
			await run('rm', ['-rf', dir]);
		},
	};
}

/** Rows as JSON. */
export const rows = async (psqlAs, query) => JSON.parse(await psqlAs(`SELECT coalesce(json_agg(x), '[]') FROM (${query}) x;`));
