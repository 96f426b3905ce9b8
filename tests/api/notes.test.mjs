import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { sql } from '../instance.mjs';
import { assertProblem, call, pointers, signIn } from './client.mjs';

const [agent, supervisor] = await Promise.all(['1009', '2001'].map(signIn));
const mark = Date.now().toString(36);
const digits = Date.now().toString();

async function newCall({ from = `49${digits}`, name = null, started = 'now() - interval \'1 minute\'', queue = null, agentId = agent.agentExtension.id } = {}) {
  const id = randomUUID();
  await sql(`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, from_name, to_number, queue_id, agent_id, started_at, ended_at, seq)
    SELECT '${id}', tenant_id, '${id}', 'INBOUND', 'ENDED', '${from}', ${name ? `'${name}'` : 'NULL'}, '5550100', ${queue ? `'${queue}'` : 'NULL'}, id, ${started}, now(), 1
    FROM agent_extensions WHERE id = '${agentId}'`);
  return id;
}
const note = (id, body, { who = agent, headers } = {}) => call('PUT', `calls/${id}/notes`, { token: who.token, body, headers });
const etag = async (id) => (await call('GET', `calls/sessions/${id}`, { token: agent.token })).headers.get('etag');

test('what is written about a call has a version that the call itself does not change', async () => {
  const id = await newCall();
  const seen = await etag(id);
  await sql(`UPDATE call_sessions SET outcome = 'ANSWERED', seq = 2 WHERE id = '${id}'`);
  const first = await note(id, { notes: 'First', tags: [' Offer ', 'offer', 'VIP'] }, { headers: { 'If-Match': seen } });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.json.tags, ['offer', 'vip']);
  const late = await note(id, { notes: 'Second' }, { headers: { 'If-Match': seen } });
  assert.equal(late.status, 412, late.text);
  const second = await note(id, { disposition: 'SALE' }, { headers: { 'If-Match': first.headers.get('etag') } });
  assert.equal(second.json.notes, 'First');
  assert.equal(second.headers.get('etag'), await etag(id));
  assert.equal((await note(id, { notes: null })).json.notes, null);
});

test('an agent writes about a call until its day closes, a supervisor later, too', async () => {
  const id = await newCall({ started: 'now() - interval \'2 days\'' });
  assert.equal((await note(id, { notes: 'Ended a moment ago.' })).status, 200, 'the day it ended on is what counts');
  await sql(`UPDATE call_sessions SET ended_at = now() - interval '25 hours' WHERE id = '${id}'`);
  assertProblem(await note(id, { notes: 'Too late.' }), 409, 'conflict');
  assert.equal((await note(id, { notes: 'Put right.' }, { who: supervisor })).json.notes, 'Put right.');
});

test('a queue gets the disposition that it wants', async () => {
  const queue = await sql(`INSERT INTO call_queues (tenant_id, name, display_name, disposition_required)
    SELECT id, 'wants${mark}', 'Wants', true FROM tenants WHERE is_default RETURNING id`).then((text) => text.split('\n')[0]);
  const id = await newCall({ queue });
  for (const body of [{ notes: 'x' }, { disposition: '' }, { disposition: 'NOBODY_KNOWS' }]) {
    const answer = await note(id, body);
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), ['/disposition']);
  }
  assert.equal((await note(id, { notes: 'x', disposition: 'SALE' })).status, 200);
  assert.equal((await note(id, { notes: 'y' })).status, 200);
  assert.deepEqual(pointers(await note(id, { disposition: '' })), ['/disposition']);
  await sql(`UPDATE call_queues SET retired_at = now() WHERE id = '${queue}'`);
});

const found = async (query) => {
  const answer = await call('GET', `calls/sessions?${new URLSearchParams({ limit: 200, ...query })}`, { token: supervisor.token });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items.map((c) => c.id);
};

