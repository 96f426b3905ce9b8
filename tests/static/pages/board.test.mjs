import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastCall } from '../mock/calls.mjs';
import { ago, onPage, sent, useBrowser } from './harness.mjs';

useBrowser();

test('the board follows an agent from ringing to ready, and its queue', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	const tile = page.getByTestId('agent-1001');
	await page.getByTestId('agent-1001').and(page.locator('[data-state=AVAILABLE]')).waitFor();
	for (const [change, state] of [[{ ringing: true }, 'RINGING'], [{ ringing: false, status: 'ON_CALL', peer: '15551230001' }, 'ON_CALL'], [{ status: 'WRAP_UP' }, 'WRAP_UP'], [{ status: 'AVAILABLE' }, 'AVAILABLE']]) {
		mock.agent('1001', change);
		await tile.and(page.locator(`[data-state=${state}]`)).waitFor();
	}
	assert.equal(await page.getByTestId('waiting-caller').count(), 3);
	mock.emit('queue:update', { name: 'support', waiting: [] });
	await page.getByText('Nobody is waiting').waitFor();
	assert.equal(await page.getByTestId('queue-support-waiting').innerText(), '0');
}));

test('figures are read again when calls have ended, once for many', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('floor-answered').getByText('186').waitFor();
	const count = sent(mock, 'GET', 'reporting/realtime').length;
	const again = page.waitForResponse('**/reporting/realtime');
	for (let i = 0; i < 20; i++) mock.emit('call:ended', { id: `c${i}`, direction: 'INBOUND', outcome: 'ANSWERED', endedAt: ago(0) });
	await again;
	assert.equal(sent(mock, 'GET', 'reporting/realtime').length, count + 1);
}));

test('a stale feed is said with its age, and healed by a snapshot', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('connection').and(page.locator('[data-state=live]')).waitFor();
	mock.send({ type: 'stale', since: ago(12) });
	await page.getByTestId('stale').getByText(/0:1\d old/).waitFor();
	for (const socket of mock.feed.clients) mock.greet(socket);
	await page.getByTestId('stale').waitFor({ state: 'detached' });
}));

test('a hostile name is text', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	const name = '<img src=x onerror=alert(1)>';
	await page.getByTestId('agent-1001').waitFor();
	mock.emit('queue:update', { name: 'support', waiting: [{ callId: 'x', from: name, fromName: '"><script>1</script>', position: 1, joinedAt: ago(1) }] });
	await page.getByTestId('waiting-caller').getByText(name).waitFor();
	assert.equal(await page.locator('.waiting img').count(), 0);
}));

const order = (page) => page.evaluate(() => [...document.querySelectorAll('.agent')].map((tile) => tile.dataset.testid));

test('rows keep their place under the pointer, and take the new order once it has left', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('agents-order').selectOption('state');
	const before = await order(page);
	await page.getByTestId('agent-1001').hover();
	await page.getByText('Order waits while you are here').waitFor();
	mock.agent('1012', { ringing: true, status: 'AVAILABLE' });
	await page.getByTestId('agent-1012').and(page.locator('[data-state=RINGING]')).waitFor();
	await page.getByTestId('floor-ringing').getByText('1', { exact: true }).waitFor();
	assert.deepEqual(await order(page), before);
	await page.mouse.move(5, 5);
	await page.waitForFunction(() => document.querySelector('.agent').dataset.testid === 'agent-1012');
}));

test('the grid is one stop for Tab, arrows move in it, Enter opens and Escape brings back', () => onPage('/manager', { user: '2002' }, async (page) => {
	await page.getByTestId('agent-1001').waitFor();
	const stops = await page.locator('.agent-tile[tabindex="0"]').count();
	assert.equal(stops, 1);
	await page.locator('.agent-tile[tabindex="0"]').focus();
	const focused = () => page.evaluate(() => document.activeElement.closest('.agent')?.dataset.testid);
	const tiles = await order(page);
	for (const [key, at] of [['ArrowRight', 1], ['End', 11], ['Home', 0]]) {
		await page.keyboard.press(key);
		assert.equal(await focused(), tiles[at], key);
	}
	await page.keyboard.press('ArrowDown');
	const below = await focused();
	assert.ok(tiles.indexOf(below) > 1, 'a row down');
	await page.keyboard.press('ArrowUp');
	assert.equal(await focused(), tiles[0]);
	await page.keyboard.press('Enter');
	await page.getByTestId('drill').waitFor();
	await page.keyboard.press('Escape');
	await page.getByTestId('drill').waitFor({ state: 'detached' });
	assert.equal(await focused(), tiles[0]);
}));

