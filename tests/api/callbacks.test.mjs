import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { sql } from '../instance.mjs';
import { assertProblem, call, pointers, signIn } from './client.mjs';

// 1009 serves sales only, 1010 support only, 2001 supervises.
const [one, two, supervisor] = await Promise.all(['1009', '1010', '2001'].map(signIn));
const queues = (await call('GET', 'queues', { token: supervisor.token })).json.items;
const shared = queues.find((q) => one.agentExtension.queues.includes(q.name));
const foreign = queues.find((q) => !one.agentExtension.queues.includes(q.name));
const soon = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const made = [];
after(() => sql(`DELETE FROM callbacks WHERE id IN ('${made.join('\', \'')}')`));

async function promise(who, body) {
  const answer = await call('POST', 'callbacks', { token: who.token, body: { phoneNumber: '+49 30 123', dueAt: soon(60), ...body } });
  if (answer.status === 201) made.push(answer.json.id);
  return answer;
}
const put = (who, id, body, headers) => call('PUT', `callbacks/${id}`, { token: who.token, body, headers });

test('an agent promises for the own self or a queue served, and for nobody else', async () => {
  const own = await promise(one, { notes: 'About the offer' });
  assert.equal(own.status, 201, own.text);
  assert.equal(own.json.agentId, one.agentExtension.id);
  assert.equal(own.json.phoneNumber, '+4930123');
  assert.equal(own.json.state, 'PENDING');
  assert.equal(own.json.createdBy, '1009');
  assert.equal((await promise(one, { queueId: shared.id })).json.queue, shared.name);
  assertProblem(await promise(one, { queueId: foreign.id }), 403, 'forbidden');
  assertProblem(await promise(one, { agentId: two.agentExtension.id }), 403, 'forbidden');
  assert.equal((await promise(supervisor, { agentId: two.agentExtension.id })).status, 201);
  for (const [body, pointer] of [[{ agentId: one.agentExtension.id, queueId: shared.id }, '/agentId'], [{ agentId: randomUUID() }, '/agentId'],
    [{ queueId: randomUUID() }, '/queueId'], [{ contactId: randomUUID() }, '/contactId'], [{ dueAt: soon(-60) }, '/dueAt']]) {
    const wrong = await promise(supervisor, body);
    assertProblem(wrong, 422, 'invalid');
    assert.deepEqual(pointers(wrong), [pointer]);
  }
});

test('agents see their own and their queues\' callbacks, supervisors all', async () => {
  const ids = {};
  for (const [name, who, body] of [['own', one, {}], ['queue', supervisor, { queueId: shared.id }], ['foreign', supervisor, { agentId: two.agentExtension.id }]])
    ids[name] = (await promise(who, body)).json.id;
  const seen = async (who) => {
    const all = [];
    for (let cursor; cursor !== null;) {
      const { json } = await call('GET', `callbacks?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, { token: who.token });
      all.push(...json.items);
      cursor = json.next;
    }
    assert.deepEqual(all.map((b) => b.dueAt), all.map((b) => b.dueAt).sort(), 'by when they are due');
    return Object.keys(ids).filter((name) => all.some((b) => b.id === ids[name]));
  };
  assert.deepEqual(await seen(one), ['own', 'queue']);
  assert.deepEqual(await seen(supervisor), ['own', 'queue', 'foreign']);
  assertProblem(await call('GET', `callbacks/${ids.foreign}`, { token: one.token }), 403, 'forbidden');
  assertProblem(await put(one, ids.foreign, { notes: 'mine now' }), 403, 'forbidden');
  const late = await call('GET', `callbacks?queueId=${shared.id}&state=PENDING&until=${soon(-10_000)}`, { token: supervisor.token });
  assert.deepEqual(late.json.items, []);
});

test('a callback is taken, put off, and done by a call; then it stays', async () => {
  const { json: open } = await promise(supervisor, { queueId: shared.id });
  const taken = await put(one, open.id, { agentId: one.agentExtension.id });
  assert.equal(taken.status, 200, taken.text);
  assert.deepEqual([taken.json.agentId, taken.json.queueId], [one.agentExtension.id, null]);
  assertProblem(await put(one, open.id, { agentId: two.agentExtension.id }), 403, 'forbidden');
  const off = await put(one, open.id, { dueAt: soon(120) }, { 'If-Match': taken.headers.get('etag') });
  assert.ok(off.json.dueAt > taken.json.dueAt);
  assert.equal((await put(one, open.id, { dueAt: soon(180) }, { 'If-Match': taken.headers.get('etag') })).status, 412);

  const callId = randomUUID();
  await sql(`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, to_number, agent_id, started_at, ended_at, seq)
    SELECT '${callId}', tenant_id, '${callId}', 'OUTBOUND', 'ENDED', '4930123', id, now() - interval '1 minute', now(), 1
    FROM agent_extensions WHERE id = '${one.agentExtension.id}'`);
  for (const body of [{ callId }, { state: 'CANCELLED', callId }, { state: 'DONE', callId: randomUUID() }]) {
    const wrong = await put(one, open.id, body);
    assertProblem(wrong, 422, 'invalid');
    assert.deepEqual(pointers(wrong), ['/callId']);
  }
  const done = await put(one, open.id, { state: 'DONE', callId });
  assert.equal(done.status, 200, done.text);
  assert.deepEqual([done.json.state, done.json.callId, done.json.closedBy], ['DONE', callId, '1009']);
  assertProblem(await put(one, open.id, { state: 'PENDING' }), 409, 'conflict');
});
