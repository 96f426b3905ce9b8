import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertProblem, call, pointers, signIn } from './client.mjs';
import { audited, otherTenant, sql } from './database.mjs';

const nowhere = '00000000-0000-4000-8000-000000000000';
let next = 0;
const someName = () => `q${process.pid}_${Date.now()}_${next++}`;

let token, other, agents;

before(async () => {
  ({ token } = await signIn('2003'));
  other = await otherTenant('otherten');
  agents = Object.fromEntries((await call('GET', 'agent-extensions', { token })).json.items.map((a) => [a.extension, a.id]));
});

async function create(body = {}, as = token) {
  const answer = await call('POST', 'queues', { token: as, body: { name: someName(), displayName: 'Some queue', ...body } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

const remove = (queue) => call('DELETE', `queues/${queue.id}`, { token });
const members = async (queue) => (await call('GET', `queues/${queue.id}/members`, { token })).json.items.map((m) => [m.extension, m.penalty]);

test('a queue has settings of its own, and the telephone has them at once', async () => {
  const settings = { displayName: 'All of it', strategy: 'linear', ringMs: 7000, maxWaitMs: 60_000, maxWaiting: 5, wrapupMs: 0, serviceLevelMs: 30_000,
    serviceLevelFormula: 'S3', shortAbandonMs: 2000, weight: 4, musicClass: 'jazz', dispositionRequired: true, timezone: 'America/New_York' };
  const queue = await create(settings);
  for (const [field, value] of Object.entries(settings)) assert.equal(queue[field], value, field);
  assert.equal(await sql(`SELECT strategy, timeout, maxlen, servicelevel, weight, musiconhold FROM asterisk.queues WHERE name = '${queue.name}'`), 'linear|7|5|30|4|jazz');
  const changed = await call('PUT', `queues/${queue.id}`, { token, body: { ringMs: 9000 } });
  assert.equal(changed.json.ringMs, 9000);
  assert.equal(changed.json.musicClass, 'jazz', 'what is left out stays');
  assert.equal(await sql(`SELECT timeout FROM asterisk.queues WHERE name = '${queue.name}'`), '9');
  assert.equal((await remove(queue)).status, 204);
  assert.equal(await sql(`SELECT count(*) FROM asterisk.queues WHERE name = '${queue.name}'`), '0');
});

test('each bound is held, and each wrong field named', async () => {
  const wrong = { name: 'Sales!', displayName: '', strategy: 'loudest', ringMs: 2000, maxWaitMs: 7_201_000, maxWaiting: -1, wrapupMs: 1500, serviceLevelMs: 0,
    serviceLevelFormula: 'S6', shortAbandonMs: 61_000, weight: 101, musicClass: '../x', dispositionRequired: 1, timezone: '' };
  const answer = await call('POST', 'queues', { token, body: wrong });
  assertProblem(answer, 422, 'invalid');
  assert.deepEqual(pointers(answer), Object.keys(wrong).map((f) => `/${f}`).sort());
  const taken = await call('POST', 'queues', { token, body: { name: 'support', displayName: 'x' } });
  assertProblem(taken, 422, 'invalid');
  assert.deepEqual(pointers(taken), ['/name']);
  assertProblem(await call('PUT', `queues/${nowhere}`, { token, body: { weight: 1 } }), 404, 'not-found');
});

test('thresholds have defaults, are cleared by null, and a warning comes before its alert', async () => {
  const queue = await create();
  const thresholds = ({ json }) => [json.warnWaitMs, json.alertWaitMs, json.alertWaiting, json.serviceLevelTarget, json.screenPopUrl];
  assert.deepEqual(thresholds({ json: queue }), [30_000, 120_000, null, 0.8, null]);
  const put = (body) => call('PUT', `queues/${queue.id}`, { token, body });
  const screenPopUrl = 'https://crm.example.com:8443/find?number={number}&call={callId}#{name}';
  const changed = await put({ warnWaitMs: 10_000, alertWaitMs: 10_000, alertWaiting: 4, serviceLevelTarget: 0.925, screenPopUrl });
  assert.deepEqual(thresholds(changed), [10_000, 10_000, 4, 0.925, screenPopUrl], changed.text);
  assert.deepEqual(thresholds(await put({ weight: 2 })), [10_000, 10_000, 4, 0.925, screenPopUrl], 'what is left out stays');
  assert.deepEqual(thresholds(await put({ serviceLevelTarget: 1 }))[3], 1);
  assert.deepEqual(pointers(await put({ warnWaitMs: 11_000 })), ['/warnWaitMs']);
  assert.deepEqual(pointers(await put({ alertWaitMs: 9000 })), ['/alertWaitMs']);
  const bad = { warnWaitMs: 500, alertWaitMs: 7_201_000, alertWaiting: 0, serviceLevelTarget: 1.001 };
  assert.deepEqual(pointers(await put(bad)), Object.keys(bad).map((f) => `/${f}`).sort());
  for (const url of ['javascript:alert(1)', 'https://{number}.example.com/', 'https://x.example.com/{password}', 'https://x.example.com/a b', 'https://x.example.com@evil.example/', 'ftp://x.example.com/', '']) {
    assert.deepEqual(pointers(await put({ screenPopUrl: url })), ['/screenPopUrl'], url);
  }
  assert.deepEqual(thresholds(await put({ warnWaitMs: null, alertWaitMs: null, alertWaiting: null, screenPopUrl: null })), [null, null, null, 1, null]);
  await remove(queue);
});

test('a manager changes the thresholds of a queue and nothing else of it', async () => {
  const { token: manager } = await signIn('2002');
  const queue = await create();
  const at = `queues/${queue.id}/thresholds`;
  assertProblem(await call('PUT', `queues/${queue.id}`, { token: manager, body: { alertWaiting: 3 } }), 403, 'forbidden');
  const etag = (await call('GET', `queues/${queue.id}`, { token: manager })).headers.get('etag');
  const rows = await audited(async () => {
    const changed = await call('PUT', at, { token: manager, headers: { 'If-Match': etag }, body: { alertWaiting: 3, warnWaitMs: null, serviceLevelTarget: 0.7 } });
    assert.deepEqual([changed.json.alertWaiting, changed.json.warnWaitMs, changed.json.alertWaitMs, changed.json.serviceLevelTarget], [3, null, 120_000, 0.7], changed.text);
  });
  assert.deepEqual(rows.map((r) => [r.action, r.before.alertWaiting, r.after.alertWaiting]), [['queue.update', null, 3]]);
  assertProblem(await call('PUT', at, { token: manager, headers: { 'If-Match': etag }, body: { alertWaiting: 5 } }), 412, 'precondition-failed');
  assert.deepEqual(pointers(await call('PUT', at, { token: manager, body: { displayName: 'Mine' } })), ['/displayName']);
  const { token: supervisor } = await signIn('2001');
  assertProblem(await call('PUT', at, { token: supervisor, body: { alertWaiting: 5 } }), 403, 'forbidden');
  assertProblem(await call('PUT', `queues/${nowhere}/thresholds`, { token: manager, body: { alertWaiting: 5 } }), 404, 'not-found');
  await remove(queue);
});

test('the days of a queue are those of its time zone, or of the tenant’s', async () => {
  const queue = await create();
  assert.equal(queue.timezone, null);
  const { timezone: tenants } = (await call('GET', 'auth/me', { token })).json;
  const put = (timezone) => call('PUT', `queues/${queue.id}`, { token, body: { timezone } });
  // When its day began, by each route that shows figures of the day, and by a clock of its own.
  const begun = async (zone) => {
    const [status, metrics, realtime] = await Promise.all([`queues/${queue.id}/status`, `reporting/queue/${queue.id}/metrics`, 'reporting/realtime']
      .map(async (path) => (await call('GET', path, { token })).json));
    assert.equal(metrics.timezone, zone);
    const times = new Set([status.from, metrics.from, realtime.queues.find((q) => q.queueId === queue.id).from]);
    assert.equal(times.size, 1, [...times].join());
    const clock = new Date([...times][0]).toLocaleTimeString('en-GB', { timeZone: zone });
    assert.equal(clock, '00:00:00');
    return [...times][0];
  };
  const days = [await begun(tenants)];
  // One of the two has another date than the other, at any hour.
  for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12']) {
    const changed = await put(zone);
    assert.equal(changed.json.timezone, zone, changed.text);
    days.push(await begun(zone));
  }
  assert.notEqual(days[1], days[2]);
  assert.equal((await call('PUT', `queues/${queue.id}`, { token, body: { weight: 3 } })).json.timezone, 'Etc/GMT+12', 'what is left out stays');
  for (const wrong of ['Europe/Nowhere', 'Mars/Olympus3', 'europe/berlin', 'Europe/berlin', 'EST5EDT4', 'Etc/GMT+13', '+02', 'localtime', 'posix/Europe/Berlin', ' UTC']) {
    const answer = await put(wrong);
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), ['/timezone'], wrong);
  }
  assert.deepEqual(pointers(await call('POST', 'queues', { token, body: { name: someName(), displayName: 'x', timezone: 'Mars/Olympus3' } })), ['/timezone']);
  assert.equal((await put(null)).json.timezone, null);
  assert.equal(await begun(tenants), days[0]);
  await remove(queue);
});

