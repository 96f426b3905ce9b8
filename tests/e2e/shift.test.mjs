// An agent's shift from the first sign-in to the last sign-out; what the page says is what the record has.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as d from './desk.mjs';
import * as h from './harness.mjs';

const AGENT = '1010', DID = '5550200';

let chrome, page, began;
/** The calls of this shift, in order: what the record is to have of each. */
const calls = [];

const callOf = (number, column) => h.sql(`SELECT ${column} FROM call_sessions WHERE ${number.startsWith('1558') ? 'from_number' : 'to_number'} LIKE '%${number}' AND started_at >= '${began}'`);
const control = (name) => page.getByTestId('call-card').getByTestId(name);
const recorded = (number, column, value) => h.until(async () => await callOf(number, column) === value, `${column} ${value} of ${number} in the record`);

async function wrapUp(notes, disposition) {
	await d.stateIs(page, 'WRAP_UP');
	await page.getByTestId('wrap-up').waitFor();
	await page.getByLabel('Notes').fill(notes);
	await page.getByLabel('Disposition').selectOption({ label: disposition });
	await page.getByTestId('save').click();
}

before(async () => {
	chrome = await h.browser();
	began = new Date().toISOString();
});
after(async () => {
	await chrome?.close();
	await d.standUp(AGENT);
});

