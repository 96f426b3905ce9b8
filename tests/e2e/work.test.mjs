// The desk beside the phone, on the real thing: found customers, wrap-up held by the server, lists that
// follow the calls, figures that are the report's.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as h from './harness.mjs';

// Those that end in a SIP status fail with it behind the trunk: these end in 1.
const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
const FOUND_MS = 200;
// Longer than anything that is done in a call here takes.
const STAY_MS = 180_000;

let chrome, agent, supervisor, token, own;

const stateOf = (page) => page.getByTestId('status').getAttribute('data-state');
const agentIs = (state, ms) => h.until(async () => await stateOf(agent) === state, `agent 1003 ${state}`, ms);
const asAgent = (method, path, body) => h.api(token, method, path, body);
const asAdmin = async (method, path, body) => h.api(await h.token('2003'), method, path, body);

/** How long the page's shortest request takes on this machine at this moment. */
const requestMs = () => agent.evaluate(async () => {
	const times = [];
	for (let i = 0; i < 5; i++) {
		const begin = performance.now();
		await fetch('/api/pbx/auth/me');
		times.push(performance.now() - begin);
	}
	return Math.round(times.sort((a, b) => a - b)[2]);
});

before(async () => {
	chrome = await h.browser();
	agent = await h.signIn(chrome, '1003', '/agent');
	await agent.getByTestId('phone-number').waitFor();
	await h.until(async () => /^[A-Z_]+$/.test(await stateOf(agent)) && await stateOf(agent) !== 'UNKNOWN', 'the state');
	if (await stateOf(agent) !== 'AVAILABLE') await agent.getByTestId('status').selectOption('AVAILABLE');
	await agentIs('AVAILABLE', 20_000);
	await h.until(async () => agent.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', 20_000);
	token = await h.token('1003');
	own = (await asAgent('GET', '/auth/me')).body.agentExtension;
	supervisor = await h.token('2001');
});

after(async () => {
	await chrome?.close();
});

/** A caller at the support line who is answered by the agent. */
async function answered(number, name) {
	const caller = await h.ring({ did: '5550100', number, name, stayMs: STAY_MS });
	await agent.getByTestId('answer').click({ timeout: 20_000 });
	await agentIs('ON_CALL');
	return caller;
}

describe('a customer who is known', () => {
	const number = `1555${some()}1`;
	let caller;

	before(async () => {
		const made = await asAgent('POST', '/contacts', { name: 'Nadia Berg', company: 'Berg Optics', numbers: [`+${number}`], tags: ['vip'] });
		assert.equal(made.status, 201);
	});
	after(() => caller?.stop());

	/** How long after the ring card the name of the customer stood there. */
	async function foundAfter() {
		const seen = await h.watch(agent, '[!!document.querySelector("[data-testid=ring-card]"), document.querySelector("[data-testid=customer-name]")?.innerText.trim()].join()');
		caller = await h.ring({ did: '5550100', number, name: 'BERG N', stayMs: STAY_MS });
		await agent.getByTestId('ring-card').waitFor({ timeout: 20_000 });
		await agent.getByTestId('customer-name').getByText('Nadia Berg').waitFor();
		const rang = (await seen()).find((s) => s.value.startsWith('true')).at;
		return (await seen()).find((s) => s.value === 'true,Nadia Berg').at - rang;
	}

	// A machine that does much else may be late once or twice, not each time.
	it('is found by the caller’s number within 200 ms of the ring', async () => {
		const tries = [];
		for (let left = 4; left > 0; left--) {
			const trivial = await requestMs();
			const took = await foundAfter();
			tries.push(took);
			if (took <= FOUND_MS + 3 * trivial) break;
			assert.ok(left > 1, `the customer was shown ${tries.join(', ')} ms after the ring; a request for nothing took ${trivial} ms`);
			await agent.getByTestId('answer').click();
			await agentIs('ON_CALL');
			await agent.getByTestId('hang-up').click();
			await agentIs('WRAP_UP');
			await agent.getByTestId('save').click();
			await agentIs('AVAILABLE');
			// Anew, so that this customer is looked for again.
			await agent.reload();
			await h.until(async () => agent.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', 20_000);
		}
		await agent.getByTestId('answer').click();
		await agentIs('ON_CALL');
	});

	it('is changed in place; what somebody else changed meanwhile is told, what was typed stays', async () => {
		await agent.getByTestId('contact-company').click();
		const field = agent.getByTestId('contact-company-field');
		await field.fill('Berg and Daughters');
		const [contact] = (await asAgent('GET', `/contacts?search=${number}`)).body.items;
		await asAgent('PUT', `/contacts/${contact.id}`, { company: 'Berg Group' });
		await field.press('Enter');
		await agent.getByText('It says now: Berg Group').waitFor();
		assert.equal(await field.inputValue(), 'Berg and Daughters');
		await field.press('Enter');
		await agent.getByTestId('contact-company').getByText('Berg and Daughters').waitFor();
		assert.equal((await asAgent('GET', `/contacts/${contact.id}`)).body.company, 'Berg and Daughters');
	});

	it('is written up with notes, tags and a disposition that the record has', async () => {
		await agent.getByTestId('notes').fill('Wants new frames.');
		const tags = agent.getByTestId('call-tags').getByRole('textbox');
		await tags.fill('frames');
		await tags.press('Enter');
		await agent.getByTestId('disposition').click();
		await agent.keyboard.type('quote');
		await agent.keyboard.press('Enter');
		await agent.getByTestId('saved-state').and(agent.locator('[data-state=saved]')).waitFor();
		const row = await h.until(async () => h.sql(`SELECT notes, disposition, array_to_string(tags, ',') FROM call_sessions WHERE from_number = '${number}' ORDER BY started_at DESC LIMIT 1`), 'the record');
		assert.equal(row, 'Wants new frames.|QUOTE_SENT|frames');
	});

	it('asks for help by one press; the supervisors’ picture has it until the call is over', async () => {
		const asked = async () => JSON.parse(await h.redis('HGET', 'cb:node1:demo:agents', '1003')).help;
		await agent.getByTestId('ask-help').click();
		await agent.getByTestId('help-request').and(agent.locator('[data-asked=yes]')).waitFor();
		assert.ok(Date.parse(await asked()));
		await agent.getByTestId('ask-help').click();
		await agent.getByTestId('help-request').and(agent.locator('[data-asked=no]')).waitFor();
		assert.equal(await asked(), null);
	});

	it('chooses in the call what comes after it, extends the wrap-up once, and finishes early', async () => {
		await agent.getByTestId('status').selectOption('AWAY:LUNCH');
		await agent.getByTestId('next-status').getByText('Lunch').waitFor();
		await agent.getByTestId('hang-up').click();
		await agentIs('WRAP_UP');
		const until = async () => Date.parse((await asAgent('GET', `/agent-extensions/${own.id}`)).body.wrapupUntil);
		const first = await h.until(until, 'the end of the wrap-up');
		await agent.getByTestId('extend').click();
		await agent.getByTestId('extend').waitFor({ state: 'detached' });
		await h.until(async () => await until() > first, 'a later end');
		await agent.getByRole('button', { name: 'Save, then Lunch' }).click();
		await agentIs('AWAY');
		await agent.getByTestId('status').selectOption('AVAILABLE');
		await agentIs('AVAILABLE');
	});

	it('has figures of today that are the report’s, to the second', async () => {
		const clock = (ms) => { const s = Math.floor(ms / 1000); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`; };
		await h.until(async () => {
			const report = (await h.api(supervisor, 'GET', `/reporting/agent/${own.id}/metrics`)).body;
			const shown = await Promise.all(['own-calls', 'own-talk', 'own-aht'].map((id) => agent.getByTestId(id).last().innerText()));
			return JSON.stringify(shown) === JSON.stringify([String(report.handled), clock(report.talkMs), clock(report.ahtMs)]);
		}, 'the figures of the report');
	});
});

describe('a queue that wants to know what became of a call', () => {
	let queue, caller;

	before(async () => {
		queue = (await asAdmin('GET', '/queues')).body.items.find((q) => q.name === 'support');
		assert.equal((await asAdmin('PUT', `/queues/${queue.id}`, { dispositionRequired: true })).status, 200);
		await agent.reload();
		await h.until(async () => agent.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', 20_000);
		caller = await answered(`1555${some()}1`, 'Caller');
	});
	after(async () => {
		caller?.stop();
		await asAdmin('PUT', `/queues/${queue.id}`, { dispositionRequired: false });
	});

	it('is told before the next call', async () => {
		await agent.getByTestId('hang-up').click();
		await agentIs('WRAP_UP');
		await agent.getByTestId('save').click();
		await agent.getByText('Choose what came of the call').waitFor();
		assert.equal(await agent.getByTestId('disposition').getAttribute('aria-invalid'), 'true');
		assert.equal(await stateOf(agent), 'WRAP_UP');
		await agent.getByTestId('disposition').selectOption({ label: 'Resolved' });
		await agent.getByTestId('save').click();
		await agentIs('AVAILABLE');
	});
});

describe('a caller who rang in vain', () => {
	const number = `1556${some()}1`;
	let caller;
	after(() => caller?.stop());

	it('is on the list of missed calls, and off it once reached', async () => {
		await agent.getByTestId('list-missed').click();
		caller = await h.ring({ did: '5550100', number, name: 'Vain', stayMs: 4_000 });
		await agent.getByTestId('reject').click({ timeout: 20_000 });
		const entry = agent.getByTestId('missed-call').filter({ hasText: number.slice(-4) });
		await entry.waitFor({ timeout: 20_000 });
		if (await stateOf(agent) !== 'AVAILABLE') await agent.getByTestId('status').selectOption('AVAILABLE');
		await entry.getByTestId('missed-dial').click();
		await h.until(async () => await agent.getByTestId('call-card').getAttribute('data-stage').catch(() => '') === 'talking', 'talking', 20_000);
		await agent.getByTestId('hang-up').click();
		await agentIs('WRAP_UP');
		await entry.waitFor({ state: 'detached', timeout: 20_000 });
		await agent.getByTestId('save').click();
		await agentIs('AVAILABLE');
	});
});

describe('a call-back that was promised', () => {
	const number = `1556${some()}1`;
	before(() => h.sql(`DELETE FROM callbacks WHERE agent_id = '${own.id}'`));

	it('reminds when it is due, and is done by the call that reaches the customer', async () => {
		await agent.getByTestId('list-callbacks').click();
		await agent.getByTestId('callback-add').click();
		await agent.getByTestId('callback-number').fill(`+${number}`);
		await agent.getByTestId('callback-promise').click();
		const entry = agent.getByTestId('callback').filter({ hasText: number.slice(-4) });
		await entry.waitFor();
		await h.sql(`UPDATE callbacks SET due_at = now() - interval '1 second' WHERE phone_number = '+${number}'`);
		await agent.reload();
		await agent.getByTestId('toasts').getByText('Call back').waitFor({ timeout: 20_000 });
		await h.until(async () => agent.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', 20_000);
		await entry.getByTestId('callback-dial').click();
		await h.until(async () => await agent.getByTestId('call-card').getAttribute('data-stage').catch(() => '') === 'talking', 'talking', 20_000);
		await agent.getByTestId('hang-up').click();
		await h.until(async () => await h.sql(`SELECT state FROM callbacks WHERE phone_number = '+${number}'`) === 'DONE', 'it to be done');
		await entry.waitFor({ state: 'detached' });
		await agentIs('WRAP_UP');
		await agent.getByTestId('save').click();
		await agentIs('AVAILABLE');
	});

	it('is in the own calls, found by its number, and gets a note later', async () => {
		await agent.getByTestId('list-calls').click();
		await agent.getByTestId('own-calls-search').fill(number);
		const row = agent.getByTestId('own-calls').locator('.call-row');
		await h.until(async () => await row.count() === 1, 'the one call');
		await row.getByTestId('note-later').click();
		await agent.getByTestId('late-note-text').fill('Reached, all settled.');
		await agent.getByTestId('late-note-put').click();
		await row.getByText('Reached, all settled.').waitFor();
		assert.equal(await h.sql(`SELECT notes FROM call_sessions WHERE to_number LIKE '%${number}'`), 'Reached, all settled.');
	});
});

it('no page had an error or broke its security policy', () => {
	assert.deepEqual(agent.problems, []);
});
