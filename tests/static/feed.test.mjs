import assert from 'node:assert/strict';
import { after, beforeEach, mock, test } from 'node:test';
import { load } from './site.mjs';

globalThis.document = { hidden: false };
mock.timers.enable({ apis: ['setTimeout'] });
after(() => mock.timers.reset());

const floor = await load('stores/floor.js');
const feed = await load('stores/feed.js');
const { effect } = await load('vendor/ui.js');

const says = (extension, status) => ({ type: 'agent:status:updated', data: { extension, status } });
const stateOf = (extension) => floor.agents.value.get(extension)?.value.status;

beforeEach(() => {
	document.hidden = false;
	feed.clearFeed();
	mock.timers.tick(1000);
});

test('what comes alone is shown at once, what follows in one picture a fifth of a second later', () => {
	feed.takeEvents([says('1001', 'AVAILABLE')]);
	assert.equal(stateOf('1001'), 'AVAILABLE');
	let pictures = 0;
	const stop = effect(() => { pictures += floor.agents.value.get('1001').value ? 1 : 0; });
	for (const status of ['ON_CALL', 'WRAP_UP', 'AWAY']) feed.takeEvents([says('1001', status)]);
	mock.timers.tick(199);
	assert.equal(stateOf('1001'), 'AVAILABLE');
	mock.timers.tick(1);
	assert.equal(stateOf('1001'), 'AWAY');
	assert.equal(pictures, 2);
	feed.takeEvents([says('1001', 'AVAILABLE')]);
	assert.equal(stateOf('1001'), 'AWAY', 'the burst goes on');
	mock.timers.tick(200);
	mock.timers.tick(200);
	feed.takeEvents([says('1001', 'BUSY')]);
	assert.equal(stateOf('1001'), 'BUSY', 'after a rest it is alone again');
	stop();
});

test('a page in the background waits for no timer', () => {
	document.hidden = true;
	feed.takeEvents([says('1001', 'AVAILABLE')]);
	feed.takeEvents([says('1001', 'ON_CALL')]);
	assert.equal(stateOf('1001'), 'ON_CALL');
});

test('a snapshot is newer than what waits, and what waits is told all the same', () => {
	const ended = [];
	const stop = floor.onCallEnded((call) => ended.push(call.id));
	feed.takeEvents([says('1001', 'AVAILABLE')]);
	feed.takeEvents([says('1001', 'ON_CALL'), { type: 'call:ended', data: { id: 'c1' } }]);
	feed.takeSnapshot({ calls: [], agents: [{ extension: '1001', status: 'WRAP_UP' }], queues: [] });
	mock.timers.tick(1000);
	stop();
	assert.equal(stateOf('1001'), 'WRAP_UP');
	assert.deepEqual(ended, ['c1']);
});

test('who signs out takes what waits along', () => {
	feed.takeEvents([says('1001', 'AVAILABLE')]);
	feed.takeEvents([says('1002', 'ON_CALL')]);
	feed.clearFeed();
	mock.timers.tick(1000);
	assert.equal(floor.agents.value.size, 0);
});
