// The instance under test, from its home: its ports, its database, its Redis, its services.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export const home = process.env.CORDBOARD_HOME;
if (!home) throw new Error('CORDBOARD_HOME must name the home of a running instance (see scripts/test)');

export const instance = JSON.parse((await run(path.join(root, 'scripts/status'), ['--home', home, '--json'])).stdout);

// As the owner of the schema, whom no policy binds.
export async function sql(statement) {
	const { stdout } = await run('psql', ['-XAtqc', statement,
		`host=127.0.0.1 port=${instance.ports.postgres} dbname=cordboard user=cordboard_owner passfile=${home}/secrets/pgpass-owner`], { maxBuffer: 2 ** 28 });
	return stdout.trim();
}

export async function redis(...command) {
	const { stdout } = await run('redis-cli', ['-p', String(instance.ports.redis), '--user', 'cordboard', ...command],
		{ env: { ...process.env, REDISCLI_AUTH: readFileSync(path.join(home, 'secrets/redis'), 'utf8').trim() } })
		.catch(() => ({ stdout: '' }));
	return stdout.trim();
}

// kill, pause, cont…: what runit's sv does to a service of the instance.
export const service = (verb, name) => run('sv', [verb, path.join(home, 'service', name)]);
export const log = (name) => readFileSync(path.join(home, 'log', name, 'current'), 'utf8');
