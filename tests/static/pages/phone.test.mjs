import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_ID, ago, farEnd, onPage, ring, sent, talk, useBrowser } from './harness.mjs';

useBrowser();

test('a ring shows number, name, queue, DID and seconds waited; reject refuses it', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await ring(page, mock, context);
	const card = page.getByTestId('ring-card');
	await card.getByText('Dana Whitfield').waitFor();
	const text = await card.innerText();
	for (const part of ['+1 555 123 0001', 'Support', '555 0100']) assert.ok(text.includes(part), `${part} in ${text}`);
	assert.match(await page.getByTestId('seconds-waited').innerText(), /^0:[2-5]\d$/);
	assert.match(await page.title(), /Ringing/);
	await page.keyboard.press('x');
	assert.equal(await dialog.refused, 603);
	await page.getByRole('button', { name: 'Dial' }).waitFor();
}));

test('a call is answered, muted, held, resumed and hung up; both streams are live', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await talk(page, mock, context);
	await page.waitForFunction(() => document.querySelector('[data-testid=remote-audio]')?.srcObject?.getAudioTracks()[0]?.muted === false);
	await page.keyboard.press('m');
	await page.getByRole('button', { name: 'Unmute' }).click();
	await page.getByRole('button', { name: 'Hold' }).click();
	await page.getByRole('button', { name: 'Resume' }).and(page.locator(':enabled')).click();
	await page.getByRole('button', { name: 'Hold' }).and(page.locator(':enabled')).waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Hang up' }).click();
	assert.equal(await dialog.ended, 'BYE');
	await page.getByLabel('Phone number').waitFor();
}));

test('dialling answers only the call it asked for, and shows a busy number as a failure', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await mock.peer.registered();
	await page.getByTestId('dial').and(page.locator(':enabled')).waitFor();
	await page.getByLabel('Phone number').fill('no number');
	await page.getByRole('button', { name: 'Dial' }).click();
	await page.getByText('Use digits only').waitFor();
	await page.getByLabel('Phone number').fill('+1 555 987 0000');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Hang up' }).and(page.locator(':enabled')).waitFor();
	const [request] = sent(mock, 'POST', 'calls/dial');
	assert.equal(request.body.phoneNumber, '+15559870000');
	assert.ok(request.headers['idempotency-key']);
	const far = await farEnd(context, mock);
	await page.bringToFront();
	const { callId } = mock.dialled;
	const dialog = mock.peer.invite({ sdp: far.offer, from: '5559870000', headers: ['X-CC-Auto-Answer: 1', `X-CC-Call-ID: ${callId}`] });
	await far.accept(await dialog.answered);
	assert.equal(await page.getByTestId('call-card').getAttribute('data-stage'), 'calling');
	mock.emit('call:ended', { id: callId, direction: 'OUTBOUND', status: 'ENDED', to: '15559870000', agent: '1001', outcome: 'BUSY', endedAt: ago(0) });
	dialog.hangUp();
	await page.getByTestId('dial-note').getByText('Busy').waitFor();
}));

test('a stranger’s auto-answer header rings like any call', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await mock.peer.registered();
	const far = await farEnd(context, mock);
	await page.bringToFront();
	mock.peer.invite({ sdp: far.offer, from: '15551230009', headers: ['X-CC-Auto-Answer: 1', `X-CC-Call-ID: ${CALL_ID}`] });
	await page.getByRole('button', { name: 'Answer' }).waitFor();
}));

test('a refused registration says why and offers a way out', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	await mock.peer.registered();
	mock.peer.registerStatus = '403 Forbidden';
	await page.reload();
	await page.getByText('Your phone is not registered.').waitFor();
	assert.ok(await page.getByRole('button', { name: 'Dial' }).isDisabled());
	mock.peer.registerStatus = '200 OK';
	await page.getByRole('button', { name: 'Register again' }).click();
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
}));

test('a second tab does not fight for the phone, and can take it over', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
	const second = await context.newPage();
	await second.goto(`${mock.url}/agent`);
	await second.getByRole('button', { name: 'Take over' }).click();
	await second.getByTestId('phone-state').getByText('Phone registered').waitFor();
	await page.getByText('The phone is open in another tab').waitFor();
	assert.equal(sent(mock, 'POST', 'auth/phone').length, 2);
}));
