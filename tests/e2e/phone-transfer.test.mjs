// A call that goes from page to page: to a colleague, by asking first, and back into a page that was loaded anew.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { number, ready, sitDown, stageIs, standUp, stateIs } from './desk.mjs';
import * as h from './harness.mjs';

const FIRST = '1007', SECOND = '1008';
const HEARD_FRAMES = 20;

let chrome, page, other, caller;

before(async () => {
	chrome = await h.browser();
	await h.sql(`INSERT INTO queue_members (tenant_id, queue_id, agent_id)
		SELECT q.tenant_id, q.id, e.id FROM call_queues q JOIN agent_extensions e USING (tenant_id) WHERE q.name = 'sales' AND e.extension = '${FIRST}' ON CONFLICT DO NOTHING`);
	page = await sitDown(chrome, FIRST);
	other = await sitDown(chrome, SECOND);
	// Calls of the queue go to the first; the second is there to be asked.
	await other.getByTestId('status').selectOption('BUSY');
	await stateIs(other, 'BUSY');
});

after(async () => {
	await standUp(FIRST);
	await standUp(SECOND);
	await chrome?.close();
});

afterEach(async () => {
	for (const desk of [page, other]) if (await desk.getByTestId('hang-up').isVisible()) await desk.getByTestId('hang-up').click();
	caller?.stop();
});

const idOf = (desk) => desk.evaluate(() => document.querySelector('[data-testid=call-card]')?.dataset.callId ?? null);
const isIdle = (desk) => h.until(async () => await desk.getByTestId('phone-number').isVisible(), 'the phone to be idle', 20_000);
const hears = (hz) => h.until(async () => {
	caller.media.heard.length = 0;
	await h.until(() => caller.media.heard.length >= 75, 'sound for the caller');
	return caller.media.hears(hz) > HEARD_FRAMES;
}, 'the caller to hear the agent', 30_000);

async function talk() {
	await ready(page);
	caller = await h.ring({ did: '5550200', number: number('561') });
	await page.getByTestId('answer').click();
	await stageIs(page, 'talking');
	return idOf(page);
}

/** The second agent's row in the transfer panel. */
async function target() {
	await page.getByTestId('transfer').click();
	await page.getByTestId('transfer-search').fill(SECOND);
	return page.locator(`[data-testid=transfer-target][data-value="${SECOND}"]`);
}

describe('a call', () => {
	it('is sent to a colleague, whose page rings with it', async () => {
		const id = await talk();
		await (await target()).getByTestId('transfer-now').click();
		await other.getByTestId('answer').click();
		await stageIs(other, 'talking');
		assert.equal(await idOf(other), id);
		await isIdle(page);
		await stateIs(page, 'WRAP_UP');
		await hears(h.AGENT_HZ);
	});

	it('is talked over with a colleague, to and fro, and handed over', async () => {
		const id = await talk();
		await (await target()).getByTestId('consult').click();
		const card = page.getByTestId('consult-card');
		const shows = (status) => h.until(async () => await card.getAttribute('data-status').catch(() => null) === status, `the consultation ${status}`);
		await shows('RINGING');
		await other.getByTestId('answer').click();
		await shows('TALKING');
		await h.until(async () => await h.pageHears(other, h.AGENT_HZ) > 0.2, 'the colleague to hear the agent', 60_000);
		await page.getByTestId('swap').click();
		await shows('HELD');
		await page.getByTestId('swap').click();
		await shows('TALKING');
		await page.getByTestId('complete-transfer').click();
		await isIdle(page);
		await hears(h.AGENT_HZ);
		assert.equal(await h.sql(`SELECT string_agg(e.extension, ' ' ORDER BY s.ordinal) FROM talk_segments s JOIN agent_extensions e ON e.id = s.agent_id WHERE call_id = '${id}'`), `${FIRST} ${SECOND}`);
	});

	it('comes back into a page that was loaded anew', async () => {
		const id = await talk();
		await page.reload();
		await page.getByTestId('answer').click({ timeout: 40_000 });
		await stageIs(page, 'talking');
		assert.equal(await idOf(page), id);
		await hears(h.AGENT_HZ);
	});
});

it('no page had an error or broke its security policy', () => assert.deepEqual([...page.problems, ...other.problems], []));
