// What is asked of the exchange happens once, in time, and is answered with the truth.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import * as h from './harness.mjs';

const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
const HEALED_MS = 5_000;

let ami;
before(async () => { ami = await h.witness(); });
after(() => ami?.close());

const state = async (phone) => JSON.parse(await h.redis('HGET', 'cb:node1:demo:agents', phone.extension) || '{}');
const is = (phone, status, ms) => h.until(async () => (await state(phone)).status === status, `${phone.extension} ${status}`, ms);
const setStatus = (phone, status, reason) => h.api(phone.token, 'PUT', `/agent-extensions/${phone.id}/status`, { status, reason });
const dial = (phone, phoneNumber, headers) => h.api(phone.token, 'POST', '/calls/dial', { phoneNumber }, headers);
const hangUp = (phone, id) => h.api(phone.token, 'POST', `/calls/${id}/hangup`, {});
const hangUpForAll = (callId) => h.command('hangup', { callId }, { extension: '2001', role: 'SUPERVISOR' });
const answer = (phone, id) => h.api(phone.token, 'POST', `/calls/${id}/answer`, {});
const ended = (id) => h.until(() => h.sql(`SELECT concat_ws(' ', outcome, ended_by) FROM call_sessions WHERE id = '${id}' AND ended_at IS NOT NULL`), `the end of ${id}`);
const callFrom = (number) => h.until(() => h.sql(`SELECT id FROM call_sessions WHERE from_number = '${number}'`), `the call of ${number}`);
const commands = async (series) => (await h.metrics())[`cordboard_amid_commands_total{${series}}`] ?? 0;

// Somebody who is gone again at the end, with a state that lasts no longer than the test.
async function withPhone(extension, kind, f) {
	const phone = await h.phone(extension, kind);
	try {
		await h.until(async () => (await state(phone)).phone === 'REGISTERED', `the phone of ${extension}`);
		if ((await state(phone)).status !== 'AVAILABLE') await setStatus(phone, 'AVAILABLE');
		await is(phone, 'AVAILABLE', 20_000);
		await f(phone);
	} finally {
		await h.until(async () => {
			const { callId, status } = await state(phone);
			return !callId || status === 'WRAP_UP' || (await hangUp(phone, callId), false);
		}, `${extension} to be in no call`);
		await setStatus(phone, 'OFFLINE');
		phone.stop();
	}
}

// A caller in the queue, ringing that phone.
async function withRing(phone, f) {
	const number = `1558${some()}`, rung = phone.rings();
	const caller = await h.ring({ did: '5550100', number });
	try {
		await h.until(() => phone.rings() > rung, 'the phone to ring');
		await f(await callFrom(number));
	} finally {
		await hangUpForAll(await callFrom(number));
		caller.stop();
	}
}

describe('answer', () => {
	it('has a desk phone pick up, and says so once it has', async () => {
		await withPhone('1003', 'answers when told', (phone) => withRing(phone, async (id) => {
			assert.equal((await answer(phone, id)).status, 204);
			const told = Date.now();
			assert.ok(await ami.at('DialEnd', { DialStatus: 'ANSWER', DestCallerIDNum: '1003' }) <= told, 'not before Asterisk said so');
			await h.until(async () => await h.sql(`SELECT status FROM call_sessions WHERE id = '${id}'`) === 'CONNECTED', 'connected');
			assert.equal((await answer(phone, id)).status, 204, 'what is answered already stays answered');
			assert.equal((await hangUp(phone, id)).status, 204);
			assert.equal(await ended(id), 'ANSWERED AGENT');
			assert.equal((await answer(phone, id)).status, 404);
			assert.equal((await hangUp(phone, id)).status, 404, 'a call that is over cannot be hung up');
		}));
	});

	it('is an error where the phone does not, and the ring goes on', async () => {
		await withPhone('1004', 'only rings', (phone) => withRing(phone, async (id) => {
			const refused = await answer(phone, id);
			assert.equal(refused.status, 504, refused.text);
			assert.match(refused.body.detail, /does not answer by itself/);
			assert.equal(await h.sql(`SELECT status FROM call_sessions WHERE id = '${id}'`), 'RINGING');
		}));
	});

	it('is an error at once when the caller leaves meanwhile', async () => {
		await withPhone('1004', 'only rings', (phone) => withRing(phone, async (id) => {
			const asked = Date.now(), reply = answer(phone, id);
			await h.until(() => phone.told(), 'the phone to be told');
			assert.equal((await hangUpForAll(id)).ok, true);
			assert.equal((await reply).status, 409);
			assert.ok(Date.now() - asked < 3_000, `told after ${Date.now() - asked} ms`);
		}));
	});

	it('is for the own phone only, and for a call that rings there', async () => {
		await withPhone('1004', 'only rings', (phone) => withRing(phone, async (id) => {
			const other = { token: await h.token('1009') };
			assert.equal((await answer(other, id)).status, 409);
			assert.equal((await answer(other, randomUUID())).status, 404);
			assert.equal((await answer({}, id)).status, 401);
		}));
	});
});

