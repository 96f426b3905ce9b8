const board = (page) => page.getByTestId('agent-1001').waitFor();
const onBoard = (name, ready, more = {}) => ({ name, path: '/manager', user: '2002', ...more, ready: async (page, mock) => { await board(page); await ready(page, mock); } });
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

const callers = (n, seconds) => Array.from({ length: n }, (_, i) => ({
	callId: `c${i}`, from: `1555123${5000 + i}`, fromName: i % 2 ? 'Northwind Traders' : null, position: i + 1, joinedAt: ago(seconds - i * 7), priority: i % 3 ? 0 : 5,
}));

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	{ name: 'board', path: '/manager', user: '2002', ready: (page) => page.getByTestId('agent-1001').waitFor() },
	{ name: 'board-200', path: '/manager', user: '2002', agents: 200, ready: (page) => page.getByTestId('agent-1200').waitFor() },
	onBoard('board-empty', (page, mock) => {
		mock.emit('queue:update', { name: 'support', waiting: [] });
		return page.getByText('Nobody is waiting').waitFor();
	}),
	onBoard('board-alarm', async (page, mock) => {
		mock.agent('1002', { help: ago(14) });
		mock.emit('queue:update', { name: 'support', waiting: callers(12, 190) });
		await page.getByTestId('queue-support').and(page.locator('[data-alert="alert:wait"]')).waitFor();
	}),
	onBoard('board-stale', async (page, mock) => {
		mock.send({ type: 'stale', since: ago(42) });
		await page.getByTestId('stale').waitFor();
	}),
	onBoard('board-groups', async (page) => {
		await page.getByTestId('agents-group').selectOption('state');
		await page.locator('.agent-group h3').first().waitFor();
	}, { agents: 40 }),
	onBoard('board-no-match', async (page) => {
		await page.getByLabel('Find an agent').fill('nobody of that name');
		await page.getByText('No agent matches').waitFor();
	}),
	onBoard('drill-visits', async (page) => {
		await page.getByTestId('figure-service-level').click();
		await page.getByTestId('drill-visit').first().waitFor();
	}),
	onBoard('drill-waiting', async (page) => {
		await page.getByTestId('figure-waiting').click();
		await page.getByTestId('waiting-row').first().waitFor();
	}),
	onBoard('drill-call', async (page) => {
		await page.getByTestId('figure-answered').click();
		await page.getByTestId('drill-visit').first().click();
		await page.getByTestId('call-timeline').waitFor();
	}),
	onBoard('drill-agents', async (page) => {
		await page.getByTestId('figure-talking').click();
		await page.getByTestId('drill-agent').first().waitFor();
	}),
	onBoard('agent-panel', async (page) => {
		await page.getByTestId('agent-1002').getByRole('button').click();
		await page.getByTestId('drill').locator('.call-row').first().waitFor();
	}),
	onBoard('thresholds', async (page) => {
		await page.getByTestId('queue-support-thresholds').click();
		await page.getByTestId('threshold-warnWaitMs').fill('-1');
		await page.getByTestId('save-thresholds').click();
		await page.getByText('Enter a whole number above 0, or nothing.').waitFor();
	}),
	onBoard('wallboard-links', async (page) => {
		await page.getByTestId('open-wallboards').click();
		await page.getByTestId('wallboard-name').fill('Second floor');
		await page.getByTestId('make-wallboard').click();
		await page.getByTestId('wallboard-link').waitFor();
	}),
	onBoard('settings-alerts', async (page) => {
		await page.getByTestId('user-menu').click();
		await page.getByTestId('open-settings').click();
		await page.getByRole('tab', { name: 'Sounds and notices' }).click();
		await page.getByTestId('queue-alerts').waitFor();
	}),
	{ name: 'wallboard', path: `/wallboard#cb_${'w'.repeat(43)}`, ready: (page) => page.getByTestId('wall-support').waitFor() },
	{ name: 'wallboard-gone', path: '/wallboard', ready: (page) => page.getByText('This address is not complete').waitFor() },
	{ name: 'reports-queues', path: '/reports', user: '2002', ready: async (page) => {
		await page.getByTestId('tab-queues').click();
		await page.getByTestId('day-support-offered').waitFor();
	} },
	{ name: 'reports', path: '/reports', user: '2002', ready: (page) => page.getByTestId('call-row').first().waitFor() },
];
