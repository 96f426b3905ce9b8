// Guessing passwords and forging tokens: how fast, and what it tells.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { after, beforeEach, test } from 'node:test';
import { home, instance, sql } from '../instance.mjs';
import { newTenant, remove } from './cast.mjs';
import { assertProblem, call, origin, password, signIn } from './client.mjs';
import { otherTenant } from './database.mjs';

const login = (extension, word = 'wrong', more = {}) => call('POST', 'auth/login', { body: { extension, password: word, ...more } });
// From an address that the door of a test instance does not limit: 127.0.0.9.
function loginUnlimited(extension, word = 'wrong') {
  const began = performance.now();
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, method: 'POST', path: '/api/pbx/auth/login', localAddress: '127.0.0.9', headers: { 'Content-Type': 'application/json' } }, (answer) => {
      answer.resume().on('end', () => resolve({ status: answer.statusCode, ms: performance.now() - began }));
    }).on('error', reject).end(JSON.stringify({ extension, password: word }));
  });
}
const forget = () => sql('DELETE FROM sign_in_failures; DELETE FROM sign_in_addresses');

beforeEach(forget);
after(forget);

// ---- throttles ------------------------------------------------------------------------------------

test('an account is closed for a while after five failures, for longer after each more, and never for good', async () => {
  for (let i = 0; i < 5; i++) assertProblem(await login('1007'), 401, 'bad-credentials');
  const closed = await login('1007', password);
  assertProblem(closed, 429, 'rate-limited');
  assert.equal(closed.headers.get('retry-after'), '1');
  const waits = [];
  for (let i = 0; i < 15; i++) {
    await sql(`UPDATE sign_in_failures SET locked_until = now() - interval '1 ms' WHERE extension = '1007'`);
    assertProblem(await login('1007'), 401, 'bad-credentials');
    waits.push(Number(await sql(`SELECT round(extract(epoch FROM locked_until - at)) FROM sign_in_failures WHERE extension = '1007'`)));
  }
  assert.deepEqual(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900, 900]);
  await sql(`UPDATE sign_in_failures SET locked_until = now() - interval '1 ms' WHERE extension = '1007'`);
  assert.equal((await login('1007', password)).status, 200);
  assert.equal(await sql(`SELECT count(*) FROM sign_in_failures WHERE extension = '1007'`), '0', 'a success begins anew');
});

test('an address is closed for those it does not know, and open for those who have come from there before', async () => {
  const tenant = await newTenant();
  try {
    await signIn('1006');
    await sql(`INSERT INTO sign_in_addresses (address, failures) VALUES ('127.0.0.1', 48)`);
    assertProblem(await login('9990001'), 401, 'bad-credentials');
    assertProblem(await login('9990002'), 401, 'bad-credentials');
    const closed = await login('9990003');
    assertProblem(closed, 429, 'rate-limited');
    assert.ok(Number(closed.headers.get('retry-after')) >= 1);
    assert.equal((await login('1006', password)).status, 200, 'a colleague behind the same address');
    await sql(`UPDATE sign_in_addresses SET locked_until = now() - interval '1 ms'`);
    assert.equal((await otherTenant(tenant.slug)).admin.length, 43, 'somebody new, once the time is over');
  } finally {
    await remove([tenant]);
  }
});

// Whoever holds all places, as a crowd of workers would.
async function holdPlaces() {
  const where = `host=127.0.0.1 port=${instance.ports.postgres} dbname=cordboard user=cordboard_api passfile=${home}/secrets/pgpass-api`;
  const child = spawn('psql', ['-XAtq', where], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`SELECT count(*) FROM generate_series(1, 64) i WHERE pg_try_advisory_lock(hashtext('cordboard.hash'), i);\n`);
  const [held] = await once(child.stdout, 'data');
  assert.equal(String(held).trim(), '64');
  return child;
}

test('no more passwords are hashed at once than there are places, and the dead give theirs back', async () => {
  const { token } = await signIn('1005');
  const crowd = await holdPlaces();
  const began = Date.now();
  const busy = await login('1005', password);
  assertProblem(busy, 503, 'unavailable');
  assert.equal(busy.headers.get('retry-after'), '1');
  assert.ok(Date.now() - began < 1000);
  assert.equal((await call('GET', 'agent-extensions', { token })).status, 200, 'the floor goes on');
  const exit = once(crowd, 'exit');
  crowd.kill('SIGKILL');
  await exit;
  const deadline = Date.now() + 5000;
  let again;
  do again = await login('1005', password); while (again.status === 503 && Date.now() < deadline);
  assert.equal(again.status, 200, again.text);
});

