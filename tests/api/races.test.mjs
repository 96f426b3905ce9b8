// Two at once, where one must win: what the one finds that the other has just changed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql, transaction } from '../instance.mjs';
import { make, newCast, newObject, newTenant, remove } from './cast.mjs';
import { assertProblem, call } from './client.mjs';

let tenant, elsewhere, cast;
before(async () => {
  [tenant, elsewhere] = await Promise.all([newTenant(), newTenant()]);
  cast = newCast(tenant, elsewhere);
  await make([cast.sql]);
});
after(() => remove([tenant, elsewhere]));

async function until(condition, what) {
  const deadline = Date.now() + 2000;
  while (!await condition()) assert.ok(Date.now() < deadline, `not within 2 s: ${what}`);
}

const waiting = () => sql('SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted').then(Number);

// The answers to requests that all came as far as the row that statement holds before one could go on.
async function together(statement, requests) {
  const lock = await transaction(statement);
  try {
    const answers = Promise.all(requests.map((request) => request()));
    await until(async () => await waiting() === requests.length, 'all wait');
    await lock.rollback();
    return await answers;
  } finally {
    await lock.rollback();
  }
}

test('a callback is closed once, in one way', async () => {
  const callback = newObject('callback', cast.colleague);
  await make([callback.sql]);
  const put = (state) => () => call('PUT', `callbacks/${callback.id}`, { token: cast.MANAGER.token, body: { state } });
  const answers = await together(`SELECT FROM callbacks WHERE id = '${callback.id}' FOR UPDATE`, [put('DONE'), put('CANCELLED')]);
  const [won, lost] = answers.sort((a, b) => a.status - b.status);
  assert.equal(won.status, 200, won.text);
  assertProblem(lost, 409, 'conflict');
  assert.equal(await sql(`SELECT state FROM callbacks WHERE id = '${callback.id}'`), won.json.state);
});
