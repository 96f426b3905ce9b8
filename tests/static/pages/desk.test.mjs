// The agent's desk beside the phone: wrap-up, dispositions, the customer, the lists, search, help.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL, CALL_ID, ago, onPage, ring, sent, talk, useBrowser } from './harness.mjs';

useBrowser();

const own = (mock) => mock.staff[0].id;
const registered = (page) => page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();
const onDesk = (body) => onPage('/agent', { user: '1001' }, body);

async function wrapUp(page, mock, context, more) {
	const { dialog } = await talk(page, mock, context);
	dialog.hangUp();
	mock.agent('1001', { status: 'WRAP_UP', callId: CALL_ID, since: ago(0), wrapupUntil: ago(-30), wrapupExtended: false, ...more });
	mock.emit('call:ended', { ...CALL, status: 'ENDED', outcome: 'ANSWERED', agent: '1001', endedAt: ago(0) });
	await page.getByTestId('wrap-up').waitFor();
}

test('wrap-up counts down to the server’s moment; it is extended once, and ended early', () => onDesk(async (page, mock, context) => {
	await wrapUp(page, mock, context);
	assert.match(await page.getByTestId('wrap-up').innerText(), /0:[23]\d/);
	await page.getByTestId('extend').click();
	mock.agent('1001', { wrapupUntil: ago(-90), wrapupExtended: true });
	await page.getByTestId('extend').waitFor({ state: 'detached' });
	await page.getByTestId('finish').click();
	await page.getByTestId('wrap-up').waitFor({ state: 'detached' });
	assert.deepEqual(sent(mock, 'POST', `agent-extensions/${own(mock)}/wrapup`).map((r) => r.body.action), ['EXTEND', 'FINISH']);
}));

test('what is typed in keeps its place when the call ends', () => onDesk(async (page, mock, context) => {
	const { dialog } = await talk(page, mock, context);
	const top = () => page.getByTestId('notes').evaluate((element) => Math.round(element.getBoundingClientRect().top));
	const before = await top();
	dialog.hangUp();
	mock.agent('1001', { status: 'WRAP_UP', callId: CALL_ID, since: ago(0), wrapupUntil: ago(-30), wrapupExtended: false });
	await page.getByTestId('wrap-up').waitFor();
	assert.equal(await top(), before);
}));

test('what comes next is chosen in the call, shown, and named by the button that ends the wrap-up', () => onDesk(async (page, mock, context) => {
	await talk(page, mock, context);
	mock.agent('1001', { nextStatus: 'AWAY', nextReason: 'LUNCH' });
	await page.getByTestId('next-status').getByText('then Lunch').waitFor();
	mock.agent('1001', { status: 'WRAP_UP', wrapupUntil: ago(-30) });
	await page.getByRole('button', { name: 'Save, then Lunch' }).waitFor();
	mock.agent('1001', { nextStatus: 'AVAILABLE', nextReason: null });
	await page.getByRole('button', { name: 'Save and ready' }).waitFor();
}));

test('a queue that wants a disposition gets one before the next call; the error is at the field', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	mock.queueChange = { dispositionRequired: true };
	await page.reload();
	await registered(page);
	await wrapUp(page, mock, context);
	await page.getByTestId('save').click();
	const field = page.getByTestId('disposition');
	await page.getByText('Choose what came of the call').waitFor();
	assert.equal(await field.getAttribute('aria-invalid'), 'true');
	assert.ok(await field.evaluate((element) => element === document.activeElement), 'the focus is at the field');
	assert.equal(sent(mock, 'POST', `agent-extensions/${own(mock)}/wrapup`).length, 0);
	await page.keyboard.press('Enter');
	await page.keyboard.type('refu');
	await page.keyboard.press('Enter');
	assert.equal(await field.inputValue(), 'REFUND');
	await page.getByText('Choose what came of the call').waitFor({ state: 'detached' });
	await page.getByTestId('save').click();
	await page.getByTestId('status').and(page.locator('[data-state=AVAILABLE]')).waitFor();
	assert.equal(mock.notes.get(CALL_ID).disposition, 'REFUND');
}));

