import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, call, signIn } from './client.mjs';

const { token } = await signIn('2002');

// Every page of a list, by its cursor.
async function pages(path, limit) {
  const all = [];
  let cursor = '';
  do {
    const answer = await call('GET', `${path}?limit=${limit}${cursor}`, { token });
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.json.items.length <= limit);
    all.push(answer.json.items);
    cursor = answer.json.next && `&cursor=${encodeURIComponent(answer.json.next)}`;
  } while (cursor && all.length < 100);
  return all;
}

test('paging meets every agent once and in order', async () => {
  const all = await pages('agent-extensions', 5);
  const extensions = all.flat().map((a) => a.extension);
  assert.ok(all.length >= 3);
  assert.deepEqual(extensions, [...new Set(extensions)].sort());
  assert.ok(extensions.includes('1001') && extensions.includes('2003'));
});

test('paging meets every contact once', async () => {
  const ids = (await pages('contacts', 7)).flat().map((c) => c.id);
  assert.ok(ids.length >= 20);
  assert.equal(new Set(ids).size, ids.length);
});

test('a cursor that is none is refused', async () => {
  assertProblem(await call('GET', 'contacts?cursor=%21%21', { token }), 422, 'invalid');
  const forged = Buffer.from('nonsense').toString('base64url');
  assertProblem(await call('GET', `calls/sessions?cursor=${forged}`, { token }), 422, 'invalid');
});

test('agents are found by state, extension and name', async () => {
  const named = await call('GET', 'agent-extensions?search=amelia', { token });
  assert.deepEqual(named.json.items.map((a) => a.extension), ['1001']);
  assert.deepEqual(named.json.items[0].queues, ['sales', 'support']);
  const none = await call('GET', 'agent-extensions?search=%25', { token });
  assert.deepEqual(none.json.items, [], 'a wildcard is a character like any other');
  assertProblem(await call('GET', 'agent-extensions?status=DANCING', { token }), 422, 'invalid');
});

test('a queue shows settings, members and now', async () => {
  const { json } = await call('GET', 'queues', { token });
  const support = json.items.find((q) => q.name === 'support');
  assert.deepEqual(support.dids, ['5550100']);
  assert.equal(support.members, 6);
  assert.equal(support.wrapupMs, 20_000);
  const one = await call('GET', `queues/${support.id}`, { token });
  assert.equal(one.json.name, 'support');
  const now = await call('GET', `queues/${support.id}/status`, { token });
  assert.equal(now.json.agents.length, 6);
  assert.equal(now.json.waitingCalls.length, now.json.waiting);
});

test('a contact is made, changed, found by number, and keeps its number to itself', async () => {
  const number = `+4930${Date.now()}`;
  const made = await call('POST', 'contacts', {
    token, body: { name: 'Zoë "Quote" \\ Test', numbers: [`${number.slice(0, 5)} (${number.slice(5)})`], tags: ['a,b', 'c"d'],
      fields: { Plan: 'Gold' } },
  });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.json.numbers, [number]);
  assert.deepEqual(made.json.tags, ['a,b', 'c"d']);
  assert.deepEqual(made.json.fields, { Plan: 'Gold' });

  const found = await call('GET', `contacts/by-number/${number.slice(1)}`, { token });
  assert.equal(found.json.id, made.json.id);
  assert.deepEqual(found.json.calls, []);

  const changed = await call('PUT', `contacts/${made.json.id}`, { token, body: { company: 'Acme' } });
  assert.equal(changed.json.company, 'Acme');
  assert.equal(changed.json.name, made.json.name);

  const taken = await call('POST', 'contacts', { token, body: { name: 'Other', numbers: [number] } });
  assertProblem(taken, 422, 'invalid');
  assert.equal(taken.json.errors[0].pointer, '/numbers');

  assertProblem(await call('GET', 'contacts/by-number/99999999999', { token }), 404, 'not-found');
});

test('today\'s figures add up and have no value where there was no call', async () => {
  const { json, status, text } = await call('GET', 'reporting/realtime', { token });
  assert.equal(status, 200, text);
  for (const name of ['offered', 'answered', 'abandoned', 'flowOut']) {
    const sum = json.queues.reduce((total, q) => total + q[name], 0);
    assert.equal(json.floor[name], sum, name);
  }
  for (const q of json.queues) {
    assert.equal(q.offered, q.answered + q.abandoned + q.flowOut + q.callback);
    if (q.offered === 0) assert.equal(q.serviceLevel, null);
    if (q.answered === 0) assert.equal(q.asaMs, null);
  }
  assert.ok(json.agents.length >= 13);
});

test('an agent sees own figures only', async () => {
  const agent = await signIn('1009');
  const { json } = await call('GET', 'reporting/realtime', { token: agent.token });
  assert.deepEqual(json.agents.map((a) => a.extension), ['1009']);
  assert.deepEqual(json.queues.map((q) => q.name), ['sales']);
});

test('calls filter by time, direction and state', async () => {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const { json, status, text } = await call('GET',
    `calls/sessions?from=${from}&direction=INBOUND&status=ENDED&limit=3`, { token });
  assert.equal(status, 200, text);
  for (const c of json.items) {
    assert.equal(c.direction, 'INBOUND');
    assert.equal(c.status, 'ENDED');
    assert.ok(c.startedAt >= from);
  }
});