test('a flood of sign-ins leaves the floor alone', async (t) => {
  const { token } = await signIn('1005');
  const { token: flooder } = await signIn('1008');
  const times = [];
  const seen = { 200: 0, 503: 0 };
  let flooding = true;
  const flood = Array.from({ length: 12 }, async () => {
    while (flooding) seen[(await loginUnlimited('1008', password)).status]++;
  });
  for (let i = 0; i < 60; i++) {
    const began = performance.now();
    const answer = await call('GET', 'agent-extensions', { token });
    assert.equal(answer.status, 200, answer.text);
    times.push(performance.now() - began);
  }
  flooding = false;
  await Promise.all(flood);
  times.sort((a, b) => a - b);
  t.diagnostic(`list of agents: median ${times[30].toFixed()} ms, slowest ${times[59].toFixed()} ms; answers to the flood ${JSON.stringify(seen)}`);
  assert.deepEqual(Object.keys(seen), ['200', '503']);
  assert.ok(seen[200] > 0 && seen[503] > 0, JSON.stringify(seen));
  assert.ok(times[59] < 2000, `${times[59]} ms`);
  assert.equal((await call('DELETE', 'auth/sessions', { token: flooder })).status, 204);
});

// ---- what time tells ------------------------------------------------------------------------------

// What else the machine does only adds to a time: the quicker ones tell more.
const quick = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 5)];
const halves = (list) => [list.filter((_, i) => i % 2), list.filter((_, i) => i % 2 === 0)].map(quick);
const BAR_MS = 5;

test('an unknown extension takes as long as a wrong password', async (t) => {
  const times = { known: [], unknown: [] };
  const measure = async (kind, extension) => {
    const { status, ms } = await loginUnlimited(extension);
    assert.equal(status, 401);
    times[kind].push(ms);
  };
  for (let round = 0; round < 20; round++) {
    await forget();
    for (let i = 0; i < 10; i++) {
      const pair = [['known', String(1001 + i)], ['unknown', String(60_000_000 + 10 * round + i)]];
      for (const one of i % 2 ? pair : pair.reverse()) await measure(...one);
    }
  }
  const noise = Math.max(...Object.values(times).map((list) => Math.abs(halves(list)[0] - halves(list)[1])));
  const [known, unknown] = [quick(times.known), quick(times.unknown)];
  t.diagnostic(`of ${times.known.length} each: known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms; the same told apart from itself by ${noise.toFixed(2)} ms`);
  // A hash that is left out would show by all of its time.
  assert.ok(Math.abs(known - unknown) < Math.max(BAR_MS, known / 4) + noise, `${known} ms and ${unknown} ms`);
});

// ---- tokens of another platform -------------------------------------------------------------------

const secret = readFileSync(`${home}/secrets/jwt`, 'utf8').trim();
const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const hmac = (text, key = secret, hash = 'sha256') => createHmac(hash, key).update(text).digest('base64url');
const now = () => Math.floor(Date.now() / 1000);
const claims = (more) => ({ sub: '1005', iat: now(), exp: now() + 60, ...more });
const token = (more, header = { alg: 'HS256', typ: 'JWT' }) => {
  const text = `${part(header)}.${part(typeof more === 'string' ? more : claims(more))}`;
  return `${text}.${hmac(text)}`;
};
const me = (bearer) => call('GET', 'auth/me', { token: bearer });

test('a token of another platform is its user\'s session: by extension or e-mail, listed and revoked', async () => {
  await sql(`UPDATE users SET email = 'hanna@example.com' WHERE extension = '1005' AND tenant_id = (SELECT id FROM tenants WHERE is_default)`);
  for (const sub of ['1005', 'Hanna@Example.com']) {
    const bearer = token({ sub, tenant: 'demo', jti: sub });
    const answer = await me(bearer);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.user.extension, '1005');
    const sessions = (await call('GET', 'auth/sessions', { token: bearer })).json.items;
    const own = sessions.filter((s) => s.current);
    assert.equal(own.length, 1);
    assert.ok(Date.parse(own[0].expiresAt) <= Date.now() + 61_000);
    assert.equal((await call('DELETE', `auth/sessions/${own[0].id}`, { token: bearer })).status, 204);
    assertProblem(await me(bearer), 401, 'unauthenticated');
  }
  await sql(`UPDATE users SET email = NULL WHERE email = 'hanna@example.com'`);
});

