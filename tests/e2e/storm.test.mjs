// More events than ever come, a database that stands still, callers who call: nothing is lost.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { storm } from '../bench/storm.mjs';

const run = promisify(execFile);
const PEAK_MB = 128;
// The sanitizer keeps freed memory, 256 MiB of it, to notice its use.
const PEAK_SANITIZED_MB = 512;

describe('a storm of events out of Asterisk while PostgreSQL stands still', () => {
	it('breaks neither the link nor the record of a call, and is not kept in memory', async () => {
		const r = await storm(12_000, 2_000);
		assert.equal(r.events, r.expected, 'what a second listener heard');
		assert.ok(!r.linkLost && r.sameWorker);
		assert.equal(r.stored, r.calls);
		assert.ok(r.peakMb <= (r.sanitized ? PEAK_SANITIZED_MB : PEAK_MB), `${r.peakMb} MiB`);
	});
});

describe('scripts/bench ami', () => {
	it('measures every bar, and every call of its streams is stored whole', async () => {
		const { stdout } = await run('scripts/bench', ['ami', '--home', process.env.CORDBOARD_HOME, '--calls', '200']);
		for (const line of ['parser + tracker to recv', 'amid to PostgreSQL', 'peak memory', 'bytes from Asterisk to message in Redis'])
			assert.match(stdout, new RegExp(`^ *${line.replace('+', '\\+')}.*\\((holds|DOES NOT HOLD): `, 'm'));
		assert.equal(stdout.match(/^ {2}every call stored, each with all its parts +yes/gm)?.length, 2, stdout);
		assert.equal(stdout.match(/^ {2}never kicked, nothing lost +yes/gm)?.length, 2, stdout);
	});
});
