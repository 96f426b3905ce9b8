import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { redis, service, until } from '../instance.mjs';
import { call, origin, signIn } from './client.mjs';

const [manager, supervisor] = await Promise.all(['2002', '2001'].map(signIn));

test('all may know whether it works, managers part by part', async () => {
  await until(async () => (await call('GET', 'health')).status === 200, 'the instance to be well');
  for (const token of [undefined, supervisor.token, 'A'.repeat(43)])
    assert.deepEqual((await call('GET', 'health', { token })).json, { status: 'ok' });
  const { json } = await call('GET', 'health', { token: manager.token });
  for (const part of ['database', 'redis', 'amid', 'ami', 'store', 'writer', 'journal', 'events', 'relay', 'partitions'])
    assert.equal(json.checks[part]?.state, 'up', `${part}: ${JSON.stringify(json.checks[part])}`);
  assert.ok(json.checks.amid.ageMs < 10_000);
  assert.ok(json.checks.events.ageMs < 60_000);
  assert.ok(json.checks.recordings.freeBytes > 0);
  assert.ok(new Date(json.checks.partitions.until) > new Date());
  assert.equal(typeof json.checks.deadLetters.count, 'number');
  assert.equal(typeof json.checks.journal.count, 'number');
});

test('a part that hangs is told of within a moment', async () => {
  after(async () => { await service('cont', 'redis'); await service('cont', 'relayd'); });
  await service('pause', 'relayd');
  await service('pause', 'redis');
  const began = Date.now();
  const answer = await call('GET', 'health', { token: manager.token });
  const took = Date.now() - began;
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.json.status, 'degraded');
  assert.equal(answer.json.checks.redis.state, 'down');
  assert.equal(answer.json.checks.relay.state, 'down');
  assert.equal(answer.json.checks.database.state, 'up');
  assert.ok(took < 2000, `${took} ms`);
  await service('cont', 'redis');
  await service('cont', 'relayd');
  await until(async () => (await call('GET', 'health')).status === 200, 'the instance to be well again');
  assert.ok(await redis('PING'));
});

async function metrics() {
  const answer = await fetch(`${origin}/metrics`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^text\/plain/);
  return new Map((await answer.text()).split('\n').filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

test('every request is counted once, whichever worker took it', async () => {
  const labels = 'method="GET",path="auth/me"';
  const names = [`cordboard_api_requests_total{${labels},class="2xx"}`, `cordboard_api_requests_total{${labels},class="4xx"}`,
    `cordboard_api_request_seconds_count{${labels}}`, `cordboard_api_request_seconds_bucket{${labels},le="+Inf"}`,
    'cordboard_api_refusals_total{problem="unauthenticated"}'];
  const before = await metrics();
  await Promise.all(Array.from({ length: 40 }, (_, i) => call('GET', 'auth/me', { token: i % 4 ? manager.token : undefined })));
  const now = await metrics();
  assert.deepEqual(names.map((name) => now.get(name) - (before.get(name) ?? 0)), [30, 10, 40, 40, 10]);
  const buckets = [...now].filter(([name]) => name.startsWith(`cordboard_api_request_seconds_bucket{${labels}`)).map(([, n]) => n);
  assert.deepEqual(buckets, [...buckets].sort((a, b) => a - b), 'buckets are cumulative');
});

test('what was counted outlives the workers', async () => {
  const name = 'cordboard_api_requests_total{method="GET",path="auth/me",class="2xx"}';
  await call('GET', 'auth/me', { token: manager.token });
  const before = (await metrics()).get(name);
  await service('restart', 'api');
  await until(async () => (await fetch(`${origin}/api/pbx/openapi.json`)).status === 200, 'the API to be back');
  assert.equal((await metrics()).get(name), before);
});
