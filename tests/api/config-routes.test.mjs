import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertProblem, call, pointers, signIn } from './client.mjs';
import { audited, otherTenant, sql } from './database.mjs';

const nowhere = '00000000-0000-4000-8000-000000000000';
let next = 0;
const someDid = () => `556${String(Date.now()).slice(-7)}${String(next++).padStart(2, '0')}`;
const someName = () => `Hours ${process.pid} ${Date.now()} ${next++}`;
const week = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '08:00', closes: '18:00' }));

let token, other, queues;

before(async () => {
  ({ token } = await signIn('2003'));
  other = await otherTenant('otherten');
  queues = Object.fromEntries((await call('GET', 'queues', { token })).json.items.map((q) => [q.name, q.id]));
});

async function create(path, body, as = token) {
  const answer = await call('POST', path, { token: as, body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}
const hours = (body = {}) => create('opening-hours', { name: someName(), timezone: 'Europe/Berlin', spans: week, ...body });
const remove = (path, { id }) => call('DELETE', `${path}/${id}`, { token });

test('opening hours are given back as they were sent, and changed in whole lists', async () => {
  const exceptions = [
    { date: '2026-12-24', name: 'Christmas Eve', spans: [{ opens: '08:00', closes: '12:00' }] },
    { date: '2026-12-25', name: 'Christmas', spans: [] },
  ];
  const spans = [...week, { weekday: 6, opens: '22:00', closes: '06:00' }, { weekday: 7, opens: '00:00', closes: '24:00' }];
  const made = await hours({ spans, exceptions });
  assert.deepEqual([made.spans, made.exceptions, made.timezone, made.dids], [spans, exceptions, 'Europe/Berlin', []]);
  const renamed = await call('PUT', `opening-hours/${made.id}`, { token, body: { timezone: 'America/New_York' } });
  assert.deepEqual([renamed.json.spans, renamed.json.exceptions, renamed.json.timezone], [spans, exceptions, 'America/New_York']);
  const shorter = await call('PUT', `opening-hours/${made.id}`, { token, body: { exceptions: exceptions.slice(0, 1), spans: week } });
  assert.deepEqual([shorter.json.spans, shorter.json.exceptions], [week, exceptions.slice(0, 1)]);
  assert.equal((await remove('opening-hours', made)).status, 204);
  assertProblem(await call('GET', `opening-hours/${made.id}`, { token }), 404, 'not-found');
});

test('what is no time, day or time zone is named, and nothing is half done', async () => {
  const made = await hours();
  const cases = [
    [{ timezone: 'Europe/Nowhere' }, ['/timezone']],
    [{ timezone: 'UTC+3' }, ['/timezone']],
    [{ timezone: 'Mars/Olympus3' }, ['/timezone']],
    [{ timezone: 'europe/berlin' }, ['/timezone']],
    [{ name: '' }, ['/name']],
    [{ spans: [{ weekday: 0, opens: '08:00', closes: '18:00' }] }, ['/spans/0/weekday']],
    [{ spans: [week[0], { weekday: 1, opens: '8:00', closes: '25:00' }] }, ['/spans/1/closes', '/spans/1/opens']],
    [{ spans: [{ weekday: 1, opens: '24:00', closes: '18:00' }] }, ['/spans/0/opens']],
    [{ spans: [week[0], { weekday: 2, opens: '09:00', closes: '09:00' }] }, ['/spans/1/closes']],
    [{ spans: [{ opens: '08:00', closes: '09:00' }] }, ['/spans/0/weekday']],
    [{ exceptions: [{ date: '2026-02-30', name: 'x' }] }, ['/exceptions/0/date']],
    [{ exceptions: [{ date: '0000-01-01', name: 'x' }] }, ['/exceptions/0/date']],
    [{ exceptions: [{ date: '2026-13-01', name: 'x' }] }, ['/exceptions/0/date']],
    [{ exceptions: [{ date: '1.1.2026', name: '' }] }, ['/exceptions/0/date', '/exceptions/0/name']],
    [{ exceptions: [{ date: '2026-01-01', name: 'x' }, { date: '2026-01-01', name: 'y' }] }, ['/exceptions/1/date']],
    [{ exceptions: [{ date: '2026-01-01', name: 'x', spans: [{ opens: '09:00', closes: '09:00' }] }] }, ['/exceptions/0/spans/0/closes']],
  ];
  for (const [body, wrong] of cases) {
    const answer = await call('PUT', `opening-hours/${made.id}`, { token, body });
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), wrong, JSON.stringify(body));
  }
  const taken = await hours();
  assert.deepEqual(pointers(await call('PUT', `opening-hours/${made.id}`, { token, body: { name: taken.name } })), ['/name']);
  assert.deepEqual(pointers(await call('POST', 'opening-hours', { token, body: { name: taken.name, spans: [] } })), ['/name']);
  const { json } = await call('GET', `opening-hours/${made.id}`, { token });
  assert.deepEqual([json.name, json.spans, json.exceptions], [made.name, week, []]);
  for (const h of [made, taken]) await remove('opening-hours', h);
});

