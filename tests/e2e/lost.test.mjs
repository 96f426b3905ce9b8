// What lies between the exchange and the page is lost: old is shown as old, what cannot be done is said,
// and soon after it is back everything is right again, without anybody pressing anything.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import * as d from './desk.mjs';
import * as h from './harness.mjs';
import { line } from './line.mjs';

const AGENT = '1003', COLLEAGUE = '1004';
const SUPERVISOR = { extension: '2001', role: 'SUPERVISOR' };

let road, chrome, agent, manager, token, soonMs;

/** Somebody else's state changes, of which the pages hear nothing, or late. */
async function colleague(status, reason) {
	const { ok, result } = await h.command('agent.status', { extension: COLLEAGUE, status, reason }, SUPERVISOR);
	assert.deepEqual([ok, result?.status], [true, status]);
}

const isStale = async () => (await d.linkOf(agent)) !== 'live' && (await d.linkOf(manager)) !== 'live' && await manager.getByTestId('stale').isVisible();
const shownAsOld = (ms = 30_000) => h.until(isStale, 'old to be shown as old', ms);

/** What is not right yet: nothing once both pages are live, the phone is registered, and what is shown is so. */
async function wrong() {
	const [shown, said] = [await d.board(manager), await d.boardByApi(token)];
	const pairs = {
		'the agent’s connection': [await d.linkOf(agent), 'live'],
		'the manager’s connection': [await d.linkOf(manager), 'live'],
		'the phone': [await d.phoneOf(agent), 'registered'],
		'the phone at the exchange': [(await d.truth(AGENT)).phone, 'REGISTERED'],
		'the agent’s own state': [await d.stateOf(agent), (await d.truth(AGENT)).status],
		'the board': [JSON.stringify(shown), JSON.stringify(said)],
		'the notice': [await manager.getByTestId('stale').count(), 0],
	};
	return Object.entries(pairs).filter(([, [is, should]]) => is !== should).map(([what, [is, should]]) => `${what}: ${is}, not ${should}`);
}

/** Waits until all is right; what was wrong last. */
async function right() {
	let last = [];
	await h.until(async () => {
		const left = await wrong().catch((error) => [String(error)]);
		if (left.length) last = left;
		return left.length === 0;
	}, 'everything to be right').catch((error) => assert.fail(`${error.message}: ${last.join('; ')}`));
	return last;
}

async function rightSoonAfter(t, back) {
	const last = await right();
	const ms = Date.now() - back;
	t.diagnostic(`right ${ms} ms after it was back, of ${soonMs}; last: ${last.join('; ')}`);
	assert.ok(ms <= soonMs, `right only ${ms} ms after it was back, last: ${last.join('; ')}`);
}

beforeEach(async () => {
	await right();
	soonMs = await d.soon(wrong);
});

before(async () => {
	road = await line(h.instance.ports.http);
	chrome = await h.browser({ through: road.port });
	token = await h.token('2002');
	manager = await h.signIn(chrome, '2002', '/manager');
	await d.linkIs(manager, 'live');
	agent = await d.sitDown(chrome, AGENT);
	await d.boardIsRight(manager, token);
});

after(async () => {
	await chrome?.close();
	road?.close();
	for (const extension of [AGENT, COLLEAGUE]) await d.standUp(extension);
});

describe('the network', () => {
	afterEach(() => road.mend());

	it('gone for 10 s: everybody reconnects, and sees what happened meanwhile', async (t) => {
		road.cut();
		const end = Date.now() + 10_000;
		await shownAsOld();
		await agent.getByTestId('status').selectOption('AWAY:BREAK');
		await h.until(async () => /cannot be reached/.test(await agent.locator('header').innerText()), 'the page to say that it did not work');
		assert.equal(await d.stateOf(agent), 'AVAILABLE', 'what was not done is not shown');
		await colleague('AWAY', 'LUNCH');
		assert.notEqual(await d.tileOf(manager, COLLEAGUE), 'AWAY');
		await pause(end - Date.now());
		assert.ok(await isStale());
		await rightSoonAfter(t, await road.mend());
		assert.equal(await d.tileOf(manager, COLLEAGUE), 'AWAY');
	});

	it('silent for 10 s: old is shown as old before that, and right soon after', async (t) => {
		road.silence();
		const began = Date.now();
		await shownAsOld(10_000);
		t.diagnostic(`shown as old after ${Date.now() - began} ms`);
		await colleague('BUSY');
		assert.notEqual(await d.tileOf(manager, COLLEAGUE), 'BUSY');
		await pause(began + 10_000 - Date.now());
		assert.ok(await isStale());
		await rightSoonAfter(t, await road.mend());
		assert.equal(await d.tileOf(manager, COLLEAGUE), 'BUSY');
	});

	it('silent for 90 s: old is shown as old, nobody is offered a call, then the desk goes on', async (t) => {
		road.silence();
		const end = Date.now() + 90_000;
		await shownAsOld();
		await h.until(async () => await d.phoneOf(agent) !== 'registered', 'the page to doubt its phone', 40_000);
		await colleague('AWAY', 'LUNCH');
		await h.until(async () => (await d.truth(AGENT)).reason === 'PHONE_LOST', 'the exchange to miss the phone', end - Date.now());
		assert.ok(await isStale());
		await pause(end - Date.now());
		await rightSoonAfter(t, await road.mend());
		assert.equal(await d.stateOf(agent), 'AVAILABLE', 'the chosen state holds again');
		assert.equal(await d.tileOf(manager, COLLEAGUE), 'AWAY');
	});
});