test('every change leaves one audit row with before and after', async () => {
  let queue;
  const rows = await audited(async () => {
    queue = await create();
    await call('PUT', `queues/${queue.id}`, { token, body: { weight: 9 } });
    await call('POST', `queues/${queue.id}/members`, { token, body: { agentId: agents[1001], penalty: 2 } });
    await call('PUT', `queues/${queue.id}/members/${agents[1001]}`, { token, body: { penalty: 5 } });
    await call('PUT', `queues/${queue.id}/members`, { token, body: { members: [{ agentId: agents[1002] }] } });
    await call('DELETE', `queues/${queue.id}/members/${agents[1002]}`, { token });
    assertProblem(await call('PUT', `queues/${queue.id}`, { token, body: { weight: 900 } }), 422, 'invalid');
    await remove(queue);
  });
  assert.deepEqual(rows.map((r) => r.action), ['queue.create', 'queue.update', 'queue.members', 'queue.members', 'queue.members', 'queue.members', 'queue.retire']);
  assert.ok(rows.every((r) => r.object === queue.id && r.kind === 'queue' && r.actor === '2003'));
  assert.deepEqual([rows[1].before.weight, rows[1].after.weight], [0, 9]);
  assert.deepEqual(rows.slice(2, 6).map((r) => r.after), [[{ agent: '1001', penalty: 2 }], [{ agent: '1001', penalty: 5 }], [{ agent: '1002', penalty: 0 }], []]);
});

