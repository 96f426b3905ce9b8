// A manager at the board, with real callers: who waits, what is behind a figure, agents that are told
// what to do, a wallboard that is hung up and taken down.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isTruly, number, standUp, tileOf, truth } from './desk.mjs';
import * as h from './harness.mjs';

const AGENT = '1006';
const DID = '5550200';
const PATIENCE_MS = 20_000;

let chrome, manager, desk;

const textOf = (page, id) => page.evaluate((testid) => document.querySelector(`[data-testid="${testid}"]`)?.textContent ?? null, id);
const numberOf = async (page, id) => Number((await textOf(page, id))?.match(/\d+/)?.[0] ?? NaN);
const reads = (page, id, wanted) => h.until(async () => await numberOf(page, id) === wanted, `${id} ${wanted}`, PATIENCE_MS);
const tileIs = (state) => h.until(async () => await tileOf(manager, AGENT) === state, `the tile ${state}`, PATIENCE_MS);
const callsOf = (from) => h.sql(`SELECT id FROM call_sessions WHERE from_number LIKE '%${from}' AND ended_at IS NULL`);
const hangUp = async (from) => h.command('hangup', { callId: await callsOf(from) }, { extension: '2001', role: 'SUPERVISOR' });

const closeDrill = () => manager.keyboard.press('Escape');

/** Opens what is behind a figure and counts it, all pages of it. */
async function behind(figure) {
	await manager.getByTestId(figure).click();
	const drill = manager.getByTestId('drill');
	await h.until(async () => await drill.locator('.skeleton').count() === 0, 'the list', PATIENCE_MS);
	const more = drill.getByRole('button', { name: 'Show more' });
	while (await more.count()) {
		const shown = await drill.getByTestId('drill-visit').count();
		await more.click();
		await h.until(async () => await drill.getByTestId('drill-visit').count() > shown, 'more', PATIENCE_MS);
	}
	const n = await drill.getByTestId('drill-visit').count();
	await closeDrill();
	await drill.waitFor({ state: 'detached' });
	return n;
}

/** A figure that a call has just changed is read anew in a moment: what is opened and what is told meet. */
const opensWhatItSays = (button, figure) => h.until(async () => await behind(button) === await numberOf(manager, figure), `${figure} to open what it says`, PATIENCE_MS);

before(async () => {
	chrome = await h.browser();
	desk = await h.phone(AGENT, 'only rings');
	await h.command('agent.status', { extension: AGENT, status: 'AWAY' }, { extension: AGENT });
	manager = await h.signIn(chrome, '2002', '/manager');
	await manager.getByTestId(`agent-${AGENT}`).waitFor();
});

after(async () => {
	await standUp(AGENT);
	desk?.stop();
	await chrome?.close();
});

test('a caller who waits is in the floor’s line, in the tile and in the list, and grows older', async () => {
	const from = number('558');
	const before = await numberOf(manager, 'queue-sales-waiting');
	const caller = await h.ring({ did: DID, number: from, name: '<b>Bo</b>' });
	try {
		await reads(manager, 'queue-sales-waiting', before + 1);
		const row = manager.getByTestId('waiting-caller').filter({ hasText: '<b>Bo</b>' });
		await row.waitFor();
		assert.equal((await row.locator('.number').innerText()).replace(/\D/g, ''), from);
		assert.match(await row.innerText(), /Sales/);
		assert.equal(await numberOf(manager, 'floor-waiting'), await manager.getByTestId('waiting-caller').count());
		const age = () => row.locator('.time').textContent();
		const first = await age();
		await h.until(async () => await age() !== first, 'the age to grow');
		await row.getByRole('button').click();
		await manager.getByTestId('call-timeline').getByText('Joined Sales').waitFor();
		await closeDrill();
	} finally {
		await hangUp(from);
		caller.stop();
	}
	await reads(manager, 'queue-sales-waiting', before);
});

