// A floor is set up in the browser alone: a person, a queue, its hours and number, the words of records,
// contacts from a file. Then the new agent signs in and takes a call on the new number.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import * as h from './harness.mjs';

const some = (digits) => String(Math.floor(Math.random() * 10 ** digits)).padStart(digits, '0');
const mark = some(4);
const EXTENSION = `6${some(5)}`, SECOND = `7${some(5)}`, NAME = `Nora Newcomer ${mark}`, KEY = `desk_${mark}${some(4)}`, QUEUE = `Repairs ${mark}`, DID = `5558${some(6)}`;
const HOURS = `Around the clock ${mark}`, REASON = `Coaching ${mark}`, CODE = `E2E_${mark}`, DISPOSITION = `Repaired ${mark}`;
const NUMBER = `1559${some(7)}`, CONTACT = `Imported ${mark}`;
const HOLIDAY = `${new Date().getFullYear() + 1}-12-25`;
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const CALM_MS = 20_000;

let chrome, admin, agent, password;
const callers = [];

const drawer = () => admin.getByTestId('admin-drawer');
const field = (name) => drawer().getByTestId(`field-${name}`);

async function open(section) {
	await admin.getByTestId(`section-${section}`).click();
	await admin.getByTestId('admin-new').click();
	await admin.getByTestId('admin-save').waitFor();
}

/** Saves, and waits until the list has it. */
async function save(shown) {
	await admin.getByTestId('admin-save').click();
	if (shown) await admin.getByTestId('admin-row').filter({ hasText: shown }).first().waitFor();
	await drawer().waitFor({ state: 'detached' });
}

/** Opens what the list shows. */
async function edit(section, shown) {
	await admin.getByTestId(`section-${section}`).click();
	await admin.getByTestId('admin-row').filter({ hasText: shown }).first().click();
	await admin.getByTestId('admin-save').waitFor();
}

async function remove(section, shown) {
	await edit(section, shown);
	await admin.getByTestId('retire').click();
	await admin.getByTestId('retire-do').click();
	await drawer().waitFor({ state: 'detached' });
}

const waiting = () => h.sql(`SELECT count(*) FROM queue_visits v JOIN call_queues q ON q.id = v.queue_id WHERE q.name = '${KEY}' AND v.left_at IS NULL`);

async function callIn(name) {
	const caller = await h.ring({ did: DID, number: NUMBER, name });
	callers.push(caller);
	return caller;
}

const stateIs = (state) => h.until(async () => await agent.getByTestId('status').getAttribute('data-state') === state, `the agent ${state}`, CALM_MS);

before(async () => {
	chrome = await h.browser();
	admin = await h.signIn(chrome, '2003', '/admin');
	await admin.waitForURL('**/admin/people');
});
after(async () => {
	for (const caller of callers) caller.stop();
	await chrome?.close();
});

