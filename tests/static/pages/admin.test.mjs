// The administration against a scripted server: what is sent where, what is refused, and who may do what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPage, useBrowser } from './harness.mjs';

useBrowser();

const sent = (mock, method) => mock.requests.filter((r) => r.method === method && !r.path.startsWith('preferences')).map((r) => [r.path.replace(/[0-9a-f-]{36}/g, 'ID'), r.body]);
const first = async (page) => {
	await page.getByTestId('admin-row').first().click();
	await page.getByTestId('admin-save').waitFor();
};

test('a manager changes thresholds and members of a queue, each by its own route, and nothing else', () => onPage('/admin/queues', { user: '2002' }, async (page, mock) => {
	await first(page);
	for (const name of ['displayName', 'ringMs', 'strategy', 'dispositionRequired']) assert.equal(await page.getByTestId(`field-${name}`).isDisabled(), true, name);
	assert.equal(await page.getByTestId('retire').count(), 0);
	assert.equal(await page.getByTestId('admin-new').count(), 0);
	await page.getByTestId('field-alertWaiting').fill('4');
	await page.getByTestId('field-serviceLevelTarget').fill('92.5');
	await page.getByRole('button', { name: /^Remove Amelia/ }).click();
	await page.getByTestId('admin-save').click();
	await page.getByTestId('admin-drawer').waitFor({ state: 'detached' });
	const puts = sent(mock, 'PUT');
	assert.deepEqual(puts.map(([path]) => path).sort(), ['queues/ID/members', 'queues/ID/thresholds']);
	assert.deepEqual(puts.find(([path]) => path.endsWith('thresholds'))[1], { serviceLevelTarget: 0.925, alertWaiting: 4 });
	assert.ok(mock.requests.filter((r) => r.method === 'PUT' && r.path.startsWith('queues')).every((r) => /^"/.test(r.headers['if-match'])), 'each of the version that was read');
}));

test('a manager looks at people, and their passwords, sessions and users are none of theirs', () => onPage('/admin/people', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('admin-row').first().click();
	await page.getByTestId('admin-drawer').getByRole('button', { name: 'Close' }).last().waitFor();
	assert.equal(await page.getByTestId('admin-save').count(), 0);
	assert.equal(await page.getByTestId('reset').count(), 0);
	assert.equal(await page.getByTestId('section-audit').count(), 0);
	assert.deepEqual(mock.requests.filter((r) => r.path.startsWith('users')), []);
}));

test('what the server refuses stands at its field, and what was typed stays', () => onPage('/admin/hours', { user: '2003' }, async (page) => {
	await first(page);
	await page.getByTestId('field-name').fill('Taken');
	await page.getByTestId('admin-save').click();
	await page.getByText('is another timetable’s').waitFor();
	assert.equal(await page.getByTestId('field-name').inputValue(), 'Taken');
	assert.equal(await page.getByTestId('field-name').getAttribute('aria-invalid'), 'true');
	await page.getByTestId('field-name').fill('Free');
	await page.getByTestId('admin-save').click();
	await page.getByTestId('admin-row').filter({ hasText: 'Free' }).waitFor();
}));

test('what cannot be retired stays, and it is said why', () => onPage('/admin/hours', { user: '2003' }, async (page, mock) => {
	await first(page);
	await page.getByTestId('retire').click();
	await page.getByTestId('retire-do').click();
	await page.getByText('These numbers go by it: 5550100.').waitFor();
	assert.equal(mock.config['opening-hours'].length, 1);
}));

test('a list is searched and sorted, and each thing has its address', () => onPage('/admin/people', { user: '2003' }, async (page, mock) => {
	const rows = () => page.getByTestId('admin-row').locator('td:nth-child(2)').allInnerTexts();
	await page.getByTestId('admin-row').first().waitFor();
	const all = await rows();
	await page.getByRole('button', { name: 'Name', exact: true }).click();
	assert.deepEqual(await rows(), [...all].sort((a, b) => a.localeCompare(b)));
	await page.getByTestId('admin-search').fill('okafor');
	assert.deepEqual(await rows(), ['Jonas Okafor']);
	await page.getByTestId('admin-search').fill('nobody of that name');
	await page.getByRole('button', { name: 'Clear the search' }).click();
	assert.equal((await rows()).length, all.length);
	const { id } = mock.staff.find((p) => p.extension === '1003');
	await page.goto(`${mock.url}/admin/people/${id}`);
	await page.getByTestId('admin-drawer').getByRole('heading', { name: 'Priya Raman' }).waitFor();
	await page.keyboard.press('Escape');
	await page.waitForURL('**/admin/people');
}));
