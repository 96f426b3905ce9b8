import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from '../instance.mjs';
import { assertProblem, call, pointers, signIn } from './client.mjs';

const [one, two] = await Promise.all(['1009', '1010'].map(signIn));
const mine = (who) => `user_id = '${who.user.id}'`;
after(() => sql(`DELETE FROM preferences WHERE ${mine(one)} OR ${mine(two)}`));

const get = async (who) => (await call('GET', 'preferences', { token: who.token })).json.values;
const put = (who, values) => call('PUT', 'preferences', { token: who.token, body: { values } });

test('what one chooses is kept, is nobody else\'s, and what is left out stays', async () => {
  assert.deepEqual(await get(one), {});
  const first = await put(one, { theme: '"dark"', keys: '{"answer":"Q"}' });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.json.values, { theme: '"dark"', keys: '{"answer":"Q"}' });
  await put(one, { theme: '"light"' });
  assert.deepEqual(await get(one), { theme: '"light"', keys: '{"answer":"Q"}' });
  assert.deepEqual(await get(two), {});
});

test('an empty value is forgotten', async () => {
  await put(two, { theme: '"dark"', sounds: 'false' });
  await put(two, { theme: '' });
  assert.deepEqual(await get(two), { sounds: 'false' });
});

test('what is no name, too long or too many is refused at the field', async () => {
  const before = await get(one);
  const wrong = await put(one, { 'a/b': '1' });
  assertProblem(wrong, 422, 'invalid');
  assert.deepEqual(pointers(wrong), ['/values/a~1b']);
  assertProblem(await put(one, { theme: 'x'.repeat(4001) }), 422, 'invalid');
  const many = (from) => Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${from + i}`, '1']));
  assert.equal((await put(two, many(0))).status, 200);
  const over = await put(two, many(50));
  assertProblem(over, 422, 'invalid');
  assert.deepEqual(pointers(over), ['/values']);
  assert.deepEqual(await get(one), before);
});

test('nobody has none', async () => {
  assertProblem(await call('GET', 'preferences'), 401, 'unauthenticated');
});
