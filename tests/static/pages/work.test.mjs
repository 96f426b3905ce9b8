import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL, CALL_ID, ago, onPage, talk, useBrowser } from './harness.mjs';

useBrowser();

test('notes are saved as typed; Save in wrap-up makes ready', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await talk(page, mock, context);
	await page.getByLabel('Notes').fill('Charged twice.');
	await page.getByTestId('saved-state').and(page.locator('[data-state=saved]')).waitFor();
	assert.equal(mock.notes.get(CALL_ID).notes, 'Charged twice.');
	dialog.hangUp();
	mock.agent('1001', { status: 'WRAP_UP', since: ago(0), wrapupUntil: ago(-20) });
	mock.emit('call:ended', { ...CALL, status: 'ENDED', outcome: 'ANSWERED', agent: '1001', endedAt: ago(0) });
	await page.getByTestId('wrap-up').waitFor();
	await page.getByLabel('Disposition').selectOption('RESOLVED');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByTestId('status').and(page.locator('[data-state=AVAILABLE]')).waitFor();
	assert.deepEqual(mock.notes.get(CALL_ID), { notes: 'Charged twice.', disposition: 'RESOLVED' });
}));

test('a note that cannot be saved says so and is sent again', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await talk(page, mock, context);
	const name = `PUT calls/${CALL_ID}/notes`;
	mock.refuse.set(name, { status: 503, body: { detail: 'The database is away.' } });
	await page.getByLabel('Notes').fill('Keep me.');
	await page.getByText('Not saved, trying again: The database is away.').waitFor();
	mock.refuse.delete(name);
	await page.getByTestId('saved-state').and(page.locator('[data-state=saved]')).waitFor();
	assert.equal(mock.notes.get(CALL_ID).notes, 'Keep me.');
}));

test('words that are not saved yet are sent before a sign-out', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await talk(page, mock, context);
	dialog.hangUp();
	mock.emit('call:ended', { ...CALL, status: 'ENDED', outcome: 'ANSWERED', agent: '1001', endedAt: ago(0) });
	mock.agent('1001', { status: 'WRAP_UP', callId: CALL_ID, since: ago(0), wrapupUntil: ago(-20) });
	await page.getByTestId('wrap-up').waitFor();
	await page.getByTestId('user-menu').click();
	await page.getByTestId('sign-out').waitFor();
	await page.evaluate(() => {
		const notes = document.querySelector('[data-testid=notes]');
		Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(notes, 'Last words.');
		notes.dispatchEvent(new Event('input', { bubbles: true }));
		document.querySelector('[data-testid=sign-out]').click();
	});
	await page.getByLabel('Password').waitFor();
	assert.deepEqual(mock.requests.map((r) => r.path).filter((path) => /notes|logout/.test(path)), [`calls/${CALL_ID}/notes`, 'auth/logout']);
	assert.equal(mock.notes.get(CALL_ID).notes, 'Last words.');
}));

async function signIn(page, extension) {
	await page.getByLabel('Extension').fill(extension);
	await page.getByLabel('Password', { exact: true }).fill('cordboard-demo');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByTestId('user-menu').waitFor();
}

for (const [extension, notes] of [['1001', 'Keep me.'], ['1002', undefined]])
	test(`words that an ended session kept back are sent when the same person is back: ${extension}`, () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
		const name = `PUT calls/${CALL_ID}/notes`;
		await talk(page, mock, context);
		mock.refuse.set(name, { status: 401, body: { detail: 'Sign in first.' } });
		await page.getByLabel('Notes').fill('Keep me.');
		await page.getByText('Your session has ended.').waitFor();
		mock.refuse.delete(name);
		await signIn(page, extension);
		await page.waitForTimeout(1_500);
		assert.equal(mock.notes.get(CALL_ID)?.notes, notes);
	}));

test('a status that the server refuses is not shown as taken', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	const select = page.getByLabel('Status');
	await select.selectOption('AWAY:LUNCH');
	await page.getByTestId('status').and(page.locator('[data-state=AWAY]')).waitFor();
	const own = mock.staff[0].id;
	mock.refuse.set(`PUT agent-extensions/${own}/status`, { status: 503, body: { detail: 'The exchange is away.' } });
	await select.selectOption('AVAILABLE');
	await page.getByText('The exchange is away.').waitFor();
	assert.equal(await select.inputValue(), 'AWAY:LUNCH');
}));
