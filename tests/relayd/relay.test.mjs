// cordboard-relayd as browsers meet it: the built program, a redis-server of its own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { Client, EPOCH, Floor, Redis, RedisServer, Relay, issueTicket, within } from './harness.mjs';

let server, redis, relay, floor, tenant;
let clients = [];
let tenants = 0;

before(async () => {
	server = await RedisServer.start();
	redis = await Redis.connect(server.port);
	relay = await Relay.start(server.port);
});

after(async () => {
	await relay?.stop();
	redis?.close();
	await server?.kill();
});

beforeEach(() => {
	tenant = `t${++tenants}`;
	floor = new Floor(redis, tenant);
});

afterEach(() => {
	clients.forEach((client) => client.close());
	clients = [];
});

function open(protocols) {
	const client = new Client(relay, protocols);
	clients.push(client);
	return client;
}

async function join(who = {}, extra = {}) {
	return open().show(await issueTicket(redis, { tenant, ...who }), extra);
}

const agent1001 = { role: 'AGENT', extension: '1001', queues: ['support'] };
const wallboard = { role: 'WALLBOARD', extension: undefined, queues: ['support'], agents: ['1002'] };
const picture = {
	calls: {
		c1: { id: 'c1', agent: '1001', ringing: [], from: '+4912345' },
		c2: { id: 'c2', agent: '1002', ringing: [], from: '+4967890' },
		c3: { id: 'c3', agent: null, ringing: ['1003', '1001'], from: '+4911111' },
	},
	agents: {
		1001: { extension: '1001', status: 'ON_CALL', phone: 'REGISTERED', peer: '+4912345' },
		1002: { extension: '1002', status: 'ON_CALL', phone: 'REGISTERED', peer: '+4967890' },
	},
	queues: {
		support: { name: 'support', waiting: [{ callId: 'c3', from: '+4911111' }] },
		sales: { name: 'sales', waiting: [] },
	},
};
const ids = (objects) => objects.map((object) => object.id ?? object.extension ?? object.name).sort();
const types = (events) => events.map((event) => event.type);

