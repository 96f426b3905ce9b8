// A call is held, sent on, and talked over with a third, by command: what the parties hear, what the live
// picture shows, what the record says.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Phone } from '../traces/phone.mjs';
import * as h from './harness.mjs';

const server = { address: '127.0.0.1', port: h.instance.ports.sip_udp };
const SUPPORT = '5550100';
const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');

let ami;
before(async () => { ami = await h.witness(); });
after(() => ami?.close());

const json = (text) => JSON.parse(text || '{}');
const agentState = async (extension) => json(await h.redis('HGET', 'cb:node1:demo:agents', extension));
const callState = async (id) => json(await h.redis('HGET', 'cb:node1:demo:calls', id));
const api = (who, id, what, body = {}) => h.api(who.token, 'POST', `/calls/${id}/${what}`, body);
const done = async (who, id, what, body) => {
	const reply = await api(who, id, what, body);
	assert.equal(reply.status, 204, `${what}: ${reply.status} ${reply.text}`);
};
const record = async (id) => json(await h.sql(`SELECT json_build_object('ended', ended_at IS NOT NULL, 'endedBy', ended_by, 'outcome', outcome,
	'segments', (SELECT coalesce(json_agg(json_build_object('agent', e.extension, 'ended', s.ended_at IS NOT NULL, 'hold', s.hold_ms, 'talk', s.talk_ms) ORDER BY s.ordinal), '[]')
		FROM talk_segments s JOIN agent_extensions e ON e.id = s.agent_id WHERE s.call_id = c.id),
	'visits', (SELECT coalesce(json_agg(q.name || ' ' || coalesce(v.outcome, '-') ORDER BY v.ordinal), '[]')
		FROM queue_visits v JOIN call_queues q ON q.id = v.queue_id WHERE v.call_id = c.id),
	'transfers', (SELECT coalesce(json_agg(concat_ws(' ', x.kind, x.from_agent, x.to_target, x.result) ORDER BY x.ordinal), '[]')
		FROM call_transfers x WHERE x.call_id = c.id)) FROM call_sessions c WHERE id = '${id}'`));
const over = (id) => h.until(async () => { const r = await record(id); return r.ended && r; }, `the end of ${id}`);
const transfers = (id, ...wanted) => h.until(async () => {
	const r = await record(id);
	return JSON.stringify(r.transfers) === JSON.stringify(wanted) && r;
}, `transfers ${wanted}`, 30_000);

// Which legs share a bridge, as Asterisk's own list has it; by the endpoints' names.
async function joined(...names) {
	const since = ami.events.length;
	await ami.ask({ Action: 'Status' });
	await h.until(() => ami.events.slice(since).some((e) => e.Event === 'StatusComplete'), 'the list');
	const rows = ami.events.slice(since).filter((e) => e.Event === 'Status');
	const bridge = (name) => rows.findLast((e) => e.Channel.startsWith(`PJSIP/${name}-`) && e.BridgeID)?.BridgeID;
	return Boolean(bridge(names[0])) && names.every((name) => bridge(name) === bridge(names[0]));
}
const together = (...names) => h.until(() => joined(...names), `${names.join(', ')} together`);
const apart = (...names) => h.until(async () => !await joined(...names), `${names.join(', ')} apart`);
const music = async (name) => {
	const since = ami.events.length;
	await ami.ask({ Action: 'Status' });
	await h.until(() => ami.events.slice(since).some((e) => e.Event === 'StatusComplete'), 'the list');
	return ami.events.slice(since).some((e) => e.Event === 'Status' && e.Channel.startsWith(`PJSIP/${name}-`) && e.Application === 'MusicOnHold');
};
const hearsMusic = (name) => h.until(() => music(name), `${name} to hear music`);

/** Agents with desk phones, gone again at the end with every call. */
async function floor(extensions, f) {
	const phones = [];
	const calls = [];
	try {
		for (const extension of extensions) {
			const { body } = await h.api(null, 'POST', '/auth/login', { extension, password: h.PASSWORD, phone: 'SIP' });
			const phone = await Phone.open({ user: body.sip.authUser, password: body.sip.password, server });
			Object.assign(phone, { token: body.accessToken, id: body.agentExtension.id, extension });
			phones.push(phone);
			await phone.register();
			phone.ring = async () => {
				const had = phone.seen ?? 0;
				const call = await h.until(() => phone.calls[had], `a ring at ${extension}`, 40_000);
				phone.seen = had + 1;
				return call;
			};
			await h.until(async () => (await agentState(extension)).phone === 'REGISTERED', `the phone of ${extension}`);
			await h.api(phone.token, 'PUT', `/agent-extensions/${phone.id}/status`, { status: 'BUSY' });
		}
		/** A customer from the queue, with the first of them. */
		const customer = async (agent = phones[0]) => {
			const number = `1557${some()}`;
			const outside = await Phone.open({ user: number, name: 'Customer', address: '127.0.0.2', server });
			calls.push(outside);
			await h.api(agent.token, 'PUT', `/agent-extensions/${agent.id}/status`, { status: 'AVAILABLE' });
			const line = outside.call(SUPPORT);
			const leg = await agent.ring();
			leg.answer();
			const id = await h.until(() => h.sql(`SELECT id FROM call_sessions WHERE from_number = '${number}' AND status = 'CONNECTED'`), 'the call');
			await h.until(async () => (await callState(id)).status === 'CONNECTED', 'connected');
			await h.api(agent.token, 'PUT', `/agent-extensions/${agent.id}/status`, { status: 'BUSY' });
			return { id, line, leg, number };
		};
		await f({ phones, customer });
	} finally {
		for (const phone of [...phones, ...calls])
			for (const dialog of phone.dialogs.values())
				if (dialog.answered && !dialog.ended) await Promise.race([dialog.hangup(), new Promise((resolve) => { setTimeout(resolve, 500); })]);
		for (const phone of phones) await h.api(phone.token, 'PUT', `/agent-extensions/${phone.id}/status`, { status: 'OFFLINE' });
		await h.until(async () => (await h.redis('HLEN', 'cb:node1:demo:calls')) === '0', 'no call to be left', 60_000);
		for (const phone of [...phones, ...calls]) phone.close();
	}
}

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

const to = (kind, value) => ({ to: { kind, value } });

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
});
