// The board's own routes: the visits behind a figure, the last hour in steps, wallboards.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { redis, sql, until } from '../instance.mjs';
import { dismiss, make, newCast, newTenant, remove } from './cast.mjs';
import { assertProblem, call, origin, pointers } from './client.mjs';

const FORMULAS = ['S1', 'S2', 'S3', 'S4', 'S5'];
const WAITS = [0, 4999, 5000, 20_000, 20_001, 60_000];
const OUTCOMES = ['ANSWERED', 'ABANDONED', 'TIMEOUT', 'FULL', 'NO_AGENTS', 'KEY', 'CLOSED', 'CALLBACK'];
/** Every way a visit can end, in every wait around the bounds: a queue of each formula has them all. */
const VISITS = OUTCOMES.flatMap((outcome) => WAITS.map((wait) => ({ outcome, wait })));

let tenant, elsewhere, cast;
before(async () => {
  [tenant, elsewhere] = await Promise.all([newTenant(), newTenant()]);
  cast = newCast(tenant, elsewhere);
  await make([cast.sql, ...FORMULAS.map(queueOf)]);
});
after(async () => {
  await dismiss(cast);
  await remove([tenant, elsewhere]);
});

const queueOf = (formula) => `
  INSERT INTO call_queues (tenant_id, name, display_name, service_level_formula)
  VALUES ('${tenant.id}', 'board_${formula.toLowerCase()}', '${formula}', '${formula}');
  WITH given AS (
    SELECT gen_random_uuid() AS id, x.outcome, x.wait, now() - (120 + x.n) * interval '1 ms' AS left_at
    FROM (VALUES ${VISITS.map((v, i) => `('${v.outcome}', ${v.wait}, ${i})`).join()}) x (outcome, wait, n)
  ), calls AS (
    INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, started_at, ended_at, ended_by, seq)
    SELECT id, '${tenant.id}', id::text, 'INBOUND', 'ENDED', '49301', left_at - wait * interval '1 ms', now(), 'CUSTOMER', 1 FROM given RETURNING id)
  INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
  SELECT '${tenant.id}', g.id, g.left_at - g.wait * interval '1 ms', 0, q.id, g.left_at - g.wait * interval '1 ms', g.left_at, g.wait, g.outcome, 1
  FROM given g JOIN calls c ON c.id = g.id, call_queues q WHERE q.tenant_id = '${tenant.id}' AND q.name = 'board_${formula.toLowerCase()}';`;

const get = (path, query = {}, who = cast.SUPERVISOR) => call('GET', `${path}?${new URLSearchParams(query)}`, { token: who.token });

/** All pages of the visits behind a figure. */
async function visits(query) {
  const items = [];
  let cursor;
  do {
    const { json } = await get('reporting/visits', { limit: 7, ...query, ...(cursor ? { cursor } : {}) });
    items.push(...json.items);
    cursor = json.next;
  } while (cursor);
  return items;
}

test('as many visits can be opened as a figure says, by every formula', async () => {
  const { json: live } = await get('reporting/realtime');
  for (const formula of FORMULAS) {
    const q = live.queues.find((x) => x.name === `board_${formula.toLowerCase()}`);
    assert.equal(q.offered, VISITS.length);
    for (const figure of ['offered', 'answered', 'abandoned', 'shortAbandoned', 'flowOut', 'callback']) {
      const items = await visits({ figure, queueId: q.queueId });
      assert.equal(items.length, q[figure], `${formula} ${figure}`);
      assert.equal(new Set(items.map((v) => v.callId)).size, items.length, 'no visit is shown twice');
    }
    const [met, of, missed] = await Promise.all(['serviceLevelMet', 'serviceLevelOf', 'serviceLevelMissed'].map((figure) => visits({ figure, queueId: q.queueId })));
    assert.equal(met.length / of.length, q.serviceLevel, formula);
    assert.ok(met.every((v) => v.inServiceLevel));
    const counted = new Set(of.map((v) => v.callId));
    assert.ok(missed.every((v) => counted.has(v.callId) && !v.inServiceLevel), formula);
  }
  for (const figure of ['offered', 'answered', 'abandoned', 'flowOut']) assert.equal((await visits({ figure })).length, live.floor[figure], `floor ${figure}`);
});