test('the tree of dispositions is walked by arrows, folded, and closed without a choice', () => onDesk(async (page, mock, context) => {
	await talk(page, mock, context);
	const field = page.getByTestId('disposition');
	const rows = () => page.getByTestId('disposition-tree').getByRole('treeitem').allInnerTexts();
	await field.click({ delay: 120 });
	await page.getByTestId('disposition-tree').waitFor();
	assert.deepEqual(await rows(), ['Resolved', 'Call back', 'Billing', 'Refund granted', 'Copy of an invoice', 'Wrong number']);
	for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
	assert.deepEqual(await rows(), ['Resolved', 'Call back', 'Billing', 'Wrong number']);
	for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
	assert.equal(await field.inputValue(), 'COPY');
	await page.getByTestId('disposition-tree').waitFor({ state: 'detached' });
	await field.press('ArrowDown');
	await page.keyboard.type('nothing like that');
	await page.getByText('Nothing fits').waitFor();
	await page.keyboard.press('Escape');
	await page.getByTestId('disposition-tree').waitFor({ state: 'detached' });
	assert.equal(await field.inputValue(), 'COPY');
	await page.getByTestId('call-card').waitFor();
}));

test('tags go with the call; words that were not touched are not sent', () => onDesk(async (page, mock, context) => {
	await talk(page, mock, context);
	const tags = page.getByTestId('call-tags').getByRole('textbox');
	await tags.fill('  Invoice ');
	await tags.press('Enter');
	await page.getByTestId('saved-state').and(page.locator('[data-state=saved]')).waitFor();
	assert.deepEqual(mock.notes.get(CALL_ID), { tags: ['invoice'] });
}));

test('a note that the server refuses is not sent again and again', () => onDesk(async (page, mock, context) => {
	await talk(page, mock, context);
	mock.refuse.set(`PUT calls/${CALL_ID}/notes`, { status: 403, body: { detail: 'The day of this call is closed.' } });
	await page.getByTestId('notes').fill('Too late.');
	await page.getByTestId('saved-state').getByText('Not saved: The day of this call is closed.').waitFor();
}));

test('a contact is changed in place; a change of somebody else’s is told, and nothing typed is lost', () => onDesk(async (page, mock, context) => {
	await talk(page, mock, context);
	await page.getByTestId('contact-company').click();
	const field = page.getByTestId('contact-company-field');
	await field.fill('Whitfield Brothers');
	Object.assign(mock.contacts[0], { company: 'Whitfield Group', version: 2 });
	await field.press('Enter');
	await page.getByText('It says now: Whitfield Group').waitFor();
	assert.equal(await field.inputValue(), 'Whitfield Brothers');
	await field.press('Enter');
	await page.getByTestId('contact-company').getByText('Whitfield Brothers').waitFor();
	assert.equal(mock.contacts[0].company, 'Whitfield Brothers');
	await page.getByTestId('contact-name').click();
	await page.getByTestId('contact-name-field').fill('Nobody');
	await page.keyboard.press('Escape');
	await page.getByTestId('customer-name').getByText('Dana Whitfield').waitFor();
	await page.getByTestId('contact-field').first().click();
	await page.getByTestId('contact-field-field').fill('C-1');
	await page.keyboard.press('Enter');
	await page.getByTestId('contact-field').getByText('C-1').waitFor();
	assert.equal(mock.contacts[0].fields.Plan, 'Business Plus', 'the other fields stay');
}));

