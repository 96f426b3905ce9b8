import { talk } from '../pages/harness.mjs';

const key = (name) => async (page, mock, context) => {
	await talk(page, mock, context);
	await page.keyboard.press(name);
};

const consult = (status) => async (page, mock, context) => {
	await talk(page, mock, context);
	mock.lastCall = { ...mock.lastCall, consult: { by: '1001', to: '1005', name: 'Sofia Lindqvist', status, since: new Date(Date.now() - 42_000).toISOString() } };
	mock.emit('call:state:changed', mock.lastCall);
	await page.getByTestId('consult-card').waitFor();
};

/** A number that is refused: its reason is long. */
async function refused(page) {
	await page.getByTestId('dial').and(page.locator(':enabled')).waitFor();
	await page.getByLabel('Phone number').fill('+49900123456');
	await page.keyboard.press('Enter');
	await page.getByTestId('dial-note').getByText('Premium').waitFor();
}

async function elsewhere(page, mock) {
	await mock.peer.registered();
	await page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();
	mock.peer.registerStatus = '403 Forbidden';
	mock.agent('1001', { phone: 'REGISTERED', status: 'AVAILABLE' });
	mock.emit('presence:update', { extension: '1001', phone: 'UNKNOWN' });
	await page.getByTestId('take-back').waitFor();
}

async function unregistered(page, mock) {
	await mock.peer.registered();
	mock.peer.registerStatus = '403 Forbidden';
	await page.reload();
	await page.getByTestId('register-again').waitFor();
}

const at = { path: '/agent', user: '1001' };

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'phone-muted', ...at, ready: async (page, mock, context) => { await key('m')(page, mock, context); await page.getByTestId('muted-note').waitFor(); } },
	{ name: 'phone-hold', ...at, ready: async (page, mock, context) => { await key('h')(page, mock, context); await page.getByTestId('hold-timer').waitFor(); } },
	{ name: 'phone-keypad', ...at, ready: async (page, mock, context) => { await key('k')(page, mock, context); await page.getByTestId('call-keypad').waitFor(); } },
	{ name: 'phone-quality', ...at, ready: async (page, mock, context) => { await talk(page, mock, context); await page.locator('[data-testid=quality][data-grade]').waitFor(); } },
	{ name: 'phone-transfer', ...at, ready: async (page, mock, context) => { await key('t')(page, mock, context); await page.getByTestId('transfer-panel').waitFor(); } },
	{ name: 'phone-consult-ringing', ...at, ready: consult('RINGING') },
	{ name: 'phone-consult', ...at, ready: consult('TALKING') },
	{ name: 'phone-refused-number', ...at, ready: refused },
	{ name: 'phone-elsewhere', ...at, ready: elsewhere },
	{ name: 'phone-unregistered', ...at, ready: unregistered },
	{ name: 'settings-devices', ...at, ready: async (page) => {
		await page.getByTestId('open-devices').click();
		await page.getByTestId('devices').waitFor();
	} },
];