describe('joining', () => {
	it('shows a manager the whole picture', async () => {
		await floor.picture(picture);
		const snapshot = await (await join()).next();
		assert.equal(snapshot.type, 'snapshot');
		assert.equal(snapshot.seq, EPOCH);
		assert.equal(snapshot.stale, false);
		assert.deepEqual(ids(snapshot.calls), ['c1', 'c2', 'c3']);
		assert.deepEqual(snapshot.agents.find((a) => a.extension === '1002'), picture.agents[1002]);
		assert.deepEqual(ids(snapshot.queues), ['sales', 'support']);
	});

	it('shows an agent its own part of it', async () => {
		await floor.picture(picture);
		const snapshot = await (await join(agent1001)).next();
		assert.deepEqual(ids(snapshot.calls), ['c1', 'c3']);
		assert.deepEqual(snapshot.agents.find((a) => a.extension === '1001'), picture.agents[1001]);
		assert.deepEqual(snapshot.agents.find((a) => a.extension === '1002'),
			{ extension: '1002', status: 'ON_CALL', phone: 'REGISTERED' });
		assert.deepEqual(ids(snapshot.queues), ['support']);
	});

	it('shows a wallboard its queues and their agents, and no caller', async () => {
		await floor.picture(picture);
		const snapshot = await (await join(wallboard)).next();
		assert.deepEqual(snapshot.calls, []);
		assert.deepEqual(snapshot.agents, [{ extension: '1002', status: 'ON_CALL', phone: 'REGISTERED' }]);
		assert.deepEqual(snapshot.queues, [{ name: 'support', waiting: [{ callId: 'c3' }] }]);
	});

	it('marks a picture that nobody has drawn yet as stale, and heals when it is drawn', async () => {
		const client = await join();
		const empty = await client.next();
		assert.deepEqual([empty.seq, empty.stale, empty.agents], [0, true, []]);
		await floor.picture(picture);
		const snapshot = await client.nextOf('snapshot');
		assert.deepEqual([snapshot.stale, ids(snapshot.agents)], [false, ['1001', '1002']]);
	});

	it('takes a ticket once', async () => {
		await floor.picture();
		const ticket = await issueTicket(redis, { tenant });
		await (await open().show(ticket)).next();
		assert.equal(await (await open().show(ticket)).closeCode(), 4002);
	});

	it('refuses an unknown ticket, and one whose role it does not know', async () => {
		assert.equal(await (await open().show(randomUUID())).closeCode(), 4002);
		assert.equal(await (await join({ role: 'OWNER' })).closeCode(), 4002);
	});

	it('closes with 4001 without a ticket', async () => {
		const silent = open();
		await silent.opened;
		const began = Date.now();
		assert.equal(await (await open().show(undefined)).closeCode(), 4001);
		assert.equal(await silent.closeCode(), 4001);
		assert.ok(Date.now() - began >= 4500, 'the silent one had its five seconds');
	});

	for (const [what, message] of [
		['is not JSON', '{"ticket'],
		['is not an object', '[1]'],
		['is binary', Buffer.from('{"ticket":"x"}')],
		['is too long', JSON.stringify({ ticket: 'x'.repeat(70_000) })],
	]) it(`closes with 4004 on a message that ${what}`, async () => {
		const client = open();
		await client.opened;
		client.socket.send(message);
		assert.equal(await client.closeCode(), 4004);
	});

	it('closes with 4004 on a message that goes on without saying anything', async () => {
		await floor.picture();
		for (const client of [open(), await join()]) {
			await client.opened;
			client.socket.send('', { fin: false });
			assert.equal(await client.closeCode(), 4004);
		}
	});

	it('takes nothing after the ticket', async () => {
		await floor.picture();
		const client = await join();
		await client.next();
		client.socket.send('{"type":"hello"}');
		assert.equal(await client.closeCode(), 4004);
	});

	it('puts a ticket together that comes in pieces', async () => {
		await floor.picture();
		const client = open();
		await client.opened;
		const message = JSON.stringify({ ticket: await issueTicket(redis, { tenant }), pad: 'x'.repeat(2000) });
		for (let i = 0; i < message.length; i += 100)
			client.socket.send(message.slice(i, i + 100), { fin: i + 100 >= message.length });
		assert.equal((await client.next()).type, 'snapshot');
	});

	it('speaks nothing but its subprotocol', async () => {
		for (const protocols of [[], 'inner', 'none', 'cordboard.v2']) {
			const client = open(protocols);
			await assert.rejects(within(client.opened, 'refused'));
		}
	});
});

