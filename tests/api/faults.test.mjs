// What the API does while a part of it is away, dead or hangs: a refusal in time, nothing stuck, and
// right again by itself.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { after, describe, it } from 'node:test';
import { apiWorkers, children, command, nginxMaster, nginxWorkers, postmaster, redisServer } from '../bench/processes.mjs';
import * as h from '../e2e/harness.mjs';
import { transaction } from '../instance.mjs';

const AT_ONCE_MS = 1000, BACK_MS = 2000;
/** The longest that anything waits for a PostgreSQL that hangs: for an answer, and on a new connection. */
const ANSWER_MS = 4000, CONNECT_MS = 800, SLACK_MS = 700;
const WORKERS = 4;
// What this process itself was late by at most, the answers may have been as well.
const lag = monitorEventLoopDelay({ resolution: 10 });
lag.enable();
const late_ms = () => lag.max / 1e6;
const manager = await h.token('2002');

async function timed(f) {
	const begun = performance.now();
	const answer = await f();
	return { ...answer, ms: performance.now() - begun };
}

const list = () => timed(() => h.api(manager, 'GET', '/agent-extensions?limit=5'));
const ticket = () => timed(() => h.api(manager, 'POST', '/ws-ticket'));

function assertAway(answer, limitMs) {
	assert.equal(answer.status, 503, answer.text);
	assert.ok(Number(answer.headers.get('retry-after')) >= 1, 'no Retry-After');
	assert.equal(answer.body.type, '/problems/unavailable');
	assert.ok(answer.ms <= limitMs + late_ms(), `an answer after ${Math.round(answer.ms)} ms`);
}

/** Each worker answers: as many requests at once as there are workers, a few times. */
async function assertAllWell(ask) {
	for (let i = 0; i < 3; i++)
		for (const answer of await Promise.all(Array.from({ length: WORKERS }, ask))) assert.equal(answer.status, 200, answer.text);
}

/** … within the time from now in which it has to be right again. */
async function assertBack(ask) {
	const begun = Date.now();
	await h.until(async () => (await ask()).status === 200, 'a good answer', BACK_MS + late_ms());
	await assertAllWell(ask);
	assert.ok(Date.now() - begun <= BACK_MS + late_ms(), `right again after ${Date.now() - begun} ms only`);
}

/** Asks again and again while f runs: every answer. */
async function during(ask, f) {
	const answers = [];
	let done = false;
	const asking = Promise.all(Array.from({ length: 2 * WORKERS }, async () => {
		while (!done) answers.push(await ask());
	}));
	try {
		await f(answers);
	} finally {
		done = true;
	}
	await asking;
	return answers;
}

async function signal(name, pids) {
	for (const pid of pids) {
		try {
			process.kill(Number(pid), name);
		} catch {
			// It has just ended.
		}
	}
}

describe('a worker of the API', () => {
	it('that is killed in a request fails that one and no other', async () => {
		const id = randomUUID();
		await h.sql(`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, ended_at, seq)
			SELECT '${id}', id, 'faults', 'INBOUND', 'ENDED', now(), now(), 0 FROM tenants WHERE slug = 'demo'`);
		for (let i = 0; i < 5; i++) {
			const lock = await transaction(`SELECT FROM call_sessions WHERE id = '${id}' FOR UPDATE`);
			const hanging = timed(() => h.api(manager, 'PUT', `/calls/${id}/notes`, { notes: 'killed' }));
			const pid = await h.until(() => h.sql(`SELECT substr(application_name, 5) FROM pg_stat_activity WHERE application_name LIKE 'api-%' AND wait_event_type = 'Lock'`, 'api'),
				'the request to wait for the lock');
			const killed = performance.now();
			await h.kill_inside(pid);
			const answer = await hanging;
			assertAway(answer, Infinity);
			assert.ok(performance.now() - killed < AT_ONCE_MS + late_ms(), 'the client heard of it too late');
			await assertAllWell(list);
			await h.until(() => apiWorkers().length === WORKERS, 'another worker in its place', BACK_MS + late_ms());
			await lock.rollback();
		}
		await assertAllWell(list);
		await h.sql(`DELETE FROM call_sessions WHERE id = '${id}'`);
	});

	it('is replaced however often it is killed', async () => {
		for (let i = 0; i < 10; i++) {
			const before = apiWorkers();
			await signal('SIGKILL', before);
			await h.until(() => apiWorkers().length === WORKERS && apiWorkers().every((pid) => !before.includes(pid)), 'a new pool', BACK_MS + late_ms());
		}
		await assertBack(list);
	});

	it('that hangs holds up nobody but whom it serves', async () => {
		const [stopped] = apiWorkers();
		await signal('SIGSTOP', [stopped]);
		try {
			for (let i = 0; i < 20; i++) {
				const answer = await list();
				assert.equal(answer.status, 200);
				assert.ok(answer.ms < AT_ONCE_MS + late_ms());
			}
		} finally {
			await signal('SIGCONT', [stopped]);
		}
		await assertAllWell(list);
	});
});

