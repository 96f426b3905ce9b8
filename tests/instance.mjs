// The instance under test, from its home: its ports, its database, its Redis, its services.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export const home = process.env.CORDBOARD_HOME;
if (!home) throw new Error('CORDBOARD_HOME must name the home of a running instance (see scripts/test)');

export const instance = JSON.parse((await run(path.join(root, 'scripts/status'), ['--home', home, '--json'])).stdout);

export const database = (role) => `host=127.0.0.1 port=${instance.ports.postgres} dbname=cordboard user=cordboard_${role} passfile=${home}/secrets/pgpass-${role}`;

// until(CONDITION, WHAT): asks again until it holds; the deadline is the failure, not the pace.
export async function until(condition, what, ms = 15_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

// As the owner of the schema, whom no policy binds, unless told otherwise.
export async function sql(statement, role = 'owner') {
	const { stdout } = await run('psql', ['-XAtqc', statement, database(role)], { maxBuffer: 2 ** 28 });
	return stdout.trim();
}

/** A transaction that has run a statement, and stays open until it is rolled back. */
export async function transaction(statement) {
	const child = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', database('owner')], { stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.write(`BEGIN;\n${statement};\n\\echo begun\n`);
	for await (const text of child.stdout.iterator({ destroyOnReturn: false })) if (String(text).includes('begun')) break;
	if (child.exitCode !== null) throw new Error(`refused: ${statement}`);
	return {
		// Another statement, which may have to wait.
		send: (another) => child.stdin.write(`${another};\n`),
		rollback: async () => {
			if (!child.stdin.writableEnded) child.stdin.end('ROLLBACK;\n');
			if (child.exitCode === null) await once(child, 'exit');
		},
	};
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
