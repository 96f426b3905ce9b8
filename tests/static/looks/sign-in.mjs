/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'sign-in', path: '/', ready: (page) => page.getByLabel('Password').waitFor() },
];