test('a view is saved under a name and found again', () => onPage('/manager', { user: '2002' }, async (page) => {
	await page.getByTestId('agents-state').selectOption('ON_CALL');
	await page.getByTestId('agents-shown').getByText('4 of 12 agents').waitFor();
	await page.getByTestId('views').click();
	await page.getByTestId('save-view').click();
	await page.getByTestId('save-view-dialog').getByRole('button', { name: 'Save' }).click();
	await page.getByText('Give it a name.').waitFor();
	await page.getByTestId('save-view-dialog').getByLabel('Name').fill('On the phone');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Show all' }).click();
	await page.getByTestId('agents-shown').getByText('12 agents', { exact: true }).waitFor();
	await page.getByTestId('views').click();
	await page.getByRole('menuitemradio', { name: 'On the phone' }).click();
	await page.getByTestId('agents-shown').getByText('4 of 12 agents').waitFor();
}));

test('who asks for help stands first, and is said', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('agent-1008').waitFor();
	mock.agent('1008', { help: ago(1) });
	await page.waitForFunction(() => document.querySelector('.agent').dataset.testid === 'agent-1008');
	await page.getByTestId('toasts').getByText(/asks for help/).waitFor();
	mock.agent('1008', { help: null });
	await page.waitForFunction(() => document.querySelector('.agent').dataset.testid !== 'agent-1008');
}));

test('a queue warns and alarms by its thresholds, and a manager sets them', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	const tile = (alert) => page.getByTestId('queue-sales').and(page.locator(`[data-alert="${alert}"]`)).waitFor();
	const waits = (seconds) => mock.emit('queue:update', { name: 'sales', waiting: [{ callId: 'x', from: '15551230001', position: 1, joinedAt: ago(seconds), priority: 0 }] });
	await tile('none');
	waits(40);
	await tile('warn:wait');
	waits(130);
	await tile('alert:wait');
	await page.getByTestId('queue-sales-thresholds').click();
	await page.getByTestId('threshold-alertWaitMs').fill('600');
	await page.getByTestId('threshold-alertWaiting').fill('1');
	await page.getByTestId('save-thresholds').click();
	await tile('alert:count');
	const { body } = sent(mock, 'PUT', mock.requests.find((r) => r.path.endsWith('/thresholds')).path)[0];
	assert.deepEqual(body, { warnWaitMs: 30000, alertWaitMs: 600000, alertWaiting: 1, serviceLevelTarget: 0.8 });
}));

test('what a supervisor asked for and was refused is said beside the button', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('agent-1001').getByRole('button').click();
	const { id } = mock.staff.find((p) => p.extension === '1001');
	mock.refuse.set(`PUT agent-extensions/${id}/status`, { status: 409, body: { type: '/problems/conflict', title: 'x', status: 409, detail: 'The agent is in a call.' } });
	await page.getByTestId('force-sign-out').click();
	await page.getByTestId('act-result').getByText('Amelia Brandt was not changed. The agent is in a call.').waitFor();
	assert.equal(await page.getByTestId('agent-1001').getAttribute('data-state'), 'AVAILABLE');
}));

test('an agent’s calls of today follow while they are looked at', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('agent-1001').click();
	const rows = page.getByTestId('drill').locator('.call-row');
	await rows.nth(8).waitFor();
	mock.history.unshift(pastCall(0, { contactName: 'Somebody new' }));
	mock.taken['1001'] = 1;
	mock.emit('call:ended', { id: 'c1', direction: 'INBOUND', outcome: 'ANSWERED', agent: '1001', endedAt: ago(0) });
	await rows.filter({ hasText: 'Somebody new' }).waitFor();
	assert.equal(await rows.count(), 10);
}));

test('nothing is asked for while nothing happens', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('queue-support-hour').waitFor();
	await page.getByTestId('floor-answered').getByText('186').waitFor();
	const asked = mock.requests.length;
	await page.waitForFunction((age) => document.querySelector('[data-testid=queue-support-oldest]').textContent !== age, await page.getByTestId('queue-support-oldest').textContent());
	assert.equal(mock.requests.length, asked);
}));
