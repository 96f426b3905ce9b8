import { changeElsewhere } from '../mock/admin.mjs';

const list = (section, user = '2003') => ({ name: `admin-${section}${user === '2003' ? '' : `-${user}`}`, path: `/admin/${section}`, user, ready: (page) => page.getByTestId('admin-row').first().waitFor() });

/** The first thing of a list, in its drawer. */
const item = (section, user = '2003', then = () => null) => ({
	...list(section, user), name: `admin-${section}-item${user === '2003' ? '' : `-${user}`}`,
	ready: async (page, mock) => {
		await page.getByTestId('admin-row').first().click();
		await page.getByTestId('admin-drawer').locator('.admin-foot').waitFor();
		await then(page, mock);
	},
});

const made = (section, then = () => null) => ({
	name: `admin-${section}-new`, path: `/admin/${section}/new`, user: '2003',
	ready: async (page) => {
		await page.getByTestId('admin-save').waitFor();
		await then(page);
	},
});

/** @type {import('../looks.mjs').Look[]} */
export const looks = [
	...['people', 'queues', 'routes', 'hours', 'reasons', 'dispositions', 'contacts', 'contact-fields', 'dial-rules'].map((s) => list(s)),
	list('people', '2002'),
	item('people', '2003', (page) => page.getByTestId('end-sessions').waitFor()), item('queues'), item('queues', '2002'), item('hours'), item('routes', '2003', (page) => page.getByTestId('preview').getByRole('status').waitFor()),
	made('people'), made('dispositions'),
	made('queues', async (page) => {
		await page.getByTestId('admin-save').click();
		await page.getByTestId('field-displayName').and(page.locator('[aria-invalid]')).waitFor();
	}),
	{ name: 'admin-import', path: '/admin/contacts', user: '2003', ready: async (page) => {
		await page.getByTestId('import-open').click();
		await page.getByTestId('import-file').setInputFiles({ name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from('name,number\nA,1\n') });
		await page.getByTestId('import-report').waitFor();
	} },
	{ name: 'admin-people-import', path: '/admin/people', user: '2003', ready: async (page) => {
		await page.getByTestId('import-open').click();
		await page.getByTestId('import-file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('extension,name,queues\n7001,Nora,support\n70,Bad,nowhere\n') });
		await page.getByTestId('import-report').waitFor();
	} },
	{ name: 'admin-audit', path: '/admin/audit', user: '2003', ready: async (page) => {
		await page.getByTestId('audit').getByText('Queue changed').click();
		await page.getByText('20000').waitFor();
	} },
	{ name: 'admin-failure', path: '/admin/routes', user: '2003', ready: async (page, mock) => {
		mock.refuse.set('GET routes', { status: 503, body: { type: '/problems/unavailable', title: 'A part of the service is away; try again in a moment.' } });
		await page.reload();
		await page.getByRole('alert').getByRole('button').waitFor();
	} },
	{ name: 'admin-empty', path: '/admin/hours', user: '2003', ready: async (page, mock) => {
		mock.config['opening-hours'] = [];
		await page.reload();
		await page.getByText('No timetables yet').waitFor();
	} },
	{ ...item('hours', '2003', async (page) => {
		await page.getByTestId('field-name').fill('Other hours');
		await page.getByTestId('section-people').evaluate((link) => link.click());
		await page.getByTestId('discard').waitFor();
	}), name: 'admin-hours-unsaved' },
	{ ...item('hours', '2003', async (page, mock) => {
		await page.getByTestId('field-name').fill('Mine');
		changeElsewhere(mock, 'opening-hours', mock.config['opening-hours'][0].id, { name: 'Theirs', timezone: 'Europe/Paris' });
		await page.getByTestId('admin-save').click();
		await page.getByTestId('conflict').getByText('Name is now: Theirs').waitFor();
	}), name: 'admin-hours-conflict' },
];
