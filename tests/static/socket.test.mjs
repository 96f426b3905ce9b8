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
		open: (url) => {
			const socket = { url, sent: [], closed: false, send: (m) => socket.sent.push(JSON.parse(m)), close: () => { socket.closed = true; } };
			w.sockets.push(socket);
			return socket;
		},
		setTimer: (f, ms) => { w.timers.set(++timerId, { f, ms, at: w.clock + ms }); return timerId; },
		clearTimer: (id) => w.timers.delete(id),
		now: () => w.clock,
		random: () => 0.5,
	});
	w.settle = () => new Promise((resolve) => { setImmediate(resolve); });
	w.fire = () => { const [[id, { f }]] = w.timers; w.timers.delete(id); f(); };
	/** Lets time pass: what falls due fires in its order. */
	w.pass = (ms) => {
		const until = w.clock + ms;
		for (;;) {
			const due = [...w.timers].filter(([, t]) => t.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
			if (!due) break;
			w.timers.delete(due[0]);
			w.clock = Math.max(w.clock, due[1].at);
			due[1].f();
		}
		w.clock = until;
	};
	w.lookAt = (i = w.sockets.length - 1) => w.sockets[i].sent.filter((m) => m.type === 'look').length;
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

test('a revoked session is told, stop ends it all', async () => {
	const w = world();
	w.live.start();
	await w.opened();
	w.say(snapshot(7));
	w.sockets[0].onclose({ code: 4003 });
	assert.equal(w.gone, 1);
	w.live.stop();
	assert.equal(w.timers.size, 0);
	assert.equal(w.live.link.value.state, 'off');
	assert.equal(w.live.seq, undefined);
});

/** A page that is live with the snapshot of 7. */
async function liveWorld(parts) {
	const w = world(parts);
	w.live.start();
	await w.opened();
	w.say(snapshot(7));
	return w;
}

test('signs of life keep the line, and move the place to go on from', async () => {
	const w = await liveWorld();
	for (let i = 0; i < 20; i++) {
		w.pass(4_000);
		w.say({ type: 'alive', seq: 8 + i, retryMs: 30 });
	}
	assert.deepEqual([w.sockets.length, w.lookAt(), w.live.link.value.state], [1, 0, 'live']);
	w.say({ type: 'alive', seq: 3 });
	w.live.retryNow();
	assert.equal((await w.opened()).sent[0].since, 27);
});

test('a line that is silent is asked, and one that answers nothing is given up', async () => {
	const w = await liveWorld();
	w.pass(4_000);
	assert.deepEqual([w.lookAt(), w.live.link.value.state], [0, 'live']);
	w.pass(2_900);
	assert.deepEqual([w.lookAt(), w.live.link.value.state], [1, 'live']);
	w.pass(100);
	assert.deepEqual([w.lookAt(), w.sockets[0].closed, w.live.link.value.state], [1, true, 'connecting']);
	assert.equal(w.live.link.value.since, 1000, 'it was true when something was last heard');
	assert.equal((await w.opened()).sent[0].since, 7);
	w.say([]);
	assert.equal(w.live.link.value.state, 'live');
});

test('a line that answers when asked is kept', async () => {
	const w = await liveWorld();
	w.pass(6_900);
	w.say({ type: 'alive', seq: 7 });
	w.pass(4_000);
	assert.deepEqual([w.sockets.length, w.live.link.value.state], [1, 'live']);
});

test('a page that wakes looks at once: the line is asked after a nap, replaced after a sleep', async () => {
	const w = await liveWorld();
	w.live.woke(2_000);
	w.live.woke(2_000);
	assert.deepEqual([w.lookAt(), w.sockets.length], [1, 1]);
	w.say({ type: 'alive', seq: 7 });
	w.live.woke(2_000);
	w.pass(1_000);
	await w.opened();
	assert.ok(w.sockets[0].closed, 'no answer within a second');
	w.say([]);
	w.live.woke(60_000);
	const socket = await w.opened();
	assert.ok(w.sockets[1].closed);
	assert.deepEqual([w.sockets.length, socket.sent[0].since], [3, 7]);
});

test('timers that come late do not hide a sleep', async () => {
	const w = await liveWorld();
	w.clock += 3_600_000;
	w.pass(0);
	await w.opened();
	assert.equal(w.sockets.length, 2);
});

test('a network that says it is gone is believed, and so is its return', async () => {
	const w = await liveWorld({ tickets: [undefined, new Error('offline')] });
	w.clock = 9_000;
	w.live.lost();
	assert.deepEqual(w.live.link.value, { state: 'waiting', since: 9_000 });
	w.pass(500);
	await w.settle();
	assert.deepEqual(w.live.link.value, { state: 'waiting', since: 9_000 });
	w.live.retryNow();
	await w.opened();
	w.say(snapshot(9));
	assert.equal(w.live.link.value.state, 'live');
});

test('an attempt that is overtaken opens no second socket', async () => {
	const w = world();
	w.live.start();
	w.live.retryNow();
	w.live.retryNow();
	await w.settle();
	assert.equal(w.sockets.length, 1);
});

test('a ticket that was shown to nobody is used for the next attempt while it is good', async () => {
	const w = world();
	w.live.start();
	await w.settle();
	w.sockets[0].onclose({ code: 1006 });
	w.pass(500);
	await w.settle();
	w.sockets[1].onclose({ code: 1006 });
	assert.equal(w.tickets, 1);
	w.clock += 21_000;
	w.pass(0);
	assert.deepEqual((await w.opened()).sent, [{ ticket: 't2' }]);
	w.sockets.at(-1).onclose({ code: 4002 });
	w.pass(1_500);
	assert.deepEqual((await w.opened()).sent, [{ ticket: 't3' }]);
});

test('a ticket that has aged is renewed without the picture being in doubt', async () => {
	const w = await liveWorld();
	w.sockets[0].onclose({ code: 4005 });
	assert.equal(w.live.link.value.state, 'live');
	assert.deepEqual((await w.opened()).sent, [{ ticket: 't2', since: 7 }]);
	w.say([event(8)]);
	assert.deepEqual([w.live.link.value.state, w.events.at(-1).seq], ['live', 8]);
	w.sockets[1].onclose({ code: 4005 });
	w.pass(1_000);
	assert.equal(w.live.link.value.state, 'waiting', 'but not for long');
});

test('comes back when the relay advises', async () => {
	const waits = async (message, close) => {
		const w = world();
		w.live.start();
		await w.opened();
		w.say(message);
		w.sockets[0].onclose(close);
		return [...w.timers.values()].at(-1).ms;
	};
	assert.equal(await waits(snapshot(7), { code: 1006 }), 250);
	assert.equal(await waits(snapshot(7, { retryMs: 3000 }), { code: 1006 }), 1500);
	assert.equal(await waits({ type: 'alive', seq: 1, retryMs: 2000 }, { code: 1006 }), 1000);
	assert.equal(await waits({ type: 'stale', since: '2026-11-22T09:30:00.000Z', retryMs: 2000 }, { code: 1001, reason: 'going away; retryMs=4000' }), 2000);
	for (const retryMs of [-5, 'x', null, NaN]) assert.equal(await waits(snapshot(7, { retryMs }), { code: 1006 }), 250);
	assert.equal(await waits(snapshot(7, { retryMs: 1e9 }), { code: 1006 }), 15_000);
});

test('back-off grows, is bounded and fully jittered, over the advised span from the first', () => {
	assert.equal(backoffMs(0, 0, () => 0.999), 500);
	assert.equal(backoffMs(1, 0, () => 0.5), 500);
	assert.equal(backoffMs(30, 0, () => 0.999), 1499);
	assert.equal(backoffMs(30, 0, () => 0), 0);
	assert.equal(backoffMs(0, 6000, () => 0.5), 3000);
	assert.equal(backoffMs(30, 6000, () => 0.5), 3000);
});
