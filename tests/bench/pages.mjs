/* global performance */
// The pages' speed, in Chromium: how busy a board of 200 agents keeps the main thread, how soon the
// agent's desktop paints, how much script there is.
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { reach, served } from '../../scripts/pages.mjs';
import { instance } from '../instance.mjs';
import { startMock } from '../static/mock-server.mjs';
import { openBrowser } from '../static/site.mjs';

const AGENTS = 200;
const EVENTS_A_SECOND = 50;
const SECONDS = 10;
const PAINTS = 7;
const BARS = { busy: 0.2, paintMs: 300, scriptKb: 150 };
const BASE = `http://127.0.0.1:${instance.ports.http}`;
const PASSWORD = 'cordboard-demo';

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const line = (what, value, bar, good) => console.log(`${good ? '  ✓' : '  ✗'} ${what.padEnd(52)} ${String(value).padStart(10)}   ${bar}`);

// ---- the board --------------------------------------------------------------------------------------

const STATES = ['AVAILABLE', 'RINGING', 'ON_CALL', 'WRAP_UP'];
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

/** One step of one agent's day, and now and then somebody who joins a queue or ends a call. */
function step(mock, n) {
	const extension = String(1001 + ((n * 37) % AGENTS));
	const state = STATES[Math.floor(n / AGENTS + n) % STATES.length];
	const talks = state === 'ON_CALL' || state === 'WRAP_UP';
	mock.agent(extension, {
		status: state === 'RINGING' ? 'AVAILABLE' : state, ringing: state === 'RINGING', since: ago(0), peer: talks ? `1555123${1000 + n % 900}` : null, queue: talks ? 'support' : null,
	});
	if (n % 10 === 0) {
		const waiting = Array.from({ length: n % 7 }, (_, i) => ({ callId: `c${n}-${i}`, from: `1555123${5000 + i}`, fromName: null, position: i + 1, joinedAt: ago(30 - i), priority: 0 }));
		mock.emit('queue:update', { name: 'support', waiting });
	}
	if (n % 25 === 0) mock.emit('call:ended', { id: `e${n}`, direction: 'INBOUND', status: 'ENDED', outcome: 'ANSWERED', agent: extension, endedAt: ago(0) });
}

async function stream(mock) {
	const start = Date.now();
	for (let n = 0; n < EVENTS_A_SECOND * SECONDS; n++) {
		const due = start + (n * 1000) / EVENTS_A_SECOND - Date.now();
		if (due > 0) await sleep(due);
		step(mock, n);
	}
}

const metricsOf = async (cdp) => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]));
const PARTS = { TaskDuration: 'busy', ScriptDuration: 'script', RecalcStyleDuration: 'style', LayoutDuration: 'layout' };

/** Shares of the main thread's time while f goes on. */
async function sharesDuring(cdp, f) {
	const before = await metricsOf(cdp);
	const start = Date.now();
	await f();
	const after = await metricsOf(cdp);
	const seconds = (Date.now() - start) / 1000;
	return Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [part, (after[name] - before[name]) / seconds]));
}

async function board(browser) {
	const mock = await startMock({ agents: AGENTS, user: '2002' });
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	try {
		const page = await context.newPage();
		await page.goto(`${mock.url}/manager`);
		await page.getByTestId(`agent-${1000 + AGENTS}`).waitFor();
		const cdp = await context.newCDPSession(page);
		// The thread's own time: what else the machine does is not counted.
		await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
		await sleep(2000);
		return { quiet: await sharesDuring(cdp, () => sleep(3000)), full: await sharesDuring(cdp, () => stream(mock)) };
	} finally {
		await context.close();
		await mock.close();
	}
}

// ---- first paint ------------------------------------------------------------------------------------

/** Opens a page as somebody who has never been there, and says when something was seen. */
async function paintOf(browser, state, at) {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, storageState: state });
	try {
		const page = await context.newPage();
		await page.goto(BASE + at);
		await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
		return await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
	} finally {
		await context.close();
	}
}

async function signedIn(browser) {
	const context = await browser.newContext();
	const answer = await context.request.post(`${BASE}/api/pbx/auth/login`, {
		data: { extension: '1010', password: PASSWORD }, headers: { 'X-Requested-With': 'cordboard', Origin: BASE },
	});
	if (!answer.ok()) throw new Error(`no sign-in: ${answer.status()} ${await answer.text()}`);
	const state = await context.storageState();
	await context.close();
	return state;
}

async function paints(browser, state, at) {
	const times = [];
	for (let i = 0; i < PAINTS; i++) times.push(await paintOf(browser, state, at));
	return median(times);
}

// ---- script -----------------------------------------------------------------------------------------

const compressed = async (files) => {
	const sizes = await Promise.all(files.map(async (file) => gzipSync(await served(file), { level: 6 }).length));
	return sizes.reduce((sum, n) => sum + n, 0) / 1000;
};

/** What a page brings with it, as installed; the SIP library is counted apart. */
async function script(page) {
	const modules = new Set([...(await reach('app.js')).now, ...(await reach(page)).now]);
	return compressed([...modules].filter((file) => file !== 'vendor/jssip.js'));
}

// ---- the report -------------------------------------------------------------------------------------

const percent = (share) => `${(share * 100).toFixed(1)} %`;
const ms = (value) => `${Math.round(value)} ms`;
const kb = (value) => `${value.toFixed(1)} kB`;

const browser = await openBrowser();
try {
	const { quiet, full } = await board(browser);
	console.log(`board: ${AGENTS} agents, ${EVENTS_A_SECOND} events/s, Chromium ${chromium.name() && browser.version()}`);
	line('main thread busy', percent(full.busy), `≤ ${percent(BARS.busy)}`, full.busy <= BARS.busy);
	for (const part of ['script', 'style', 'layout']) line(`… of that ${part}`, percent(full[part]), '', true);
	line('main thread busy with ages only', percent(quiet.busy), '', true);
	const state = await signedIn(browser);
	console.log('first contentful paint, empty cache, median of several');
	for (const [at, who] of [['/', undefined], ['/agent', state]]) {
		const paint = await paints(browser, who, at);
		line(at, ms(paint), `≤ ${ms(BARS.paintMs)}`, paint <= BARS.paintMs);
	}
	console.log('own script, compressed file by file as the door does');
	for (const page of ['views/agent/agent.js', 'views/manager/manager.js']) {
		const size = await script(page);
		line(page, kb(size), `≤ ${kb(BARS.scriptKb)}`, size <= BARS.scriptKb);
	}
} finally {
	await browser.close();
}