describe('events', () => {
	it('reach a manager in order, each once', async () => {
		await floor.picture();
		const client = await join();
		const { seq } = await client.next();
		const sent = await Promise.all(Array.from({ length: 500 }, (_, i) =>
			floor.publish('agent:status:updated', { extension: String(1000 + i) }, { extensions: '1001' })));
		const got = await client.events(500);
		assert.deepEqual(got, sent);
		assert.equal(got[0].seq, seq + 1);
	});

	it('neither miss nor repeat what happens while somebody joins', async () => {
		await floor.picture();
		await (await join()).next();
		let going = true;
		const publishing = (async () => {
			while (going) await floor.publish('call:state:changed', { id: 'c1' });
		})();
		for (let i = 0; i < 20; i++) {
			const client = await join();
			const { seq } = await client.next();
			const got = await client.events(5);
			assert.deepEqual(got.slice(0, 5).map((event) => event.seq - seq), [1, 2, 3, 4, 5]);
			client.close();
		}
		going = false;
		await publishing;
	});

	it('reach agents only where they concern them', async () => {
		await floor.picture();
		const [mine, other] = [await join(agent1001), await join({ ...agent1001, extension: '1002', queues: [] })];
		await Promise.all([mine.next(), other.next()]);
		await floor.publish('call:incoming', { id: 'c1', offeredTo: '1001' }, { queue: 'support', extensions: '1001' });
		await floor.publish('call:state:changed', { id: 'c2' }, { extensions: '10011,21001' });
		await floor.publish('queue:update', { name: 'support', waiting: [] }, { queue: 'support' });
		await floor.publish('queue:update', { name: 'sales', waiting: [] }, { queue: 'sales' });
		await floor.publish('call:state:changed', { id: 'c3' }, { queue: 'support', extensions: '1002,1001' });
		await floor.publish('presence:update', { extension: '1009', phone: 'REGISTERED' }, { extensions: '1009' });
		const own = await mine.events(4);
		assert.deepEqual(types(own), ['call:incoming', 'queue:update', 'call:state:changed', 'presence:update']);
		assert.equal(own[1].data.name, 'support');
		assert.deepEqual(types(await other.events(2)), ['call:state:changed', 'presence:update']);
		assert.equal(mine.unread + other.unread, 0);
	});

	it('tell agents of one another no more than the state', async () => {
		await floor.picture();
		const client = await join(agent1001);
		await client.next();
		const agent = (extension) => ({ extension, status: 'ON_CALL', phone: 'REGISTERED', peer: '+4912345', peerName: 'Ada' });
		for (const extension of ['1002', '1001'])
			await floor.publish('agent:status:updated', agent(extension), { extensions: extension });
		const [other, own] = await client.events(2);
		assert.deepEqual(other.data, { extension: '1002', status: 'ON_CALL', phone: 'REGISTERED' });
		assert.deepEqual(own.data, agent('1001'));
	});

	it('show a wallboard no caller', async () => {
		await floor.picture();
		const client = await join(wallboard);
		await client.next();
		const caller = { from: '+4912345', fromName: 'Ada' };
		await floor.publish('call:incoming', { id: 'c1', ...caller, offeredTo: '1002' }, { queue: 'support', extensions: '1002' });
		await floor.publish('queue:update', { name: 'sales', waiting: [] }, { queue: 'sales' });
		await floor.publish('queue:update', { name: 'support', waiting: [{ callId: 'c1', ...caller, position: 1, priority: 0 }] }, { queue: 'support' });
		await floor.publish('agent:status:updated', { extension: '1001', status: 'AWAY' }, { extensions: '1001' });
		await floor.publish('agent:status:updated', { extension: '1002', status: 'ON_CALL', peer: '+4912345', peerName: 'Ada' }, { extensions: '1002' });
		await floor.publish('presence:update', { extension: '1002', phone: 'UNREGISTERED' }, { extensions: '1002' });
		const data = (await client.events(3)).map((event) => event.data);
		assert.deepEqual(data, [
			{ name: 'support', waiting: [{ callId: 'c1', position: 1, priority: 0 }] },
			{ extension: '1002', status: 'ON_CALL' },
			{ extension: '1002', phone: 'UNREGISTERED' },
		]);
		assert.equal(client.unread, 0);
	});

	it('stay within their tenant', async () => {
		await floor.picture();
		const stranger = new Floor(redis, `${tenant}x`);
		await stranger.picture();
		const [here, there] = [await join(), await join({ tenant: `${tenant}x` })];
		await Promise.all([here.next(), there.next()]);
		await stranger.publish('call:state:changed', { id: 'theirs' });
		await floor.publish('call:state:changed', { id: 'ours' });
		assert.equal((await here.events(1))[0].data.id, 'ours');
		assert.equal((await there.events(1))[0].data.id, 'theirs');
		assert.equal(here.unread + there.unread, 0);
	});

	it('that are pending together come as few frames', async () => {
		await floor.picture();
		const client = await join();
		await client.next();
		const before = await relay.metrics();
		await relay.whileStopped(() => Promise.all(Array.from({ length: 64 }, () => floor.publish('call:state:changed', { id: 'c1' }))));
		await client.events(64);
		const frames = (await relay.metrics()).cordboard_relay_frames_total - before.cordboard_relay_frames_total;
		assert.ok(frames <= 4, `${frames} frames for 64 events`);
	});

	it('missing from the stream are healed by a snapshot', async () => {
		await floor.picture();
		const client = await join();
		await client.next();
		await floor.publish('call:state:changed', { id: 'c1' });
		await client.events(1);
		floor.seq += 3;
		await floor.picture({ calls: { c9: { id: 'c9', ringing: [] } } });
		await floor.publish('call:state:changed', { id: 'c9' });
		const snapshot = await client.next();
		assert.deepEqual([snapshot.type, snapshot.seq, ids(snapshot.calls)], ['snapshot', floor.seq, ['c9']]);
		const event = await floor.publish('call:ended', { id: 'c9' });
		assert.deepEqual(await client.events(1), [event]);
	});

	it('of a new epoch begin with a snapshot', async () => {
		await floor.picture();
		const client = await join();
		await client.next();
		const previous = floor.seq;
		floor.seq = 7 * EPOCH;
		await redis.transaction([['SET', `${floor.prefix}:seq`, floor.seq],
			['PUBLISH', `${floor.prefix}:events`, `${floor.seq} ${previous} - - call:ended\n{"seq":${floor.seq}}`]]);
		const snapshot = await client.next();
		assert.deepEqual([snapshot.type, snapshot.seq], ['snapshot', 7 * EPOCH]);
	});

	it('that never arrived are noticed without another event', async () => {
		await floor.picture();
		const client = await join();
		await client.next();
		floor.seq += 1;
		await floor.picture({ queues: { support: { name: 'support', waiting: [] } } });
		const snapshot = await client.next();
		assert.deepEqual([snapshot.seq, ids(snapshot.queues)], [floor.seq, ['support']]);
	});
});