describe('answer, of a phone that is a browser', () => {
	let chrome, page, number, caller;
	before(async () => {
		chrome = await h.browser();
		page = await h.signIn(chrome, '1002', '/agent');
		await h.until(async () => page.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', 20_000);
		await h.until(async () => await page.getByTestId('status').getAttribute('data-state') === 'AVAILABLE', 'available', 20_000);
		number = `1558${some()}`;
		caller = await h.ring({ did: '5550100', number });
	});
	after(async () => {
		await hangUpForAll(await callFrom(number));
		caller.stop();
		await h.command('agent.status', { extension: '1002', status: 'OFFLINE' }, { extension: '1002' });
		await chrome.close();
	});

	it('has it pick up, and both talk', async () => {
		await page.getByTestId('ring-card').waitFor();
		const status = await page.evaluate(async (id) => (await fetch(`/api/pbx/calls/${id}/answer`, {
			method: 'POST', headers: { 'X-Requested-With': 'cordboard', 'Content-Type': 'application/json' }, body: '{}',
		})).status, await callFrom(number));
		assert.equal(status, 204);
		await h.until(async () => await page.getByTestId('call-card').getAttribute('data-stage') === 'talking', 'talking');
		await h.until(() => caller.media.hears(h.AGENT_HZ) >= 20, 'the agent’s tone at the caller');
	});
});

describe('dial', () => {
	it('rings the own phone once, however often one click is sent', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const key = { 'Idempotency-Key': randomUUID() };
			const replies = await Promise.all(Array.from({ length: 20 }, () => dial(phone, '15557770001', key)));
			const accepted = replies.filter((r) => r.status === 202);
			assert.ok(accepted.length >= 1, replies.map((r) => r.text).join());
			assert.ok(replies.every((r) => r.status === 202 || r.status === 409), replies.map((r) => r.text).join());
			assert.equal(new Set(accepted.map((r) => r.body.callId)).size, 1);
			const again = await dial(phone, '15557770001', key);
			assert.deepEqual([again.status, again.body], [202, accepted[0].body], 'asked again, it says the same');
			assert.equal(again.headers.get('ratelimit'), accepted[0].headers.get('ratelimit'), 'and counts once');
			assert.equal((await dial(phone, '15557770099', key)).status, 422, 'a key is for one request');
			assert.equal(phone.rings(), 1);
			await hangUp(phone, accepted[0].body.callId);
		});
	});

	it('is refused while another one is under way, or a call', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const replies = await Promise.all([dial(phone, '15557770001'), dial(phone, '15557770002')]);
			assert.deepEqual(replies.map((r) => r.status).sort(), [202, 409], replies.map((r) => r.text).join());
			assert.equal((await dial(phone, '15557770003')).status, 409, 'while it rings');
			assert.equal(phone.rings(), 1);
			await hangUp(phone, replies.find((r) => r.status === 202).body.callId);
		});
	});

	it('says at once that the own phone is not there, and so does the record', async () => {
		await withPhone('1006', 'only rings', async (phone) => {
			const other = { token: await h.token('1007'), extension: '1007' };
			const refused = await dial(other, '15557770004');
			assert.equal(refused.status, 502, refused.text);
			assert.match(refused.body.detail, /could not be reached/);
			const id = await h.until(() => h.sql(`SELECT c.id FROM call_sessions c JOIN agent_extensions e ON e.id = c.agent_id WHERE e.extension = '1007' ORDER BY started_at DESC LIMIT 1`), 'the record');
			assert.match(await ended(id), /^FAILED/);
			assert.equal(phone.rings(), 0);
		});
	});

	it('tells of a phone that rejects in the record', async () => {
		await withPhone('1006', 'rejects', async (phone) => {
			const reply = await dial(phone, '15557770005');
			if (reply.status === 202) assert.match(await ended(reply.body.callId), /^BUSY/);
			else assert.equal(reply.status, 502, reply.text);
			await is(phone, 'AVAILABLE');
		});
	});

	it('tells of a phone that nobody answers in the record', async () => {
		await withPhone('1006', 'only rings', async (phone) => {
			const reply = await dial(phone, '15557770006');
			assert.equal(reply.status, 202, reply.text);
			await h.until(async () => (await state(phone)).status === 'AVAILABLE' && !(await state(phone)).callId, 'the ring to end', 30_000);
			assert.match(await ended(reply.body.callId), /^NO_ANSWER/);
		});
	});
});

