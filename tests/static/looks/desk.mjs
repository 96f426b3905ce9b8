import { ring, talk } from '../pages/harness.mjs';

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'desk-idle', path: '/agent', user: '1001', ready: (page) => page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor() },
	{ name: 'desk-ringing', path: '/agent', user: '1001', ready: ring },
	{ name: 'desk-talking', path: '/agent', user: '1001', ready: talk },
];
