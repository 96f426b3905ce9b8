/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'admin', path: '/admin', user: '2002', ready: (page) => page.getByRole('cell', { name: '1001' }).waitFor() },
];