describe('a command', () => {
	// A later one runs: what came before it has been run or dropped.
	const works = async (phone) => {
		const { extension } = phone;
		assert.equal((await h.command('agent.status', { extension, status: 'AVAILABLE' }, { extension })).ok, true);
	};
	const fresh = () => ({ number: '15557770010', callId: randomUUID() });

	it('that comes twice runs once, also if amid was killed in between', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const id = randomUUID(), args = fresh();
			assert.equal((await h.command('dial', args, { id, extension: '1005' })).ok, true);
			assert.equal(await h.command('dial', args, { id, extension: '1005', waitMs: 300 }), null);
			await hangUp(phone, args.callId);
			await ended(args.callId);
			await h.service('kill', 'amid');
			await h.amidIsBack(HEALED_MS);
			assert.equal(await h.command('dial', args, { id, extension: '1005', waitMs: 1_000 }), null);
			assert.equal(phone.rings(), 1);
		});
	});

	it('that comes too late is refused', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const refused = await h.command('dial', fresh(), { extension: '1005', inMs: -1, waitMs: 2_000 });
			assert.deepEqual([refused.ok, refused.error], [false, 'timeout']);
			await works(phone);
			assert.equal(phone.rings(), 0);
		});
	});

	it('whose deadline passes while amid sleeps is not run when it wakes', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const late = await commands('verb="dial",result="timeout"');
			await h.service('pause', 'amid');
			const asked = Date.now(), reply = await dial(phone, '15557770011');
			assert.ok([503, 504].includes(reply.status), reply.text);
			await h.until(() => Date.now() - asked > 5_600, 'the deadline', 10_000);
			await h.service('cont', 'amid');
			await h.until(async () => await commands('verb="dial",result="timeout"') > late, 'the refusal');
			await works(phone);
			assert.equal(phone.rings(), 0);
		});
	});

	it('that Asterisk did not take in time is called off when it wakes', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const args = fresh();
			await h.service('pause', 'asterisk');
			const refused = await h.command('dial', args, { extension: '1005', inMs: 1_000 });
			assert.deepEqual([refused.ok, refused.error], [false, 'timeout']);
			await h.service('cont', 'asterisk');
			assert.doesNotMatch(await ended(args.callId), /ANSWERED/);
			await h.until(async () => (await state(phone)).status === 'AVAILABLE' && !(await state(phone)).callId, 'no call');
			assert.equal(await h.sql('SELECT count(*) FROM call_sessions WHERE ended_at IS NULL'), '0');
		});
	});

	it('that reaches a writer who slept while another took over is not run', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			const epoch = () => h.sql('SELECT epoch FROM worker_nodes');
			const fences = () => h.log('amid').match(/fenced/g)?.length ?? 0;
			const first = await epoch(), fenced = fences(), standby = await h.amid();
			try {
				await h.until(() => /standby/.test(standby.log()), 'the second to stand by');
				await h.service('pause', 'amid');
				// It was waiting for one: Redis hands it over, and there it lies.
				await h.push('dial', fresh(), { extension: '1005', inMs: 60_000 });
				await h.until(async () => await epoch() > first, 'the other to take over');
				await h.service('cont', 'amid');
				await h.until(() => fences() > fenced, 'the first to notice');
				await works(phone);
				assert.equal(phone.rings(), 0);
			} finally {
				const second = await epoch();
				standby.stop();
				await h.until(async () => await epoch() > second, 'the first to be the writer again');
				await h.amidIsBack(HEALED_MS);
			}
		});
	});

	it('that was on its way when Redis was killed is not run, and without Redis none is taken', async () => {
		await withPhone('1005', 'only rings', async (phone) => {
			await h.service('pause', 'amid');
			await h.push('dial', fresh(), { extension: '1005', inMs: 20_000 });
			await h.service('kill', 'redis');
			await h.service('cont', 'amid');
			await h.amidIsBack(HEALED_MS);
			await works(phone);
			assert.equal(phone.rings(), 0);
			await h.service('stop', 'redis');
			const refused = await dial(phone, '15557770012').finally(() => h.service('start', 'redis'));
			assert.equal(refused.status, 503, refused.text);
			await h.amidIsBack(HEALED_MS);
			await works(phone);
			assert.equal(phone.rings(), 0);
		});
	});
});