test('a figure follows the calls by itself, and opens exactly the calls that it counts', async () => {
	const from = number('559');
	const before = await numberOf(manager, 'queue-sales-offered');
	const caller = await h.ring({ did: DID, number: from });
	await manager.getByTestId('waiting-caller').first().waitFor();
	await hangUp(from);
	caller.stop();
	await reads(manager, 'queue-sales-offered', before + 1);
	for (const figure of ['offered', 'answered', 'abandoned']) await opensWhatItSays(`queue-sales-${figure}`, `queue-sales-${figure}`);
	for (const figure of ['answered', 'abandoned']) await opensWhatItSays(`figure-${figure}`, `floor-${figure}`);
});

test('one of those calls is told from its beginning to its end', async () => {
	await manager.getByTestId('queue-sales-offered').click();
	await manager.getByTestId('drill-visit').first().click();
	const timeline = manager.getByTestId('call-timeline');
	await timeline.getByText('Joined Sales').waitFor();
	await timeline.getByText('Ended', { exact: true }).waitFor();
	await closeDrill();
});

test('an agent is made ready, paused with a reason and signed out, and the result is what has become', async () => {
	await manager.getByTestId(`agent-${AGENT}`).getByRole('button').click();
	const told = manager.getByTestId('act-result');
	await manager.getByTestId('force-ready').click();
	await told.getByText(/is available now/).waitFor();
	await isTruly(AGENT, 'AVAILABLE');
	await tileIs('AVAILABLE');
	await manager.getByTestId('force-pause').click();
	const reason = manager.getByRole('menuitem').first();
	const word = (await reason.innerText()).trim();
	await reason.click();
	await told.getByText(/is away now/).waitFor();
	await tileIs('AWAY');
	assert.ok((await truth(AGENT)).reason);
	assert.ok((await manager.getByTestId(`agent-${AGENT}`).innerText()).includes(word), 'the tile says why');
	await manager.getByTestId('force-sign-out').click();
	await told.getByText(/is offline now/).waitFor();
	await isTruly(AGENT, 'OFFLINE');
	await closeDrill();
});

test('the counts are those of the tiles', async () => {
	const figures = { ready: ['AVAILABLE'], talking: ['ON_CALL'], 'wrap-up': ['WRAP_UP'], away: ['AWAY', 'BUSY'] };
	const tiles = () => manager.evaluate(() => [...document.querySelectorAll('.agent[data-state]')].map((tile) => tile.dataset.state));
	for (const [id, states] of Object.entries(figures)) {
		await h.until(async () => await numberOf(manager, `floor-${id}`) === (await tiles()).filter((s) => states.includes(s)).length, `the figure ${id} to be that of the tiles`);
	}
});

test('a wallboard shows the queue without a session, and is dark once it is taken back', async () => {
	await manager.getByTestId('open-wallboards').click();
	await manager.getByTestId('wallboard-name').fill('By the lift');
	await manager.getByTestId('make-wallboard').click();
	const link = await manager.getByTestId('wallboard-link').inputValue();
	const context = await chrome.newContext();
	const wall = await h.watched(await context.newPage());
	await wall.goto(link);
	await wall.getByTestId('wall-sales').waitFor();
	const from = number('560');
	const caller = await h.ring({ did: DID, number: from, name: 'Nobody’s business' });
	await reads(wall, 'wall-sales-waiting', 1);
	assert.ok(!(await wall.content()).includes(from), 'no number on the wall');
	await hangUp(from);
	caller.stop();
	await reads(wall, 'wall-sales-waiting', 0);
	await manager.getByTestId('wallboards').getByRole('listitem').filter({ hasText: 'By the lift' }).getByTestId('revoke-wallboard').first().click();
	await wall.getByText('This link is no longer good').waitFor();
	assert.deepEqual(wall.problems, []);
	await context.close();
});

test('the policy of the page was kept', () => assert.deepEqual(manager.problems, []));
