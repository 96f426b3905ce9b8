import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { load } from './site.mjs';

const floor = await load('stores/floor.js');
const { effect } = await load('vendor/ui.js');

const agent = (extension, more = {}) => ({ extension, status: 'AVAILABLE', ringing: false, held: false, ...more });
const event = (type, data) => ({ type, data });

beforeEach(() => {
	floor.clearFloor();
	floor.applySnapshot({ calls: [], agents: [agent('1001'), agent('1002')], queues: [{ name: 'support', waiting: [] }] });
});

test('an agent’s change redraws that agent and nobody else', () => {
	let first = 0;
	let second = 0;
	let members = 0;
	const stops = [
		effect(() => { first += floor.agents.value.get('1001').value ? 1 : 0; }),
		effect(() => { second += floor.agents.value.get('1002').value ? 1 : 0; }),
		effect(() => { members += floor.agents.value.size; }),
	];
	floor.applyEvents([event('agent:status:updated', agent('1001', { status: 'ON_CALL' }))]);
	stops.forEach((stop) => stop());
	assert.deepEqual([first, second, members], [2, 1, 2]);
	assert.equal(floor.agents.value.get('1001').value.status, 'ON_CALL');
});

test('a call comes, changes and goes', () => {
	const call = { id: 'c1', direction: 'INBOUND', status: 'RINGING', from: '15551230001', startedAt: '2026-11-22T09:30:00.000Z' };
	floor.applyEvents([event('call:incoming', { ...call, offeredTo: '1001' })]);
	assert.equal(floor.calls.value.get('c1').value.offeredTo, '1001');
	floor.applyEvents([event('call:state:changed', { ...call, status: 'CONNECTED' })]);
	assert.equal(floor.calls.value.get('c1').value.status, 'CONNECTED');
	floor.applyEvents([event('call:ended', { ...call, status: 'ENDED', outcome: 'ANSWERED' })]);
	assert.equal(floor.calls.value.size, 0);
});

test('every end is told, also of calls that end together, when the floor is without them', () => {
	const told = [];
	const stop = floor.onCallEnded((call) => told.push([call.id, call.outcome, floor.calls.value.size]));
	floor.applyEvents([event('call:incoming', { id: 'c1' }), event('call:incoming', { id: 'c2' })]);
	floor.applyEvents([event('call:ended', { id: 'c1', outcome: 'ANSWERED' }), event('call:ended', { id: 'c2', outcome: 'BUSY' })]);
	stop();
	floor.applyEvents([event('call:ended', { id: 'c3', outcome: 'ANSWERED' })]);
	assert.deepEqual(told, [['c1', 'ANSWERED', 0], ['c2', 'BUSY', 0]]);
});

test('presence changes the phone and leaves the rest', () => {
	floor.applyEvents([event('presence:update', { extension: '1001', phone: 'REGISTERED' })]);
	assert.deepEqual(floor.agents.value.get('1001').value, agent('1001', { phone: 'REGISTERED' }));
});

test('events applied twice change nothing, unknown types are passed over', () => {
	const ended = [event('call:ended', { id: 'c1' }), event('call:ended', { id: 'c1' }), event('later:type', {})];
	floor.applyEvents(ended);
	assert.equal(floor.calls.value.size, 0);
});

test('waiting callers of all queues are in the order of joining', () => {
	const caller = (callId, joinedAt) => ({ callId, joinedAt, from: '1', position: 1 });
	floor.applyEvents([
		event('queue:update', { name: 'support', waiting: [caller('b', '2026-11-22T09:30:05.000Z')] }),
		event('queue:update', { name: 'sales', waiting: [caller('a', '2026-11-22T09:30:01.000Z')] }),
	]);
	assert.deepEqual(floor.waiting.value.map((c) => [c.callId, c.queue]), [['a', 'sales'], ['b', 'support']]);
});

test('a snapshot replaces everything but redraws only what differs', () => {
	const held = floor.agents.value.get('1001');
	let draws = 0;
	const stop = effect(() => { draws += held.value ? 1 : 0; });
	floor.applySnapshot({ calls: [], agents: [agent('1001'), agent('1003')], queues: [] });
	stop();
	assert.equal(floor.agents.value.get('1001'), held);
	assert.equal(draws, 1);
	assert.deepEqual([...floor.agents.value.keys()], ['1001', '1003']);
	assert.equal(floor.queues.value.size, 0);
});

test('a picture that is not drawn yet takes nothing away, and tells nothing', () => {
	const blank = { stale: true, calls: [], agents: [], queues: [] };
	floor.applySnapshot(blank);
	assert.deepEqual([...floor.agents.value.keys()], ['1001', '1002']);
	floor.clearFloor();
	floor.applySnapshot(blank);
	assert.equal(floor.known.value, false);
});

test('ringing and hold are seen apart from the status they happen in', () => {
	assert.equal(floor.shownState(agent('1', { ringing: true })), 'RINGING');
	assert.equal(floor.shownState(agent('1', { status: 'ON_CALL', held: true })), 'ON_HOLD');
	assert.equal(floor.boardState(agent('1', { status: 'ON_CALL', held: true })), 'ON_CALL');
	floor.applyEvents([event('agent:status:updated', agent('1002', { ringing: true }))]);
	assert.deepEqual(floor.stateCounts.value, { AVAILABLE: 1, RINGING: 1 });
});
