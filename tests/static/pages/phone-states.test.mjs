// The phone when things go another way: what fails is shown as a failure, and the call goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_ID, onPage, ring, sent, talk, useBrowser } from './harness.mjs';

useBrowser();

const desk = { user: '1001' };
const registered = (page) => page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();
const body = (mock, path) => sent(mock, 'POST', `calls/${CALL_ID}/${path}`).at(-1)?.body;

test('a hold that the exchange refuses is a failed hold, not a lost call', () => onPage('/agent', desk, async (page, mock, context) => {
	const { dialog, far } = await talk(page, mock, context);
	dialog.reoffer = async () => null;
	await page.getByTestId('hold').click();
	await page.getByTestId('call-problem').getByText('could not be held').waitFor();
	await page.getByTestId('call-card').and(page.locator('[data-stage=talking]')).waitFor();
	dialog.reoffer = far.reoffer;
	await page.getByTestId('hold').click();
	await page.getByTestId('resume').and(page.locator(':enabled')).waitFor();
	assert.equal(await page.getByTestId('call-problem').count(), 0);
	await page.getByTestId('hang-up').click();
	assert.equal(await dialog.ended, 'BYE');
}));

test('a call is sent to a colleague, found by name; what the exchange refuses is told', () => onPage('/agent', desk, async (page, mock, context) => {
	await talk(page, mock, context);
	await page.keyboard.press('t');
	await page.getByTestId('transfer-search').fill('sofia');
	const row = page.locator('[data-testid=transfer-target][data-value="1005"]');
	await row.getByText('Sofia Lindqvist').waitFor();
	assert.equal(await page.getByTestId('transfer-target').count(), 1);
	mock.refuse.set(`POST calls/${CALL_ID}/transfer`, { status: 409, body: { type: '/problems/conflict', title: 'Conflict', status: 409, detail: 'She is on another call.' } });
	await row.getByTestId('transfer-now').click();
	await page.getByTestId('transfer-problem').getByText('She is on another call.').waitFor();
	mock.refuse.clear();
	await row.getByTestId('transfer-now').click();
	await page.waitForFunction(() => !document.querySelector('[data-testid=transfer-problem]'));
	assert.deepEqual(body(mock, 'transfer'), { to: { kind: 'AGENT', value: '1005' }, kind: 'BLIND' });
}));

test('one cannot send a call to who has no phone or talks, nor to a refused number', () => onPage('/agent', desk, async (page, mock, context) => {
	await talk(page, mock, context);
	await page.keyboard.press('t');
	mock.agent('1005', { status: 'AVAILABLE', phone: 'UNREGISTERED' });
	await page.locator('[data-testid=transfer-target][data-value="1005"] [data-testid=transfer-now]').and(page.locator(':disabled')).waitFor();
	await page.getByTestId('transfer-search').fill('+49 900 123456');
	await page.getByTestId('transfer-problem').getByText('Premium-rate numbers').waitFor();
	await page.getByTestId('transfer-search').fill('+49 30 1234567');
	await page.locator('[data-testid=transfer-target][data-kind=NUMBER] [data-testid=transfer-now]').click();
	assert.deepEqual(body(mock, 'transfer').to, { kind: 'NUMBER', value: '+49301234567' });
}));

test('a consultation goes from ringing to the end; a hold of one’s own is resumed before', () => onPage('/agent', desk, async (page, mock, context) => {
	await talk(page, mock, context);
	await page.keyboard.press('h');
	await page.getByTestId('resume').and(page.locator(':enabled')).waitFor();
	await page.keyboard.press('t');
	await page.locator('[data-testid=transfer-target][data-value="1005"]').getByTestId('consult').click();
	const card = page.getByTestId('consult-card');
	await card.and(page.locator('[data-status=RINGING]')).waitFor();
	assert.equal(await page.getByTestId('call-card').getAttribute('data-stage'), 'talking');
	assert.ok(await page.getByTestId('complete-transfer').isDisabled());
	assert.ok(await page.getByTestId('hold').isDisabled());
	mock.lastCall = { ...mock.lastCall, consult: { ...mock.lastCall.consult, status: 'TALKING' } };
	mock.emit('call:state:changed', mock.lastCall);
	await page.getByTestId('swap').click();
	await card.and(page.locator('[data-status=HELD]')).waitFor();
	await page.getByTestId('swap').click();
	await card.and(page.locator('[data-status=TALKING]')).waitFor();
	await page.getByTestId('join').click();
	await card.and(page.locator('[data-status=JOINED]')).waitFor();
	await page.getByTestId('complete-transfer').click();
	await card.waitFor({ state: 'detached' });
	assert.equal(sent(mock, 'POST', `calls/${CALL_ID}/consult/complete`).length, 1);
}));

test('a call that a colleague asked about and handed over is the customer’s', () => onPage('/agent', desk, async (page, mock, context) => {
	await talk(page, mock, context, { from: '1005', name: 'Sofia Lindqvist' });
	const asked = { ...mock.lastCall, agent: '1005', consult: { by: '1005', to: '1001', status: 'TALKING' } };
	mock.emit('call:state:changed', asked);
	await page.getByTestId('call-card').getByText('Sofia Lindqvist').waitFor();
	mock.emit('call:state:changed', { ...asked, agent: '1001', consult: null, transfer: { kind: 'ATTENDED', from: '1005', to: '1001', result: 'ANSWERED', at: new Date().toISOString() } });
	await page.getByTestId('call-card').getByText('Dana Whitfield').waitFor();
	await page.getByTestId('customer-name').getByText('Dana Whitfield').waitFor();
}));

