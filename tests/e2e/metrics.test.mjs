// What cordboard-amid shows to Prometheus follows what happens.
import assert from 'node:assert/strict';
import net from 'node:net';
import { it } from 'node:test';
import * as h from './harness.mjs';

const P = 'cordboard_amid_';
const url = (route, port = h.instance.ports.amid_metrics) => `http://127.0.0.1:${port}${route}`;
const value = async (name) => (await h.metrics())[P + name];

it('is text that Prometheus reads, there and nowhere else', async () => {
	const answer = await fetch(url('/metrics'));
	assert.equal(answer.status, 200);
	assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4');
	for (const line of (await answer.text()).trimEnd().split('\n'))
		assert.match(line, /^(# HELP \w+ \S.*|# TYPE \w+ (counter|gauge)|[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? -?\d+(\.\d+)?)$/);
	for (const route of ['/', '/metrics/', '/metricsx', '/metrics/..']) assert.equal((await fetch(url(route))).status, 404, route);
	for (const method of ['POST', 'PUT', 'DELETE']) assert.equal((await fetch(url('/metrics'), { method })).status, 404, method);
	const elsewhere = net.connect(h.instance.ports.amid_metrics, '127.0.0.2');
	await new Promise((resolve, reject) => {
		elsewhere.on('error', resolve).on('connect', () => reject(new Error('it listens beyond 127.0.0.1')));
	});
});

it('moves with a call', async () => {
	// The floor is counted once a second: a call of the test before may still be among them.
	await h.until(async () => await value('calls_open') === 0 && await value('callers_waiting') === 0, 'a quiet floor');
	const before = await h.metrics();
	const series = (name) => before[P + name];
	assert.equal(series('leader'), 1);
	assert.ok(series('epoch') >= 1);
	assert.deepEqual(['ami', 'store', 'redis'].map((part) => series(`up{part="${part}"}`)), [1, 1, 1]);
	assert.ok(series('ami_silence_seconds') < 3);
	const agents = await h.sql(`SELECT count(*) FROM agent_extensions WHERE enabled`);
	assert.equal(Object.keys(before).filter((s) => s.startsWith(`${P}agents{`)).reduce((n, s) => n + before[s], 0), Number(agents));
	const caller = await h.ring({ did: '5550200', number: '15558880001', stayMs: 3_000 });
	await h.until(async () => await value('calls_open') === series('calls_open') + 1, 'one call more');
	await h.until(async () => await value('callers_waiting') === series('callers_waiting') + 1, 'one caller more');
	assert.equal(await caller.ended, 0);
	await h.until(async () => await value('calls_open') === series('calls_open') && await value('callers_waiting') === series('callers_waiting'), 'none of them');
	const after = await h.metrics();
	const grown = (name) => after[P + name] - series(name);
	assert.ok(grown('ami_events_total') >= 5, `${grown('ami_events_total')} events`);
	assert.ok(grown('ami_bytes_total') >= 1_000, `${grown('ami_bytes_total')} bytes`);
	assert.ok(after[`${P}journal_disk_bytes`] > 0);
	await h.until(async () => await value('journal_waiting_entries{to="postgresql"}') === 0 && await value('journal_waiting_entries{to="redis"}') === 0, 'both followers to have it all');
});

it('shows what Redis lacks while it is away', async () => {
	await h.service('stop', 'redis');
	try {
		await h.until(async () => await value('up{part="redis"}') === 0, 'the loss');
		const caller = await h.ring({ did: '5550200', number: '15558880002', stayMs: 2_000 });
		await h.until(async () => await value('journal_lag_seconds{to="redis"}') > 1 && await value('journal_waiting_bytes{to="redis"}') > 0, 'a second of lag');
		assert.ok(await value('journal_lag_seconds{to="postgresql"}') < 1);
		await caller.ended;
	} finally {
		await h.service('start', 'redis');
	}
	await h.until(async () => await value('up{part="redis"}') === 1 && await value('journal_lag_seconds{to="redis"}') === 0, 'Redis to have it all');
});

it('is shown by a standby too', async () => {
	const standby = await h.amid();
	try {
		await h.until(() => /standby/.test(standby.log()), 'the second to stand by');
		assert.equal((await h.metrics(standby.metricsPort))[`${P}leader`], 0);
		assert.equal(await value('leader'), 1);
	} finally {
		standby.stop();
	}
});