test('a token of another platform ends with the password that it changed', async () => {
  const tenant = await newTenant();
  try {
    await otherTenant(tenant.slug);
    const bearer = token({ sub: '7001', tenant: tenant.slug });
    const changed = await call('PUT', 'auth/password', { token: bearer, body: { oldPassword: password, newPassword: 'seven grey herons over the weir' } });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await me(changed.json.accessToken)).status, 200);
    assertProblem(await me(bearer), 401, 'unauthenticated');
  } finally {
    await remove([tenant]);
  }
});

test('a token of another platform says who, and not what they may', async () => {
  assertProblem(await call('GET', 'users', { token: token({ role: 'ADMIN', scope: 'users:read' }) }), 403, 'forbidden');
});

test('forged tokens are all refused alike', async () => {
  const header = part({ alg: 'HS256', typ: 'JWT' });
  const good = token();
  const [h, c, s] = good.split('.');
  const withHeader = (value) => { const text = `${part(value)}.${c}`; return `${text}.${hmac(text)}`; };
  const forged = [
    `${part({ alg: 'none' })}.${c}.`, `${part({ alg: 'none' })}.${c}`, `${part({ alg: 'none' })}.${c}.${s}`,
    withHeader({ alg: 'none' }), withHeader({ alg: 'None' }), withHeader({ alg: 'nOnE' }), withHeader({ alg: '' }), withHeader({}),
    withHeader({ alg: 'HS384' }), withHeader({ alg: 'HS512' }), withHeader({ alg: 'RS256' }), withHeader({ alg: 'ES256' }), withHeader({ alg: 'PS256' }),
    withHeader({ alg: 'hs256' }), withHeader({ alg: ['HS256'] }), withHeader({ alg: 'HS256', crit: ['exp'] }), withHeader({ alg: 'HS256', b64: false }),
    withHeader({ alg: 'HS256', zip: 'DEF' }), withHeader({ alg: 'HS256', typ: 'JWE' }), withHeader('[]'), withHeader('{"alg":"HS256"'),
    `${h}.${c}.${hmac(`${h}.${c}`, '')}`, `${h}.${c}.${hmac(`${h}.${c}`, 'secret')}`, `${h}.${c}.${hmac(`${h}.${c}`, secret.toUpperCase())}`,
    `${h}.${c}.${hmac(`${h}.${c}`, secret, 'sha512')}`, `${h}.${c}.${hmac(c)}`, `${h}.${c}.${hmac(h)}`, `${h}.${c}.${s.slice(0, -1)}`, `${h}.${c}.${s}A`,
    `${h}.${c}.${'A'.repeat(43)}`, `${h}.${part(claims({ sub: '2003' }))}.${s}`, `${h}.${c}.${s}.${s}`, `${h}..${s}`, `.${c}.${s}`, `${h}.${c}`, '..', 'a.b.c',
    token({ exp: undefined }), token({ exp: null }), token({ exp: String(now() + 60) }), token({ exp: now() - 1 }), token({ exp: now() }), token({ exp: now() + 100_000 }),
    token({ exp: -1 }), token({ exp: 1e300 }), token({ exp: now() + 60.5 }), token({ nbf: now() + 600 }), token({ iat: now() + 600 }), token({ iat: now() - 100_000 }),
    token({ nbf: 'soon' }), token({ sub: undefined }), token({ sub: null }), token({ sub: 1005 }), token({ sub: '' }), token({ sub: ['1005'] }), token({ sub: '1005 ' }),
    token({ sub: '1005\u0000' }), token({ sub: '99999999' }), token({ sub: '%' }), token({ sub: 'nobody@example.com' }), token({ sub: '\' OR true --' }),
    token({ tenant: 'nowhere' }), token({ tenant: null }), token({ tenant: 1 }), token({ tenant: '' }), token({ tenant: '../demo' }),
    token('[]'), token('null'), token('{"sub":"1005"'), token(''), token({ pad: 'x'.repeat(5000) }), `${header}.${c}.${s}=`, `${good}\u0020x`,
  ];
  assert.ok(forged.length >= 40);
  assert.equal((await me(good)).status, 200);
  for (const bearer of forged) {
    const answer = await me(bearer);
    assert.equal(answer.status, 401, bearer.slice(0, 300));
    assertProblem(answer, 401, 'unauthenticated');
    assert.equal(answer.json.detail, undefined);
  }
});
