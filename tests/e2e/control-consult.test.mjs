// A third is asked while the customer waits: every way that such a talk can begin, go on and end.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { api, apart, callState, close, done, floor, hearsMusic, joined, open, over, to, together, transfers } from './control-floor.mjs';
import * as h from './harness.mjs';

before(open);
after(close);

describe('a consultation', () => {
	const consult = async (agent, other, id) => {
		await done(agent, id, 'consult', to('AGENT', other.extension));
		await hearsMusic('trunk');
		const leg = await other.ring();
		await h.until(async () => (await callState(id)).consult?.status === 'RINGING', 'ringing');
		return leg;
	};
	const is = (id, status) => h.until(async () => (await callState(id)).consult?.status === status, `consult ${status}`);
	const none = (id) => h.until(async () => (await callState(id)).consult === null, 'no consultation');

	it('is completed: the customer goes over to the target, held meanwhile by the first', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		const leg = await consult(agent, other, id);
		assert.equal((await api(agent, id, 'consult/complete')).status, 409, 'while it rings');
		assert.equal((await api(agent, id, 'consult/swap')).status, 409, 'while it rings');
		leg.answer();
		await is(id, 'TALKING');
		const { consult: shown, status } = await callState(id);
		assert.deepEqual([shown.by, shown.to, shown.name, status], ['1001', '1002', await h.sql(`SELECT display_name FROM agent_extensions WHERE extension = '1002'`), 'ON_HOLD']);
		await together('1001', '1002');
		await done(agent, id, 'consult/complete');
		await together('trunk', '1002');
		await none(id);
		await h.until(async () => (await callState(id)).agent === '1002', '1002 to have it');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers, r.endedBy], [['1001', '1002'], ['ATTENDED 1001 1002 COMPLETED'], 'CUSTOMER']);
		assert.ok(r.segments[0].hold > 0 && r.segments[1].hold === 0, 'held by the first');
		assert.equal(agent.calls.length, 1, 'nobody is rung again');
	}));

	it('is cancelled, while it rings and while they talk', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, leg, line } = await customer();
		const first = await consult(agent, other, id);
		await done(agent, id, 'consult/cancel');
		await together('trunk', '1001');
		await h.until(() => first.ended, 'the ring to end');
		await none(id);
		const second = await consult(agent, other, id);
		second.answer();
		await is(id, 'TALKING');
		await done(agent, id, 'consult/cancel');
		await together('trunk', '1001');
		await h.until(() => second.ended, 'the target to be gone');
		await none(id);
		assert.equal((await callState(id)).status, 'CONNECTED');
		await leg.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers, r.endedBy], [['1001'], [], 'AGENT']);
		assert.equal(line.ended, true);
	}));

	it('loses nobody to what is asked for twice', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		const twice = async (what) => (await Promise.all([api(agent, id, what), api(agent, id, what)])).map((r) => r.status).sort();
		await done(agent, id, 'hold');
		await h.until(async () => (await callState(id)).status === 'ON_HOLD', 'held');
		assert.deepEqual(await twice('unhold'), [204, 409]);
		await h.until(async () => (await callState(id)).status === 'CONNECTED', 'resumed');
		(await consult(agent, other, id)).answer();
		await is(id, 'TALKING');
		assert.deepEqual(await twice('consult/cancel'), [204, 409]);
		await none(id);
		await together('trunk', '1001');
		await line.hangup();
		await over(id);
	}));

	it('is swapped to and fro, then completed', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		(await consult(agent, other, id)).answer();
		await is(id, 'TALKING');
		await together('1001', '1002');
		await done(agent, id, 'consult/swap');
		await together('trunk', '1001');
		await is(id, 'HELD');
		await hearsMusic('1002');
		await done(agent, id, 'consult/swap');
		await together('1001', '1002');
		await hearsMusic('trunk');
		await is(id, 'TALKING');
		await done(agent, id, 'consult/swap');
		await together('trunk', '1001');
		await is(id, 'HELD');
		await done(agent, id, 'consult/complete');
		await together('trunk', '1002');
		await none(id);
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers], [['1001', '1002'], ['ATTENDED 1001 1002 COMPLETED']]);
		assert.equal(agent.calls.length, 1);
	}));

	it('after a swap is cancelled', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		const target = await consult(agent, other, id);
		target.answer();
		await is(id, 'TALKING');
		await together('1001', '1002');
		await done(agent, id, 'consult/swap');
		await is(id, 'HELD');
		await done(agent, id, 'consult/cancel');
		await h.until(() => target.ended, 'the target to be gone');
		await none(id);
		assert.ok(await joined('trunk', '1001'));
		await line.hangup();
		assert.deepEqual((await over(id)).transfers, []);
	}));

	it('that is refused, or that the target ends, brings the agent back', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		(await consult(agent, other, id)).reject(486);
		await together('trunk', '1001');
		await none(id);
		assert.equal((await callState(id)).transfer.result, 'REFUSED');
		const target = await consult(agent, other, id);
		target.answer();
		await is(id, 'TALKING');
		await together('1001', '1002');
		await target.hangup();
		await together('trunk', '1001');
		await none(id);
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers, r.endedBy], [['1001'], ['ATTENDED 1001 1002 REFUSED'], 'CUSTOMER']);
	}));

	it('in which the agent hangs up brings the customer back', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, leg, line } = await customer();
		(await consult(agent, other, id)).answer();
		await is(id, 'TALKING');
		await together('1001', '1002');
		await leg.hangup();
		(await agent.ring()).answer();
		await together('trunk', '1001');
		await line.hangup();
		assert.deepEqual((await over(id)).segments.map((s) => s.agent), ['1001', '1001']);
	}));

	it('that the customer does not wait for ends with the call', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, leg, line } = await customer();
		const target = await consult(agent, other, id);
		target.answer();
		await is(id, 'TALKING');
		await line.hangup();
		await leg.hangup();
		await h.until(() => target.ended, 'the target to be gone');
		assert.equal((await over(id)).endedBy, 'CUSTOMER');
	}));

	it('with a number outside is completed', () => floor(['1001'], async ({ phones: [agent], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'consult', to('NUMBER', '15550100200'));
		await is(id, 'TALKING');
		assert.equal((await callState(id)).consult.to, '15550100200');
		await done(agent, id, 'consult/complete');
		await transfers(id, 'ATTENDED 1001 15550100200 COMPLETED');
		await line.hangup();
		assert.deepEqual((await over(id)).segments.map((s) => s.agent), ['1001']);
	}));

	it('becomes a talk of three, from which each may go', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		(await consult(agent, other, id)).answer();
		await is(id, 'TALKING');
		await together('1001', '1002');
		await done(agent, id, 'consult/join');
		await together('trunk', '1001', '1002');
		await is(id, 'JOINED');
		assert.equal((await api(other, id, 'hold')).status, 409);
		await done(agent, id, 'consult/complete');
		await apart('1001', '1002');
		await together('trunk', '1002');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual(r.segments.map((s) => s.agent), ['1001', '1002']);
	}));

	it('outlives cordboard-amid: what was held is resumed, who was consulted is handed the customer', () => floor(['1001', '1002'], async ({ phones: [agent, other], customer }) => {
		const { id, line } = await customer();
		await done(agent, id, 'hold');
		await hearsMusic('trunk');
		await h.service('kill', 'amid');
		await h.amidIsBack(20_000);
		await h.until(async () => (await callState(id)).status === 'ON_HOLD', 'held still');
		await done(agent, id, 'unhold');
		await together('trunk', '1001');
		(await consult(agent, other, id)).answer();
		await is(id, 'TALKING');
		await together('1001', '1002');
		await h.service('kill', 'amid');
		await h.amidIsBack(20_000);
		await is(id, 'TALKING');
		await done(agent, id, 'consult/complete');
		await together('trunk', '1002');
		await line.hangup();
		const r = await over(id);
		assert.deepEqual([r.segments.map((s) => s.agent), r.transfers], [['1001', '1002'], ['ATTENDED 1001 1002 COMPLETED']]);
	}));
});
