/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'board', path: '/manager', user: '2002', ready: (page) => page.getByTestId('agent-1001').waitFor() },
	{ name: 'board-200', path: '/manager', user: '2002', agents: 200, ready: (page) => page.getByTestId('agent-1200').waitFor() },
	{ name: 'reports', path: '/reports', user: '2002', ready: (page) => page.getByTestId('call-row').first().waitFor() },
];
