import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.mjs';

const { backoffMs, LiveSocket } = await load('core/socket.js');

/** A socket whose network, clock and timers are the test's. */
function world({ tickets = [] } = {}) {
	const w = { sockets: [], timers: new Map(), snapshots: [], events: [], gone: 0, clock: 1000, tickets: 0 };
	let timerId = 0;
	w.live = new LiveSocket({
		url: 'ws://x/ws',
		ticket: async () => {
			const answer = tickets[w.tickets++] ?? { ticket: `t${w.tickets}` };
			if (answer instanceof Error) throw answer;
			return answer;
		},
		onSnapshot: (s) => w.snapshots.push(s),
		onEvents: (e) => w.events.push(...e),
		onSessionGone: () => { w.gone++; },
		open: () => {
			const socket = { sent: [], closed: false, send: (m) => socket.sent.push(JSON.parse(m)), close: () => { socket.closed = true; } };
			w.sockets.push(socket);
			return socket;
		},
		setTimer: (f, ms) => { w.timers.set(++timerId, { f, ms }); return timerId; },
		clearTimer: (id) => w.timers.delete(id),
		now: () => w.clock,
		random: () => 0.5,
	});
	w.settle = () => new Promise((resolve) => { setImmediate(resolve); });
	w.fire = () => { const [[id, { f }]] = w.timers; w.timers.delete(id); f(); };
	w.say = (message, i = w.sockets.length - 1) => w.sockets[i].onmessage({ data: JSON.stringify(message) });
	w.opened = async () => { await w.settle(); w.sockets.at(-1).onopen(); return w.sockets.at(-1); };
	return w;
}

const snapshot = (seq, more = {}) => ({ type: 'snapshot', seq, stale: false, calls: [], agents: [], queues: [], ...more });
const event = (seq) => ({ seq, ts: '2026-11-22T09:30:00.000Z', type: 'queue:update', data: {} });

test('shows a ticket first and is live with the snapshot', async () => {
	const w = world();
	w.live.start();
	assert.equal(w.live.link.value.state, 'connecting');
	const socket = await w.opened();
	assert.deepEqual(socket.sent, [{ ticket: 't1' }]);
	w.say(snapshot(7));
	assert.equal(w.live.link.value.state, 'live');
	assert.equal(w.timers.size, 0);
});

test('goes on where it left off after a loss', async () => {
	const w = world();
	w.live.start();
	await w.opened();
	w.say(snapshot(7));
	w.say([event(8), event(9)]);
	w.clock = 5000;
	w.sockets[0].onclose({ code: 1006 });
	assert.deepEqual(w.live.link.value, { state: 'waiting', since: 5000 });
	w.clock = 9000;
	w.fire();
	assert.deepEqual(w.live.link.value, { state: 'connecting', since: 5000 });
	const socket = await w.opened();
	assert.deepEqual(socket.sent, [{ ticket: 't2', since: 9 }]);
	w.say([]);
	assert.equal(w.live.link.value.state, 'live');
});

test('an event seen before is not applied again', async () => {
	const w = world();
	w.live.start();
	await w.opened();
	w.say(snapshot(7));
	w.say([event(7), event(8)]);
	w.say([event(8), event(9)]);
	assert.deepEqual(w.events.map((e) => e.seq), [8, 9]);
});

test('what is called stale stays stale until a snapshot', async () => {
	const w = world();
	w.live.start();
	await w.opened();
	w.say(snapshot(7));
	w.say({ type: 'stale', since: '2026-11-22T09:30:00.000Z' });
	assert.deepEqual(w.live.link.value, { state: 'stale', since: Date.parse('2026-11-22T09:30:00Z') });
	w.say([event(8)]);
	assert.equal(w.live.link.value.state, 'stale');
	w.say(snapshot(9));
	assert.equal(w.live.link.value.state, 'live');
});

test('a socket that stays silent is given up', async () => {
	const w = world();
	w.live.start();
	const socket = await w.opened();
	w.fire();
	assert.ok(socket.closed);
	assert.equal(w.live.link.value.state, 'waiting');
	assert.equal(w.timers.size, 1);
});

test('without a ticket it waits and tries again', async () => {
	const w = world({ tickets: [new Error('503')] });
	w.live.start();
	await w.settle();
	assert.equal(w.live.link.value.state, 'waiting');
	w.fire();
	await w.opened();
	w.say(snapshot(1));
	assert.equal(w.live.link.value.state, 'live');
});

test('a revoked session is told, a long sleep makes a new socket, stop ends it all', async () => {
	const w = world();
	w.live.start();
	await w.opened();
	w.say(snapshot(7));
	w.live.woke(1000);
	assert.equal(w.sockets.length, 1);
	w.live.woke(60_000);
	await w.opened();
	assert.ok(w.sockets[0].closed);
	assert.equal(w.sockets[1].sent[0].since, 7);
	w.sockets[1].onclose({ code: 4003 });
	assert.equal(w.gone, 1);
	w.live.stop();
	assert.equal(w.timers.size, 0);
	assert.equal(w.live.link.value.state, 'off');
	assert.equal(w.live.seq, undefined);
});

test('back-off grows, is bounded and fully jittered', () => {
	assert.equal(backoffMs(0, () => 0.999), 500);
	assert.equal(backoffMs(3, () => 0.5), 2000);
	assert.equal(backoffMs(30, () => 0.999), 7992);
	assert.equal(backoffMs(30, () => 0), 0);
});
