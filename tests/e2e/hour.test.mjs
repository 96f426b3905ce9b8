// A manager's hour in front of the board: who comes, who waits, who is lost, what is behind a figure, and
// what the manager does about it. Every figure is the interface's own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as d from './desk.mjs';
import * as h from './harness.mjs';

const AT_DESK = '1002', DESK_PHONE = '1003';

let chrome, board, agent, phone, token;

const figure = async (name) => Number(await board.getByTestId(`floor-${name}`).innerText());
const becomes = (name, value) => h.until(async () => await figure(name) === value, `${name} ${value} on the board`);
const counts = (name, ...states) => h.until(async () => await figure(name) === Object.values((await d.board(board)).agents).filter((s) => states.includes(s)).length, `the figure ${name} to be that of the tiles`);
const tileIs = (extension, state) => h.until(async () => await d.tileOf(board, extension) === state, `${extension} ${state} on the board`);
const callFrom = (number) => h.until(() => h.sql(`SELECT id FROM call_sessions WHERE from_number = '${number}'`), `the call of ${number}`);
const setStatus = (status) => h.api(phone.token, 'PUT', `/agent-extensions/${phone.id}/status`, { status });

before(async () => {
	chrome = await h.browser();
	token = await h.token('2002');
	board = await h.signIn(chrome, '2002', '/manager');
	await d.linkIs(board, 'live');
	await d.boardIsRight(board, token);
});

after(async () => {
	phone?.stop();
	await chrome?.close();
	for (const extension of [AT_DESK, DESK_PHONE]) await d.standUp(extension);
});

describe('agents', () => {
	it('arrive on the board, each as what they are', async () => {
		phone = await h.phone(DESK_PHONE, 'answers when told');
		agent = await d.sitDown(chrome, AT_DESK);
		await h.until(async () => (await d.truth(DESK_PHONE)).phone === 'REGISTERED', 'the desk phone');
		if ((await d.truth(DESK_PHONE)).status !== 'AVAILABLE') await setStatus('AVAILABLE');
		await tileIs(AT_DESK, 'AVAILABLE');
		await tileIs(DESK_PHONE, 'AVAILABLE');
		assert.ok(await figure('ready') >= 2);
		await counts('ready', 'AVAILABLE');
	});

	it('go away with a reason, which their tile tells', async () => {
		await d.choose(agent, 'AWAY:LUNCH');
		await tileIs(AT_DESK, 'AWAY');
		await h.until(async () => /lunch/i.test(await board.getByTestId(`agent-${AT_DESK}`).innerText()), 'the reason on the tile');
		assert.equal((await setStatus('BUSY')).status, 200);
		await tileIs(DESK_PHONE, 'BUSY');
		await counts('ready', 'AVAILABLE');
		await counts('away', 'AWAY', 'BUSY');
	});
});