test('a queue that callers wait in or a route leads to is not retired, and it is said which', async () => {
  const queue = await create();
  const did = `557${String(Date.now()).slice(-8)}`;
  const route = await call('POST', 'routes', { token, body: { did, queueId: queue.id } });
  const refused = await remove(queue);
  assertProblem(refused, 409, 'conflict');
  assert.match(refused.json.detail, new RegExp(did));
  await call('PUT', `routes/${route.json.id}`, { token, body: { queueId: (await call('GET', 'queues', { token })).json.items.find((q) => q.name === 'support').id,
    closed: { action: 'QUEUE', queueId: queue.id } } });
  assert.match((await remove(queue)).json.detail, new RegExp(did), 'a route leads to it out of hours');
  assert.equal((await call('DELETE', `routes/${route.json.id}`, { token })).status, 204);
  const waiting = await sql(`WITH c AS (INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, seq)
      SELECT gen_random_uuid(), tenant_id, gen_random_uuid(), 'INBOUND', 'RINGING', now(), 1 FROM call_queues WHERE id = '${queue.id}' RETURNING id, tenant_id, started_at)
    INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, seq) SELECT tenant_id, id, started_at, 1, '${queue.id}', now(), 1 FROM c RETURNING call_id`);
  const busy = await remove(queue);
  assertProblem(busy, 409, 'conflict');
  assert.match(busy.json.detail, /1/);
  await sql(`DELETE FROM queue_visits WHERE call_id = '${waiting}'`);
  await sql(`DELETE FROM call_sessions WHERE id = '${waiting}'`);
  assert.equal((await remove(queue)).status, 204);
  assertProblem(await remove(queue), 404, 'not-found');
  assertProblem(await call('GET', `queues/${queue.id}`, { token }), 404, 'not-found');
  assertProblem(await call('GET', `queues/${queue.id}/members`, { token }), 404, 'not-found');
});