describe('a shift', () => {
	it('begins with a sign-in: the phone registers by itself, and the record has it', async () => {
		page = await d.sitDown(chrome, AGENT);
		await h.until(() => h.sql(`SELECT 1 FROM agent_activity_logs l JOIN agent_extensions e ON e.id = l.agent_id WHERE e.extension = '${AGENT}' AND l.activity IN ('LOGIN', 'STATUS_CHANGE', 'RESUME') AND l.at >= '${began}'`), 'the sign-in in the record');
	});

	it('takes a call by button: mute, hold and resume, and the caller hears it so', async () => {
		const number = d.number('558');
		calls.push({ number, outcome: 'ANSWERED', notes: 'Wants the big one.', disposition: 'SALE' });
		const caller = await h.ring({ did: DID, number, name: 'Shift One' });
		try {
			await page.getByTestId('ring-card').waitFor();
			await page.getByTestId('answer').click();
			await d.stageIs(page, 'talking');
			await h.until(() => caller.media.hears(h.AGENT_HZ) >= 10, 'the agent at the caller');

			await control('mute').click();
			await control('unmute').waitFor();
			await h.until(() => silentFor(caller, 10), 'silence at the caller');
			await control('unmute').click();
			await control('mute').waitFor();
			await h.until(() => hearsNow(caller), 'the agent at the caller again');

			await control('hold').click();
			await d.stageIs(page, 'hold');
			await recorded(number, 'status', 'ON_HOLD');
			await h.until(() => !hearsNow(caller), 'the caller to be away from the agent');
			await control('resume').click();
			await d.stageIs(page, 'talking');
			await recorded(number, 'status', 'CONNECTED');
			await h.until(() => hearsNow(caller), 'the agent at the caller once more');

			await page.getByTestId('hang-up').click();
			assert.equal(await caller.ended, 0);
		} finally {
			caller.stop();
		}
		await wrapUp('Wants the big one.', 'Sale');
		await d.stateIs(page, 'AVAILABLE');
	});

	it('takes a call by key, and its next state is chosen while it lasts', async () => {
		const number = d.number('558');
		calls.push({ number, outcome: 'ANSWERED', notes: 'Will call again.', disposition: 'CALL_BACK' });
		const caller = await h.ring({ did: DID, number });
		try {
			await page.getByTestId('ring-card').waitFor();
			await page.keyboard.press('a');
			await d.stageIs(page, 'talking');
			await page.getByTestId('status').selectOption('AWAY:LUNCH');
			await h.until(async () => (await d.truth(AGENT)).nextStatus === 'AWAY', 'what comes next to be known');
			await page.getByTestId('next-status').waitFor();
			assert.equal(await d.stateOf(page), 'ON_CALL', 'the call goes on');
		} finally {
			caller.stop();
			await page.getByTestId('hang-up').click();
		}
		await wrapUp('Will call again.', 'Wants a call back');
		await d.stateIs(page, 'AWAY');
		assert.equal((await d.truth(AGENT)).reason, 'LUNCH');
		await d.choose(page, 'AVAILABLE');
	});

	it('rejects one, which waits on for somebody else', async () => {
		const number = d.number('558');
		const caller = await h.ring({ did: DID, number });
		try {
			await page.getByTestId('ring-card').waitFor();
			await page.keyboard.press('x');
			await page.getByTestId('ring-card').waitFor({ state: 'detached' });
			await d.choose(page, 'BUSY');
			assert.equal(await callOf(number, 'status'), 'RINGING');
		} finally {
			caller.stop();
			await h.command('hangup', { callId: await callOf(number, 'id') }, { extension: '2001', role: 'SUPERVISOR' });
		}
		await d.choose(page, 'AVAILABLE');
	});

	it('dials out, and sends tones by click and by key', async () => {
		const number = d.number('556');
		calls.push({ number, outcome: 'ANSWERED', notes: 'Reached.', disposition: 'RESOLVED' });
		await page.getByLabel('Phone number').fill(`+${number}`);
		await page.getByRole('button', { name: 'Dial', exact: true }).click();
		await d.stageIs(page, 'talking');
		await recorded(number, 'status', 'CONNECTED');
		await control('keypad').click();
		await page.getByTestId('call-card').getByRole('button', { name: '5', exact: false }).first().click();
		await page.keyboard.press('7');
		await page.keyboard.press('#');
		await h.until(async () => /5\s*7\s*#/.test(await page.getByTestId('call-card').innerText()), 'the tones sent to be shown');
		await page.getByTestId('hang-up').click();
		await wrapUp('Reached.', 'Resolved');
		await d.stateIs(page, 'AVAILABLE');
	});

	it('takes a break for a managed reason, and nobody rings meanwhile', async () => {
		await page.getByTestId('status').selectOption('AWAY:BREAK');
		await d.stateIs(page, 'AWAY');
		assert.equal((await d.truth(AGENT)).reason, 'BREAK');
		await h.until(() => h.sql(`SELECT 1 FROM agent_activity_logs l JOIN agent_extensions e ON e.id = l.agent_id WHERE e.extension = '${AGENT}' AND l.reason = 'BREAK' AND l.at >= '${began}'`), 'the break in the record');
		const number = d.number('558');
		const caller = await h.ring({ did: DID, number, stayMs: 2_000 });
		assert.equal(await caller.ended, 0);
		await recorded(number, 'outcome', 'ABANDONED');
		assert.equal(await page.getByTestId('ring-card').count(), 0);
		assert.equal(await h.sql(`SELECT count(*) FROM ring_offers o JOIN call_sessions c ON c.id = o.call_id WHERE c.from_number = '${number}'`), '0');
		await d.choose(page, 'AVAILABLE');
	});

	it('is in the record as the page tells it', async () => {
		for (const { number, ...expected } of calls) {
			const row = await callOf(number, "concat_ws('|', outcome, notes, disposition, ended_at IS NOT NULL)");
			assert.equal(row, [expected.outcome, expected.notes, expected.disposition, 't'].join('|'), number);
		}
		const [agent] = (await h.api(await h.token('2002'), 'GET', '/reporting/realtime')).body.agents.filter((a) => a.extension === AGENT);
		const counted = await h.sql(`SELECT count(DISTINCT s.call_id) FROM talk_segments s JOIN agent_extensions e ON e.id = s.agent_id WHERE e.extension = '${AGENT}' AND s.started_at >= (SELECT day_start(now(), timezone) FROM tenants WHERE slug = 'demo')`);
		assert.equal(String(agent.calls), counted);
		await d.openList(page, 'calls');
		await h.until(async () => (await d.ownCalls(page)).includes('Will call again.'), 'the own calls');
		for (const { notes } of calls) assert.ok((await d.ownCalls(page)).includes(notes), notes);
	});

	it('ends with a sign-out: no phone, offline, and the page asks for a sign-in', async () => {
		await page.getByTestId('user-menu').click();
		await page.getByTestId('sign-out').click();
		await page.getByTestId('sign-in').waitFor();
		await d.isTruly(AGENT, 'OFFLINE');
		await h.until(async () => (await h.contacts(AGENT)).length === 0, 'no phone to be registered');
		assert.deepEqual(page.problems, []);
	});
});

/** Whether the last quarter of a second at the caller has the agent's tone in it: it beeps, so no less will do. */
function hearsNow(caller) {
	const last = caller.media.heard.slice(-30);
	return last.length === 30 && last.filter((frame) => h.share(frame, h.AGENT_HZ) > 0.6).length >= 5;
}

const silentFor = (caller) => caller.media.heard.length >= 30 && !hearsNow(caller);
