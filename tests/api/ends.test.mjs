// Ends of sessions: wherever one is open, it is over within 5 s, whoever was there to tell of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { service, sql } from '../instance.mjs';
import { assertProblem, call, origin, password, signIn } from './client.mjs';
import { register } from './register.mjs';

const LIMIT_MS = 5000;
const BOARD = '1008';
const PHONE = '1009';
const admin = await signIn('2003');

after(async () => {
  await call('PUT', `users/${await userOf(BOARD)}`, { token: admin.token, body: { enabled: true } });
  await call('POST', 'auth/logout', { token: admin.token });
});

const userOf = (extension) => sql(`SELECT u.id FROM users u JOIN tenants t ON t.id = u.tenant_id AND t.is_default WHERE u.extension = '${extension}'`);

async function within(condition, what, ms = LIMIT_MS) {
  const deadline = Date.now() + ms;
  while (!await condition()) {
    assert.ok(Date.now() < deadline, `not within ${ms} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

// A socket that has its first snapshot; closed resolves to the code it is closed with.
async function openSocket(token) {
  const ticket = await call('POST', 'ws-ticket', { token });
  assert.equal(ticket.status, 200, ticket.text);
  const socket = new WebSocket(ticket.json.url, 'cordboard.v1', { origin });
  const closed = once(socket, 'close').then(([code]) => code);
  await once(socket, 'open');
  socket.send(JSON.stringify({ ticket: ticket.json.ticket }));
  const early = await Promise.race([closed, once(socket, 'message')]);
  // 1013: the relay has not found Redis again yet.
  if (early === 1013) return openSocket(token);
  assert.ok(Array.isArray(early), `closed with ${early} before the snapshot`);
  return { closed };
}

async function closesWithin({ closed }, ms = LIMIT_MS) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, ms, 'open'); });
  assert.equal(await Promise.race([closed, late]), 4003, `after ${ms} ms`);
  clearTimeout(timer);
}

const end = (token) => call('POST', 'auth/logout', { token });
const endedBySql = (id) => sql(`SELECT end_sessions(s.tenant_id, NULL, s.id, NULL) FROM sessions s WHERE s.id = '${id}'`);
const sessionOf = async (token) => (await call('GET', 'auth/sessions', { token })).json.items.find((s) => s.current).id;
const contacts = (extension) => sql(`SELECT count(*) FROM agent_extensions WHERE extension = '${extension}' AND sip_ha1 IS NOT NULL`);

async function withPhone() {
  const answer = await call('POST', 'auth/login', { body: { extension: PHONE, password, phone: 'SIP' } });
  assert.equal(answer.status, 200, answer.text);
  const { accessToken: token, sip } = answer.json;
  assert.equal(await register(sip.authUser, sip.password), 200, 'the fresh secret registers');
  return { token, sip };
}

const refused = async (sip) => [401, 403].includes(await register(sip.authUser, sip.password));

test('signing out closes its sockets at once, and nobody else\'s', async () => {
  const a = await signIn(BOARD);
  const b = await signIn(BOARD);
  const [closedA, closedB] = [await openSocket(a.token), await openSocket(b.token)];
  assert.equal((await end(a.token)).status, 204);
  await closesWithin(closedA, 1000);
  assert.equal((await call('GET', 'auth/me', { token: b.token })).status, 200);
  await end(b.token);
  await closesWithin(closedB, 1000);
});

test('another role closes what a program has open, which may come back with the rights of now', async () => {
  const { token } = await signIn(BOARD);
  const made = await call('POST', 'tokens', { token, body: { name: 'Board', scopes: ['events:write', 'agents:read'] } });
  assert.equal(made.status, 201, made.text);
  const id = await userOf(BOARD);
  try {
    const socket = await openSocket(made.json.token);
    assert.equal((await call('PUT', `users/${id}`, { token: admin.token, body: { displayName: 'The board' } })).status, 200);
    assert.equal((await call('PUT', `users/${id}`, { token: admin.token, body: { role: 'SUPERVISOR' } })).status, 200);
    await closesWithin(socket, 1000);
    assert.equal((await call('GET', 'agent-extensions', { token: made.json.token })).status, 200);
  } finally {
    await call('PUT', `users/${id}`, { token: admin.token, body: { role: 'AGENT' } });
    await call('DELETE', `tokens/${made.json.id}`, { token: admin.token });
  }
});

test('a session that nobody was told of loses its sockets all the same', async () => {
  const { token } = await signIn(BOARD);
  const closed = await openSocket(token);
  await endedBySql(await sessionOf(token));
  assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
  await closesWithin(closed);
});

test('a session that is revoked while Redis is away loses its sockets all the same', async () => {
  const { token } = await signIn(BOARD);
  const closed = await openSocket(token);
  await service('down', 'redis');
  try {
    await within(async () => (await call('GET', 'health')).status === 503, 'Redis to be missed');
    assert.equal((await end(token)).status, 204);
    await closesWithin(closed);
  } finally {
    await service('up', 'redis');
    await within(async () => (await call('GET', 'health')).status === 200, 'Redis to be back', 15_000);
  }
});

test('a disabled user is out everywhere', async () => {
  const { token } = await signIn(BOARD);
  const closed = await openSocket(token);
  const id = await userOf(BOARD);
  assert.equal((await call('DELETE', `users/${id}`, { token: admin.token })).status, 204);
  assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
  assertProblem(await call('POST', 'auth/login', { body: { extension: BOARD, password } }), 401, 'bad-credentials');
  await closesWithin(closed, 1000);
  assert.equal((await call('PUT', `users/${id}`, { token: admin.token, body: { enabled: true } })).status, 200);
  await end((await signIn(BOARD)).token);
});

test('all sessions of a user end at once, by the user or an admin', async () => {
  const id = await userOf(BOARD);
  for (const byAdmin of [true, false]) {
    const [a, b] = [await signIn(BOARD), await signIn(BOARD)];
    const closed = [await openSocket(a.token), await openSocket(b.token)];
    const answer = byAdmin ? await call('DELETE', `users/${id}/sessions`, { token: admin.token })
      : await call('DELETE', 'auth/sessions', { token: a.token });
    assert.equal(answer.status, 204, answer.text);
    for (const { token } of [a, b]) assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
    await Promise.all(closed.map((c) => closesWithin(c, 1000)));
  }
});

test('an API token that is taken back loses its sockets', async () => {
  const { token } = await signIn(BOARD);
  const made = await call('POST', 'tokens', { token, body: { name: 'stream', scopes: ['events:write'] } });
  const closed = await openSocket(made.json.token);
  assert.equal((await call('DELETE', `tokens/${made.json.id}`, { token })).status, 204);
  await closesWithin(closed, 1000);
  await end(token);
});

test('after a sign-out the phone\'s secret registers no more, and the phone is not called', async () => {
  const { token, sip } = await withPhone();
  assert.equal(await register(sip.authUser, 'another'), 401);
  assert.equal((await end(token)).status, 204);
  await within(() => refused(sip), 'the secret to be refused');
});

test('a phone whose session ended behind everybody\'s back registers no more', async () => {
  const { token, sip } = await withPhone();
  await endedBySql(await sessionOf(token));
  await within(() => refused(sip), 'the secret to be refused');
  assert.equal(await contacts(PHONE), '0');
});

test('a phone whose session ended while Asterisk could not be told registers no more', async () => {
  const { token, sip } = await withPhone();
  await service('down', 'amid');
  try {
    assert.equal((await end(token)).status, 204);
  } finally {
    await service('up', 'amid');
  }
  await within(() => refused(sip), 'the secret to be refused', 15_000);
});

test('a new sign-in makes the old secret useless', async () => {
  const first = await withPhone();
  const second = await withPhone();
  await within(() => refused(first.sip), 'the old secret to be refused');
  assert.equal(await register(second.sip.authUser, second.sip.password), 200);
  await end(first.token);
  assert.equal(await register(second.sip.authUser, second.sip.password), 200, 'the end of the old session is no end of the phone');
  await end(second.token);
  await within(() => refused(second.sip), 'the secret to be refused');
});

test('a session whose time is over ends like any other, and the phone with it', async () => {
  const { token, sip } = await withPhone();
  const closed = await openSocket(token);
  await sql(`UPDATE sessions SET expires_at = now() WHERE id = '${await sessionOf(token)}'`);
  assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
  await closesWithin(closed);
  await within(() => refused(sip), 'the secret to be refused', 15_000);
});

test('a session that is not used ends, and one with an open page is used', async () => {
  const { token } = await signIn(BOARD);
  const { token: idle } = await signIn(BOARD);
  const closed = await openSocket(token);
  const ids = [await sessionOf(token), await sessionOf(idle)];
  await sql(`UPDATE sessions SET idle_limit = interval '3 minutes', last_seen_at = now() - interval '2 minutes 56 seconds' WHERE id IN ('${ids.join("', '")}')`);
  const seen = async () => sql(`SELECT count(*) FROM sessions WHERE token_hash = sha256('${token}') AND last_seen_at > now() - interval '1 minute'`);
  await within(async () => await seen() === '1', 'the open page to count');
  await within(async () => (await call('GET', 'auth/sessions', { token })).json.items.every((s) => s.id !== ids[1]), 'the other session to be over');
  assertProblem(await call('GET', 'auth/me', { token: idle }), 401, 'unauthenticated');
  await end(token);
  await closesWithin(closed, 1000);
});
