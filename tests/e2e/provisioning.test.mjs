// What is configured by the API works at once: a new agent's phone rings for a new queue on a new number,
// and a number that is closed says so. In the default tenant and in another one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Phone } from '../traces/phone.mjs';
import * as h from './harness.mjs';

const server = { address: '127.0.0.1', port: h.instance.ports.sip_udp };
const random = (digits) => String(Math.floor(Math.random() * 10 ** digits)).padStart(digits, '0');
const TRUNK = '127.0.0.2';
const LOUD = 1000;

/** Users as a sign-in needs them; everybody has the demo's password. */
async function people(tenant, ...list) {
	await h.sql(`INSERT INTO tenants (slug, name, node) SELECT '${tenant}', '${tenant}', node FROM tenants WHERE is_default ON CONFLICT DO NOTHING`);
	for (const [extension, role] of list)
		await h.sql(`INSERT INTO users (tenant_id, extension, display_name, role, password_hash)
			SELECT t.id, '${extension}', 'User ${extension}', '${role}', (SELECT password_hash FROM users u JOIN tenants d ON d.id = u.tenant_id
			                                                          WHERE d.is_default AND u.extension = '2003')
			FROM tenants t WHERE t.slug = '${tenant}' ON CONFLICT DO NOTHING`);
}

const signIn = async (tenant, extension, more = {}) => (await h.api(null, 'POST', '/auth/login', { extension, password: h.PASSWORD, tenant, ...more })).body;

const visits_of = async (number) => JSON.parse(await h.sql(`SELECT coalesce(json_agg(json_build_array(q.name, v.outcome, v.wait_ms) ORDER BY v.ordinal), '[]')
	FROM queue_visits v JOIN call_queues q ON q.id = v.queue_id JOIN call_sessions c ON c.id = v.call_id
	WHERE c.from_number = '${number}' AND c.ended_at IS NOT NULL`));

