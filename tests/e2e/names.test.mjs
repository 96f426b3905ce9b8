// Whatever a caller calls himself is text, on its whole way: SIP, Asterisk, PostgreSQL, Redis, every page.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as d from './desk.mjs';
import * as h from './harness.mjs';

const AGENT = '1009', QUEUE_DID = '5550200';
const SUPERVISOR = { extension: '2001', role: 'SUPERVISOR' };
// Asterisk keeps 79 bytes of a name, and counts the backslashes before quotes as well.
const QUOTES = `"'${"'\u{1f600}".repeat(15)}'`;

const CALLERS = [
	{ what: 'an image with a script', name: '<img src=x onerror=window.owned=1>' },
	{ what: 'a formula', name: "=cmd|' /C calc'!A0" },
	{ what: 'quotes and emoji', name: QUOTES },
	{ what: 'more than fits, cut within a character', name: `${'x'.repeat(77)}\u{1f600}\u{1f600}`, arrives: 'x'.repeat(77) },
];

let chrome, agent, board, reports, admin, token;
const everything = () => [agent, board, reports, admin];

before(async () => {
	assert.equal(Buffer.byteLength(QUOTES.replaceAll('"', '\\"')), 79);
	chrome = await h.browser();
	token = await h.token('2003');
	board = await h.signIn(chrome, '2003', '/manager');
	await d.linkIs(board, 'live');
	reports = await h.signIn(chrome, '2003', '/reports');
	admin = await h.signIn(chrome, '2003', '/admin/contacts');
	agent = await h.signIn(chrome, AGENT, '/agent', { hidden: true });
	await d.ready(agent);
});

after(async () => {
	await chrome?.close();
	await d.standUp(AGENT);
});

/** What a page shows as text, and whether anything in it became markup. */
const shows = (page, name) => h.until(() => page.evaluate((text) => document.body.innerText.includes(text), name), `the page to show ${name}`);

for (const { what, name, arrives = name } of CALLERS) {
	describe(`a caller with ${what} for a name`, () => {
		const number = d.number('557');
		let caller, id;

		before(async () => {
			await d.choose(agent, 'BUSY');
			caller = await h.ring({ did: QUEUE_DID, number, name });
			id = await h.until(() => h.sql(`SELECT id FROM call_sessions WHERE from_number = '${number}'`), 'the call');
		});
		after(() => caller?.stop());

		it('has it in the record as it was sent', async () => {
			assert.equal(await h.sql(`SELECT from_name FROM call_sessions WHERE id = '${id}'`), arrives);
		});

		it('waits under it on the board', async () => {
			const row = board.locator(`[data-testid=waiting-caller][data-call-id="${id}"]`);
			await row.waitFor();
			assert.ok((await row.innerText()).includes(arrives), await row.innerText());
		});

		it('rings under it, also where the page is not looked at', async () => {
			await d.choose(agent, 'AVAILABLE');
			await agent.getByTestId('ring-card').waitFor();
			assert.equal(await agent.getByTestId('caller-name').innerText(), arrives);
			await h.until(async () => (await agent.evaluate(() => window.notices.map((n) => n.join(' ')))).some((n) => n.includes(arrives)), 'the notification');
			assert.match(await agent.title(), /Ringing|●/);
		});

		it('talks under it, at the desk and on the board', async () => {
			await agent.getByTestId('answer').click();
			await d.stageIs(agent, 'talking');
			assert.equal(await agent.getByTestId('customer-name').innerText(), arrives);
			await h.until(async () => (await board.getByTestId(`agent-${AGENT}`).innerText()).includes(arrives), 'the tile of the agent');
		});

		it('is in the histories under it', async () => {
			await agent.getByTestId('hang-up').click();
			await d.stateIs(agent, 'WRAP_UP');
			await agent.getByTestId('save').click();
			await d.stateIs(agent, 'AVAILABLE');
			await d.openList(agent, 'calls');
			await h.until(async () => (await d.ownCalls(agent)).includes(arrives), 'the own calls');
			await board.getByTestId('figure-answered').click();
			const row = board.locator(`[data-testid=drill-visit][data-call-id="${id}"]`);
			await h.until(async () => (await row.innerText().catch(() => '')).includes(arrives), 'the call behind the figure');
			await row.click();
			await h.until(async () => (await board.getByTestId('drill').innerText()).includes(arrives), 'the call in full');
			await board.keyboard.press('Escape');
			await reports.reload();
			await reports.locator(`[data-testid=call-row][data-call-id="${id}"]`).waitFor();
		});

		it('is a contact under it, where contacts are kept and where they are met', async () => {
			const made = await h.api(token, 'POST', '/contacts', { name: arrives, company: arrives, numbers: [number], tags: [], fields: { [arrives.slice(0, 40)]: arrives } });
			assert.equal(made.status, 201, made.text);
			try {
				const again = await h.ring({ did: QUEUE_DID, number, name });
				try {
					await agent.getByTestId('ring-card').waitFor();
					await h.until(async () => await agent.getByTestId('customer-name').innerText() === arrives, 'the contact');
					await admin.reload();
					await shows(admin, arrives);
					await agent.keyboard.press('Control+k');
					try {
						await agent.getByTestId('search-field').fill(number);
						await h.until(async () => (await agent.getByTestId('palette').innerText()).includes(arrives), 'the contact among what is found');
					} finally {
						await agent.keyboard.press('Escape');
						await agent.getByTestId('palette').waitFor({ state: 'detached' });
					}
				} finally {
					again.stop();
					await h.command('hangup', { callId: await agent.getByTestId('ring-card').getAttribute('data-call-id') }, SUPERVISOR);
					await agent.getByTestId('ring-card').waitFor({ state: 'detached' });
				}
			} finally {
				await h.api(token, 'DELETE', `/contacts/${made.body.id}`);
			}
		});
	});
}

it('nothing of it became markup or ran, and no policy had to stop it', async () => {
	// What was made and taken away above is in the log of changes.
	await admin.goto(`${h.instance.url}/admin/audit`);
	await admin.getByTestId('audit').locator('li').first().waitFor();
	await d.openList(agent, 'missed');
	for (const page of everything()) {
		assert.deepEqual(page.problems, []);
		assert.equal(await page.evaluate(() => window.owned), undefined);
		assert.equal(await page.evaluate(() => document.querySelectorAll('img[src="x"], [onerror]').length), 0);
	}
});
