// People at their pages: what they do and what they see there.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as h from './harness.mjs';

const PATIENCE_MS = 20_000;

/** From the moment that what was lost is back until each page shows the truth. */
const RIGHT_MS = 2_000;
const LOOKS = 5;

/** That time; on a machine that is busy with something else, as much more as some looks at what is healthy take. */
export async function soon(look) {
	const begin = Date.now();
	await look();
	return RIGHT_MS + LOOKS * (Date.now() - begin);
}

/** Numbers nobody has called from or to before: the instance may be in use. */
export const number = (prefix) => `1${prefix}${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}`;

const attribute = (page, testid, name) => page.evaluate(([id, key]) => document.querySelector(`[data-testid="${id}"]`)?.getAttribute(key) ?? null, [testid, name]);

export const stateOf = (page) => attribute(page, 'status', 'data-state');
export const linkOf = (page) => attribute(page, 'connection', 'data-state');
export const phoneOf = (page) => attribute(page, 'phone-state', 'data-state');
export const stageOf = (page) => attribute(page, 'call-card', 'data-stage');
export const tileOf = (page, extension) => attribute(page, `agent-${extension}`, 'data-state');

const shows = (of, what) => (page, value, ms = PATIENCE_MS) => h.until(async () => await of(page) === value, `${what} ${value}`, ms);
export const stateIs = shows(stateOf, 'the state');
export const linkIs = shows(linkOf, 'the connection');
export const phoneIs = shows(phoneOf, 'the phone');
export const stageIs = shows(stageOf, 'the call');

/** Opens one of the lists below the work: callbacks, missed, calls. */
export const openList = (page, name) => page.getByTestId(`list-${name}`).click();

export const ownCalls = (page) => page.locator('.lists').getByTestId('own-calls').innerText();

/** What amid itself has of an agent. */
export const truth = async (extension) => JSON.parse(await h.redis('HGET', 'cb:node1:demo:agents', extension) || '{}');
export const isTruly = (extension, status, ms = PATIENCE_MS) => h.until(async () => (await truth(extension)).status === status, `${extension} ${status}`, ms);

/** Chooses a status in the page, by the value of its option. */
export async function choose(page, value) {
	await page.getByTestId('status').selectOption(value);
	await stateIs(page, value.split(':')[0]);
}

/** Waits until the page's phone can be rung and its agent is available. */
export async function ready(page) {
	await phoneIs(page, 'registered');
	await h.until(async () => !['UNKNOWN', null].includes(await stateOf(page)), 'the state');
	if (await stateOf(page) === 'WRAP_UP') await page.getByTestId('save').click().catch(() => {});
	if (await stateOf(page) !== 'AVAILABLE') await page.getByTestId('status').selectOption('AVAILABLE');
	await stateIs(page, 'AVAILABLE');
}

/** An agent at the desktop, available, with a registered phone. */
export async function sitDown(chrome, extension) {
	const page = await h.signIn(chrome, extension, '/agent');
	await ready(page);
	return page;
}

/** Takes an agent off the floor, whatever state a test has left them in. */
export async function standUp(extension) {
	await h.until(async () => {
		const { callId, status } = await truth(extension);
		if (callId && status !== 'WRAP_UP') await h.command('hangup', { callId }, { extension: '2001', role: 'SUPERVISOR' });
		if (status && status !== 'OFFLINE') await h.command('agent.status', { extension, status: 'OFFLINE' }, { extension });
		return !status || status === 'OFFLINE';
	}, `${extension} to be off the floor`, PATIENCE_MS);
}

/** The board's word for each agent of the demo, for other tests leave agents of their own, and its counts. */
export const board = (page) => page.evaluate(() => {
	const text = (id) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? null;
	const tiles = [...document.querySelectorAll('[data-testid^="agent-10"][data-state]')];
	return {
		agents: Object.fromEntries(tiles.map((t) => [t.dataset.testid.slice('agent-'.length), t.dataset.state])),
		waiting: text('floor-waiting'), answered: text('floor-answered'), abandoned: text('floor-abandoned'),
		queues: Object.fromEntries(['support', 'sales'].map((name) => [name, text(`queue-${name}-waiting`)])),
	};
});

/** The same as the interface has it; who has a phone but serves no queue is not on the board. */
export async function boardByApi(token) {
	const { floor, queues, agents } = (await h.api(token, 'GET', '/reporting/realtime')).body;
	return {
		agents: Object.fromEntries(agents.filter((a) => a.extension.startsWith('10')).map((a) => [a.extension, a.status])),
		waiting: String(floor.waiting), answered: String(floor.answered), abandoned: String(floor.abandoned),
		queues: Object.fromEntries(['support', 'sales'].map((name) => [name, String(queues.find((q) => q.name === name).waiting)])),
	};
}

/** Waits until the board shows what the interface says; for how long, and what differs when it does not. */
export async function boardIsRight(page, token, ms = PATIENCE_MS) {
	let shown, said;
	await h.until(async () => {
		[shown, said] = [await board(page), await boardByApi(token)];
		return isDeepStrictEqual(shown, said);
	}, 'the board to equal the interface', ms).catch(() => assert.deepEqual(shown, said));
}