test('a retired name that is made anew is the same queue', async () => {
  const queue = await create({ weight: 7 });
  await call('POST', `queues/${queue.id}/members`, { token, body: { agentId: agents[1001] } });
  await remove(queue);
  const again = await create({ name: queue.name, displayName: 'Again' });
  assert.deepEqual([again.id, again.displayName, again.members], [queue.id, 'Again', 0]);
  await remove(again);
});

test('members: one by one, with penalties', async () => {
  const queue = await create();
  const path = `queues/${queue.id}/members`;
  const added = await call('POST', path, { token, body: { agentId: agents[1001], penalty: 2 } });
  assert.equal(added.status, 201, added.text);
  assert.deepEqual([added.json.extension, added.json.penalty], ['1001', 2]);
  const twice = await call('POST', path, { token, body: { agentId: agents[1001] } });
  assertProblem(twice, 422, 'invalid');
  assert.deepEqual(pointers(twice), ['/agentId']);
  assert.deepEqual(pointers(await call('POST', path, { token, body: { agentId: nowhere } })), ['/agentId']);
  assert.equal((await call('PUT', `${path}/${agents[1001]}`, { token, body: { penalty: 9 } })).json.penalty, 9);
  assert.deepEqual(pointers(await call('PUT', `${path}/${agents[1001]}`, { token, body: { penalty: 101 } })), ['/penalty']);
  assertProblem(await call('PUT', `${path}/${agents[1002]}`, { token, body: { penalty: 1 } }), 404, 'not-found');
  assert.deepEqual(await members(queue), [['1001', 9]]);
  assert.equal((await call('DELETE', `${path}/${agents[1001]}`, { token })).status, 204);
  assertProblem(await call('DELETE', `${path}/${agents[1001]}`, { token }), 404, 'not-found');
  await remove(queue);
});

test('members: the whole list at once, all or nothing', async () => {
  const queue = await create();
  const put = (list, headers) => call('PUT', `queues/${queue.id}/members`, { token, body: { members: list }, headers });
  const first = await put([{ agentId: agents[1003], penalty: 1 }, { agentId: agents[1001] }, { agentId: agents[1002], penalty: 3 }]);
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.json.items.map((m) => m.extension), ['1001', '1002', '1003']);
  const row = () => sql(`SELECT id FROM queue_members WHERE queue_id = '${queue.id}' AND agent_id = '${agents[1002]}'`);
  const kept = await row();
  assert.deepEqual(pointers(await put([{ agentId: agents[1004] }, { agentId: nowhere }])), ['/members/1/agentId']);
  assert.deepEqual(pointers(await put([{ agentId: agents[1004] }, { agentId: agents[1004] }])), ['/members/1/agentId']);
  assert.equal((await members(queue)).length, 3, 'nothing is half done');
  await put([{ agentId: agents[1002], penalty: 4 }, { agentId: agents[1004] }]);
  assert.deepEqual(await members(queue), [['1002', 4], ['1004', 0]]);
  assert.equal(await row(), kept, 'who stays is the same member to Asterisk');
  assert.equal((await call('GET', 'queues?limit=500', { token })).json.items.find((q) => q.id === queue.id).members, 2);
  const paged = [];
  for (let cursor = ''; cursor !== null;) {
    const { json } = await call('GET', `queues/${queue.id}/members?limit=1${cursor}`, { token });
    paged.push(...json.items.map((m) => m.extension));
    cursor = json.next && `&cursor=${encodeURIComponent(json.next)}`;
  }
  assert.deepEqual(paged, ['1002', '1004']);
  await remove(queue);
});

