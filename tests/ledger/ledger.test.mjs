// The database holds each call once and as it was: real calls against a ledger of what SIPp saw.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from './engine.mjs';
import { differences, figures, hard } from './figures.mjs';

const SEED = 20_261;

describe('sixty calls of every kind', () => {
	it('are in the database as they were, to half a second', async (t) => {
		const result = await run({ seed: SEED, calls: 60, concurrency: 20 });
		t.diagnostic(figures(result));
		assert.equal(differences(result.faulty), '');
		assert.ok(result.calls > result.late, figures(result));
		assert.deepEqual([result.lost, result.duplicate, result.extra, result.open, result.dead, result.estimated], [0, 0, 0, 0, 0, 0]);
		for (const what of ['ANSWERED', 'ABANDONED', 'TIMEOUT', 'FULL']) assert.ok(result.visits[what] > 0, `no visit was ${what}`);
		for (const what of ['ANSWERED', 'NO_ANSWER', 'REJECTED']) assert.ok(result.offers[what] > 0, `no ring was ${what}`);
		for (const what of ['BLIND COMPLETED', 'ATTENDED COMPLETED']) assert.ok(result.transfers[what] > 0, `no transfer was ${what}`);
		assert.ok(result.held > 0 && result.kinds.dial > 0 && result.endedBy.CUSTOMER > 0 && result.endedBy.AGENT > 0, figures(result));
	});
});

describe('sixty calls while parts are killed, stopped and cut off', () => {
	it('none is lost, doubled or left open, and each has its length', async (t) => {
		const faults = { amid: 2, redis: 1, backend: 1, postgres: 1, asterisk: 1, stop: 1, cut: 2 };
		const result = await run({ seed: SEED + 1, calls: 60, concurrency: 20, faults, outageMs: 5000 });
		t.diagnostic(figures(result));
		assert.deepEqual(result.done, faults);
		assert.equal(differences(hard(result)), '');
		assert.ok(result.calls > result.late, figures(result));
		assert.deepEqual([result.lost, result.duplicate, result.extra, result.open, result.dead], [0, 0, 0, 0, 0]);
	});
});
