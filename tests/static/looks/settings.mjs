const open = async (page, section) => {
	await page.getByTestId('user-menu').click();
	await page.getByTestId('open-settings').click();
	await page.getByRole('tab', { name: section }).click();
};

const settings = (name, section, more = () => {}) => ({
	name: `settings-${name}`, path: '/agent', user: '1001',
	ready: async (page) => {
		await open(page, section);
		await more(page);
	},
});

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'user-menu', path: '/agent', user: '1001', ready: async (page) => { await page.getByTestId('user-menu').click(); await page.getByTestId('sign-out').waitFor(); } },
	{ name: 'key-help', path: '/agent', user: '1001', ready: async (page) => { await page.getByTestId('user-menu').click(); await page.getByTestId('open-key-help').click(); await page.getByTestId('key-help').waitFor(); } },
	settings('look', 'Appearance'),
	settings('alerts', 'Sounds and notices'),
	settings('keys', 'Keys'),
	settings('keys-conflict', 'Keys', async (page) => {
		await page.getByTestId('key-mute').click();
		await page.getByTestId('press-key').press('h');
		await page.getByTestId('take-key').waitFor();
	}),
	settings('sessions', 'Sessions', (page) => page.getByTestId('session').first().waitFor()),
];
