// What a program sends twice is done once; what a user may do a number of times is counted.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { redis } from '../instance.mjs';
import { assertProblem, call, signIn } from './client.mjs';

const agent = await signIn('1009');
const { token } = agent;
const name = `Once ${randomUUID()}`;
const post = (key, body = { name }) => call('POST', 'contacts', { token, body, headers: { 'Idempotency-Key': key } });
const found = async () => (await call('GET', `contacts?search=${encodeURIComponent(name)}`, { token })).json.items;

test('twenty at once with one key make one contact, and get one answer', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(key)));
  const made = answers.filter((a) => a.status === 201);
  assert.ok(made.length >= 1, answers.map((a) => a.text).join('\n'));
  answers.filter((a) => a.status !== 201).forEach((a) => assertProblem(a, 409, 'conflict'));
  assert.equal(new Set(made.map((a) => a.text)).size, 1);
  assert.deepEqual((await found()).map((c) => c.id), [made[0].json.id]);
  const again = await post(key);
  assert.deepEqual([again.status, again.text, again.headers.get('content-type'), again.headers.get('etag')],
    [201, made[0].text, made[0].headers.get('content-type'), made[0].headers.get('etag')]);
  assert.equal((await found()).length, 1);
});

test('a key is for one request of one user', async () => {
  const key = randomUUID();
  const first = await post(key);
  assert.equal(first.status, 201, first.text);
  assertProblem(await post(key, { name: `${name}, another` }), 422, 'invalid');
  const other = await signIn('1010');
  const own = await call('POST', 'contacts', { token: other.token, body: { name }, headers: { 'Idempotency-Key': key } });
  assert.equal(own.status, 201, own.text);
  assert.notEqual(own.json.id, first.json.id);
});

test('a refusal is not kept, and a key that is none is refused', async () => {
  const key = randomUUID();
  assertProblem(await post(key, { name: '' }), 422, 'invalid');
  assert.equal((await post(key)).status, 201);
  assertProblem(await post('k'.repeat(256)), 422, 'invalid');
});

test('a key means nothing without a session', async () => {
  assertProblem(await call('POST', 'contacts', { body: { name }, headers: { 'Idempotency-Key': randomUUID() } }),
    401, 'unauthenticated');
});

test('an hour holds 60 dials of a user, whatever the session, and says so', async () => {
  const me = await signIn('1009');
  const key = `cb:limit:dial:${me.user.id}`;
  const dial = (session) => call('POST', 'calls/dial', { token: session.token, body: { phoneNumber: '15550001111' } });
  const at = (agoMs, n) => Array.from({ length: n }, () => [String(Date.now() - agoMs), randomUUID()]).flat();
  try {
    await redis('DEL', key);
    await redis('ZADD', key, ...at(3_590_000, 59), ...at(3_601_000, 5));
    const allowed = await dial(me);
    assert.notEqual(allowed.status, 429, 'what is older than an hour does not count');
    assert.equal(allowed.headers.get('ratelimit-policy'), '"dial";q=60;w=3600');
    await redis('ZADD', key, ...at(1_000, 1));
    const again = await signIn('1009');
    for (const session of [me, again]) {
      const refused = await dial(session);
      assertProblem(refused, 429, 'rate-limited');
      const seconds = Number(refused.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 11, `retry after ${seconds} s: when the oldest is an hour old`);
      assert.equal(refused.headers.get('ratelimit'), `"dial";r=0;t=${seconds}`);
    }
    assert.equal(await redis('ZCARD', key), '60', 'a refused one is not counted');
    const other = await signIn('1010');
    assert.notEqual((await dial(other)).status, 429, 'somebody else\'s is somebody else\'s');
  } finally {
    await redis('DEL', key);
  }
});

test('who is called outside for a customer is counted as dialled, a colleague is not', async () => {
  const me = await signIn('1009');
  const key = `cb:limit:dial:${me.user.id}`;
  const ask = (act, to) => call('POST', `calls/${randomUUID()}/${act}`, { token: me.token, body: { to } });
  try {
    await redis('DEL', key);
    await redis('ZADD', key, ...Array.from({ length: 60 }, () => [String(Date.now()), randomUUID()]).flat());
    for (const act of ['transfer', 'consult']) {
      assertProblem(await ask(act, { kind: 'NUMBER', value: '15550001111' }), 429, 'rate-limited');
      assertProblem(await ask(act, { kind: 'AGENT', value: '1010' }), 404, 'not-found');
    }
    assertProblem(await ask('transfer', { kind: 'QUEUE', value: 'support' }), 404, 'not-found');
  } finally {
    await redis('DEL', key);
  }
});