test('a number leads to its queue, and elsewhere out of hours', async () => {
  const did = someDid();
  const always = await create('routes', { did, queueId: queues.support, label: 'Hotline' });
  assert.deepEqual([always.did, always.queue, always.label, always.openingHoursId, always.open], [did, 'support', 'Hotline', null, true]);
  assert.deepEqual(always.closed, { action: 'ANNOUNCEMENT', announcement: 'vm-nobodyavail', queueId: null });
  const dialplan = () => sql(`SELECT queue, open, announcement, closed_queue FROM asterisk.did_routes WHERE did = '${did}'`);
  assert.equal(await dialplan(), 'support|yes|vm-nobodyavail|');
  const never = await hours({ spans: [] });
  const closed = await call('PUT', `routes/${always.id}`, { token, body: { openingHoursId: never.id, closed: { action: 'QUEUE', queueId: queues.sales } } });
  assert.equal(closed.status, 200, closed.text);
  assert.deepEqual([closed.json.open, closed.json.label, closed.json.openingHours], [false, 'Hotline', never.name]);
  assert.equal(await dialplan(), 'support|no|vm-nobodyavail|sales');
  const refused = await remove('opening-hours', never);
  assertProblem(refused, 409, 'conflict');
  assert.match(refused.json.detail, new RegExp(did));
  const told = await call('PUT', `routes/${always.id}`, { token, body: { closed: { action: 'ANNOUNCEMENT', announcement: 'custom/closed' }, label: '' } });
  assert.deepEqual([told.json.closed, told.json.label], [{ action: 'ANNOUNCEMENT', announcement: 'custom/closed', queueId: null }, null]);
  assert.equal(await dialplan(), 'support|no|custom/closed|');
  assert.equal((await call('PUT', `routes/${always.id}`, { token, body: { openingHoursId: null } })).json.open, true);
  assert.equal((await remove('opening-hours', never)).status, 204);
  assert.equal((await remove('routes', always)).status, 204);
  assert.equal(await dialplan(), '');
});

test('a number with a plus is the one the trunk says without it', async () => {
  const did = someDid();
  const route = await create('routes', { did: `+${did}`, queueId: queues.support });
  assert.equal(await sql(`SELECT queue FROM asterisk.did_routes WHERE did = '${did}'`), 'support');
  assert.deepEqual(pointers(await call('POST', 'routes', { token, body: { did, queueId: queues.support } })), ['/did']);
  await remove('routes', route);
});

test('what leads nowhere is named', async () => {
  const route = await create('routes', { did: someDid(), queueId: queues.support });
  const cases = [
    [{ queueId: nowhere }, ['/queueId']],
    [{ openingHoursId: nowhere }, ['/openingHoursId']],
    [{ closed: { action: 'QUEUE' } }, ['/closed/queueId']],
    [{ closed: { action: 'QUEUE', queueId: nowhere } }, ['/closed/queueId']],
    [{ closed: { action: 'QUEUE', queueId: queues.support } }, ['/closed/queueId']],
    [{ closed: { action: 'ANNOUNCEMENT', announcement: '../../etc/passwd' } }, ['/closed/announcement']],
    [{ closed: { action: 'ANNOUNCEMENT', announcement: 'a&b' } }, ['/closed/announcement']],
    [{ closed: { announcement: 'x' } }, ['/closed/action']],
    [{ closed: 'ANNOUNCEMENT' }, ['/closed']],
    [{ did: '1' }, ['/did']],
  ];
  for (const [body, wrong] of cases) {
    const answer = await call('PUT', `routes/${route.id}`, { token, body });
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), wrong, JSON.stringify(body));
  }
  await remove('routes', route);
});