test('an unknown number becomes a contact in one step', () => onDesk(async (page, mock, context) => {
	mock.contacts = [];
	await ring(page, mock, context);
	assert.equal(await page.getByTestId('new-contact-name').inputValue(), 'WHITFIELD D');
	await page.getByTestId('new-contact-name').fill('Dora Whitfield');
	await page.getByTestId('new-contact').click();
	await page.getByTestId('customer-name').getByText('Dora Whitfield').waitFor();
	assert.deepEqual(mock.contacts.map((c) => [c.name, c.numbers]), [['Dora Whitfield', ['15551230001']]]);
}));

test('the queue’s page opens with the call’s facts, encoded; an address that is none is not offered', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	mock.queueChange = { screenPopUrl: 'https://crm.example/open?tel={number}&who={name}&call={callId}&q={queue}&did={did}&of={contactId}' };
	await page.reload();
	await registered(page);
	mock.contacts[0].name = 'Dana & Sons "A"';
	await talk(page, mock, context);
	const link = page.getByTestId('screen-pop');
	await page.waitForFunction(() => document.querySelector('[data-testid=screen-pop]')?.href.includes('Dana'));
	assert.equal(await link.getAttribute('href'), `https://crm.example/open?tel=15551230001&who=Dana%20%26%20Sons%20%22A%22&call=${CALL_ID}&q=support&did=5550100&of=${mock.contacts[0].id}`);
	assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
	mock.queueChange = { screenPopUrl: 'javascript:alert({callId})' };
	await page.reload();
	await registered(page);
	mock.agent('1001', { status: 'WRAP_UP', callId: CALL_ID, wrapupUntil: ago(-30) });
	await page.getByTestId('customer-name').waitFor();
	assert.equal(await link.count(), 0);
}));

test('a break with a limit counts down, and is told when it is over', () => onDesk(async (page, mock) => {
	await registered(page);
	mock.agent('1001', { status: 'AWAY', reason: 'BREAK', since: ago(898) });
	await page.getByTestId('pause-limit').getByText('left').waitFor();
	await page.getByTestId('pause-limit').and(page.locator('[data-over]')).waitFor();
	await page.getByTestId('toasts').getByText('Short break is over its limit').waitFor();
	await page.getByTestId('toasts').getByRole('button', { name: 'I am back' }).click();
	await page.getByTestId('status').and(page.locator('[data-state=AVAILABLE]')).waitFor();
}));

test('a call-back is promised, reminds when it is due, and is done', () => onDesk(async (page, mock) => {
	await registered(page);
	mock.callbacks = [];
	await page.reload();
	await registered(page);
	await page.getByTestId('callback-add').click();
	await page.getByTestId('callback-number').fill('not a number');
	await page.getByTestId('callback-promise').click();
	await page.getByText('Use digits only').waitFor();
	await page.getByTestId('callback-number').fill('+1 555 123 0042');
	await page.getByTestId('callback-notes').fill('About the offer');
	await page.getByRole('button', { name: '1 hour' }).click();
	await page.getByTestId('callback-promise').click();
	await page.getByTestId('callback').getByText('About the offer').waitFor();
	const [{ body }] = sent(mock, 'POST', 'callbacks');
	assert.equal(body.phoneNumber, '+15551230042');
	assert.ok(Math.abs(Date.parse(body.dueAt) - Date.now() - 3_600_000) < 120_000);
	mock.callbacks[0].dueAt = ago(-2);
	await page.reload();
	await page.getByTestId('toasts').getByText('Call back +1 555 123 0042').waitFor();
	await page.getByTestId('callback-done').click();
	await page.getByTestId('callback').waitFor({ state: 'detached' });
	assert.equal(mock.callbacks[0].state, 'DONE');
}));

test('missed calls are called back by one press, and closed', () => onDesk(async (page, mock) => {
	await registered(page);
	await page.getByTestId('list-missed').click();
	await page.getByTestId('missed-call').first().getByText('twice').waitFor();
	await page.getByTestId('missed-call').nth(1).getByTestId('missed-close').click();
	await page.getByTestId('missed-call').nth(1).waitFor({ state: 'detached' });
	await page.getByTestId('missed-dial').click();
	await page.getByTestId('call-card').waitFor();
	assert.equal(sent(mock, 'POST', 'calls/dial')[0].body.phoneNumber, '15551230007');
}));

