// What is logged of a request: enough to find it again, and nothing that is secret or personal.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { home, log } from '../instance.mjs';
import { call, password, signIn } from './client.mjs';

const PATIENCE_MS = 10_000;

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(name);
    else if (entry.isFile() && statSync(name).size > 0) yield name;
  }
}

const holds = (text) => [...files(path.join(home, 'log')), path.join(home, 'nginx/access.log')]
  .filter((name) => readFileSync(name).includes(text));

async function some(find) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = find();
    if (found.length || Date.now() > deadline) return found;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

const logged = (id) => some(() => log('api').split('\n').filter((line) => line.includes(`id=${id}`)));

test('each request is one line with the id of its answer, the row, and who it was', async () => {
  const { token } = await signIn('1009');
  const id = randomUUID(), object = randomUUID();
  const answer = await call('GET', `contacts/${object}?x=1`, { token, headers: { 'X-Request-Id': id } });
  assert.equal(answer.headers.get('x-request-id'), id);
  assert.equal(answer.json.requestId, id);
  const lines = await logged(id);
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0], /request method=GET path=contacts\/:id status=422 ms=\d+ .* extension=1009/);
});

test('no token, password, search or number is in any log', async () => {
  const session = await signIn('1009');
  const { token } = session;
  const secret = `canary${randomBytes(8).toString('hex')}`, number = `+49${Date.now()}7`;
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const ask = (i, method, url, options) => call(method, url, { token, ...options, headers: { 'X-Request-Id': ids[i], ...options?.headers } });
  await ask(0, 'GET', `contacts?search=${secret}`);
  await ask(1, 'GET', `contacts/by-number/${encodeURIComponent(number)}`);
  await ask(2, 'POST', 'auth/login', { body: { extension: '98765', password: secret }, token: undefined });
  await ask(3, 'POST', 'contacts', { body: { name: secret, numbers: [number], email: secret } });
  await ask(4, 'GET', 'auth/me', { token: secret });
  await ask(5, 'GET', `calls/sessions?search=${secret}&unknown=${secret}`);
  await ask(6, 'POST', 'contacts', { body: { name: 'x' }, headers: { 'Idempotency-Key': secret } });
  await ask(7, 'GET', 'auth/me', { token: undefined, headers: { Cookie: `cordboard_session=${secret}` } });
  for (const id of ids) assert.equal((await logged(id)).length, 1, `${id} was logged`);
  // The door writes a little later, and in order.
  const mark = randomUUID();
  await call('GET', mark, { token });
  assert.equal((await some(() => holds(mark))).length, 1, 'a refused path is in the access log');
  const cookie = session.cookie.split(/[=;]/)[1];
  for (const [what, text] of Object.entries({ token, cookie, password, secret, number, bare: number.slice(1), sip: session.sip.password })) {
    assert.deepEqual(holds(text), [], `the ${what} is in a log`);
  }
});
