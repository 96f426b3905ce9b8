// A call is held and sent on by command: what the parties hear, what the live picture shows, what the record says.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { agentState, api, callState, close, done, floor, hearsMusic, joined, open, over, record, to, together, transfers } from './control-floor.mjs';
import * as h from './harness.mjs';

before(open);
after(close);

describe('hold', () => {
	it('plays music to the customer until the agent resumes, and both are counted', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, line } = await customer();
		assert.equal((await api(agent, id, 'unhold')).status, 409);
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await h.until(async () => (await callState(id)).status === 'ON_HOLD' && (await agentState('1001')).held, 'held');
		assert.equal((await api(agent, id, 'hold')).status, 409);
		await done(agent, id, 'unhold');
		await together('trunk', '1001');
		await h.until(async () => (await callState(id)).status === 'CONNECTED', 'connected');
		// … as often as is wished
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await done(agent, id, 'unhold');
		await together('trunk', '1001');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.endedBy, r.outcome, r.segments.length], ['CUSTOMER', 'ANSWERED', 1]);
		assert.ok(r.segments[0].hold > 0);
		await h.until(async () => !(await agentState('1001')).ringing && (await agentState('1001')).status !== 'ON_CALL', 'the agent to be free');
	}));

	it('ends with the agent’s hang-up after it was resumed, and nobody is rung again', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, leg } = await customer();
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await done(agent, id, 'unhold');
		await together('trunk', '1001');
		await leg.hangup();
		const r = await over(id);
		assert.deepEqual([r.endedBy, r.segments.length], ['AGENT', 1]);
		assert.equal(agent.calls.length, 1);
	}));

	it('brings the customer back to an agent who hangs up meanwhile', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, leg, line } = await customer();
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await leg.hangup();
		const again = await agent.ring();
		again.answer();
		await together('trunk', '1001');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.endedBy], [['1001', '1001'], 'CUSTOMER']);
	}));
});

describe('whose call it is', () => {
	it('decides the server', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		for (const what of ['hold', 'unhold', 'mute', 'unmute', 'consult/swap', 'consult/cancel', 'consult/complete', 'consult/join'])
			assert.equal((await api(other, id, what)).status, 403, what);
		assert.equal((await api(other, id, 'dtmf', { digits: '1' })).status, 403);
		assert.equal((await api(other, id, 'transfer', { to: { kind: 'AGENT', value: '1002' } })).status, 403);
		assert.equal((await api({}, id, 'hold')).status, 401);
		assert.equal((await api(agent, randomUUID(), 'hold')).status, 404);
		assert.ok(await joined('trunk', '1001'));
		const supervisor = { token: await h.token('2001') };
		await done(supervisor, id, 'hold');
		await hearsMusic('trunk');
		await done(supervisor, id, 'unhold');
		await together('trunk', '1001');
		await line.hangup();
		await over(id);
		assert.equal((await api(agent, id, 'hold')).status, 404);
	}));
});

describe('mute and digits', () => {
	it('are Asterisk’s, and shown', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'mute');
		assert.equal((await agentState('1001')).muted, true);
		await done(agent, id, 'unmute');
		await h.until(async () => (await agentState('1001')).muted === false, 'not muted');
		await done(agent, id, 'dtmf', { digits: '12#' });
		for (const digits of ['', 'x', '1'.repeat(33)]) {
			const refused = await api(agent, id, 'dtmf', { digits });
			assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, '/digits'], refused.text);
		}
		await line.hangup();
		await over(id);
	}));
});

