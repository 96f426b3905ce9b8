// Parts are killed while there is work, and everything is right again by itself.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import * as h from './harness.mjs';

const HEALED_MS = 5_000;
const TAKEOVER_MS = 2_500;
/** Longer than a writer may be silent. */
const AWAY_MS = 2_000;
const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');

/** A change of state, of which there is a log: something to be stored. Nobody else uses 1010. */
async function status(state, reason) {
	const { ok, result } = await h.command('agent.status', { extension: '1010', status: state, reason });
	assert.deepEqual([ok, result?.status], [true, state]);
}
const field = (number, column) => h.sql(`SELECT ${column} FROM call_sessions WHERE from_number = '${number}'`);

describe('Redis killed', () => {
	it('holds the whole picture again soon after', async () => {
		const agents = await h.sql(`SELECT count(*) FROM agent_extensions WHERE enabled`);
		await h.until(async () => await h.redis('HLEN', 'cb:node1:demo:agents') === agents, 'the picture before');
		await h.service('kill', 'redis');
		await h.until(async () => await h.redis('HLEN', 'cb:node1:demo:agents') === agents, 'the picture after', HEALED_MS);
	});
});

describe('cordboard-amid killed while a caller waits', () => {
	it('goes on with the call as if nothing had been', async () => {
		const number = `1559${some()}`;
		const caller = await h.ring({ did: '5550200', number, stayMs: 6_000 });
		await h.until(async () => await field(number, 'status') === 'RINGING', 'the call in the record');
		const joined = await h.sql(`SELECT joined_at FROM queue_visits JOIN call_sessions c ON c.id = call_id WHERE from_number = '${number}'`);
		await h.service('kill', 'amid');
		await h.amidIsBack(HEALED_MS);
		assert.equal(await caller.ended, 0);
		await h.until(async () => await field(number, 'status') === 'ENDED', 'the end in the record');
		assert.equal(await field(number, "concat_ws(' ', count(*) OVER (), outcome, ended_by, estimated, to_number)"), '1 ABANDONED CUSTOMER f 5550200');
		assert.equal(await h.sql(`SELECT concat_ws(' ', count(*) OVER (), joined_at, v.outcome) FROM queue_visits v JOIN call_sessions c ON c.id = call_id WHERE from_number = '${number}'`), `1 ${joined} ABANDONED`);
	});
});

describe('cordboard-amid that hears nothing from Asterisk', () => {
	let deaf;
	after(async () => {
		deaf?.stop();
		await h.service('start', 'amid');
		await h.until(h.on_its_line, "the instance's own to be the writer", HEALED_MS);
	});

	it('goes on from what was heard before, however much it stores meanwhile', async () => {
		await h.service('stop', 'amid');
		const [heard, applied] = (await h.sql("SELECT heard_at || '|' || applied_seq FROM worker_nodes")).split('|');
		deaf = await h.amid({ amiPort: 9 });
		await h.until(() => /live picture is up/.test(deaf.log()), 'the second to be the writer');
		await status('OFFLINE');
		await h.until(async () => Number(await h.sql('SELECT applied_seq FROM worker_nodes')) > Number(applied), 'something to be stored');
		assert.equal(await h.sql('SELECT heard_at FROM worker_nodes'), heard);
	});
});

describe('PostgreSQL that takes no writes for a while', () => {
	const TABLES = 'agent_activity_logs, dead_letters';
	after(() => h.sql(`GRANT INSERT ON ${TABLES} TO cordboard_worker`));

	it('gets everything once it takes them again', async () => {
		const reason = `READONLY_${some()}`;
		const refusals = () => h.log('amid').match(/statement refused name=store_dead_letter/g)?.length ?? 0;
		const before = refusals();
		await status('OFFLINE');
		await h.sql(`REVOKE INSERT ON ${TABLES} FROM cordboard_worker`);
		await status('AWAY', reason);
		await h.until(() => refusals() > before, 'the refusal');
		await h.sql(`GRANT INSERT ON ${TABLES} TO cordboard_worker`);
		await h.until(async () => await h.sql(`SELECT count(*) FROM agent_activity_logs WHERE reason = '${reason}'`) === '1', 'the record', HEALED_MS);
		await status('OFFLINE');
	});
});

