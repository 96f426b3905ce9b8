// What the tests of the pages share: one page of a real browser against a scripted outside.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { ago } from '../mock/answers.mjs';
import { startMock } from '../mock-server.mjs';
import { openBrowser } from '../site.mjs';

export { ago };

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const CALL_ID = '11111111-2222-4333-8444-555555555555';

let browser;
/** To be called once by a file of tests: the browser that onPage opens pages in. */
export function useBrowser() {
	before(async () => { browser = await openBrowser(); });
	after(() => browser.close());
}

/** Runs a test on one page; any error or refused script in it fails the test. */
export async function onPage(path, { user, agents, preferences, width = 1440, height = 900, scheme = 'light', reducedMotion = 'no-preference' } = {}, body) {
	const mock = await startMock({ user, agents, preferences });
	const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion, permissions: ['microphone'] });
	const page = await context.newPage();
	const watch = { errors: [], probing: false };
	page.on('pageerror', (error) => watch.errors.push(error.message));
	page.on('console', (message) => { if (!watch.probing && /Content.Security|Refused|Trusted/i.test(message.text())) watch.errors.push(message.text()); });
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
export async function violations(page, watch) {
	watch.probing = true;
	const found = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`);
	return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

export const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/** Icons on the page that the set has not. */
export const missingIcons = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('svg.icon:empty')].map((icon) => icon.dataset.icon))]);

/** The far end of a call: a browser page with its own microphone. */
export async function farEnd(context, mock) {
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

export const CALL = { id: CALL_ID, direction: 'INBOUND', from: '15551230001', fromName: null, to: '5550100', did: '5550100', queue: 'support', startedAt: ago(24), queuedAt: ago(23) };

export async function ring(page, mock, context, { extension = '1001', card = 'ring-card', from = CALL.from, name = 'WHITFIELD D' } = {}) {
	await mock.peer.registered();
	await page.getByTestId('phone-state').and(page.locator('[data-state=registered]')).waitFor();
	const far = await farEnd(context, mock);
	await page.bringToFront();
	const dialog = mock.peer.invite({ sdp: far.offer, from, name, headers: [`X-CC-Call-ID: ${CALL_ID}`], reoffer: far.reoffer });
	mock.emit('call:incoming', { ...CALL, status: 'RINGING', agent: null, ringing: [extension], offeredTo: extension });
	mock.agent(extension, { ringing: true, queue: 'support', peer: CALL.from });
	await page.getByTestId(card).waitFor();
	return { dialog, far };
}

export async function talk(page, mock, context, options = {}) {
	const { dialog, far } = await ring(page, mock, context, options);
	await page.getByRole('button', { name: 'Answer' }).click();
	await far.accept(await dialog.answered);
	mock.agent('1001', { ringing: false, status: 'ON_CALL', callId: CALL_ID, since: ago(0) });
	mock.lastCall = { ...CALL, status: 'CONNECTED', agent: '1001', ringing: [], answeredAt: ago(0), consult: null, transfer: null };
	mock.emit('call:state:changed', mock.lastCall);
	await page.getByTestId('call-card').and(page.locator('[data-stage=talking]')).waitFor();
	return { dialog, far };
}

export const sent = (mock, method, path) => mock.requests.filter((r) => r.method === method && r.path === path);
