// One agent, one phone: a tab that sleeps, two tabs, a second browser, a session that is ended elsewhere.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as d from './desk.mjs';
import * as h from './harness.mjs';

const SLEEPER = '1005', TABS = '1006', TWICE = '1007', REVOKED = '1008', COLLEAGUE = '1004';
const SUPERVISOR = { extension: '2001', role: 'SUPERVISOR' };

let chrome;
const everybody = [];
const seen = (page) => {
	everybody.push(page);
	return page;
};

before(async () => { chrome = await h.browser(); });
after(async () => {
	await chrome?.close();
	for (const extension of [SLEEPER, TABS, TWICE, REVOKED, COLLEAGUE]) await d.standUp(extension);
});

async function force(extension, status, reason) {
	const { ok, result } = await h.command('agent.status', { extension, status, reason }, SUPERVISOR);
	assert.deepEqual([ok, result?.status], [true, status]);
}

/** Everybody else in the agent's queue is off the floor, so that it is this phone which rings. */
async function ringing(page, others = []) {
	const caller = await h.ring({ did: page.did ?? '5550200', number: d.number('558') });
	try {
		await page.getByTestId('ring-card').waitFor();
		for (const other of others) assert.equal(await other.getByTestId('ring-card').count(), 0, 'the call rings in one place');
	} finally {
		caller.stop();
		const id = await page.getByTestId('ring-card').getAttribute('data-call-id');
		await h.command('hangup', { callId: id }, SUPERVISOR);
		await page.getByTestId('ring-card').waitFor({ state: 'detached' });
	}
}

const onlyOnePhone = (extension) => h.until(async () => (await h.contacts(extension)).length === 1, `one registration of ${extension}`);

describe('a tab that sleeps', () => {
	let own, desk, board, token;
	before(async () => {
		own = await h.browser();
		token = await h.token('2002');
		board = seen(await h.signIn(own, '2002', '/manager'));
		await d.linkIs(board, 'live');
		desk = seen(await d.sitDown(own, SLEEPER));
	});
	after(async () => own?.close());

	it('is right soon after it wakes, and its phone can be rung again', async (t) => {
		const soonMs = await d.soon(() => d.boardIsRight(board, token));
		const wake = await h.putToSleep(own);
		try {
			await force(COLLEAGUE, 'AWAY', 'LUNCH');
			await force(SLEEPER, 'BUSY');
			await h.until(async () => (await d.truth(SLEEPER)).phone === 'UNREGISTERED', 'the exchange to miss the phone', 30_000);
		} finally {
			wake();
		}
		const woken = Date.now();
		await d.stateIs(desk, 'BUSY');
		await d.boardIsRight(board, token);
		await h.until(async () => (await d.truth(SLEEPER)).phone === 'REGISTERED', 'the phone to be there again');
		const ms = Date.now() - woken;
		t.diagnostic(`right ${ms} ms after it woke, of ${soonMs}`);
		assert.ok(ms <= soonMs, `right only ${ms} ms after it woke`);
		assert.equal(await d.tileOf(board, COLLEAGUE), 'AWAY');
	});

	it('finds the way back when its connection was lost while it slept', async () => {
		const wake = await h.putToSleep(own);
		try {
			await h.service('kill', 'relayd');
			await force(COLLEAGUE, 'BUSY');
		} finally {
			wake();
		}
		await d.boardIsRight(board, token);
		await d.linkIs(desk, 'live');
		assert.equal(await d.tileOf(board, COLLEAGUE), 'BUSY');
	});
});

describe('two tabs of one agent', () => {
	let first, second;
	before(async () => {
		first = seen(await d.sitDown(chrome, TABS));
		second = seen(await h.watched(await first.context().newPage()));
		await second.goto(`${h.instance.url}/agent`);
	});
	after(async () => first?.context().close());

	it('have one phone: the second says where it is, and is not rung', async () => {
		await second.getByTestId('take-over').waitFor();
		assert.equal(await d.phoneOf(second), 'elsewhere');
		assert.equal(await d.phoneOf(first), 'registered');
		await onlyOnePhone(TABS);
		await ringing(first, [second]);
	});

	it('hand it over when told to, and never have two', async () => {
		const [before_] = await h.contacts(TABS);
		await second.getByTestId('take-over').click();
		await d.phoneIs(second, 'registered');
		await d.phoneIs(first, 'elsewhere');
		await onlyOnePhone(TABS);
		assert.notEqual((await h.contacts(TABS))[0], before_);
		await d.stateIs(second, 'AVAILABLE');
		await ringing(second, [first]);
	});

	it('give it to the one that stays when the other closes', async () => {
		await second.close();
		await d.phoneIs(first, 'registered');
		await onlyOnePhone(TABS);
		await d.stateIs(first, 'AVAILABLE');
		await ringing(first);
	});
});

describe('a second browser of the same agent', () => {
	let first, second;
	before(async () => { first = seen(await d.sitDown(chrome, TWICE)); });
	after(async () => {
		await first?.context().close();
		await second?.context().close();
	});

	it('has the phone, and the first says that it has not', async () => {
		second = seen(await d.sitDown(chrome, TWICE));
		await onlyOnePhone(TWICE);
		const [of_second] = await h.contacts(TWICE);
		await h.until(async () => ['failed', 'taken', 'elsewhere'].includes(await d.phoneOf(first)), 'the first to know', 40_000);
		assert.ok(!await first.getByTestId('dial').isEnabled().catch(() => false), 'it dials nothing');
		assert.deepEqual(await h.contacts(TWICE), [of_second], 'and takes nothing back');
		await ringing(second, [first]);
		assert.equal(await d.phoneOf(second), 'registered');
	});
});

describe('a session that is ended elsewhere', () => {
	let page;
	before(async () => { page = seen(await d.sitDown(chrome, REVOKED)); });
	after(async () => page?.context().close());

	it('is over at once: the socket closes, the page says why, the phone is gone', async (t) => {
		const id = await h.sql(`SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.extension = '${REVOKED}' AND s.revoked_at IS NULL ORDER BY s.created_at DESC LIMIT 1`);
		const admin = await h.token('2003');
		const soonMs = await d.soon(() => h.api(admin, 'GET', '/auth/me'));
		assert.equal((await h.api(admin, 'DELETE', `/auth/sessions/${id}`)).status, 204);
		const ended = Date.now();
		await page.getByTestId('sign-in').waitFor();
		const ms = Date.now() - ended;
		t.diagnostic(`signed out after ${ms} ms`);
		assert.ok(ms <= soonMs, `signed out only after ${ms} ms`);
		await page.getByText('Your session has ended.').waitFor();
		assert.deepEqual(await page.evaluate(() => window.closes), [4003]);
		await h.until(async () => (await h.contacts(REVOKED)).length === 0, 'no phone to be registered');
		await d.isTruly(REVOKED, 'OFFLINE');
		assert.equal(await page.evaluate(() => document.querySelectorAll('[data-testid^="agent-"], [data-testid="own-calls"]').length), 0, 'nothing of the floor is left on the page');
	});

	it('can be followed by a new one in the same page', async () => {
		await h.enter(page, REVOKED);
		await d.ready(page);
		await onlyOnePhone(REVOKED);
	});
});

it('no page had an error or broke its security policy', () => {
	assert.deepEqual(everybody.flatMap((page) => page.problems), []);
});
