// The main job, end to end: a caller, a queue, an agent's browser, the manager's board, the record.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as h from './harness.mjs';

const NUMBER = '15551230001';
// Numbers nobody has called from or to before: the instance may be in use.
const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
const LATER = `1555${some()}`;
const ANSWERS = `1556${some()}1`;
const IS_BUSY = `1557${some()}486`;
const RING_CARD_MS = 500;
const BOARD_MS = 1_000;

let chrome, agent, manager, ami;

const stateOf = (page) => page.getByTestId('status').getAttribute('data-state');
const agentIs = (state, ms) => h.until(async () => await stateOf(agent) === state, `agent 1001 ${state}`, ms);

before(async () => {
	chrome = await h.browser();
	ami = await h.witness();
	manager = await h.signIn(chrome, '2002', '/manager');
	await manager.getByTestId('agent-1001').waitFor();
	agent = await h.signIn(chrome, '1001', '/agent');
	await agent.getByTestId('phone-number').waitFor();
	await h.until(async () => /^[A-Z_]+$/.test(await stateOf(agent)) && await stateOf(agent) !== 'UNKNOWN', 'the state');
	if (await stateOf(agent) !== 'AVAILABLE') await agent.getByTestId('status').selectOption({ label: 'Available' });
	await agentIs('AVAILABLE', 20_000);
	await h.until(async () => agent.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', 20_000);
});

after(async () => {
	ami?.close();
	await chrome?.close();
});

describe('a caller from outside', () => {
	let caller, called, board, card;

	before(async () => {
		board = await h.watch(manager, 'document.querySelector("[data-testid=agent-1001]")?.dataset.state');
		card = await h.watch(agent, '!!document.querySelector("[data-testid=ring-card]")');
		called = Date.now();
		caller = await h.ring({ did: '5550100', number: NUMBER, name: 'Clara B' });
	});
	after(() => caller?.stop());

	it('rings the agent, with number, name, queue and seconds waited, at once', async () => {
		const ring = agent.getByTestId('ring-card');
		await ring.waitFor({ timeout: 15_000 });
		await h.until(async () => /Support/.test(await ring.innerText()), 'the queue on the card');
		assert.match((await ring.getByTestId('caller-number').innerText()).replace(/\D/g, ''), new RegExp(`${NUMBER}$`));
		assert.match(await ring.getByTestId('caller-name').innerText(), /Clara/);
		assert.match(await ring.getByTestId('seconds-waited').innerText(), /^\d+:\d\d$/);
		const rung = await ami.at('DialBegin', { DestCallerIDNum: '1001' });
		const drawn = (await card()).find((s) => s.value === true).at;
		assert.ok(drawn - rung <= RING_CARD_MS, `the card came ${drawn - rung} ms after Asterisk rang`);
	});

	it('talks with the agent, and both hear each other', async () => {
		await agent.getByTestId('answer').click();
		await h.until(async () => await agent.getByTestId('call-card').getAttribute('data-stage') === 'talking', 'talking');
		await agentIs('ON_CALL');
		caller.media.heard.length = 0;
		await h.until(() => caller.media.hears(h.AGENT_HZ) >= 20, 'the agent’s tone at the caller');
		const heard = await h.pageHears(agent, h.CALLER_HZ);
		assert.ok(heard > 0.3, `the caller's tone was in ${Math.round(heard * 100)} % of what the agent heard`);
	});

	it('is written up: notes, disposition, wrap-up, available again', async () => {
		await agent.getByTestId('hang-up').click();
		assert.equal(await caller.ended, 0, 'the caller was hung up on properly');
		await agentIs('WRAP_UP');
		await agent.getByLabel('Notes').fill('Asked about the invoice.');
		await agent.getByLabel('Disposition').selectOption({ label: 'Resolved' });
		await agent.getByTestId('save').click();
		await agentIs('AVAILABLE');
	});

	it('was on the board in every state, within a second of the truth', async () => {
		await h.until(async () => (await board()).at(-1).value === 'AVAILABLE', 'the board to show the agent available');
		const seen = await board();
		assert.deepEqual(seen.map((s) => s.value), ['AVAILABLE', 'RINGING', 'ON_CALL', 'WRAP_UP', 'AVAILABLE']);
		const rung = await ami.at('DialBegin', { DestCallerIDNum: '1001' });
		const talked = await ami.at('AgentConnect', { MemberName: '1001' });
		assert.ok(seen[1].at - rung <= BOARD_MS, `ringing was shown ${seen[1].at - rung} ms late`);
		assert.ok(seen[2].at - talked <= BOARD_MS, `talking was shown ${seen[2].at - talked} ms late`);
	});

	it('is in the database once, with right times, and in the list of calls', async () => {
		const since = new Date(called - 1000).toISOString();
		const { items } = (await h.api(await h.token('2002'), 'GET', `/calls/sessions?from=${encodeURIComponent(since)}`)).body;
		assert.equal(items.length, 1);
		const [call] = items;
		assert.equal(await h.sql(`SELECT count(*) FROM call_sessions WHERE started_at >= '${since}'`), '1');
		assert.deepEqual(
			{ direction: call.direction, status: call.status, from: call.from, did: call.did, queue: call.queue, agent: call.agent, outcome: call.outcome, endedBy: call.endedBy, notes: call.notes, disposition: call.disposition },
			{ direction: 'INBOUND', status: 'ENDED', from: NUMBER, did: '5550100', queue: 'support', agent: '1001', outcome: 'ANSWERED', endedBy: 'AGENT', notes: 'Asked about the invoice.', disposition: 'RESOLVED' });
		const joined = await ami.at('QueueCallerJoin', { CallerIDNum: NUMBER });
		const talked = await ami.at('AgentConnect', { MemberName: '1001' });
		const ended = await ami.at('Hangup', { CallerIDNum: NUMBER });
		assert.ok(Math.abs(Date.parse(call.answeredAt) - talked) < 1000, 'answered');
		assert.ok(Math.abs(Date.parse(call.endedAt) - ended) < 1000, 'ended');
		assert.ok(Math.abs(call.waitMs - (talked - joined)) < 1000, `waited ${call.waitMs} ms`);
		assert.ok(Math.abs(call.talkMs - (ended - talked)) < 1000, `talked ${call.talkMs} ms`);
	});
});

describe('a caller who is served by nobody', () => {
	it('is on the board while waiting, and abandoned afterwards', async () => {
		await agent.getByTestId('status').selectOption({ label: 'Busy' });
		await agentIs('BUSY');
		const caller = await h.ring({ did: '5550200', number: LATER, stayMs: 4_000 });
		await h.until(async () => await manager.getByTestId('queue-sales-waiting').innerText() === '1', 'one waiting on the board');
		await manager.getByTestId('waiting-caller').waitFor();
		assert.equal(await caller.ended, 0);
		await h.until(async () => await manager.getByTestId('queue-sales-waiting').innerText() === '0', 'nobody waiting');
		await h.until(async () => await h.sql(`SELECT outcome FROM call_sessions WHERE from_number = '${LATER}'`) === 'ABANDONED', 'the record');
		await agent.getByTestId('status').selectOption({ label: 'Available' });
		await agentIs('AVAILABLE');
	});
});

describe('dialling out', () => {
	const dial = async (number) => {
		await agent.getByLabel('Phone number').fill(number);
		await agent.getByRole('button', { name: 'Dial', exact: true }).click();
	};

	it('reaches a number on the trunk, which answers', async () => {
		await dial(`+${ANSWERS}`);
		await h.until(async () => await agent.getByTestId('call-card').getAttribute('data-stage').catch(() => '') === 'talking', 'talking', 20_000);
		await h.until(async () => await h.sql(`SELECT status FROM call_sessions WHERE direction = 'OUTBOUND' AND to_number LIKE '%${ANSWERS}'`) === 'CONNECTED', 'connected in the record');
		await agent.getByTestId('hang-up').click();
		await agentIs('WRAP_UP');
		await h.until(async () => await h.sql(`SELECT outcome FROM call_sessions WHERE direction = 'OUTBOUND' AND to_number LIKE '%${ANSWERS}'`) === 'ANSWERED', 'answered in the record');
		await agent.getByTestId('save').click();
		await agentIs('AVAILABLE');
	});

	it('says so when the number is busy', async () => {
		await dial(`+${IS_BUSY}`);
		await h.until(async () => await h.sql(`SELECT outcome FROM call_sessions WHERE to_number LIKE '%${IS_BUSY}'`) === 'BUSY', 'busy in the record', 20_000);
		await h.until(async () => /busy/i.test(await agent.locator('body').innerText()), 'the page to say busy');
	});
});

it('no page had an error or broke its security policy', () => {
	assert.deepEqual([...agent.problems, ...manager.problems], []);
});