test('the parts of a figure are all of it, and the newest stands first', async () => {
  const { json: live } = await get('reporting/realtime');
  const { queueId } = live.queues.find((x) => x.name === 'board_s1');
  const flow = await visits({ figure: 'flowOut', queueId });
  const parts = await Promise.all(['timeout', 'full', 'noAgents', 'key', 'closed'].map((figure) => visits({ figure, queueId })));
  assert.equal(parts.flat().length, flow.length);
  const times = flow.map((v) => v.leftAt);
  assert.deepEqual(times, [...times].sort().reverse());
});

test('a period is half open, and what is no period is told', async () => {
  const { json: live } = await get('reporting/realtime');
  const { queueId } = live.queues.find((x) => x.name === 'board_s1');
  const [newest, ...others] = await visits({ queueId });
  assert.equal((await visits({ queueId, from: others.at(-1).leftAt, until: new Date(Date.parse(newest.leftAt) + 1).toISOString() })).length, VISITS.length);
  assert.equal((await visits({ queueId, from: new Date(Date.parse(newest.leftAt) + 1).toISOString() })).length, 0);
  for (const [query, pointer] of [[{ queueId: randomUUID() }, '/queueId'], [{ figure: 'calls' }, '/figure'], [{ from: newest.leftAt, until: newest.leftAt }, '/until'],
    [{ from: '2019-01-01T00:00:00Z' }, '/from']]) {
    const wrong = await get('reporting/visits', query);
    assertProblem(wrong, 422, 'invalid');
    assert.deepEqual(pointers(wrong), [pointer]);
  }
  assertProblem(await get('reporting/visits', {}, cast.AGENT), 403, 'forbidden');
});

test('the last hour has twelve steps, and they add up', async () => {
  const { json } = await get('reporting/recent');
  for (const formula of FORMULAS) {
    const { steps } = json.queues.find((q) => q.name === `board_${formula.toLowerCase()}`);
    assert.equal(steps.length, 12);
    for (const [i, step] of steps.entries()) assert.equal(Date.parse(step.at), Date.parse(json.from) + i * json.stepMs);
    assert.equal(steps.reduce((sum, step) => sum + step.offered, 0), VISITS.length);
    assert.ok(steps.every((step) => step.offered > 0 || step.serviceLevel === null), 'nothing offered has no service level');
  }
});

// ---- wallboards -------------------------------------------------------------------------------------

const newWallboard = (body) => call('POST', 'wallboards', { token: cast.MANAGER.token, body: { name: 'By the door', queues: ['board_s1'], validMs: 3_600_000, ...body } });

test('a wallboard\'s token opens its queues\' figures and a ticket, and nothing else', async () => {
  const made = await newWallboard();
  assert.equal(made.status, 201, made.text);
  const wall = { token: made.json.token };
  const { json: live, status } = await get('reporting/realtime', {}, wall);
  assert.equal(status, 200);
  assert.deepEqual(live.queues.map((q) => q.name), ['board_s1']);
  assert.equal(live.floor.offered, VISITS.length);
  assert.deepEqual(live.agents, [], 'nobody is a member of that queue');

  const ticket = await call('POST', 'ws-ticket', wall);
  assert.equal(ticket.status, 200);
  for (const [method, path] of [['GET', 'auth/me'], ['GET', 'calls/sessions'], ['GET', 'agent-extensions'], ['GET', 'queues'], ['GET', 'contacts'], ['GET', 'reporting/visits'],
    ['GET', 'reporting/recent'], ['GET', `reporting/agent/${cast.AGENT.agent}/metrics`], ['GET', 'wallboards'], ['POST', 'tokens'], ['POST', 'calls/dial'], ['POST', 'auth/logout'],
    ['POST', 'auth/phone'], ['DELETE', `wallboards/${made.json.id}`]])
    assert.ok([403, 422].includes((await call(method, path, { token: wall.token, body: method === 'POST' ? {} : undefined })).status), `${method} ${path}`);
  assertProblem(await call('GET', 'calls/sessions', wall), 403, 'forbidden');

  const list = await call('GET', 'wallboards', { token: cast.MANAGER.token });
  const shown = list.json.items.find((w) => w.id === made.json.id);
  assert.deepEqual([shown.name, shown.queues, shown.createdBy.startsWith('Generated')], ['By the door', ['board_s1'], true]);
  assert.ok(!list.text.includes(wall.token));
});