describe('a blind transfer', () => {
	it('to an agent is that agent’s own segment', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'transfer', { ...to('AGENT', '1002'), kind: 'BLIND' });
		const leg = await other.ring();
		await h.until(async () => (await callState(id)).status === 'TRANSFERRING', 'transferring');
		leg.answer();
		await together('trunk', '1002');
		await h.until(async () => (await callState(id)).agent === '1002', '1002 to have it');
		assert.equal((await callState(id)).transfer.result, 'COMPLETED');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual(r.segments.map((s) => s.agent), ['1001', '1002']);
		assert.deepEqual(r.transfers, ['BLIND 1001 1002 COMPLETED']);
		await h.until(async () => (await agentState('1001')).status !== 'ON_CALL', '1001 to be free');
	}));

	it('that is rejected comes back to who sent it', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'transfer', to('AGENT', '1002'));
		(await other.ring()).reject(486);
		const again = await agent.ring();
		assert.equal((await callState(id)).transfer.result, 'REFUSED');
		again.answer();
		await together('trunk', '1001');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers, r.endedBy], [['1001', '1001'], ['BLIND 1001 1002 REFUSED'], 'CUSTOMER']);
	}));

	it('that nobody takes comes back, and when nobody is there any more to the queue', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'transfer', to('AGENT', '1002'));
		await other.ring();
		const again = await agent.ring();
		await transfers(id, 'BLIND 1001 1002 NO_ANSWER');
		again.reject(486);
		await h.until(async () => (await record(id)).visits.length === 2, 'the queue again');
		await h.api(other.token, 'PUT', `/agent-extensions/${other.id}/status`, { status: 'AVAILABLE' });
		(await other.ring()).answer();
		await together('trunk', '1002');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.visits], [['1001', '1002'], ['support ANSWERED', 'support ANSWERED']]);
	}));

	it('to a queue waits there', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'transfer', to('QUEUE', 'sales'));
		await transfers(id, 'BLIND 1001 sales COMPLETED');
		await h.until(async () => (await callState(id)).queue === 'sales', 'sales');
		await line.hangup();
		assert.deepEqual((await over(id)).visits, ['support ANSWERED', 'sales ABANDONED']);
	}));

	it('to a number goes out through the trunk; one that is busy comes back', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'transfer', to('NUMBER', '+1 555 0100486'));
		(await agent.ring()).answer();
		await transfers(id, 'BLIND 1001 +15550100486 REFUSED');
		await together('trunk', '1001');
		await done(agent, id, 'transfer', to('NUMBER', '15550100200'));
		await transfers(id, 'BLIND 1001 +15550100486 REFUSED', 'BLIND 1001 15550100200 COMPLETED');
		await line.hangup();
		assert.deepEqual((await over(id)).segments.map((s) => s.agent), ['1001', '1001']);
	}));

	it('goes from hold as well', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await done(agent, id, 'transfer', to('AGENT', '1002'));
		(await other.ring()).answer();
		await together('trunk', '1002');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers], [['1001', '1002'], ['BLIND 1001 1002 COMPLETED']]);
	}));

	it('after a hold leaves the customer alive', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await done(agent, id, 'unhold');
		await together('trunk', '1001');
		await done(agent, id, 'transfer', to('AGENT', '1002'));
		(await other.ring()).answer();
		await together('trunk', '1002');
		await line.hangup();
		assert.deepEqual((await over(id)).transfers, ['BLIND 1001 1002 COMPLETED']);
	}));

	it('names what is wrong with its target', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		for (const [kind, value] of [['AGENT', '1999'], ['AGENT', '1001'], ['AGENT', 'x'], ['QUEUE', 'nowhere'], ['NUMBER', 'abc']]) {
			const refused = await api(agent, id, 'transfer', to(kind, value));
			assert.deepEqual([refused.status, refused.body.errors?.[0].pointer], [422, '/to/value'], refused.text);
		}
		assert.equal((await api(agent, id, 'transfer', to('FAX', '1'))).body.errors[0].pointer, '/to/kind');
		const away = await api(agent, id, 'transfer', to('AGENT', '1008'));
		assert.equal(away.status, 409, away.text);
		const second = await customer(other);
		const busy = await api(agent, id, 'transfer', to('AGENT', '1002'));
		assert.equal(busy.status, 409, busy.text);
		assert.equal((await callState(id)).status, 'CONNECTED');
		await second.line.hangup();
		await line.hangup();
		await over(id);
	}));
});

describe('asking for help', () => {
	const ask = (who, agent, method) => h.api(who.token, method, `/agent-extensions/${agent.id}/help`, method === 'POST' ? {} : undefined);

	it('is shown until it is taken back, by whom it concerns, or the call and its wrap-up are over', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { leg } = await customer();
		assert.equal((await ask(other, agent, 'POST')).status, 403);
		const asked = await ask(agent, agent, 'POST');
		assert.equal(asked.status, 200, asked.text);
		assert.ok(asked.body.help);
		assert.equal((await ask(agent, agent, 'POST')).body.help, asked.body.help, 'asked twice, it is since the first time');
		await h.until(async () => (await agentState('1001')).help === asked.body.help, 'the board to show it');
		const supervisor = { token: await h.token('2001') };
		assert.equal((await ask(supervisor, agent, 'DELETE')).body.help, null);
		assert.ok((await ask(agent, agent, 'POST')).body.help);
		await leg.hangup();
		await h.until(async () => (await agentState('1001')).status === 'WRAP_UP', 'wrap-up');
		assert.ok((await agentState('1001')).help, 'in wrap-up still');
		await h.api(agent.token, 'POST', `/agent-extensions/${agent.id}/wrapup`, { action: 'FINISH' });
		await h.until(async () => (await agentState('1001')).help === null, 'no more');
	}));
});