describe('PostgreSQL', () => {
	const answers = () => h.sql('SELECT 1').then(() => true, () => false);

	it('that is stopped makes refusals, and all is right again once it is back', async () => {
		for (let i = 0; i < 3; i++) {
			await assertAllWell(list);
			const seen = await during(list, async (all) => {
				await h.service('down', 'postgres');
				await h.until(() => all.filter(({ status }) => status === 503).length > 20, 'refusals');
			});
			for (const answer of seen) if (answer.status !== 200) assertAway(answer, AT_ONCE_MS);
			assertAway(await ticket(), AT_ONCE_MS);
			await h.service('up', 'postgres');
			await h.until(answers, 'PostgreSQL');
			await assertBack(list);
		}
	});

	it('that dies is no different', async () => {
		const seen = await during(list, async (all) => {
			await h.service('kill', 'postgres');
			await h.until(() => all.some(({ status }) => status === 503), 'a refusal');
			await h.until(answers, 'PostgreSQL');
		});
		for (const answer of seen) if (answer.status !== 200) assertAway(answer, AT_ONCE_MS);
		await assertBack(list);
	});

	it('that hangs makes refusals in bounded time', async () => {
		await assertAllWell(list);
		const main = postmaster();
		const pids = [main, ...children(main)];
		await signal('SIGSTOP', pids);
		try {
			const first = await Promise.all(Array.from({ length: WORKERS }, list));
			for (const answer of first) assertAway(answer, ANSWER_MS + CONNECT_MS + SLACK_MS);
			// From now on no worker waits for more than a connection, and each refuses at once for a while after.
			for (const answer of await during(list, (all) => h.until(() => all.length > 50, 'refusals'))) assertAway(answer, 2 * CONNECT_MS + SLACK_MS);
		} finally {
			await signal('SIGCONT', pids);
		}
		await assertBack(list);
	});

	after(() => h.service('up', 'postgres'));
});

describe('Redis', () => {
	const answers = async () => (await h.redis('PING')) === 'PONG';

	it('that is stopped makes refusals where it is needed, and nowhere else', async () => {
		for (let i = 0; i < 3; i++) {
			await assertAllWell(ticket);
			const seen = await during(ticket, async (all) => {
				await h.service('down', 'redis');
				await h.until(() => all.filter(({ status }) => status === 503).length > 20, 'refusals');
			});
			for (const answer of seen) if (answer.status !== 200) assertAway(answer, AT_ONCE_MS);
			await assertAllWell(list);
			await h.service('up', 'redis');
			await h.until(answers, 'Redis');
			await assertBack(ticket);
		}
	});

	it('that hangs makes refusals in bounded time', async () => {
		await assertAllWell(ticket);
		const pid = redisServer();
		await signal('SIGSTOP', [pid]);
		try {
			for (let i = 0; i < 5; i++) assertAway(await ticket(), AT_ONCE_MS);
			await assertAllWell(list);
		} finally {
			await signal('SIGCONT', [pid]);
		}
		await assertBack(ticket);
	});

	after(async () => {
		await h.service('up', 'redis');
		await h.amidIsBack(20_000);
	});
});

describe('the door', () => {
	const RELOADS = 100, RATE = 500;

	/** One request on a connection of its own or a kept one, as HTTP libraries send it. */
	function ask(agent) {
		return new Promise((resolve, reject) => {
			const request = http.get(`${h.instance.url}/api/pbx/auth/me`, { agent, headers: { Authorization: `Bearer ${manager}` } }, (response) => {
				response.resume();
				response.on('end', () => resolve(response.statusCode));
				response.on('error', reject);
			});
			// Closed in the moment of sending: such a request is repeated, as browsers do.
			request.on('error', (error) => (request.reusedSocket && error.code === 'ECONNRESET' ? resolve(ask(agent)) : reject(error)));
		});
	}

	const serving = () => nginxWorkers().filter((pid) => /^nginx: worker process$/.test(command(pid)));

	it(`is reloaded ${RELOADS} times under ${RATE} requests a second, and none fails`, async () => {
		const kept = new http.Agent({ keepAlive: true });
		const results = new Map();
		let sent = 0, answered = 0;
		const note = (result) => {
			answered++;
			results.set(result, (results.get(result) ?? 0) + 1);
		};
		const begun = performance.now();
		const pace = setInterval(() => {
			for (; sent < (performance.now() - begun) * RATE / 1000; sent++) ask(sent % 2 ? kept : false).then(note, (error) => note(error.message));
		}, 5);
		for (let i = 0; i < RELOADS; i++) {
			const before = serving();
			process.kill(Number(nginxMaster()), 'SIGHUP');
			await h.until(() => serving().length >= before.length && serving().every((pid) => !before.includes(pid)), 'new workers of nginx');
		}
		await h.until(() => sent >= RATE, 'a second of requests at least');
		clearInterval(pace);
		const rate = sent / (performance.now() - begun) * 1000;
		await h.until(() => answered === sent, 'every answer');
		kept.destroy();
		assert.deepEqual([...results], [[200, sent]]);
		assert.ok(rate > 0.9 * RATE, `only ${Math.round(rate)} requests a second were sent`);
	});
});
