// cordboard-relayd when Redis is killed, frozen, cut off or not there yet.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Client, EPOCH, Floor, Redis, RedisServer, Relay, freePort, issueTicket, within } from './harness.mjs';

const HEALED_MS = 2000;
const picture = { agents: { 1001: { extension: '1001', status: 'AVAILABLE', phone: 'REGISTERED' } } };
let server, redis, relay, floor, clients;

async function startRedis(port) {
	server = await RedisServer.start(port);
	redis = await Redis.connect(server.port);
	floor = new Floor(redis, 'demo');
}

async function join(extra = {}) {
	const client = new Client(relay);
	clients.push(client);
	return client.show(await issueTicket(redis, { tenant: 'demo' }), extra);
}

async function eventGetsThrough(client) {
	const event = await floor.publish('call:state:changed', { id: 'c1' });
	assert.deepEqual(await client.next(), [event]);
}

beforeEach(() => {
	clients = [];
	server = redis = relay = null;
});

afterEach(async () => {
	clients.forEach((client) => client.close());
	redis?.close();
	await server?.kill();
	await relay?.stop();
});

describe('Redis', () => {
	it('killed and restarted empty: clients are told, and get the picture when amid has drawn it', async () => {
		await startRedis();
		relay = await Relay.start(server.port);
		await floor.picture(picture);
		const all = [await join(), await join()];
		await Promise.all(all.map((client) => client.next()));
		const killed = Date.now();
		await server.kill();
		redis.close();
		for (const client of all) {
			const stale = await client.next();
			assert.equal(stale.type, 'stale');
			assert.ok(Math.abs(Date.parse(stale.since) - killed) < HEALED_MS, stale.since);
		}
		assert.ok(Date.now() - killed < HEALED_MS);
		assert.equal((await relay.metrics()).cordboard_relay_redis_up, 0);
		await startRedis(server.port);
		floor.seq = EPOCH + 50;
		await floor.picture(picture);
		const drawn = Date.now();
		for (const client of all) {
			let snapshot;
			do snapshot = await client.next(); while (snapshot.stale);
			assert.deepEqual([snapshot.type, snapshot.seq], ['snapshot', EPOCH + 50]);
			assert.deepEqual(snapshot.agents, [picture.agents[1001]]);
		}
		assert.ok(Date.now() - drawn < HEALED_MS, `healed after ${Date.now() - drawn} ms`);
		const event = await floor.publish('call:state:changed', { id: 'c1' });
		for (const client of all) assert.deepEqual(await client.next(), [event]);
	});

	it('frozen: clients are told, and the relay still answers', async () => {
		await startRedis();
		relay = await Relay.start(server.port);
		await floor.picture(picture);
		const client = await join();
		await client.next();
		const ticket = await issueTicket(redis, { tenant: 'demo' });
		server.child.kill('SIGSTOP');
		assert.equal((await client.next()).type, 'stale');
		const late = new Client(relay);
		clients.push(late);
		await late.show(ticket);
		const { code, reason } = await within(late.closed, 'closed', HEALED_MS);
		assert.equal(code, 1013);
		assert.match(reason, /^try again later; retryMs=\d+$/);
		assert.equal((await relay.metrics()).cordboard_relay_redis_up, 0);
		server.child.kill('SIGCONT');
		assert.equal((await client.nextOf('snapshot')).seq, floor.seq);
		await eventGetsThrough(client);
	});

	it('dropping the subscription alone: nothing is missed', async () => {
		await startRedis();
		relay = await Relay.start(server.port);
		await floor.picture(picture);
		const client = await join();
		await client.next();
		await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
		const { seq } = await floor.publish('call:state:changed', { id: 'c1' });
		assert.equal((await client.nextOf('snapshot')).seq, seq);
		await eventGetsThrough(client);
	});

	it('not there at the start: the relay serves, and finds it', async () => {
		const port = await freePort();
		relay = await Relay.start(port);
		const early = new Client(relay);
		clients.push(early);
		await early.show('whatever');
		assert.equal(await early.closeCode(), 1013);
		await startRedis(port);
		await floor.picture(picture);
		const began = Date.now();
		while (!(await relay.metrics()).cordboard_relay_redis_up)
			assert.ok(Date.now() - began < HEALED_MS, 'found');
		const client = await join();
		assert.equal((await client.next()).seq, floor.seq);
		await eventGetsThrough(client);
	});
});

describe('the relay', () => {
	it('says goodbye with 1001 when it is stopped', async () => {
		await startRedis();
		relay = await Relay.start(server.port);
		await floor.picture(picture);
		const client = await join();
		await client.next();
		const stopped = relay.stop();
		assert.equal(await client.closeCode(), 1001);
		await stopped;
		relay = null;
	});

	it('asks agents and wallboards for a new ticket when theirs has aged', async () => {
		await startRedis();
		relay = await Relay.start(server.port, [], 'renew_s = 1\n');
		await floor.picture(picture);
		const roles = [{ role: 'AGENT', extension: '1001' }, { role: 'WALLBOARD', agents: ['1001'] }, { role: 'MANAGER' }];
		const [agent, wall, manager] = await Promise.all(roles.map(async (who) => {
			const client = new Client(relay);
			clients.push(client);
			return client.show(await issueTicket(redis, { tenant: 'demo', ...who }));
		}));
		const { seq } = await agent.next();
		assert.deepEqual([await agent.closeCode(), await wall.closeCode()], [4005, 4005]);
		assert.deepEqual(await (await join({ since: seq })).next(), []);
		await manager.next();
		await eventGetsThrough(manager);
		assert.equal((await relay.metrics()).cordboard_relay_renewed_total, 2);
	});

	it('sends away who would wait too long for a turn, and says when to come back', async () => {
		await startRedis();
		relay = await Relay.start(server.port, [], 'joins_per_second = 5\n');
		const all = Array.from({ length: 100 }, () => new Client(relay));
		clients.push(...all);
		await Promise.all(all.map((client) => client.opened));
		await relay.whileStopped(() => Promise.all(all.map((client) => client.show('unknown'))));
		const ends = await Promise.all(all.map((client) => within(client.closed, 'closed')));
		const away = ends.filter(({ code }) => code === 1013);
		assert.ok(away.length > 0 && away.length < 100, `${away.length} sent away`);
		assert.equal(ends.filter(({ code }) => code === 4002).length, 100 - away.length);
		for (const { reason } of away) assert.match(reason, /^try again later; retryMs=\d+$/);
		const { cordboard_relay_sent_away_total: sent, cordboard_relay_delayed_total: delayed } = await relay.metrics();
		assert.equal(sent, away.length);
		assert.ok(delayed >= 20, `${delayed} waited`);
	});

	it('gives up who answers no ping', async () => {
		await startRedis();
		relay = await Relay.start(server.port);
		await floor.picture(picture);
		const deaf = new Client(relay, 'cordboard.v1', { autoPong: false });
		clients.push(deaf, await join());
		await deaf.show(await issueTicket(redis, { tenant: 'demo' }));
		assert.equal(await deaf.closeCode(80_000), 1006);
		const { cordboard_relay_dead_total: dead, cordboard_relay_clients: left } = await relay.metrics();
		assert.deepEqual([dead, left], [1, 1]);
	});

	it('pings within twenty seconds', async () => {
		await startRedis();
		relay = await Relay.start(server.port);
		await floor.picture(picture);
		const client = await join();
		await client.next();
		await within(once(client.socket, 'ping'), 'a ping');
	});
});