describe('callers', () => {
	const leaves = d.number('555'), stays = d.number('555');
	const row = (id) => board.locator(`[data-testid=waiting-caller][data-call-id="${id}"]`);
	let leaving, staying, answered, abandoned;
	after(() => {
		leaving?.stop();
		staying?.stop();
	});

	it('wait in the order they came in, and the floor counts them', async () => {
		[answered, abandoned] = [await figure('answered'), await figure('abandoned')];
		leaving = await h.ring({ did: '5550100', number: leaves, name: 'First Caller', stayMs: 6_000 });
		const first = row(await callFrom(leaves));
		await first.waitFor();
		staying = await h.ring({ did: '5550100', number: stays, name: 'Second Caller' });
		const second = row(await callFrom(stays));
		await second.waitFor();
		await becomes('waiting', 2);
		assert.equal(await board.getByTestId('queue-support-waiting').innerText(), '2');
		assert.match(await first.innerText(), /^1\s[^]*First Caller/);
		assert.match(await second.innerText(), /^2\s[^]*Second Caller/);
		assert.match(await board.title(), /2 waiting/);
		await d.boardIsRight(board, token);
	});

	it('give up, and are counted as abandoned; who stays moves up', async () => {
		await leaving.ended;
		await becomes('waiting', 1);
		await becomes('abandoned', abandoned + 1);
		assert.match(await row(await callFrom(stays)).innerText(), /^1\s/);
		await d.boardIsRight(board, token);
	});

	it('are answered: ringing, talking and wrap-up are on the board', async () => {
		assert.equal((await setStatus('AVAILABLE')).status, 200);
		await tileIs(DESK_PHONE, 'RINGING');
		await h.until(() => phone.rings(), 'the phone to ring');
		const id = await callFrom(stays);
		assert.equal((await h.api(phone.token, 'POST', `/calls/${id}/answer`, {})).status, 204);
		await tileIs(DESK_PHONE, 'ON_CALL');
		await h.until(async () => /Second Caller/.test(await board.getByTestId(`agent-${DESK_PHONE}`).innerText()), 'the customer on the tile');
		await becomes('waiting', 0);
		await counts('talking', 'ON_CALL');
		assert.equal((await h.api(phone.token, 'POST', `/calls/${id}/hangup`, {})).status, 204);
		await tileIs(DESK_PHONE, 'WRAP_UP');
		await becomes('answered', answered + 1);
		assert.equal((await setStatus('AVAILABLE')).status, 200);
		await tileIs(DESK_PHONE, 'AVAILABLE');
		await d.boardIsRight(board, token);
	});

	it('have a service level that is the one of the reports', async () => {
		const { floor } = (await h.api(token, 'GET', '/reporting/realtime')).body;
		await h.until(async () => parseInt(await board.getByTestId('floor-service-level').innerText(), 10) === Math.round(floor.serviceLevel * 100), 'the service level');
	});

	it('are behind the figures that count them', async () => {
		for (const [name, number] of [['abandoned', leaves], ['answered', stays]]) {
			await board.getByTestId(`figure-${name}`).click();
			const drawer = board.getByTestId('drill'), id = await callFrom(number);
			await drawer.locator(`[data-testid=drill-visit][data-call-id="${id}"]`).waitFor();
			if (await drawer.getByRole('button', { name: /more/i }).count() === 0)
				assert.equal(await drawer.getByTestId('drill-visit').count(), await figure(name));
			await drawer.locator(`[data-testid=drill-visit][data-call-id="${id}"]`).click();
			await drawer.getByTestId('call-timeline').waitFor();
			assert.ok((await drawer.innerText()).replace(/\D/g, '').includes(number.slice(1)));
			await board.keyboard.press('Escape');
			await drawer.waitFor({ state: 'detached' });
		}
	});
});

describe('the manager', () => {
	const panel = () => board.getByTestId('drill');

	it('pauses an agent for a reason, and the agent’s own page shows it', async () => {
		await d.choose(agent, 'AVAILABLE');
		await board.getByTestId(`agent-${AT_DESK}`).locator('button').first().click();
		await panel().getByTestId('force-pause').click();
		await board.getByRole('menuitem', { name: /training/i }).or(board.getByRole('button', { name: /^training/i })).first().click();
		await d.stateIs(agent, 'AWAY');
		assert.equal((await d.truth(AT_DESK)).reason, 'TRAINING');
		await tileIs(AT_DESK, 'AWAY');
	});

	it('makes the agent ready', async () => {
		await panel().getByTestId('force-ready').click();
		await d.stateIs(agent, 'AVAILABLE');
		await tileIs(AT_DESK, 'AVAILABLE');
	});

	it('signs the agent off the floor', async () => {
		await panel().getByTestId('force-sign-out').click();
		await d.isTruly(AT_DESK, 'OFFLINE');
		await tileIs(AT_DESK, 'OFFLINE');
		await h.until(async () => ['OFFLINE', null].includes(await d.stateOf(agent)), 'the agent’s page to show it');
	});

	it('reads in the record who did it', async () => {
		const told = await h.sql(`SELECT count(*) FROM agent_activity_logs l JOIN agent_extensions e ON e.id = l.agent_id WHERE e.extension = '${AT_DESK}' AND l.reason = 'TRAINING' AND l.at > now() - interval '5 minutes'`);
		assert.notEqual(told, '0');
	});

	it('is told why when the exchange does not do it', async () => {
		await h.service('down', 'amid');
		try {
			await panel().getByTestId('force-ready').click();
			await h.until(async () => await panel().locator('[data-testid=act-result] .tone-danger').count() > 0, 'the refusal', 20_000);
			assert.equal(await d.tileOf(board, AT_DESK), 'OFFLINE');
		} finally {
			await h.service('up', 'amid');
			await h.amidIsBack();
		}
		await d.boardIsRight(board, token);
	});
});

it('no page had an error or broke its security policy', () => {
	assert.deepEqual([...board.problems, ...agent.problems], []);
});