describe('an administrator', () => {
	it('makes a person, and is shown the password once', async () => {
		await open('people');
		await field('extension').fill('12');
		await admin.getByTestId('admin-save').click();
		await drawer().getByText('must be 3 to 8 digits').waitFor();
		await field('extension').fill(EXTENSION);
		await field('displayName').fill(NAME);
		await admin.getByTestId('admin-save').click();
		const shown = await admin.getByTestId('hand-over-password').innerText();
		assert.match(shown, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
		password = shown;
		await admin.getByTestId('hand-over-done').click();
		await drawer().waitFor({ state: 'detached' });
		await admin.getByTestId('admin-row').filter({ hasText: EXTENSION }).waitFor();
	});

	it('makes a queue with the new agent in it; a name that is taken is told at its field', async () => {
		await open('queues');
		await field('displayName').fill(QUEUE);
		await field('name').fill('support');
		await field('wrapupMs').fill('0');
		await field('dispositionRequired').check();
		await drawer().getByTestId('field-members-add').selectOption({ label: `${NAME} · ${EXTENSION}` });
		await admin.getByTestId('admin-save').click();
		await drawer().getByText('is another queue\'s').waitFor();
		await field('name').fill(KEY);
		await save(QUEUE);
		assert.equal(await h.sql(`SELECT e.extension || ' ' || m.penalty FROM queue_members m JOIN call_queues q ON q.id = m.queue_id JOIN agent_extensions e ON e.id = m.agent_id WHERE q.name = '${KEY}'`), `${EXTENSION} 0`);
	});

	it('makes people from a file: a bad line is told, the good one is made', async () => {
		await admin.getByTestId('section-people').click();
		await admin.getByTestId('import-open').click();
		await admin.getByTestId('import-file').setInputFiles({ name: 'p.csv', mimeType: 'text/csv', buffer: Buffer.from(`extension,name,queues\n${SECOND},From a file ${mark},${KEY}:7\n12,Bad,nowhere\n`) });
		await admin.getByTestId('import-report').getByText('2 lines, 1 can be made.').waitFor();
		assert.equal(await admin.getByTestId('import-report').getByRole('row').count(), 3);
		await admin.getByTestId('import-run').click();
		await admin.getByTestId('import-result').waitFor();
		const [download] = await Promise.all([admin.waitForEvent('download'), admin.getByTestId('import-download').click()]);
		assert.match(await readFile(await download.path(), 'utf8'), new RegExp(`^extension,name,password\r\n${SECOND},From a file ${mark},[a-z2-9-]{19}\r\n$`));
		await admin.getByTestId('import-close').click();
		assert.equal(await h.sql(`SELECT q.name || ' ' || m.penalty FROM queue_members m JOIN call_queues q ON q.id = m.queue_id JOIN agent_extensions e ON e.id = m.agent_id WHERE e.extension = '${SECOND}'`), `${KEY} 7`);
	});

	it('makes hours that are open around the clock but on a holiday', async () => {
		await open('hours');
		await field('name').fill(HOURS);
		for (const day of ['Saturday', 'Sunday']) await drawer().getByRole('button', { name: `Add a time on ${day}` }).click();
		for (const day of DAYS) {
			await drawer().getByLabel(`${day} opens`).fill('00:00');
			await drawer().getByLabel(`${day} closes`).fill('00:00');
		}
		await admin.getByTestId('add-exception').click();
		await drawer().getByLabel('Date', { exact: true }).fill(HOLIDAY);
		await field('exceptions').getByLabel('Name', { exact: true }).fill('Christmas');
		await save(HOURS);
	});

	it('leads a number to the queue, and sees what happens now and on the holiday', async () => {
		await open('routes');
		await field('did').fill(DID);
		await field('queueId').selectOption({ label: QUEUE });
		await field('openingHoursId').selectOption({ label: HOURS });
		await save(QUEUE);
		await edit('routes', QUEUE);
		const preview = admin.getByTestId('preview');
		await preview.getByRole('status').getByText(`open. Callers go to ${QUEUE}`).waitFor();
		await preview.getByLabel('Time').fill(`${HOLIDAY}T12:00`);
		await preview.getByRole('status').getByText('closed (Christmas). Callers hear vm-nobodyavail').waitFor();
		await drawer().getByRole('button', { name: 'Cancel' }).click();
	});

	it('makes a pause reason, and a disposition of the queue', async () => {
		await open('reasons');
		await field('label').fill(REASON);
		await field('code').fill(CODE);
		await field('limitMs').fill('15');
		await save(REASON);
		await open('dispositions');
		await field('label').fill(DISPOSITION);
		await field('code').fill(CODE);
		await field('queueIds').getByLabel(QUEUE).check();
		await save(DISPOSITION);
		assert.equal(await h.sql(`SELECT limit_seconds FROM pause_reasons WHERE code = '${CODE}'`), '900');
	});

	it('imports contacts: a bad line is told, the good one comes in', async () => {
		await admin.getByTestId('section-contacts').click();
		await admin.getByTestId('import-open').click();
		await admin.getByTestId('import-file').setInputFiles({ name: 'c.csv', mimeType: 'text/csv', buffer: Buffer.from(`name,number\n${CONTACT},${NUMBER}\nBad ${mark},12x\n`) });
		const row = admin.getByTestId('import-report').getByRole('row').nth(1);
		await row.waitFor();
		assert.deepEqual(await row.getByRole('cell').allInnerTexts(), ['3', 'number', 'Must hold digits only, after an optional +']);
		await admin.getByTestId('import-run').click();
		await admin.getByTestId('import').waitFor({ state: 'detached' });
		await admin.getByTestId('admin-search').fill(CONTACT);
		await admin.getByTestId('admin-row').filter({ hasText: CONTACT }).waitFor();
		assert.equal(await h.sql(`SELECT count(*) FROM contacts WHERE name LIKE '%${mark}'`), '1');
	});
});

describe('the new agent', () => {
	it('signs in at once with what was handed over', async () => {
		agent = await h.watched(await (await chrome.newContext()).newPage());
		await agent.goto(h.instance.url);
		await agent.getByLabel('Extension').fill(EXTENSION);
		await agent.getByLabel('Password').fill(password);
		await agent.getByRole('button', { name: 'Sign in' }).click();
		await agent.waitForURL('**/agent');
		await h.until(async () => agent.getByTestId('dial').isEnabled().catch(() => false), 'the phone to be registered', CALM_MS);
		await stateIs('AVAILABLE');
	});

	it('takes a call on the new number, from the imported contact, with the disposition in the list', async () => {
		const caller = await callIn('SOMEBODY');
		await h.until(async () => (await agent.getByTestId('ring-card').innerText().catch(() => '')).includes(QUEUE), 'the ring', CALM_MS);
		await h.until(async () => (await agent.getByTestId('ring-card').innerText()).includes(CONTACT), 'the contact’s name', CALM_MS);
		await agent.getByTestId('answer').click();
		await stateIs('ON_CALL');
		await agent.getByLabel('Disposition').selectOption({ label: DISPOSITION });
		await agent.getByTestId('hang-up').click();
		await caller.ended;
		await h.until(async () => await h.sql(`SELECT c.disposition FROM call_sessions c WHERE c.from_number = '${NUMBER}' AND c.did = '${DID}'`) === CODE, 'the disposition in the record', CALM_MS);
	});

	it('pauses for the new reason; a caller waits, and is not dropped when the queue is changed', async () => {
		await h.until(async () => (await agent.getByTestId('status').locator('option').allInnerTexts()).some((t) => t.includes(REASON)), 'the reason in the list', CALM_MS);
		await stateIs('AVAILABLE');
		const reason = (await agent.getByTestId('status').locator('option').allInnerTexts()).find((t) => t.includes(REASON));
		await agent.getByTestId('status').selectOption({ label: reason });
		await stateIs('AWAY');
		const caller = await callIn('PATIENT');
		let gone = false;
		caller.ended.then(() => { gone = true; });
		await h.until(async () => await waiting() === '1', 'the caller waiting', CALM_MS);
		await edit('queues', QUEUE);
		await field('ringMs').fill('22');
		await field('weight').fill('3');
		await field('strategy').selectOption('leastrecent');
		await save(QUEUE);
		assert.equal(await h.sql(`SELECT timeout || ' ' || weight FROM asterisk.queues WHERE name = '${KEY}'`), '22 3');
		await edit('queues', QUEUE);
		await drawer().getByLabel(`Penalty of ${NAME}`).fill('4');
		await drawer().getByLabel(`Penalty of ${NAME}`).press('Tab');
		await save(QUEUE);
		assert.equal(gone, false, 'the caller is still there');
		assert.equal(await waiting(), '1');
		await agent.getByTestId('status').selectOption({ label: 'Available' });
		await agent.getByTestId('ring-card').waitFor({ timeout: CALM_MS });
		await agent.getByTestId('answer').click();
		await stateIs('ON_CALL');
		await agent.getByLabel('Disposition').selectOption({ label: DISPOSITION });
		await agent.getByTestId('hang-up').click();
		await caller.ended;
	});
});

describe('the administrator again', () => {
	it('is told of another’s change, and keeps what was typed', async () => {
		await edit('reasons', REASON);
		await field('label').fill(`${REASON} mine`);
		const token = await h.token('2003');
		const { body } = await h.api(token, 'GET', '/pause-reasons');
		const { id } = body.items.find((r) => r.code === CODE);
		await h.api(token, 'PUT', `/pause-reasons/${id}`, { label: `${REASON} theirs`, paid: false });
		await admin.getByTestId('admin-save').click();
		await admin.getByTestId('conflict').getByText(`Name is now: ${REASON} theirs`).waitFor();
		assert.equal(await field('label').inputValue(), `${REASON} mine`);
		assert.equal(await field('paid').isChecked(), false, 'what was not touched is theirs');
		await save(`${REASON} mine`);
	});

	it('is asked before losing what was typed', async () => {
		await edit('reasons', `${REASON} mine`);
		await field('label').fill('half a wo');
		await admin.goBack();
		await admin.getByTestId('discard').click();
		await drawer().waitFor({ state: 'detached' });
		assert.equal(await h.sql(`SELECT label FROM pause_reasons WHERE code = '${CODE}'`), `${REASON} mine`);
	});

	it('ends the agent’s sessions, and takes out again what was made', async () => {
		await edit('people', EXTENSION);
		await admin.getByTestId('end-sessions').click();
		await agent.getByLabel('Password').waitFor({ timeout: CALM_MS });
		await field('enabled').uncheck();
		await save(EXTENSION);
		await edit('people', SECOND);
		await field('takesCalls').uncheck();
		await field('enabled').uncheck();
		await save(SECOND);
		assert.equal(await h.sql(`SELECT retired_at IS NOT NULL FROM agent_extensions WHERE extension = '${SECOND}'`), 't');
		assert.equal(await h.sql(`SELECT disabled_at IS NOT NULL FROM users WHERE extension = '${EXTENSION}'`), 't');
		await remove('routes', QUEUE);
		await remove('hours', HOURS);
		await remove('queues', QUEUE);
		await remove('reasons', `${REASON} mine`);
		await remove('dispositions', DISPOSITION);
		assert.deepEqual([...admin.problems, ...agent.problems], []);
	});

	it('finds all of it in the audit trail', async () => {
		await admin.getByTestId('section-audit').click();
		await admin.getByTestId('audit').getByText('Disposition retired').first().click();
		await admin.getByTestId('audit').getByRole('cell', { name: DISPOSITION }).first().waitFor();
	});
});