describe('resuming', () => {
	it('goes on after the last event seen', async () => {
		await floor.picture();
		const first = await join();
		await first.next();
		await floor.publish('call:state:changed', { id: 'c1' });
		const [seen] = await first.events(1);
		first.close();
		const missed = await floor.publish('call:ended', { id: 'c1' });
		const again = await join({}, { since: seen.seq });
		assert.deepEqual(await again.next(), [missed]);
	});

	it('answers at once when nothing was missed', async () => {
		await floor.picture();
		const { seq } = await (await join()).next();
		assert.deepEqual(await (await join({}, { since: seq })).next(), []);
	});

	it('gives a snapshot when the events are not there any more, or never were', async () => {
		await floor.picture();
		await (await join()).next();
		for (const since of [1, floor.seq - 1, floor.seq + 10, 'x', null])
			assert.equal((await (await join({}, { since })).next()).type, 'snapshot');
	});
});

describe('sessions', () => {
	it('that are revoked lose their sockets at once, and only they', async () => {
		await floor.picture();
		const sessionId = randomUUID();
		const [first, second, other] = [await join({ sessionId }), await join({ sessionId }), await join()];
		await Promise.all([first, second, other].map((client) => client.next()));
		const began = Date.now();
		await floor.revoke(sessionId);
		assert.deepEqual([await first.closeCode(), await second.closeCode()], [4003, 4003]);
		assert.ok(Date.now() - began < 1000);
		await floor.publish('call:state:changed', { id: 'c1' });
		assert.equal((await other.events(1)).length, 1);
	});

	it('that have ended open no socket with a ticket from before', async () => {
		await floor.picture();
		const sessionId = randomUUID();
		const early = await issueTicket(redis, { tenant, sessionId });
		await redis.command('SET', `cb:ended:${sessionId}`, '1', 'EX', 60);
		assert.equal(await (await open().show(early)).closeCode(), 4002);
		assert.equal((await (await join()).next()).type, 'snapshot');
	});
});