test('calls are found by the beginning of a number, by a name, by notes, by a contact', async () => {
  const from = `+4988${digits}`;
  const id = await newCall({ from, name: `Zoë Caller${mark}` });
  const contact = await call('POST', 'contacts', { token: supervisor.token, body: { name: `Customer${mark}`, numbers: [from] } });
  assert.equal(contact.status, 201, contact.text);
  assert.equal((await note(id, { notes: `Asks about 100% wool${mark}` })).status, 200);
  for (const search of [from, from.slice(1), from.slice(0, 12), `zoe caller${mark}`, `WOOL${mark}`, `100% wool${mark}`, `customer${mark}`])
    assert.ok((await found({ search })).includes(id), search);
  for (const search of [`nobody${mark}`, `9${from.slice(1)}`, '_oe'])
    assert.ok(!(await found({ search })).includes(id), search);
  assert.deepEqual(await found({ search: `caller${mark}`, agentId: supervisor.agentExtension?.id ?? randomUUID() }), []);
});

test('a period begins with its first millisecond and ends before its last', async () => {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 5000).getTime();
  const iso = (ms) => new Date(at + ms).toISOString();
  const id = await newCall({ started: `'${iso(123)}'` });
  const has = async (from, until) => (await found({ from: iso(from), until: iso(until) })).includes(id);
  assert.deepEqual([await has(123, 124), await has(124, 200), await has(100, 123), await has(100, 124)], [true, false, false, true]);
});

test('a page stays where it is when new calls come', async () => {
  const from = `4977${digits}`;
  const ids = [];
  for (let i = 0; i < 5; i++) ids.unshift(await newCall({ from, started: `now() - interval '${10 - i} minutes'` }));
  const page = async (cursor) => (await call('GET', `calls/sessions?${new URLSearchParams({ search: from, limit: 2, ...(cursor && { cursor }) })}`, { token: supervisor.token })).json;
  const first = await page();
  await newCall({ from });
  const second = await page(first.next);
  const third = await page(second.next);
  assert.deepEqual([first, second, third].flatMap((p) => p.items.map((c) => c.id)), ids);
  assert.equal(third.next, null);
});

test('an agent is shown with the call of the moment', async () => {
  const id = randomUUID();
  const { id: agentId } = agent.agentExtension;
  await sql(`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, to_number, queue_id, agent_id, started_at, seq)
    SELECT '${id}', e.tenant_id, '${id}', 'INBOUND', 'CONNECTED', '4930777', '5550200', q.id, e.id, now(), 1
    FROM agent_extensions e JOIN call_queues q ON q.tenant_id = e.tenant_id AND q.name = 'sales' WHERE e.id = '${agentId}'`);
  const before = await sql(`SELECT status || ' ' || seq FROM agent_states WHERE agent_id = '${agentId}'`);
  try {
    await sql(`INSERT INTO agent_states (tenant_id, agent_id, status, since, call_id, seq)
      SELECT tenant_id, id, 'ON_CALL', '2026-01-02T03:04:05.678Z', '${id}', 1 FROM agent_extensions WHERE id = '${agentId}'
      ON CONFLICT (tenant_id, agent_id) DO UPDATE SET status = excluded.status, since = excluded.since, call_id = excluded.call_id`);
    const { json } = await call('GET', 'agent-extensions', { token: supervisor.token });
    const { call: now } = json.items.find((a) => a.id === agentId);
    assert.deepEqual(now, { id, direction: 'INBOUND', status: 'CONNECTED', from: '4930777', fromName: null, to: '5550200', queue: 'sales', since: '2026-01-02T03:04:05.678Z' });
    await sql(`UPDATE call_sessions SET status = 'ENDED', ended_at = now() WHERE id = '${id}'`);
    assert.equal((await call('GET', `agent-extensions/${agentId}`, { token: supervisor.token })).json.call, null);
  } finally {
    await sql(before ? `UPDATE agent_states SET status = '${before.split(' ')[0]}', call_id = NULL WHERE agent_id = '${agentId}'`
      : `DELETE FROM agent_states WHERE agent_id = '${agentId}'`);
    await sql(`UPDATE call_sessions SET status = 'ENDED', ended_at = coalesce(ended_at, now()) WHERE id = '${id}'`);
  }
});
