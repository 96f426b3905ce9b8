import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, call, origin, password, signIn } from './client.mjs';

test('a sign-in gives user, extension, token, cookie and the phone its secret', async () => {
  const s = await signIn('2001');
  assert.equal(s.user.role, 'SUPERVISOR');
  assert.equal(s.agentExtension.extension, '2001');
  assert.equal(s.sip.authUser, '2001');
  assert.match(s.sip.password, /^[0-9a-f]{32}$/);
  assert.equal(s.sip.wsUrl, `${origin.replace('http', 'ws')}/sip`);
  assert.equal(typeof s.sip.ready, 'boolean');
  assert.match(s.cookie, /^(__Host-)?cordboard_session=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Lax/);
});

test('each sign-in draws a new secret and a new token', async () => {
  const a = await signIn('2001');
  const b = await signIn('2001');
  assert.notEqual(a.token, b.token);
  assert.notEqual(a.sip.password, b.sip.password);
});

test('a reload gets a fresh secret for the phone of its session', async () => {
  const { token, sip } = await signIn('2001');
  const again = await call('POST', 'auth/phone', { token, body: {} });
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.sip.authUser, sip.authUser);
  assert.notEqual(again.json.sip.password, sip.password);
});

test('a wrong password, an unknown extension and an unknown tenant are told apart by nobody', async () => {
  const tries = [
    { extension: '2003', password: 'wrong' },
    { extension: '87654', password: 'wrong' },
    { extension: '2003', password, tenant: 'nowhere' },
  ];
  const answers = await Promise.all(tries.map((body) => call('POST', 'auth/login', { body })));
  for (const answer of answers) {
    assertProblem(answer, 401, 'bad-credentials');
    assert.equal(answer.json.detail, undefined);
    assert.equal(answer.headers.get('set-cookie'), null);
  }
});

test('too many failures lock for a moment, with the time to wait', async () => {
  // Nobody has this extension: it locks like one that somebody has.
  const body = { extension: String(10000000 + (process.pid % 80000000)), password: 'wrong' };
  const statuses = [];
  let last;
  for (let i = 0; i < 8; i++) {
    last = await call('POST', 'auth/login', { body });
    statuses.push(last.status);
    if (last.status === 429) break;
  }
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
  assertProblem(last, 429, 'rate-limited');
  assert.ok(Number(last.headers.get('retry-after')) >= 1);
});

test('me names user, tenant, queues and permissions', async () => {
  const { token } = await signIn('1006');
  const me = await call('GET', 'auth/me', { token });
  assert.equal(me.status, 200);
  assert.equal(me.headers.get('cache-control'), 'no-store');
  assert.equal(me.json.user.extension, '1006');
  assert.deepEqual(me.json.agentExtension.queues, ['sales', 'support']);
  assert.ok(me.json.permissions.includes('calls.own'));
  assert.ok(!me.json.permissions.includes('board'));
});

test('signing out ends the session and takes the cookie back', async () => {
  const { token } = await signIn('2001');
  const out = await call('POST', 'auth/logout', { token });
  assert.equal(out.status, 204);
  assert.match(out.headers.get('set-cookie'), /Max-Age=0/);
  assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
});

test('a session can end another one of the same user, and of nobody else', async () => {
  const a = await signIn('2001');
  const b = await signIn('2001');
  const other = await signIn('2002');
  const list = await call('GET', 'auth/sessions', { token: b.token });
  const own = list.json.items.filter((s) => s.current);
  assert.equal(own.length, 1);
  assertProblem(await call('DELETE', `auth/sessions/${own[0].id}`, { token: other.token }), 404, 'not-found');
  assert.equal((await call('DELETE', `auth/sessions/${own[0].id}`, { token: a.token })).status, 204);
  assertProblem(await call('GET', 'auth/me', { token: b.token }), 401, 'unauthenticated');
  assert.equal((await call('GET', 'auth/me', { token: a.token })).status, 200);
});

test('a ticket for the live feed is random and short-lived', async () => {
  const { token } = await signIn('2001');
  const a = await call('POST', 'ws-ticket', { token });
  const b = await call('POST', 'ws-ticket', { token });
  assert.equal(a.status, 200, a.text);
  assert.match(a.json.ticket, /^[\w-]{43}$/);
  assert.notEqual(a.json.ticket, b.json.ticket);
  const left = Date.parse(a.json.expiresAt) - Date.now();
  assert.ok(left > 20_000 && left <= 31_000, `${left} ms left`);
});
