// What each person chooses: in force at once, kept by the server, there again after a reload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPage, sent, useBrowser } from './harness.mjs';

useBrowser();

async function open(page, section) {
	await page.getByTestId('user-menu').click();
	await page.getByTestId('open-settings').click();
	await page.getByRole('tab', { name: section }).click();
}

const kept = (page) => page.waitForResponse((r) => r.url().endsWith('/preferences') && r.request().method() === 'PUT');
const theme = (page) => page.evaluate(() => document.documentElement.dataset.theme ?? 'system');

test('a theme is in force at once, kept, and there before the first paint of the next visit', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await open(page, 'Appearance');
	const saved = kept(page);
	await page.getByLabel('Dark').check();
	assert.equal(await theme(page), 'dark');
	await saved;
	assert.deepEqual(mock.preferences, { theme: '"dark"' });
	await page.reload({ waitUntil: 'commit' });
	await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
	await page.getByTestId('user-menu').waitFor();
	assert.equal(await theme(page), 'dark');
}));

test('what the server kept is in force, what it cannot mean is passed over', async () => {
	await onPage('/manager', { user: '2002', preferences: { theme: '"light"', keysOff: '"yes"', keys: 'no json' } }, async (page) => {
		await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
		await page.keyboard.press('?');
		await page.getByTestId('key-help').waitFor();
	});
});

test('a choice that cannot be kept is in force, says so, and is sent again', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	mock.refuse.set('PUT preferences', { status: 503, body: { detail: 'The database is away.' } });
	await open(page, 'Appearance');
	await page.getByLabel('Dark').check();
	await page.getByText('Not kept yet, trying again: The database is away.').waitFor();
	mock.refuse.delete('PUT preferences');
	await page.getByLabel('Light').check();
	await page.getByText('Not kept yet').waitFor({ state: 'detached' });
	assert.deepEqual(mock.preferences, { theme: '"light"' });
}));

test('a key is given to another action after its holder is told; tooltip, help and press follow', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	await open(page, 'Keys');
	await page.getByTestId('key-help').click();
	await page.getByTestId('press-key').press('Escape');
	await page.getByTestId('press-key').waitFor({ state: 'detached' });
	await page.getByTestId('settings').waitFor();
	await page.getByTestId('key-help').click();
	await page.getByTestId('press-key').press('s');
	await page.getByText('is the key of “Choose a status”').waitFor();
	const saved = kept(page);
	await page.getByTestId('take-key').click();
	await saved;
	assert.deepEqual(JSON.parse(mock.preferences.keys), { help: 'S', status: '' });
	await page.keyboard.press('Escape');
	await page.getByTestId('settings').waitFor({ state: 'detached' });
	await page.getByTestId('phone-number').waitFor();
	await page.keyboard.press('s');
	await page.getByTestId('key-help').waitFor();
	await page.keyboard.press('Escape');
	await open(page, 'Keys');
	await page.getByTestId('reset-keys').click();
	assert.match(await page.getByTestId('key-status').innerText(), /\nS$/);
}));

test('single keys can be turned off; they rest in fields and dialogs', () => onPage('/agent', { user: '1001' }, async (page) => {
	await page.getByLabel('Phone number').focus();
	await page.keyboard.press('?');
	assert.equal(await page.getByTestId('key-help').count(), 0);
	await page.keyboard.press('Escape');
	await open(page, 'Keys');
	await page.keyboard.press('?');
	assert.equal(await page.getByRole('dialog').count(), 1);
	await page.getByRole('switch', { name: 'Single keys' }).click();
	await page.keyboard.press('Escape');
	await page.getByTestId('settings').waitFor({ state: 'detached' });
	await page.keyboard.press('?');
	assert.equal(await page.getByTestId('key-help').count(), 0);
}));

test('a notification is asked for, shown on trial, and only when the page is not in front', () => onPage('/manager', { user: '2002' }, async (page, mock, context) => {
	await page.evaluate(() => {
		globalThis.shown = [];
		globalThis.Notification = class {
			static permission = 'default';
			static requestPermission() { this.permission = 'granted'; return Promise.resolve('granted'); }
			constructor(title) { globalThis.shown.push(title); }
			close() {}
		};
	});
	await open(page, 'Sounds and notices');
	await page.evaluate(async () => (await import('/core/notify.js')).permission.value = 'default');
	await page.getByTestId('allow-notifications').click();
	await page.getByTestId('test-notification').click();
	assert.deepEqual(await page.evaluate(() => globalThis.shown), ['This is how a call announces itself']);
	const say = (title) => page.evaluate(async (t) => { (await import('/core/notify.js')).notify({ title: t }); return globalThis.shown.length; }, title);
	assert.equal(await say('in front'), 1);
	await page.evaluate(() => Object.defineProperty(document, 'visibilityState', { value: 'hidden' }));
	assert.equal(await say('behind'), 2);
	assert.ok(context);
}));

test('own sessions are listed, and one is ended', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	await open(page, 'Sessions');
	await page.getByTestId('session').nth(1).waitFor();
	assert.match(await page.getByTestId('session').first().innerText(), /Chrome, Linux[\s\S]*This one/);
	const other = mock.sessions[1].id;
	await page.getByTestId('end-session').click();
	await page.waitForFunction(() => document.querySelectorAll('[data-testid=session]').length === 1);
	assert.equal(sent(mock, 'DELETE', `auth/sessions/${other}`).length, 1);
}));

test('a dialog gives the focus back, and a menu is walked by arrows', () => onPage('/agent', { user: '1001' }, async (page) => {
	await page.getByTestId('user-menu').focus();
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.activeElement?.dataset.testid === 'open-settings');
	await page.keyboard.press('ArrowDown');
	await page.waitForFunction(() => document.activeElement?.dataset.testid === 'open-key-help');
	await page.keyboard.press('Enter');
	await page.getByTestId('key-help').waitFor();
	await page.keyboard.press('Escape');
	await page.waitForFunction(() => document.activeElement?.dataset.testid === 'user-menu');
}));
