// A ring reaches whoever looks at something else: another page, another tab, another program.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPage, ring, useBrowser } from './harness.mjs';

useBrowser();

/** The page believes that nobody looks at it, and may show notifications. */
const hide = (page) => page.evaluate(() => {
	globalThis.shown = [];
	globalThis.Notification = class {
		static permission = 'granted';
		constructor(title, { body }) { this.words = `${title}: ${body}`; globalThis.shown.push(this); }
		close() { this.closed = true; }
	};
	Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
	document.dispatchEvent(new Event('visibilitychange'));
});

test('a ring shows on the desktop and flashes in the title until it is over', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await hide(page);
	const titles = page.evaluate(() => new Promise((resolve) => {
		const seen = new Set();
		new MutationObserver(() => {
			seen.add(document.title);
			if (seen.size >= 3) resolve([...seen]);
		}).observe(document.querySelector('title'), { childList: true });
	}));
	const { dialog } = await ring(page, mock, context);
	assert.match((await titles).join('|'), /● Incoming: .*\+1 555 123 0001/);
	assert.match(await page.evaluate(() => globalThis.shown[0].words), /^Incoming call: .*\+1 555 123 0001/);
	await page.getByTestId('reject').click();
	await dialog.refused;
	await page.getByLabel('Phone number').waitFor();
	assert.equal(await page.evaluate(() => globalThis.shown[0].closed), true);
	await page.waitForFunction(() => !document.title.includes('Incoming'));
}));

test('on another page a ring is one press away', () => onPage('/agent', { user: '2002' }, async (page, mock, context) => {
	await mock.peer.registered();
	await page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();
	await page.getByRole('link', { name: 'Board' }).click();
	await page.getByTestId('agent-1001').waitFor();
	assert.equal(await page.getByTestId('to-call').count(), 0);
	await ring(page, mock, context, { extension: '2002', card: 'to-call' });
	await page.getByTestId('to-call').click();
	await page.getByTestId('ring-card').waitFor();
}));