test('a change of its members is a new version of the queue, for all who would change it', async () => {
  const queue = await create();
  const tag = async () => (await call('GET', `queues/${queue.id}`, { token })).headers.get('etag');
  const seen = await tag();
  const body = { members: [{ agentId: agents[1001] }] };
  assert.equal((await call('PUT', `queues/${queue.id}/members`, { token, body, headers: { 'If-Match': seen } })).status, 200);
  assert.notEqual(await tag(), seen);
  const stale = { token, headers: { 'If-Match': seen } };
  assertProblem(await call('PUT', `queues/${queue.id}/members`, { ...stale, body: { members: [] } }), 412, 'precondition-failed');
  assertProblem(await call('POST', `queues/${queue.id}/members`, { ...stale, body: { agentId: agents[1002] } }), 412, 'precondition-failed');
  assertProblem(await call('DELETE', `queues/${queue.id}/members/${agents[1001]}`, stale), 412, 'precondition-failed');
  assertProblem(await call('PUT', `queues/${queue.id}`, { ...stale, body: { weight: 1 } }), 412, 'precondition-failed');
  assertProblem(await call('DELETE', `queues/${queue.id}`, stale), 412, 'precondition-failed');
  assert.deepEqual(await members(queue), [['1001', 0]]);
  const now = await tag();
  await call('PUT', `agent-extensions/${agents[1001]}`, { token, body: { queues: (await call('GET', `agent-extensions/${agents[1001]}`, { token })).json.memberships
    .filter((m) => m.queueId !== queue.id).map(({ queueId, penalty }) => ({ queueId, penalty })) } });
  assert.notEqual(await tag(), now, 'also when it is changed from the agent’s side');
  assert.deepEqual(await members(queue), []);
  await remove(queue);
});

test('two who change the members at once leave one of their lists, never a mixture', async () => {
  const queue = await create();
  const lists = [[1001, 1002, 1003], [1004, 1005, 1006]].map((list) => list.map((e) => ({ agentId: agents[e] })));
  for (let i = 0; i < 5; i++) {
    const answers = await Promise.all([...lists, ...lists].map((list) => call('PUT', `queues/${queue.id}/members`, { token, body: { members: list } })));
    assert.deepEqual(answers.map((a) => a.status), [200, 200, 200, 200]);
    assert.ok([['1001', '1002', '1003'], ['1004', '1005', '1006']].some((l) => l.join() === answers.at(-1).json.items.map((m) => m.extension).join()));
    const names = (await members(queue)).map(([e]) => e).join();
    assert.ok(['1001,1002,1003', '1004,1005,1006'].includes(names), names);
  }
  await call('PUT', `queues/${queue.id}/members`, { token, body: { members: [] } });
  await remove(queue);
});

test('another tenant has queues of the same name and touches none of ours', async () => {
  const ours = await create();
  const theirs = await create({ name: ours.name }, other.admin);
  assert.equal(await sql(`SELECT count(*) FROM asterisk.queues WHERE name IN ('${ours.name}', 'otherten-${ours.name}')`), '2');
  for (const [method, path, body] of [['GET', ''], ['PUT', '', { weight: 1 }], ['DELETE', ''], ['GET', '/members'], ['GET', '/status'],
    ['PUT', '/members', { members: [] }], ['POST', '/members', { agentId: agents[1001] }], ['DELETE', `/members/${agents[1001]}`]]) {
    assertProblem(await call(method, `queues/${ours.id}${path}`, { token: other.admin, body }), 404, 'not-found');
  }
  const smuggled = await call('PUT', `queues/${theirs.id}/members`, { token: other.admin, body: { members: [{ agentId: agents[1001] }] } });
  assert.deepEqual(pointers(smuggled), ['/members/0/agentId']);
  assert.equal((await call('DELETE', `queues/${theirs.id}`, { token: other.admin })).status, 204);
  assert.equal((await remove(ours)).status, 204);
});