test('a ticket of a wallboard says what it may see', async () => {
  const made = await newWallboard();
  const { json } = await call('POST', 'ws-ticket', { token: made.json.token });
  const ticket = JSON.parse(await redis('GET', `cb:ticket:${createHash('sha256').update(json.ticket).digest('hex')}`));
  assert.equal(ticket.sessionId, made.json.id);
  assert.deepEqual([ticket.role, ticket.queues, ticket.agents, ticket.tenant, ticket.extension], ['WALLBOARD', ['board_s1'], [], tenant.slug, null]);
});

test('a wallboard that is taken back, is over or whose maker has gone is dark', async () => {
  const made = await newWallboard();
  const open = () => get('reporting/realtime', {}, { token: made.json.token }).then((answer) => answer.status);
  assert.equal(await open(), 200);
  assert.equal((await call('DELETE', `wallboards/${made.json.id}`, { token: cast.MANAGER.token })).status, 204);
  assert.equal(await open(), 401);
  assertProblem(await call('DELETE', `wallboards/${made.json.id}`, { token: cast.MANAGER.token }), 404, 'not-found');
  const late = await newWallboard();
  await sql(`UPDATE wallboards SET expires_at = now() WHERE id = '${late.json.id}'`);
  assert.equal((await get('reporting/realtime', {}, { token: late.json.token })).status, 401);
  const over = await sql(`SELECT count(*) FROM sessions_over(ARRAY['${late.json.id}', '${made.json.id}']::uuid[])`);
  assert.equal(Number(over), 2, 'the relay is told of both');
  const orphan = await newWallboard();
  assert.equal(Number(await sql(`SELECT count(*) FROM sessions_over(ARRAY['${orphan.json.id}']::uuid[])`)), 0);
  await sql(`UPDATE users SET disabled_at = now() WHERE id = '${cast.MANAGER.id}'`);
  const dark = (await get('reporting/realtime', {}, { token: orphan.json.token })).status;
  await sql(`UPDATE users SET disabled_at = NULL WHERE id = '${cast.MANAGER.id}'`);
  assert.equal(dark, 401);
  await sql(`UPDATE users SET role = 'SUPERVISOR' WHERE id = '${cast.MANAGER.id}'`);
  await sql(`UPDATE users SET role = 'MANAGER' WHERE id = '${cast.MANAGER.id}'`);
  assert.equal((await get('reporting/realtime', {}, { token: orphan.json.token })).status, 401, 'its maker was no manager meanwhile');
});

test('a wallboard names no queue but its own', async () => {
  const made = await newWallboard();
  const put = (name) => sql(`INSERT INTO queue_members (tenant_id, queue_id, agent_id)
    SELECT tenant_id, id, '${cast.AGENT.agent}' FROM call_queues WHERE tenant_id = '${tenant.id}' AND name = '${name}'`);
  await put('board_s1');
  await put('board_s2');
  const { json } = await get('reporting/realtime', {}, { token: made.json.token });
  const { json: all } = await get('reporting/realtime');
  await sql(`DELETE FROM queue_members WHERE tenant_id = '${tenant.id}' AND queue_id IN (SELECT id FROM call_queues WHERE name LIKE 'board_s_')`);
  assert.deepEqual(json.agents.map((a) => a.queues), [['board_s1']]);
  assert.ok(all.agents.find((a) => a.agentId === cast.AGENT.agent).queues.includes('board_s2'));
});

test('a wallboard of what is not there is refused at its field', async () => {
  for (const [body, pointer] of [[{ queues: ['nowhere'] }, '/queues/0'], [{ queues: ['board_s1', 'nowhere'] }, '/queues/1'], [{ queues: [] }, '/queues'],
    [{ validMs: 1 }, '/validMs'], [{ name: '' }, '/name']]) {
    const wrong = await newWallboard(body);
    assertProblem(wrong, 422, 'invalid');
    assert.deepEqual(pointers(wrong), [pointer]);
  }
});

test('an open wallboard goes dark the moment it is taken back', async () => {
  const made = await newWallboard();
  const { json: { ticket } } = await call('POST', 'ws-ticket', { token: made.json.token });
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`, 'cordboard.v1', { origin });
  let closed, snapshot;
  socket.on('open', () => socket.send(JSON.stringify({ ticket })));
  socket.on('message', (text) => { snapshot ??= JSON.parse(text); });
  socket.on('close', (code) => { closed = code; });
  await until(async () => snapshot, 'a snapshot');
  assert.deepEqual([snapshot.type, snapshot.calls], ['snapshot', []]);
  await call('DELETE', `wallboards/${made.json.id}`, { token: cast.MANAGER.token });
  await until(async () => closed, 'the socket to close');
  assert.equal(closed, 4003);
});