for (const tenant of ['demo', 'nordic']) {
	describe(`in tenant ${tenant}`, () => {
		const extension = `4${random(4)}`, did = `5559${random(5)}`, name = `lab${random(5)}`;
		const callers = [];
		let admin, agent, queue, second, hours, route, phone;

		const make = async (path, body) => {
			const answer = await h.api(admin, 'POST', path, body);
			assert.equal(answer.status, 201, answer.text);
			return answer.body;
		};
		const change = async (path, body) => {
			const answer = await h.api(admin, 'PUT', path, body);
			assert.equal(answer.status, 200, answer.text);
			return answer.body;
		};
		const ring = async (number) => {
			const caller = await h.ring({ did, number });
			callers.push(caller);
			return caller;
		};
		/** A caller who hangs up when the test says so. */
		const call_in = async (number) => {
			const outside = await Phone.open({ user: number, address: TRUNK, server });
			callers.push({ stop: () => outside.close() });
			return outside.call(did);
		};

		before(async () => {
			await people(tenant, ['9003', 'ADMIN'], [extension, 'AGENT']);
			admin = (await signIn(tenant, '9003')).accessToken;
		});
		after(async () => {
			for (const caller of callers) caller.stop();
			phone?.close();
			for (const path of [`/routes/${route?.id}`, `/opening-hours/${hours?.id}`, `/queues/${queue?.id}`, `/queues/${second?.id}`, `/agent-extensions/${agent?.id}`])
				await h.api(admin, 'DELETE', path);
		});

		it('a caller of a new number reaches a new agent of a new queue', async () => {
			queue = await make('/queues', { name, displayName: 'Laboratory', ringMs: 20_000, wrapupMs: 0 });
			agent = await make('/agent-extensions', { extension, displayName: 'New Here', phoneKind: 'SIP' });
			await make(`/queues/${queue.id}/members`, { agentId: agent.id });
			route = await make('/routes', { did, queueId: queue.id });
			const { accessToken, sip } = await signIn(tenant, extension, { phone: 'SIP' });
			assert.equal(sip.ready, true);
			phone = await Phone.open({ user: sip.authUser, password: sip.password, server });
			await phone.register();
			await h.until(async () => (await h.api(accessToken, 'PUT', `/agent-extensions/${agent.id}/status`, { status: 'AVAILABLE' })).body?.status === 'AVAILABLE', 'the agent available');
			const number = `1558${random(7)}`;
			const caller = await ring(number);
			const call = await h.until(() => phone.calls[0], 'a ring at the new phone');
			call.answer();
			const record = () => h.sql(`SELECT c.status, q.name, e.extension, t.slug FROM call_sessions c JOIN tenants t ON t.id = c.tenant_id
				LEFT JOIN call_queues q ON q.id = c.queue_id LEFT JOIN agent_extensions e ON e.id = c.agent_id WHERE c.from_number = '${number}'`);
			await h.until(async () => await record() === `CONNECTED|${name}|${extension}|${tenant}`, 'the record');
			await call.hangup();
			assert.equal(await caller.ended, 0);
			await h.until(async () => await record() === `ENDED|${name}|${extension}|${tenant}`, 'its end');
			const [[, outcome]] = await visits_of(number);
			assert.equal(outcome, 'ANSWERED');
		});

		it('outside of its opening hours a caller is told so, and recorded as closed', async () => {
			const today = await h.sql("SELECT (now() AT TIME ZONE 'Europe/Berlin')::date");
			const every = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' }));
			const days = await h.sql("SELECT string_agg(d::date::text, ' ') FROM generate_series(now() AT TIME ZONE 'Europe/Berlin', now() AT TIME ZONE 'Europe/Berlin' + interval '1 day', interval '1 day') d");
			hours = await make('/opening-hours', { name: `Hours ${name}`, timezone: 'Europe/Berlin', spans: every, exceptions: days.split(' ').map((date) => ({ date, name: 'Founding day' })) });
			assert.equal(hours.open, false, `open on ${today}`);
			await change(`/routes/${route.id}`, { openingHoursId: hours.id });
			const number = `1558${random(7)}`;
			const caller = await ring(number);
			await h.until(() => caller.media.heard.some((frame) => frame.some((x) => Math.abs(x) > LOUD)), 'the announcement');
			assert.equal(await caller.ended, 0, 'the house hangs up');
			await h.until(async () => (await visits_of(number)).length > 0, 'the record');
			assert.deepEqual(await visits_of(number), [[name, 'CLOSED', 0]]);
			assert.equal(await h.sql(`SELECT outcome, ended_by, wait_ms, did FROM call_sessions WHERE from_number = '${number}'`), `NO_ANSWER|SYSTEM|0|${did}`);
			const { body } = await h.api(admin, 'GET', `/queues/${queue.id}/status`);
			assert.deepEqual([body.offered, body.answered, body.abandoned, body.flowOut], [2, 1, 0, 1]);
			assert.equal(phone.calls.length, 1, 'no agent was rung');
		});

		it('or goes into the queue that serves then', async () => {
			second = await make('/queues', { name: `${name}_night`, displayName: 'Night service' });
			await change(`/routes/${route.id}`, { closed: { action: 'QUEUE', queueId: second.id } });
			const number = `1558${random(7)}`;
			const caller = await call_in(number);
			await h.until(async () => (await h.api(admin, 'GET', `/queues/${second.id}/status`)).body.waiting === 1, 'the caller waiting in the other queue');
			const refused = await h.api(admin, 'DELETE', `/queues/${second.id}`);
			assert.equal(refused.status, 409);
			assert.match(refused.body.detail, /Callers wait in it: 1/);
			await caller.hangup();
			await h.until(async () => (await visits_of(number)).length === 2, 'the record');
			const [closed, waited] = await visits_of(number);
			assert.deepEqual(closed, [name, 'CLOSED', 0]);
			assert.deepEqual(waited.slice(0, 2), [`${name}_night`, 'ABANDONED']);
		});

		it('a change of the hours counts from the next caller on', async () => {
			assert.equal((await change(`/opening-hours/${hours.id}`, { exceptions: [] })).open, true);
			const number = `1558${random(7)}`;
			const caller = await call_in(number);
			await h.until(() => phone.calls[1], 'a ring at the phone', 20_000);
			await caller.hangup();
			await h.until(async () => (await visits_of(number))[0]?.[1] === 'ABANDONED', 'the record');
		});

		it('a retired agent’s phone registers no more', async () => {
			await h.until(async () => (await h.api(admin, 'DELETE', `/agent-extensions/${agent.id}`)).status === 204, 'the agent retired');
			await h.until(() => phone.register().then(() => false, (error) => /40[13]/.test(error.message)), 'the refusal', 5_000);
		});
	});
}
