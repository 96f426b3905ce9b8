import assert from 'node:assert/strict';
import { test } from 'node:test';
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