describe('a sign of life', () => {
	it('comes at once to who looks, with the place in the stream', async () => {
		await floor.picture();
		const client = await join(agent1001);
		await client.next();
		const { seq } = await floor.publish('call:state:changed', { id: 'c2' }, { extensions: '1002' });
		await floor.publish('call:state:changed', { id: 'c1' }, { extensions: '1001' });
		await client.events(1);
		client.socket.send('{"type":"look"}');
		const sign = await client.next();
		assert.deepEqual([sign.type, sign.seq, typeof sign.retryMs], ['alive', seq + 1, 'number']);
		assert.deepEqual(await (await join(agent1001, { since: sign.seq })).next(), []);
	});

	it('comes within twenty seconds of silence, also of an event that is for others', async () => {
		await floor.picture();
		const client = await join(agent1001);
		await client.next();
		const began = Date.now();
		const { seq } = await floor.publish('call:state:changed', { id: 'c2' }, { extensions: '1002' });
		const sign = await client.next('a sign of life');
		assert.deepEqual([sign.type, sign.seq], ['alive', seq]);
		assert.ok(Date.now() - began > 14_000, 'only after silence');
	});

	it('is not to be asked for without end', async () => {
		await floor.picture();
		const client = await join();
		await client.next();
		for (let i = 0; i < 3; i++) client.socket.send('{"type":"look"}');
		assert.equal(await client.closeCode(), 4004);
	});
});

describe('a crowd', () => {
	const crowd = async (n) => {
		const all = Array.from({ length: n }, () => open());
		await Promise.all(all.map((client) => within(client.opened, 'open')));
		return all;
	};

	it('is let in at a pace, everyone of it', async () => {
		await floor.picture();
		const before = await relay.metrics();
		const all = await crowd(200);
		const tickets = await Promise.all(all.map(() => issueTicket(redis, { tenant })));
		await relay.whileStopped(() => Promise.all(all.map((client, i) => client.show(tickets[i]))));
		for (const client of all) assert.equal((await client.next()).type, 'snapshot');
		assert.ok((await relay.metrics()).cordboard_relay_delayed_total > before.cordboard_relay_delayed_total, 'some waited');
	});

	it('is told everything once and in order, also of what comes while it is being told', async () => {
		await floor.picture();
		const all = [];
		for (let i = 0; i < 150; i++) all.push(await join(i % 3 ? {} : agent1001));
		await Promise.all(all.map((client) => client.next()));
		const sent = [];
		for (let i = 0; i < 20; i++)
			sent.push(...await Promise.all(Array.from({ length: 5 }, () => floor.publish('call:state:changed', { id: 'c1' }, { extensions: '1001,1002' }))));
		for (const client of all) assert.deepEqual(await client.events(sent.length), sent);
		assert.equal(all.reduce((sum, client) => sum + client.unread, 0), 0);
		assert.ok((await relay.metrics()).cordboard_relay_rounds_total > 0);
	});
});

describe('clients that do not read', () => {
	it('are closed with 1013 while others go on', async () => {
		await floor.picture();
		const [stalled, reader] = [await join(), await join()];
		await Promise.all([stalled.next(), reader.next()]);
		stalled.socket.pause();
		const before = await relay.metrics();
		const cuts = async () => (await relay.metrics()).cordboard_relay_cuts_total - before.cordboard_relay_cuts_total;
		const data = { id: 'c1', fromName: 'x'.repeat(4000) };
		const began = Date.now();
		let events = 0;
		while (await cuts() === 0) {
			assert.ok(Date.now() - began < 40_000, 'cut');
			const sent = await Promise.all(Array.from({ length: 20 }, () => floor.publish('call:state:changed', data)));
			const got = await reader.events(20);
			assert.deepEqual(got.map((event) => event.seq), sent.map((event) => event.seq));
			events += 20;
		}
		assert.ok(Date.now() - began > 9000, 'it had its ten seconds');
		assert.ok(events * 4000 > 1024 * 1024, 'more than the relay would keep');
		stalled.socket.resume();
		assert.equal(await stalled.closeCode(), 1013);
	});
});

describe('metrics', () => {
	it('count the clients, and nothing else is served', async () => {
		await floor.picture();
		const before = (await relay.metrics()).cordboard_relay_clients;
		const client = await join();
		await client.next();
		assert.equal((await relay.metrics()).cordboard_relay_clients, before + 1);
		const closed = once(client.socket, 'close');
		client.socket.close();
		await closed;
		assert.equal((await relay.metrics()).cordboard_relay_redis_up, 1);
		assert.equal((await fetch(`http://127.0.0.1:${relay.metricsPort}/`)).status, 404);
		assert.equal((await fetch(`http://127.0.0.1:${relay.port}/metrics`)).status, 404);
	});
});
