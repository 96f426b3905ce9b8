// The pages in a real browser against a scripted outside: what they show, say and refuse.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { startMock } from './mock-server.mjs';
import { openBrowser } from './site.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CALL_ID = '11111111-2222-4333-8444-555555555555';
const SIZES = [[1440, 900], [820, 1180], [390, 844]];

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

/** Runs a test on one page; any error or refused script in it fails the test. */
async function onPage(path, { user, agents, width = 1440, height = 900, scheme = 'light' } = {}, body) {
	const mock = await startMock({ user, agents });
	const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, permissions: ['microphone'] });
	const page = await context.newPage();
	const watch = { errors: [], probing: false };
	page.on('pageerror', (error) => watch.errors.push(error.message));
	page.on('console', (message) => { if (!watch.probing && /Content.Security|Refused/i.test(message.text())) watch.errors.push(message.text()); });
	try {
		await page.goto(mock.url + path);
		await body(page, mock, context, watch);
		assert.deepEqual(watch.errors, []);
	} finally {
		await context.close();
		await mock.close();
	}
}

/** What axe finds. Its own probing styles are refused by the policy: that is none of the page's errors. */
async function violations(page, watch) {
	watch.probing = true;
	const found = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`);
	return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/** The far end of a call: a browser page with its own microphone. */
async function farEnd(context, mock) {
	const far = await context.newPage();
	await far.goto(`${mock.url}/icon.svg`);
	const offer = await far.evaluate(async () => {
		const pc = new RTCPeerConnection();
		globalThis.pc = pc;
		const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
		stream.getTracks().forEach((track) => pc.addTrack(track, stream));
		await pc.setLocalDescription(await pc.createOffer());
		if (pc.iceGatheringState !== 'complete') await new Promise((resolve) => { pc.onicecandidate = (e) => { if (!e.candidate) resolve(); }; });
		return pc.localDescription.sdp;
	});
	const accept = (sdp) => far.evaluate((s) => globalThis.pc.setRemoteDescription({ type: 'answer', sdp: s }), sdp);
	const reoffer = (sdp) => far.evaluate(async (s) => {
		await globalThis.pc.setRemoteDescription({ type: 'offer', sdp: s });
		await globalThis.pc.setLocalDescription(await globalThis.pc.createAnswer());
		return globalThis.pc.localDescription.sdp;
	}, sdp);
	return { offer, accept, reoffer };
}

const CALL = { id: CALL_ID, direction: 'INBOUND', from: '15551230001', fromName: null, to: '5550100', did: '5550100', queue: 'support', startedAt: ago(24), queuedAt: ago(23) };

async function ring(page, mock, context) {
	await mock.peer.registered();
	await page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();
	const far = await farEnd(context, mock);
	await page.bringToFront();
	const dialog = mock.peer.invite({ sdp: far.offer, from: '15551230001', name: 'WHITFIELD D', headers: [`X-CC-Call-ID: ${CALL_ID}`], reoffer: far.reoffer });
	mock.emit('call:incoming', { ...CALL, status: 'RINGING', agent: null, ringing: ['1001'], offeredTo: '1001' });
	mock.agent('1001', { ringing: true, queue: 'support', peer: CALL.from });
	await page.getByTestId('ring-card').waitFor();
	return { dialog, far };
}

async function talk(page, mock, context) {
	const { dialog, far } = await ring(page, mock, context);
	await page.getByRole('button', { name: 'Answer' }).click();
	await far.accept(await dialog.answered);
	mock.agent('1001', { ringing: false, status: 'ON_CALL', callId: CALL_ID, since: ago(0) });
	mock.emit('call:state:changed', { ...CALL, status: 'CONNECTED', agent: '1001', ringing: [], answeredAt: ago(0) });
	await page.getByTestId('call-card').and(page.locator('[data-stage=talking]')).waitFor();
	return { dialog, far };
}

const sent = (mock, method, path) => mock.requests.filter((r) => r.method === method && r.path === path);

test('a wrong password is told, the right one opens the desk and registers the phone', () => onPage('/', {}, async (page, mock) => {
	await page.getByLabel('Extension').fill('1001');
	await page.getByLabel('Password').fill('wrong');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('Extension or password is wrong.').waitFor();
	await page.getByLabel('Password').fill('cordboard-demo');
	await page.keyboard.press('Enter');
	await page.waitForURL('**/agent');
	await mock.peer.registered();
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
	assert.equal(sent(mock, 'POST', 'auth/phone').length, 0);
	const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
	assert.doesNotMatch(stored, /secret|cordboard-demo/);
}));

test('a reloaded desk registers again with a fresh secret', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	await mock.peer.registered();
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
	assert.equal(sent(mock, 'POST', 'auth/phone').length, 1);
}));

test('a ring shows number, name, queue, DID and seconds waited; reject refuses it', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await ring(page, mock, context);
	const card = page.getByTestId('ring-card');
	await card.getByText('Dana Whitfield').waitFor();
	const text = await card.innerText();
	for (const part of ['+1 555 123 0001', 'Support', '555 0100']) assert.ok(text.includes(part), `${part} in ${text}`);
	assert.match(await page.getByTestId('seconds-waited').innerText(), /^0:[2-5]\d$/);
	assert.match(await page.title(), /Ringing/);
	await page.keyboard.press('x');
	assert.equal(await dialog.refused, 603);
	await page.getByRole('button', { name: 'Dial' }).waitFor();
}));

test('a call is answered, muted, held, resumed and hung up; both streams are live', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await talk(page, mock, context);
	await page.waitForFunction(() => document.querySelector('audio')?.srcObject?.getAudioTracks()[0]?.muted === false);
	await page.keyboard.press('m');
	await page.getByRole('button', { name: 'Unmute' }).click();
	await page.getByRole('button', { name: 'Hold' }).click();
	await page.getByRole('button', { name: 'Resume' }).and(page.locator(':enabled')).click();
	await page.getByRole('button', { name: 'Hold' }).and(page.locator(':enabled')).waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Hang up' }).click();
	assert.equal(await dialog.ended, 'BYE');
	await page.getByLabel('Phone number').waitFor();
}));

test('notes are saved as typed; Save in wrap-up makes ready', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	const { dialog } = await talk(page, mock, context);
	await page.getByLabel('Notes').fill('Charged twice.');
	await page.getByTestId('saved-state').and(page.locator('[data-state=saved]')).waitFor();
	assert.equal(mock.notes.get(CALL_ID).notes, 'Charged twice.');
	dialog.hangUp();
	mock.agent('1001', { status: 'WRAP_UP', since: ago(0), wrapupUntil: ago(-20) });
	mock.emit('call:ended', { ...CALL, status: 'ENDED', outcome: 'ANSWERED', agent: '1001', endedAt: ago(0) });
	await page.getByTestId('wrap-up').waitFor();
	await page.getByLabel('Disposition').selectOption('RESOLVED');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByTestId('status').and(page.locator('[data-state=AVAILABLE]')).waitFor();
	assert.deepEqual(mock.notes.get(CALL_ID), { notes: 'Charged twice.', disposition: 'RESOLVED' });
}));

test('a note that cannot be saved says so and is sent again', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await talk(page, mock, context);
	const name = `PUT calls/${CALL_ID}/notes`;
	mock.refuse.set(name, { status: 503, body: { detail: 'The database is away.' } });
	await page.getByLabel('Notes').fill('Keep me.');
	await page.getByText('Not saved, trying again: The database is away.').waitFor();
	mock.refuse.delete(name);
	await page.getByTestId('saved-state').and(page.locator('[data-state=saved]')).waitFor();
	assert.equal(mock.notes.get(CALL_ID).notes, 'Keep me.');
}));

test('dialling answers only the call it asked for, and shows a busy number as a failure', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await mock.peer.registered();
	await page.getByTestId('dial').and(page.locator(':enabled')).waitFor();
	await page.getByLabel('Phone number').fill('no number');
	await page.getByRole('button', { name: 'Dial' }).click();
	await page.getByText('Use digits only').waitFor();
	await page.getByLabel('Phone number').fill('+1 555 987 0000');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Hang up' }).and(page.locator(':enabled')).waitFor();
	const [request] = sent(mock, 'POST', 'calls/dial');
	assert.equal(request.body.phoneNumber, '+15559870000');
	assert.ok(request.headers['idempotency-key']);
	const far = await farEnd(context, mock);
	await page.bringToFront();
	const { callId } = mock.dialled;
	const dialog = mock.peer.invite({ sdp: far.offer, from: '5559870000', headers: ['X-CC-Auto-Answer: 1', `X-CC-Call-ID: ${callId}`] });
	await far.accept(await dialog.answered);
	assert.equal(await page.getByTestId('call-card').getAttribute('data-stage'), 'calling');
	mock.emit('call:ended', { id: callId, direction: 'OUTBOUND', status: 'ENDED', to: '15559870000', agent: '1001', outcome: 'BUSY', endedAt: ago(0) });
	dialog.hangUp();
	await page.getByTestId('dial-note').getByText('Busy').waitFor();
}));

test('a stranger’s auto-answer header rings like any call', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await mock.peer.registered();
	const far = await farEnd(context, mock);
	await page.bringToFront();
	mock.peer.invite({ sdp: far.offer, from: '15551230009', headers: ['X-CC-Auto-Answer: 1', `X-CC-Call-ID: ${CALL_ID}`] });
	await page.getByRole('button', { name: 'Answer' }).waitFor();
}));

test('a refused registration says why and offers a way out', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	await mock.peer.registered();
	mock.peer.registerStatus = '403 Forbidden';
	await page.reload();
	await page.getByText('Your phone is not registered.').waitFor();
	assert.ok(await page.getByRole('button', { name: 'Dial' }).isDisabled());
	mock.peer.registerStatus = '200 OK';
	await page.getByRole('button', { name: 'Register here' }).click();
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
}));

test('a second tab does not fight for the phone, and can take it over', () => onPage('/agent', { user: '1001' }, async (page, mock, context) => {
	await page.getByTestId('phone-state').getByText('Phone registered').waitFor();
	const second = await context.newPage();
	await second.goto(`${mock.url}/agent`);
	await second.getByRole('button', { name: 'Take over' }).click();
	await second.getByTestId('phone-state').getByText('Phone registered').waitFor();
	await page.getByText('The phone is open in another tab').waitFor();
	assert.equal(sent(mock, 'POST', 'auth/phone').length, 2);
}));

test('a status that the server refuses is not shown as taken', () => onPage('/agent', { user: '1001' }, async (page, mock) => {
	const select = page.getByLabel('Status');
	await select.selectOption('AWAY:LUNCH');
	await page.getByTestId('status').and(page.locator('[data-state=AWAY]')).waitFor();
	const own = mock.staff[0].id;
	mock.refuse.set(`PUT agent-extensions/${own}/status`, { status: 503, body: { detail: 'The exchange is away.' } });
	await select.selectOption('AVAILABLE');
	await page.getByText('The exchange is away.').waitFor();
	assert.equal(await select.inputValue(), 'AWAY:LUNCH');
}));

test('the board follows an agent from ringing to ready, and its queue', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	const tile = page.getByTestId('agent-1001');
	await page.getByTestId('agent-1001').and(page.locator('[data-state=AVAILABLE]')).waitFor();
	for (const [change, state] of [[{ ringing: true }, 'RINGING'], [{ ringing: false, status: 'ON_CALL', peer: '15551230001' }, 'ON_CALL'], [{ status: 'WRAP_UP' }, 'WRAP_UP'], [{ status: 'AVAILABLE' }, 'AVAILABLE']]) {
		mock.agent('1001', change);
		await tile.and(page.locator(`[data-state=${state}]`)).waitFor();
	}
	assert.equal(await page.getByTestId('waiting-caller').count(), 3);
	mock.emit('queue:update', { name: 'support', waiting: [] });
	await page.getByText('Nobody is waiting').waitFor();
	assert.equal(await page.getByTestId('queue-support-waiting').innerText(), '0');
}));

test('figures are read again when calls have ended, once for many', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('floor-answered').getByText('186').waitFor();
	const count = sent(mock, 'GET', 'reporting/realtime').length;
	const again = page.waitForResponse('**/reporting/realtime');
	for (let i = 0; i < 20; i++) mock.emit('call:ended', { id: `c${i}`, direction: 'INBOUND', outcome: 'ANSWERED', endedAt: ago(0) });
	await again;
	assert.equal(sent(mock, 'GET', 'reporting/realtime').length, count + 1);
}));

test('a stale feed is said with its age, and healed by a snapshot', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	await page.getByTestId('connection').and(page.locator('[data-state=live]')).waitFor();
	mock.send({ type: 'stale', since: ago(12) });
	await page.getByTestId('stale').getByText(/0:1\d old/).waitFor();
	for (const socket of mock.feed.clients) mock.greet(socket);
	await page.getByTestId('stale').waitFor({ state: 'detached' });
}));

test('a hostile name is text', () => onPage('/manager', { user: '2002' }, async (page, mock) => {
	const name = '<img src=x onerror=alert(1)>';
	await page.getByTestId('agent-1001').waitFor();
	mock.emit('queue:update', { name: 'support', waiting: [{ callId: 'x', from: name, fromName: '"><script>1</script>', position: 1, joinedAt: ago(1) }] });
	await page.getByTestId('waiting-caller').getByText(name).waitFor();
	assert.equal(await page.locator('.waiting img').count(), 0);
}));

test('an agent has no way to the manager’s pages', () => onPage('/manager', { user: '1001' }, async (page) => {
	await page.waitForURL('**/agent');
	assert.equal(await page.getByRole('navigation').count(), 0);
}));

const LOOKS = [
	{ name: 'sign-in', path: '/', ready: (page) => page.getByLabel('Password').waitFor() },
	{ name: 'desk, idle', path: '/agent', user: '1001', ready: (page) => page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor() },
	{ name: 'desk, ringing', path: '/agent', user: '1001', ready: ring },
	{ name: 'desk, talking', path: '/agent', user: '1001', ready: talk },
	{ name: 'board', path: '/manager', user: '2002', ready: (page) => page.getByTestId('agent-1001').waitFor() },
	{ name: 'board of 200', path: '/manager', user: '2002', agents: 200, ready: (page) => page.getByTestId('agent-1200').waitFor() },
	{ name: 'reports', path: '/reports', user: '2002', ready: (page) => page.getByTestId('call-row').first().waitFor() },
	{ name: 'administration', path: '/admin', user: '2002', ready: (page) => page.getByRole('cell', { name: '1001' }).waitFor() },
];

for (const look of LOOKS) {
	for (const scheme of ['light', 'dark']) {
		test(`${look.name}, ${scheme}: accessible, and nothing sticks out at any width`, () => onPage(look.path, { ...look, scheme }, async (page, mock, context, watch) => {
			await look.ready(page, mock, context);
			for (const [width, height] of SIZES) {
				await page.setViewportSize({ width, height });
				assert.deepEqual(await violations(page, watch), [], `${width} px`);
				assert.equal(await overflows(page), false, `${width} px`);
			}
		}));
	}
}
