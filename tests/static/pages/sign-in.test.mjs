import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPage, sent, useBrowser } from './harness.mjs';

useBrowser();

test('a wrong password is told, the right one opens the desk and registers the phone', () => onPage('/', {}, async (page, mock) => {
	await page.getByLabel('Extension').fill('1001');
	await page.getByLabel('Password').fill('wrong');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('Extension or password is wrong.').waitFor();
	await page.getByLabel('Password').fill('cordboard-demo');
	await page.keyboard.press('Enter');
	await page.waitForURL('**/agent');
	await mock.peer.registered();
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
	assert.equal(sent(mock, 'POST', 'auth/phone').length, 0);
	const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
	assert.doesNotMatch(stored, /secret|cordboard-demo/);
}));

test('a reloaded desk registers again with a fresh secret', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	await mock.peer.registered();
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
	assert.equal(sent(mock, 'POST', 'auth/phone').length, 1);
}));

test('an agent has no way to the manager’s pages', () => onPage('/manager', { user: '1001' }, async (page) => {
	await page.waitForURL('**/agent');
	assert.equal(await page.getByRole('navigation').count(), 0);
}));
