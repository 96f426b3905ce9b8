import { ago } from '../mock/answers.mjs';

async function refused(page) {
	await page.getByLabel('Extension').fill('1001');
	await page.getByLabel('Password').fill('wrong');
	await page.getByTestId('sign-in').click();
	await page.getByText('Extension or password is wrong.').waitFor();
}

async function mistyped(page) {
	await page.getByLabel('Extension').fill('agent');
	await page.getByTestId('sign-in').click();
	await page.getByText('3 to 8 digits').waitFor();
}

/** What the server answers from here on, and the page asks again. */
const after = (name, refusal, words) => async (page, mock) => {
	mock.refuse.set(name, refusal);
	await page.reload();
	await page.getByText(words).waitFor();
};

async function ended(page, mock) {
	await page.getByTestId('user-menu').waitFor();
	mock.user = null;
	for (const socket of mock.feed.clients) socket.close(4003);
	await page.getByText('Your session has ended').waitFor();
}

async function away(page, mock) {
	await page.getByTestId('connection').and(page.locator('[data-state=live]')).waitFor();
	mock.send({ type: 'stale', since: ago(42) });
	await page.getByTestId('connection').and(page.locator('[data-state=stale]')).waitFor();
}

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'sign-in', path: '/', ready: (page) => page.getByLabel('Password').waitFor() },
	{ name: 'sign-in-refused', path: '/', ready: refused },
	{ name: 'sign-in-mistyped', path: '/', ready: mistyped },
	{ name: 'sign-in-ended', path: '/agent', user: '1001', ready: ended },
	{ name: 'unreachable', path: '/', ready: after('GET auth/me', { status: 503, body: { detail: 'The database is away.' } }, 'The server cannot be reached') },
	{ name: 'shell-stale', path: '/agent', user: '1001', ready: away },
];