describe('the state of an agent', () => {
	const paused = (e) => e.Event === 'QueueMemberPause' && e.MemberName === '1003';

	it('is told to Asterisk once PostgreSQL has it', async () => {
		await withPhone('1003', 'only rings', async (phone) => {
			await h.until(() => ami.events.findLast(paused)?.Paused === '0', 'Asterisk to know');
			const known = ami.events.filter(paused).length;
			await h.service('stop', 'postgres');
			try {
				const reply = await h.command('agent.status', { extension: '1003', status: 'AWAY', reason: 'LUNCH' }, { extension: '1003' });
				assert.equal(reply.ok && reply.result.status, 'AWAY', 'journalled');
				await h.until(async () => (await h.metrics())['cordboard_amid_journal_lag_seconds{to="postgresql"}'] > 1, 'a second of lag');
				assert.equal((await h.metrics())['cordboard_amid_up{part="store"}'], 0);
				assert.equal(ami.events.filter(paused).length, known, 'nothing before the database has it');
			} finally {
				await h.service('start', 'postgres');
			}
			await h.until(() => ami.events.filter(paused).length > known, 'the pause', 15_000);
			assert.equal(ami.events.findLast(paused).Paused, '1');
			await h.until(async () => await h.sql(`SELECT status FROM agent_states WHERE agent_id = '${phone.id}'`) === 'AWAY', 'the record');
			await h.until(async () => (await h.metrics())['cordboard_amid_journal_lag_seconds{to="postgresql"}'] === 0, 'no lag');
		});
	});

	it('that is chosen in a call comes after it', async () => {
		await withPhone('1003', 'answers when told', (phone) => withRing(phone, async (id) => {
			assert.equal((await answer(phone, id)).status, 204);
			await is(phone, 'ON_CALL');
			const chosen = await setStatus(phone, 'AWAY', 'LUNCH');
			assert.deepEqual([chosen.status, chosen.body.status, chosen.body.nextStatus], [200, 'ON_CALL', 'AWAY']);
			await hangUp(phone, id);
			await is(phone, 'WRAP_UP');
			assert.equal((await state(phone)).nextStatus, 'AWAY');
			await h.api(phone.token, 'POST', `/agent-extensions/${phone.id}/wrapup`, { action: 'FINISH' });
			await is(phone, 'AWAY');
			await setStatus(phone, 'AVAILABLE');
		}));
	});

	it('that is wrap-up is extended once, and lasts as long when amid is killed', async () => {
		await withPhone('1003', 'answers when told', (phone) => withRing(phone, async (id) => {
			const wrapup = (action) => h.api(phone.token, 'POST', `/agent-extensions/${phone.id}/wrapup`, { action });
			const stored = async (until) => h.until(async () => await h.sql(`SELECT rfc3339(wrapup_until) FROM agent_states WHERE agent_id = '${phone.id}'`) === until, 'the record');
			assert.equal((await wrapup('EXTEND')).status, 409, 'there is none');
			assert.equal((await answer(phone, id)).status, 204);
			await is(phone, 'ON_CALL');
			await hangUp(phone, id);
			await is(phone, 'WRAP_UP');
			const first = (await state(phone)).wrapupUntil;
			await stored(first);
			await h.service('kill', 'amid');
			await h.amidIsBack(HEALED_MS);
			assert.equal((await state(phone)).wrapupUntil, first);
			const extended = await wrapup('EXTEND');
			const length = Number(await h.sql(`SELECT wrapup_seconds * 1000 FROM call_queues WHERE name = 'support'`));
			assert.equal(extended.status, 200, extended.text);
			assert.equal(Date.parse(extended.body.wrapupUntil) - Date.parse(first), length);
			assert.equal((await wrapup('EXTEND')).status, 409);
			await stored(extended.body.wrapupUntil);
			await h.service('kill', 'amid');
			await h.amidIsBack(HEALED_MS);
			assert.equal((await wrapup('EXTEND')).status, 409, 'also after a restart');
			assert.equal((await state(phone)).wrapupUntil, extended.body.wrapupUntil);
			assert.equal((await wrapup('FINISH')).status, 200);
			await is(phone, 'AVAILABLE');
			assert.equal((await wrapup('FINISH')).status, 409);
		}));
	});
});