test('own calls are searched; a note comes later as long as the server takes it', () => onDesk(async (page, mock) => {
	await registered(page);
	await page.getByTestId('list-calls').click();
	const rows = page.getByTestId('own-calls').locator('.call-row');
	await rows.first().waitFor();
	const { id } = mock.history[0];
	mock.refuse.set(`PUT calls/${id}/notes`, { status: 409, body: { detail: 'The day of that call is closed.' } });
	await page.getByTestId('note-later').first().click();
	await page.getByTestId('late-note-text').fill('Sent it again.');
	await page.getByTestId('late-note-put').click();
	await page.getByText('The day of that call is closed.').waitFor();
	mock.refuse.clear();
	await page.getByTestId('late-note-put').click();
	await rows.first().getByText('Sent it again.').waitFor();
	const search = page.waitForRequest((r) => r.url().includes('search=invoice'));
	await page.getByTestId('own-calls-search').fill('invoice');
	await search;
}));

test('the search shows contacts, finds colleagues with their presence, queues and actions, by keys alone', () => onDesk(async (page, mock) => {
	await registered(page);
	await page.keyboard.press('Control+k');
	const field = page.getByTestId('search-field');
	await field.fill('dana');
	await page.locator('[data-group=contacts]').getByText('Dana Whitfield').waitFor();
	await page.keyboard.press('Enter');
	await page.getByTestId('customer-name').getByText('Dana Whitfield').waitFor();
	await page.getByTestId('close-contact').click();
	await page.getByText('No customer yet').waitFor();
	await page.getByTestId('open-search').click();
	await field.fill('jonas');
	await page.locator('[data-group=colleagues]').getByText('On call').waitFor();
	mock.agent('1002', { status: 'AVAILABLE' });
	await page.locator('[data-group=colleagues]').getByText('Available').waitFor();
	await field.fill('suppo');
	await page.locator('[data-group=queues]').getByText('3 waiting').waitFor();
	await field.fill('status lunch');
	await page.locator('[data-group=actions]').getByText('Lunch').waitFor();
	await page.keyboard.press('Enter');
	await page.getByTestId('status').and(page.locator('[data-state=AWAY]')).waitFor();
	await page.getByTestId('palette').waitFor({ state: 'detached' });
	await page.keyboard.press('Control+k');
	await field.fill('jonas');
	await page.keyboard.press('Enter');
	await page.getByTestId('call-card').waitFor();
	assert.equal(sent(mock, 'POST', 'calls/dial')[0].body.phoneNumber, '1002');
}));

test('help is asked for by one press and taken back by another; a failure is told', () => onDesk(async (page, mock, context) => {
	await talk(page, mock, context);
	await page.getByTestId('ask-help').click();
	await page.getByTestId('help-request').and(page.locator('[data-asked=yes]')).waitFor();
	mock.refuse.set(`DELETE agent-extensions/${own(mock)}/help`, { status: 503, body: { detail: 'The exchange is away.' } });
	await page.keyboard.press('Shift+H');
	await page.getByTestId('toasts').getByText('The exchange is away.').waitFor();
	mock.refuse.clear();
	await page.getByTestId('ask-help').click();
	await page.getByTestId('help-request').and(page.locator('[data-asked=no]')).waitFor();
}));

test('own figures are read again when the own state changes', () => onDesk(async (page, mock) => {
	await registered(page);
	await page.getByTestId('own-aht').getByText('4:15').waitFor();
	assert.equal(await page.getByTestId('own-service-level').innerText(), '82 %');
	const again = page.waitForResponse('**/metrics');
	mock.agent('1001', { status: 'BUSY' });
	await again;
}));
