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