test('a preview says what a caller would meet', async () => {
  const h = await hours({ exceptions: [{ date: '2026-12-25', name: 'Christmas' }] });
  const route = await create('routes', { did: someDid(), queueId: queues.support, openingHoursId: h.id, closed: { action: 'QUEUE', queueId: queues.sales } });
  const at = async (time) => {
    const { json, status, text } = await call('GET', `routes/${route.id}/preview?at=${encodeURIComponent(time)}`, { token });
    assert.equal(status, 200, text);
    return [json.localTime, json.open, json.action, json.queue, json.exception];
  };
  assert.deepEqual(await at('2026-03-27T07:00:00Z'), ['2026-03-27T08:00:00', true, 'QUEUE', 'support', null]);
  assert.deepEqual(await at('2026-03-30T06:00:00Z'), ['2026-03-30T08:00:00', true, 'QUEUE', 'support', null]);
  assert.deepEqual(await at('2026-03-29T10:00:00Z'), ['2026-03-29T12:00:00', false, 'QUEUE', 'sales', null]);
  assert.deepEqual(await at('2026-12-25T10:00:00+01:00'), ['2026-12-25T10:00:00', false, 'QUEUE', 'sales', 'Christmas']);
  assert.equal((await call('GET', `routes/${route.id}/preview`, { token })).status, 200);
  await call('PUT', `routes/${route.id}`, { token, body: { closed: { action: 'ANNOUNCEMENT' } } });
  assert.deepEqual((await at('2026-03-29T10:00:00Z')).slice(1, 4), [false, 'ANNOUNCEMENT', null]);
  await remove('routes', route);
  await remove('opening-hours', h);
});

test('another tenant\'s number is only taken, and its routes are its own', async () => {
  const did = someDid();
  const ours = await create('routes', { did, queueId: queues.support });
  const theirQueue = await create('queues', { name: `r${Date.now()}`, displayName: 'Theirs' }, other.admin);
  const own = await call('POST', 'routes', { token, body: { did, queueId: queues.support } });
  const foreign = await call('POST', 'routes', { token: other.admin, body: { did, queueId: theirQueue.id } });
  for (const answer of [own, foreign]) assertProblem(answer, 422, 'invalid');
  assert.deepEqual(foreign.json.errors, own.json.errors, 'whose it is cannot be told');
  for (const path of [`routes/${ours.id}`, `routes/${ours.id}/preview`]) assertProblem(await call('GET', path, { token: other.admin }), 404, 'not-found');
  assertProblem(await call('PUT', `routes/${ours.id}`, { token: other.admin, body: { label: 'x' } }), 404, 'not-found');
  assertProblem(await call('DELETE', `routes/${ours.id}`, { token: other.admin }), 404, 'not-found');
  const h = await hours();
  for (const [method, body] of [['GET'], ['PUT', { name: 'x' }], ['DELETE']]) assertProblem(await call(method, `opening-hours/${h.id}`, { token: other.admin, body }), 404, 'not-found');
  const free = someDid();
  assert.deepEqual(pointers(await call('POST', 'routes', { token: other.admin, body: { did: free, queueId: queues.support } })), ['/queueId']);
  assert.deepEqual(pointers(await call('POST', 'routes', { token: other.admin, body: { did: free, queueId: theirQueue.id, openingHoursId: h.id } })), ['/openingHoursId']);
  const theirs = await create('routes', { did: free, queueId: theirQueue.id }, other.admin);
  assert.equal(await sql(`SELECT tenant, queue FROM asterisk.did_routes WHERE did = '${free}'`), `otherten|otherten-${theirQueue.name}`);
  await call('DELETE', `routes/${theirs.id}`, { token: other.admin });
  await call('DELETE', `queues/${theirQueue.id}`, { token: other.admin });
  await remove('routes', ours);
  await remove('opening-hours', h);
});

test('each change has a version and one audit row', async () => {
  let h, route;
  const rows = await audited(async () => {
    h = await hours();
    route = await create('routes', { did: someDid(), queueId: queues.support });
    for (const [path, body] of [[`opening-hours/${h.id}`, { spans: [] }], [`routes/${route.id}`, { openingHoursId: h.id }]]) {
      const tag = (await call('GET', path, { token })).headers.get('etag');
      assert.equal((await call('PUT', path, { token, body, headers: { 'If-Match': tag } })).status, 200);
      assertProblem(await call('PUT', path, { token, body, headers: { 'If-Match': tag } }), 412, 'precondition-failed');
      assertProblem(await call('DELETE', path, { token, headers: { 'If-Match': tag } }), 412, 'precondition-failed');
    }
    await remove('routes', route);
    await remove('opening-hours', h);
  });
  assert.deepEqual(rows.map((r) => r.action), ['opening_hours.create', 'route.create', 'opening_hours.update', 'route.update', 'route.delete', 'opening_hours.delete']);
  assert.deepEqual([rows[2].before.spans.length, rows[2].after.spans.length], [5, 0]);
  assert.equal(rows[3].after.openingHours, h.name);
  assert.deepEqual([rows[4].after, rows[5].after], [null, null]);
});