describe('Redis', () => {
	it('killed: the pages are right soon after it is back, and meanwhile keep what they have', async (t) => {
		const tiles = await h.watch(manager, 'document.querySelectorAll("[data-testid^=agent-][data-state]").length');
		await h.service('kill', 'redis');
		await h.until(async () => await h.redis('PING') === 'PONG', 'Redis to be back');
		await rightSoonAfter(t, Date.now());
		assert.equal((await tiles()).length, 1, 'no tile came or went');
	});

	it('away: old is shown as old, and nothing that asks the exchange is accepted', async (t) => {
		await h.service('down', 'redis');
		try {
			await shownAsOld();
			await agent.getByTestId('status').selectOption('AWAY:BREAK');
			const note = agent.locator('header [role=alert]');
			await note.waitFor();
			assert.match(await note.innerText(), /\w{3}/);
			assert.equal(await d.stateOf(agent), 'AVAILABLE');
		} finally {
			await h.service('up', 'redis');
		}
		await h.until(async () => await h.redis('PING') === 'PONG', 'Redis to be back');
		await rightSoonAfter(t, Date.now());
	});
});

describe('the relay', () => {
	const listens = () => fetch(`http://127.0.0.1:${h.instance.ports.relay}/`).then(() => true, () => false);

	it('killed: the pages come back by themselves', async (t) => {
		await h.service('kill', 'relayd');
		await h.until(async () => await d.linkOf(agent) !== 'live', 'the page to notice');
		await h.until(listens, 'the relay to be back');
		await rightSoonAfter(t, Date.now());
	});

	it('away: old is shown as old; what happened meanwhile is shown when it is back', async (t) => {
		await colleague('BUSY');
		await d.boardIsRight(manager, token);
		await h.service('down', 'relayd');
		try {
			await shownAsOld();
			await colleague('AWAY', 'TRAINING');
			assert.notEqual(await d.tileOf(manager, COLLEAGUE), 'AWAY');
		} finally {
			await h.service('up', 'relayd');
		}
		await h.until(listens, 'the relay to be back');
		await rightSoonAfter(t, Date.now());
		assert.equal(await d.tileOf(manager, COLLEAGUE), 'AWAY');
	});
});

describe('PostgreSQL', () => {
	it('away: what needs it says so, the floor stays live, and the figures come back by themselves', async (t) => {
		await h.service('down', 'postgres');
		await h.until(() => h.sql('SELECT 1').then(() => false, () => true), 'PostgreSQL to be gone');
		try {
			await agent.getByTestId('status').selectOption('AWAY:BREAK');
			await agent.locator('header [role=alert]').waitFor();
			assert.equal(await d.stateOf(agent), 'AVAILABLE');
			const caller = await h.ring({ did: '5550200', number: d.number('559'), stayMs: 500 });
			caller.stop();
		} finally {
			await h.service('up', 'postgres');
		}
		await h.until(() => h.sql('SELECT 1').catch(() => ''), 'PostgreSQL to be back');
		await rightSoonAfter(t, Date.now());
	});
});

describe('Asterisk', () => {
	it('killed: the phone is shown as lost, then registers again', async (t) => {
		await h.service('kill', 'asterisk');
		await h.until(async () => await d.phoneOf(agent) !== 'registered', 'the page to notice');
		assert.ok(!await agent.getByTestId('dial').isEnabled().catch(() => false), 'nothing can be dialled');
		let ami;
		await h.until(async () => { ami = await h.witness().catch(() => null); return ami; }, 'Asterisk to be back', 30_000);
		const back = Date.now();
		ami.close();
		await rightSoonAfter(t, back);
	});
});

it('no page had an error or broke its security policy', () => {
	assert.deepEqual([...agent.problems, ...manager.problems], []);
});