describe('two cordboard-amid on one node', () => {
	const epoch = async () => Number(await h.sql('SELECT epoch FROM worker_nodes'));
	/** Nothing is stored that has to do with an agent's activity, for so long. */
	const lock = async (seconds) => {
		const over = h.sql(`BEGIN; LOCK TABLE agent_activity_logs IN EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`);
		await h.until(async () => await h.sql("SELECT count(*) FROM pg_locks WHERE relation = 'agent_activity_logs'::regclass AND mode = 'ExclusiveLock' AND granted") !== '0', 'the lock');
		return { over };
	};
	const fences = () => h.log('amid').match(/fenced/g)?.length ?? 0;
	let standby;
	after(() => standby?.stop());

	it('the writer stays the writer when PostgreSQL was away', async () => {
		const first = await epoch();
		standby = await h.amid();
		await h.until(() => /standby/.test(standby.log()), 'the second to stand by');
		for (let i = 0; i < 3; i++) {
			await h.service('down', 'postgres');
			await h.until(async () => (await h.metrics())['cordboard_amid_up{part="store"}'] === 0, 'PostgreSQL to be away');
			await pause(AWAY_MS);
			await h.service('up', 'postgres');
			await h.until(async () => (await h.metrics())['cordboard_amid_up{part="store"}'] === 1, 'the writer to store again');
			assert.equal(await epoch(), first);
		}
		standby.stop();
	});

	it('what was not stored yet when the other took over is stored by nobody but that one', async () => {
		const first = await epoch(), fenced = fences(), reason = `LATE_${some()}`;
		standby = await h.amid();
		await h.until(() => /standby/.test(standby.log()), 'the second to stand by');
		await status('OFFLINE');
		const locked = await lock(4);
		await status('AWAY', reason);
		await h.until(async () => await epoch() === first + 1, 'the standby to take over', TAKEOVER_MS);
		await locked.over;
		await h.until(() => fences() > fenced, 'the other to notice', HEALED_MS);
		assert.equal(await h.sql(`SELECT count(*) FROM agent_activity_logs WHERE reason = '${reason}'`), '0');
		standby.stop();
		await h.until(async () => await epoch() > first + 1, 'the first to take over again', HEALED_MS);
		await h.until(h.on_its_line, 'the link', HEALED_MS);
		await status('OFFLINE');
	});

	it('one that ends in order leaves nothing unstored to the other', async () => {
		const first = await epoch(), reason = `LAST_${some()}`;
		standby = await h.amid();
		await h.until(() => /standby/.test(standby.log()), 'the second to stand by');
		await status('OFFLINE');
		const locked = await lock(0.7);
		await status('AWAY', reason);
		await h.service('stop', 'amid');
		await h.until(async () => await epoch() === first + 1, 'the standby to take over', TAKEOVER_MS);
		await locked.over;
		assert.equal(await h.sql(`SELECT count(*) FROM agent_activity_logs WHERE reason = '${reason}'`), '1');
		standby.stop();
		await h.service('start', 'amid');
		await h.until(async () => await epoch() > first + 1, 'the first to take over again', HEALED_MS);
		await h.until(h.on_its_line, 'the link', HEALED_MS);
		await status('OFFLINE');
	});

	it('one waits until the other falls silent, and the silent one writes nothing when it wakes', async () => {
		const first = await epoch(), fenced = fences();
		standby = await h.amid();
		await h.until(() => /standby/.test(standby.log()), 'the second to stand by');
		assert.equal(await epoch(), first);
		await h.service('pause', 'amid');
		const silent = Date.now();
		await h.until(async () => await epoch() === first + 1, 'the standby to take over', TAKEOVER_MS);
		assert.ok(Date.now() - silent <= TAKEOVER_MS, `took over after ${Date.now() - silent} ms`);
		const written = await h.sql('SELECT coalesce(max(seq), 0) FROM agent_states');
		await h.service('cont', 'amid');
		await h.until(() => fences() > fenced, 'the woken one to notice', HEALED_MS);
		assert.ok(Number(await h.sql(`SELECT count(*) FROM agent_states WHERE seq > ${written} AND seq >> 32 = ${first}`)) === 0);
		standby.stop();
		await h.until(async () => await epoch() > first + 1, 'the first to take over again', HEALED_MS);
		await h.until(h.on_its_line, 'the link', HEALED_MS);
	});
});

it('nothing was set aside, and no call is left open', async () => {
	assert.equal(await h.sql('SELECT count(*) FROM dead_letters'), '0');
	await h.until(async () => await h.sql('SELECT count(*) FROM call_sessions WHERE ended_at IS NULL') === '0', 'no open call');
});
