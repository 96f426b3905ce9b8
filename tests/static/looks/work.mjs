// The desk beside the phone: notes, wrap-up, lists, the customer, the search everywhere.
import { ago } from '../mock/answers.mjs';
import { CALL, CALL_ID, ring, talk } from '../pages/harness.mjs';

/** Which part is seen where there is room for one only. */
const inPart = (part, ready) => async (page, ...rest) => {
	await ready(page, ...rest);
	await page.locator('.tab').filter({ hasText: part }).evaluate((tab) => tab.click());
};

const registered = (page) => page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();

/** A call that is over, being written up. */
async function wrapUp(page, mock, context) {
	const { dialog } = await talk(page, mock, context);
	dialog.hangUp();
	mock.agent('1001', { status: 'WRAP_UP', since: ago(0), wrapupUntil: ago(-25), wrapupExtended: false, callId: CALL_ID, nextStatus: 'AWAY', nextReason: 'LUNCH' });
	mock.emit('call:ended', { ...CALL, status: 'ENDED', outcome: 'ANSWERED', agent: '1001', endedAt: ago(0) });
	await page.getByTestId('wrap-up').waitFor();
}

async function filing(page, mock, context) {
	await talk(page, mock, context);
	await page.getByTestId('notes').fill('Charged twice; wants the money back.');
	await page.getByTestId('disposition').press('Enter');
	await page.getByTestId('disposition-tree').waitFor();
}

async function unknownCaller(page, mock, context) {
	mock.contacts = [];
	await ring(page, mock, context);
	await page.getByTestId('add-contact').waitFor();
}

async function conflict(page, mock, context) {
	await talk(page, mock, context);
	await page.getByTestId('contact-company').click();
	Object.assign(mock.contacts[0], { company: 'Whitfield Group', version: 2 });
	await page.getByTestId('contact-company-field').fill('Whitfield Brothers');
	await page.keyboard.press('Enter');
	await page.locator('[data-conflict]').waitFor();
}

async function longBreak(page, mock) {
	await registered(page);
	mock.agent('1001', { status: 'AWAY', reason: 'BREAK', since: ago(1_130) });
	await page.locator('[data-over]').waitFor();
}

async function asked(page, mock, context) {
	await talk(page, mock, context);
	await page.getByTestId('ask-help').click();
	await page.getByTestId('help-request').and(page.locator('[data-asked=yes]')).waitFor();
}

async function promising(page) {
	await registered(page);
	await page.getByTestId('callback-add').click();
	await page.getByTestId('callback-promise').click();
	await page.getByTestId('callback-form').getByRole('alert').waitFor();
}

async function missed(page) {
	await registered(page);
	await page.getByTestId('list-missed').click();
	await page.getByTestId('missed-call').first().waitFor();
}

async function ownCalls(page) {
	await registered(page);
	await page.getByTestId('list-calls').click();
	await page.getByTestId('note-later').first().click();
	await page.getByTestId('late-note').waitFor();
}

async function nothingToDo(page, mock) {
	await registered(page);
	Object.assign(mock, { callbacks: [], missed: [] });
	await page.reload();
	await registered(page);
	await page.getByTestId('callbacks').getByText('No call-backs').waitFor();
}

async function search(page) {
	await registered(page);
	await page.keyboard.press('Control+k');
	await page.getByTestId('search-field').fill('da');
	await page.locator('[data-group=contacts]').waitFor();
}

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'work-wrap-up', ready: wrapUp }, { name: 'work-filing', ready: filing }, { name: 'work-unknown-caller', ready: inPart('Customer', unknownCaller) },
	{ name: 'work-conflict', ready: inPart('Customer', conflict) }, { name: 'work-long-break', ready: longBreak }, { name: 'work-help', ready: inPart('Work', asked) },
	{ name: 'work-promising', ready: inPart('Work', promising) }, { name: 'work-missed', ready: inPart('Work', missed) }, { name: 'work-own-calls', ready: inPart('Work', ownCalls) },
	{ name: 'work-nothing', ready: inPart('Work', nothingToDo) }, { name: 'work-search', ready: search },
].map((look) => ({ path: '/agent', user: '1001', ...look }));
