import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, call, origin, password, pointers, signIn } from './client.mjs';

const somewhere = '00000000-0000-4000-8000-000000000000';

test('every route but the public ones wants a session', async () => {
  const { json } = await call('GET', 'openapi.json');
  let asked = 0;
  for (const [path, item] of Object.entries(json.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation['x-least-role'] === 'PUBLIC') continue;
      const url = path.slice(1).replaceAll(/\{\w+\}/g, somewhere);
      for (const token of [undefined, 'A'.repeat(43)]) {
        assertProblem(await call(method.toUpperCase(), url, { token }), 401, 'unauthenticated');
        asked++;
      }
    }
  }
  assert.ok(asked >= 40, `only ${asked} refusals were asked for`);
});

test('an unknown address is 404, a wrong method 405, both as problems', async () => {
  assertProblem(await call('GET', 'nothing/here'), 404, 'not-found');
  assertProblem(await call('DELETE', 'health'), 405, 'method-not-allowed');
});

test('all wrong fields are named at once', async () => {
  const { token } = await signIn('1009');
  const answer = await call('POST', 'contacts', {
    token, body: { name: '', numbers: ['1', 'x'], tags: 'vip', colour: 'red' },
  });
  assertProblem(answer, 422, 'invalid');
  assert.deepEqual(pointers(answer), ['/colour', '/name', '/numbers/0', '/numbers/1', '/tags']);
});

test('a number that is none is refused before anything is dialled', async () => {
  const { token } = await signIn('1009');
  const bad = ['', '1', '12a', '500&PJSIP/trunk/1900', '${SHELL(id)}', 'Local/1@x', '12\r\nAction: x',
    '1'.repeat(21), '+', '++12', '*97', '１２３'];
  for (const phoneNumber of bad) {
    const answer = await call('POST', 'calls/dial', { token, body: { phoneNumber } });
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), ['/phoneNumber'], phoneNumber);
  }
});

test('broken JSON is 400, another type 415, a large body 413', async () => {
  const { token } = await signIn('1009');
  assertProblem(await call('POST', 'contacts', { token, body: '{"name":' }), 400, 'malformed');
  assertProblem(await call('POST', 'contacts', { token, body: 'name=x', headers: { 'Content-Type': 'text/plain' } }),
    415, 'media-type');
  const large = await call('POST', 'contacts', { token, body: { name: 'x'.repeat(70_000) } }).catch(() => null);
  assert.ok(large, 'a large body got no answer');
  assertProblem(large, 413, 'too-large');
});

test('an agent may not change a colleague, see a foreign call or end a foreign session', async () => {
  const { token } = await signIn('1009');
  const colleagues = await call('GET', 'agent-extensions?search=1010', { token });
  const id = colleagues.json.items[0].id;
  assertProblem(await call('PUT', `agent-extensions/${id}/status`, { token, body: { status: 'AWAY' } }),
    403, 'forbidden');
  assertProblem(await call('GET', `calls/sessions/${somewhere}`, { token }), 404, 'not-found');
  assertProblem(await call('PUT', `calls/${somewhere}/notes`, { token, body: { notes: 'x' } }), 404, 'not-found');
  assertProblem(await call('DELETE', `auth/sessions/${somewhere}`, { token }), 404, 'not-found');
});

test('a cookie counts for a change only from our own pages', async () => {
  const { cookie } = await signIn('1009');
  const own = { Cookie: cookie.split(';')[0] };
  const good = { ...own, 'X-Requested-With': 'cordboard', Origin: origin };
  const forged = [
    own,
    { ...own, 'X-Requested-With': 'cordboard' },
    { ...own, Origin: origin },
    { ...good, Origin: 'https://evil.example' },
    { ...good, Origin: 'null' },
    { ...good, Origin: `${origin}.evil.example` },
    { ...good, 'X-Requested-With': 'XMLHttpRequest' },
  ];
  for (const headers of forged) {
    assertProblem(await call('POST', 'ws-ticket', { headers }), 403, 'cross-site');
  }
  assert.equal((await call('POST', 'ws-ticket', { headers: good })).status, 200);
  assert.equal((await call('GET', 'auth/me', { headers: own })).status, 200);
});

test('nobody signs anybody in from another site', async () => {
  const body = JSON.stringify({ extension: '1009', password });
  assertProblem(await call('POST', 'auth/login', { body, headers: { 'Content-Type': 'text/plain' } }),
    403, 'cross-site');
  assertProblem(await call('POST', 'auth/login', { body, headers: { Origin: 'https://evil.example' } }),
    403, 'cross-site');
});

test('a request id comes back if it is harmless', async () => {
  const kept = await call('GET', 'openapi.json', { headers: { 'X-Request-Id': 'trace-12345678' } });
  const replaced = await call('GET', 'openapi.json', { headers: { 'X-Request-Id': 'no spaces, please' } });
  assert.equal(kept.headers.get('x-request-id'), 'trace-12345678');
  assert.match(replaced.headers.get('x-request-id'), /^[\w-]{8,64}$/);
});
