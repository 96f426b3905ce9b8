// What a request for figures may ask, and who; the figures themselves are tested in tests/sql/metrics.sql.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { sql } from '../instance.mjs';
import { assertProblem, call, pointers, signIn } from './client.mjs';

const [agent, colleague, supervisor] = await Promise.all(['1009', '1010', '2001'].map(signIn));
const queues = (await call('GET', 'queues', { token: supervisor.token })).json.items;
const figures = (who, of, query = {}) => call('GET', `reporting/${of}/metrics?${new URLSearchParams(query)}`, { token: who.token });

test('an agent sees own figures only, a supervisor anybody\'s', async () => {
  const own = `agent/${agent.agentExtension.id}`;
  assert.equal((await figures(agent, own)).status, 200);
  assertProblem(await figures(agent, `agent/${colleague.agentExtension.id}`), 403, 'forbidden');
  assert.equal((await figures(supervisor, own)).status, 200);
  assertProblem(await figures(agent, `queue/${queues[0].id}`), 403, 'forbidden');
  assertProblem(await figures(agent, 'team'), 403, 'forbidden');
  assertProblem(await figures(supervisor, `agent/${randomUUID()}`), 404, 'not-found');
  assertProblem(await figures(supervisor, `queue/${randomUUID()}`), 404, 'not-found');
});

test('a period is of the day so far, or what is asked for', async () => {
  const today = await figures(supervisor, 'team', { timezone: 'Asia/Tokyo' });
  assert.equal(today.json.timezone, 'Asia/Tokyo');
  assert.equal(new Date(today.json.from).toISOString().slice(11), '15:00:00.000Z', 'midnight in Tokyo');
  const asked = await figures(supervisor, 'team', { from: '2020-06-01T00:00:00.001+02:00', until: '2020-06-02T00:00:00+02:00' });
  assert.equal(asked.json.from, '2020-05-31T22:00:00.001Z');
  for (const [query, pointer] of [[{ timezone: 'Mars/Olympus' }, '/timezone'], [{ timezone: 'EST5EDT4' }, '/timezone'], [{ timezone: 'Mars/Olympus3' }, '/timezone'],
    [{ from: '2020-06-02T00:00:00Z', until: '2020-06-02T00:00:00Z' }, '/until'],
    [{ from: '2018-06-02T00:00:00Z', until: '2020-06-02T00:00:00Z' }, '/until'], [{ from: 'yesterday' }, '/from']])
    for (const of of ['team', `queue/${queues[0].id}`, `agent/${agent.agentExtension.id}`]) {
      const wrong = await figures(supervisor, of, query);
      assertProblem(wrong, 422, 'invalid');
      assert.deepEqual(pointers(wrong), [pointer]);
    }
});

test('what nobody did has no value', async () => {
  const none = { from: '2019-06-01T00:00:00Z', until: '2019-06-02T00:00:00Z' };
  const { json: queue } = await figures(supervisor, `queue/${queues[0].id}`, none);
  for (const name of ['abandonRate', 'abandonRateNet', 'serviceLevel', 'asaMs', 'abandonWaitMs', 'longestWaitMs', 'ahtMs', 'fcrRate'])
    assert.equal(queue[name], null, name);
  assert.equal(queue.offered, 0);
  const { json: team } = await figures(supervisor, 'team', none);
  assert.equal(team.total.serviceLevel, null);
  assert.equal(team.total.occupancy, null);
});

test('queues and agents add up to the total, and live figures are the day\'s', async () => {
  const call_id = randomUUID();
  const queue = queues[0];
  await sql(`WITH c AS (INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, agent_id, started_at, ended_at, ended_by, seq)
      SELECT '${call_id}', tenant_id, '${call_id}', 'INBOUND', 'ENDED', '49301', id, now() - interval '3 s', now(), 'AGENT', 1
      FROM agent_extensions WHERE id = '${agent.agentExtension.id}' RETURNING *),
    v AS (INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, agent_id, seq)
      SELECT tenant_id, id, started_at, 0, '${queue.id}', started_at, started_at + interval '1 s', 1000, 'ANSWERED', agent_id, 1 FROM c)
    INSERT INTO talk_segments (tenant_id, call_id, call_started_at, ordinal, agent_id, queue_id, started_at, ended_at, talk_ms, hold_ms, seq)
    SELECT tenant_id, id, started_at, 0, agent_id, '${queue.id}', started_at + interval '1 s', ended_at, 2000, 0, 1 FROM c`);
  const { json: team } = await figures(supervisor, 'team');
  const sum = (items, name) => items.reduce((total, x) => total + x[name], 0);
  for (const name of ['offered', 'answered', 'abandoned', 'flowOut', 'callback']) assert.equal(team.total[name], sum(team.queues, name), name);
  for (const name of ['handled', 'talkMs', 'holdMs', 'acwMs', 'availableMs', 'loggedInMs', 'rna']) assert.equal(team.total[name], sum(team.agents, name), name);
  assert.ok(team.total.answered >= 1 && team.total.handled >= 1);

  const { json: live } = await call('GET', 'reporting/realtime', { token: supervisor.token });
  for (const q of live.queues) {
    const { json: same } = await figures(supervisor, `queue/${q.queueId}`);
    for (const name of ['offered', 'answered', 'abandoned', 'shortAbandoned', 'flowOut', 'serviceLevel', 'asaMs', 'longestWaitMs'])
      assert.equal(q[name], same[name], `${q.name} ${name}`);
  }
});