test('a consultation that nobody answered says so', () => onPage('/agent', desk, async (page, mock, context) => {
	await talk(page, mock, context);
	await page.keyboard.press('t');
	await page.locator('[data-testid=transfer-target][data-value="1005"]').getByTestId('consult').click();
	await page.getByTestId('consult-card').waitFor();
	mock.emit('call:state:changed', { ...mock.lastCall, consult: null, transfer: { kind: 'ATTENDED', from: '1001', to: '1005', result: 'NO_ANSWER', at: new Date().toISOString() } });
	await page.getByTestId('call-problem').getByText('Sofia Lindqvist did not answer').waitFor();
}));

test('a refused number is told before it is dialled; a pasted one is read', () => onPage('/agent', desk, async (page, mock) => {
	await registered(page);
	const field = page.getByLabel('Phone number');
	await field.fill('0049 900 123');
	await page.keyboard.press('Enter');
	await page.getByTestId('dial-note').getByText('Premium-rate numbers').waitFor();
	assert.equal(sent(mock, 'POST', 'calls/dial').length, 0);
	await field.evaluate((input) => {
		const data = new DataTransfer();
		data.setData('text', ' tel:+49 (0)30 / 123-4567 ');
		input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
	});
	assert.equal(await field.inputValue(), '+49301234567');
}));

test('another device that has the phone now is told as that, and the phone can be taken back', () => onPage('/agent', desk, async (page, mock) => {
	await registered(page);
	mock.peer.registerStatus = '401 Unauthorized';
	mock.agent('1001', { phone: 'UNREGISTERED' });
	await page.getByText('Your phone is used elsewhere').waitFor();
	await page.getByTestId('phone-state').and(page.locator('[data-state=taken]')).waitFor();
	mock.peer.registerStatus = '200 OK';
	await page.getByTestId('take-back').click();
	await registered(page);
}));

test('devices are chosen, kept in this browser, and a test tone is heard', () => onPage('/agent', desk, async (page) => {
	await registered(page);
	await page.getByTestId('open-devices').click();
	const microphone = page.getByTestId('device-microphone');
	const label = await microphone.locator('option').nth(1).textContent();
	await microphone.selectOption({ label });
	await page.getByTestId('noiseSuppression').click();
	await page.waitForFunction(() => Number(getComputedStyle(document.querySelector('[data-testid=input-level] .loudness')).getPropertyValue('--level')) > 0.2);
	await page.getByTestId('test-speaker').click();
	await page.waitForFunction(() => document.querySelector('[data-testid=test-audio]')?.currentTime > 0.1);
	await page.reload();
	await page.getByTestId('open-devices').click();
	assert.equal(await microphone.locator('option:checked').textContent(), label);
	assert.equal(await page.getByTestId('noiseSuppression').isChecked(), false);
}));

test('a microphone that goes away in a call is replaced, and that is told', () => onPage('/agent', desk, async (page, mock, context) => {
	await page.addInitScript(() => {
		const { getUserMedia } = MediaDevices.prototype;
		MediaDevices.prototype.getUserMedia = async function spied(...args) {
			const stream = await getUserMedia.apply(this, args);
			(window.streams ??= []).push(stream);
			return stream;
		};
	});
	await page.reload();
	const { dialog } = await talk(page, mock, context);
	const opened = await page.evaluate(() => {
		const track = window.streams.at(-1).getAudioTracks()[0];
		track.stop();
		track.dispatchEvent(new Event('ended'));
		return window.streams.length;
	});
	await page.getByTestId('device-notice').getByText('microphone was unplugged').waitFor();
	assert.equal(await page.evaluate(() => window.streams.length), opened + 1);
	await page.getByTestId('call-card').and(page.locator('[data-stage=talking]')).waitFor();
	await page.getByTestId('hang-up').click();
	assert.equal(await dialog.ended, 'BYE');
}));

test('a chosen device that is not there falls back to the system’s own, and that is told', () => onPage('/agent', desk, async (page, mock, context) => {
	await page.evaluate(() => localStorage.setItem('cordboard.browser', JSON.stringify({ audio: { microphone: 'gone', speaker: 'gone' } })));
	await page.reload();
	await registered(page);
	await page.getByTestId('device-notice').waitFor();
	await page.getByTestId('open-devices').click();
	assert.match(await page.getByTestId('device-microphone').locator('option:checked').textContent(), /not plugged in/);
	await page.keyboard.press('Escape');
	await talk(page, mock, context);
}));

test('without a microphone a ringing call stays, with the reason, until there is one', () => onPage('/agent', desk, async (page, mock, context) => {
	await page.addInitScript(() => {
		const { getUserMedia } = MediaDevices.prototype;
		MediaDevices.prototype.getUserMedia = function refused(...args) {
			if (window.allow) return getUserMedia.apply(this, args);
			return Promise.reject(new DOMException('no', 'NotAllowedError'));
		};
	});
	await page.reload();
	await page.getByTestId('microphone-notice').getByText('does not let this page use the microphone').waitFor();
	await ring(page, mock, context);
	await page.getByTestId('answer').click();
	await page.getByTestId('ring-card').getByText('does not let this page').waitFor();
	await page.evaluate(() => { window.allow = true; });
	await page.getByTestId('answer').click();
	await page.getByTestId('ring-card').waitFor({ state: 'detached' });
}));
