import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertProblem, call, pointers, signIn } from './client.mjs';
import { audited, otherTenant, sql } from './database.mjs';

const nowhere = '00000000-0000-4000-8000-000000000000';
let next = 0;
const someCode = () => `T${process.pid}_${Date.now()}_${next++}`;

let token, agent, other, queues;

before(async () => {
  ({ token } = await signIn('2003'));
  ({ token: agent } = await signIn('1010'));
  other = await otherTenant('otherten');
  queues = Object.fromEntries((await call('GET', 'queues', { token })).json.items.map((q) => [q.name, q.id]));
});

async function create(path, body, as = token) {
  const answer = await call('POST', path, { token: as, body: { code: someCode(), label: 'Some', ...body } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

async function all(path) {
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const { json, status, text } = await call('GET', `${path}limit=3${cursor}`, { token: agent });
    assert.equal(status, 200, text);
    items.push(...json.items);
    cursor = json.next && `&cursor=${encodeURIComponent(json.next)}`;
  }
  return items;
}
const codes = async (query = '?') => (await all(`dispositions${query}`)).map((d) => d.code);

test('what every agent sees when a call is filed is as it was: the demo\'s list in its order', async () => {
  const { json } = await call('GET', 'dispositions', { token: agent });
  const demo = json.items.filter((d) => d.depth === 0 && d.position >= 1 && d.position <= 9 && !d.code.startsWith('T')).map((d) => d.code);
  assert.deepEqual(demo, ['RESOLVED', 'FOLLOW_UP', 'ESCALATED', 'CALL_BACK', 'SALE', 'QUOTE_SENT', 'NOT_INTERESTED', 'WRONG_NUMBER', 'NO_RESPONSE']);
});

test('dispositions nest, each right below its group, page by page', async () => {
  const top = await create('dispositions', { position: 500, label: 'Complaint' });
  const second = await create('dispositions', { position: 2, parentId: top.id });
  const first = await create('dispositions', { position: 1, parentId: top.id });
  const below = await create('dispositions', { parentId: first.id });
  const list = (await all('dispositions?')).filter((d) => [top, first, second, below].some((x) => x.id === d.id));
  assert.deepEqual(list.map((d) => [d.code, d.depth, d.selectable]),
    [[top.code, 0, false], [first.code, 1, false], [below.code, 2, true], [second.code, 1, true]]);
  const circle = await call('PUT', `dispositions/${top.id}`, { token, body: { parentId: below.id } });
  assertProblem(circle, 422, 'invalid');
  assert.deepEqual(pointers(circle), ['/parentId']);
  assert.deepEqual(pointers(await call('PUT', `dispositions/${top.id}`, { token, body: { parentId: top.id } })), ['/parentId']);
  assert.deepEqual(pointers(await call('POST', 'dispositions', { token, body: { code: someCode(), label: 'x', parentId: nowhere } })), ['/parentId']);
  let deepest = below;
  for (let depth = 3; depth < 5; depth++) deepest = await create('dispositions', { parentId: deepest.id });
  assert.deepEqual(pointers(await call('POST', 'dispositions', { token, body: { code: someCode(), label: 'x', parentId: deepest.id } })), ['/parentId']);

  const refused = await call('DELETE', `dispositions/${top.id}`, { token });
  assertProblem(refused, 409, 'conflict');
  assert.match(refused.json.detail, new RegExp(first.code));
  const moved = await call('PUT', `dispositions/${second.id}`, { token, body: { parentId: null } });
  assert.deepEqual([moved.json.parentId, moved.json.depth], [null, 0]);
  await call('DELETE', `dispositions/${second.id}`, { token });
});

test('a disposition is for the queues that it and its groups name', async () => {
  const sales = await create('dispositions', { queueIds: [queues.sales] });
  const inside = await create('dispositions', { parentId: sales.id });
  const nothing = await create('dispositions', { parentId: sales.id, queueIds: [queues.support] });
  const everywhere = await create('dispositions', {});
  const mine = new Set([sales, inside, nothing, everywhere].map((d) => d.code));
  const of = async (queue) => (await codes(`?queueId=${queue}&`)).filter((c) => mine.has(c)).sort();
  assert.deepEqual(await of(queues.sales), [sales, inside, everywhere].map((d) => d.code).sort());
  assert.deepEqual(await of(queues.support), [everywhere.code]);
  assert.equal((await codes()).filter((c) => mine.has(c)).length, 4);
  assert.deepEqual(pointers(await call('PUT', `dispositions/${sales.id}`, { token, body: { queueIds: [queues.sales, nowhere] } })), ['/queueIds/1']);
  const opened = await call('PUT', `dispositions/${sales.id}`, { token, body: { queueIds: [] } });
  assert.deepEqual(opened.json.queueIds, []);
  assert.ok((await of(queues.support)).includes(inside.code));
  for (const d of [inside, nothing, sales, everywhere]) assert.equal((await call('DELETE', `dispositions/${d.id}`, { token })).status, 204);
});

test('a call may be filed as what is in use, is no group, and is for its queue', async () => {
  const group = await create('dispositions', {});
  const leaf = await create('dispositions', { parentId: group.id });
  const sales = await create('dispositions', { queueIds: [queues.sales] });
  const retired = await create('dispositions', {});
  await call('DELETE', `dispositions/${retired.id}`, { token });
  const visited = async (queue) => sql(`WITH c AS (INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, ended_at, seq)
      SELECT gen_random_uuid(), id, gen_random_uuid(), 'INBOUND', 'ENDED', now(), now(), 1 FROM tenants WHERE is_default RETURNING id, tenant_id, started_at),
    v AS (INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
      SELECT tenant_id, id, started_at, 1, '${queue}', now(), now(), 0, 'CLOSED', 1 FROM c)
    SELECT id FROM c`);
  const allowed = async (id, code) => (await sql(`SELECT set_config('cordboard.tenant', tenant_id::text, false) FROM call_sessions WHERE id = '${id}';
    SELECT disposition_allowed('${id}', '${code}')`)).split('\n').at(-1) === 't';
  const [inSales, inSupport] = [await visited(queues.sales), await visited(queues.support)];
  assert.deepEqual(await Promise.all([group, leaf, sales, retired].map((d) => allowed(inSales, d.code))), [false, true, true, false]);
  assert.deepEqual(await Promise.all([group, leaf, sales, retired].map((d) => allowed(inSupport, d.code))), [false, true, false, false]);
  for (const d of [leaf, group, sales]) await call('DELETE', `dispositions/${d.id}`, { token });
  for (const id of [inSales, inSupport]) {
    await sql(`DELETE FROM queue_visits WHERE call_id = '${id}'`);
    await sql(`DELETE FROM call_sessions WHERE id = '${id}'`);
  }
});

test('reasons have an order, a limit that can be taken away, and are said to be paid or not', async () => {
  const reason = await create('pause-reasons', { label: 'Coaching', paid: false, limitMs: 600_000, position: 77 });
  assert.deepEqual([reason.paid, reason.limitMs, reason.position], [false, 600_000, 77]);
  assert.equal((await call('PUT', `pause-reasons/${reason.id}`, { token, body: { paid: true } })).json.limitMs, 600_000);
  assert.equal((await call('PUT', `pause-reasons/${reason.id}`, { token, body: { limitMs: null } })).json.limitMs, null);
  const wrong = { code: 'lower', label: '', paid: 'no', limitMs: 1500, position: -1 };
  assert.deepEqual(pointers(await call('POST', 'pause-reasons', { token, body: wrong })), Object.keys(wrong).map((f) => `/${f}`).sort());
  assert.deepEqual((await all('pause-reasons?')).map((r) => r.position), (await all('pause-reasons?')).map((r) => r.position).sort((a, b) => a - b));
  await call('DELETE', `pause-reasons/${reason.id}`, { token });
});

for (const path of ['dispositions', 'pause-reasons']) {
  test(`${path}: what is retired is offered no more, stays in old records, and comes back under its code`, async () => {
    const word = await create(path, { label: 'Old word' });
    assert.deepEqual(pointers(await call('POST', path, { token, body: { code: word.code, label: 'x' } })), ['/code']);
    assert.equal((await call('DELETE', `${path}/${word.id}`, { token })).status, 204);
    assert.ok(!(await all(`${path}?`)).some((w) => w.id === word.id));
    const old = (await all(`${path}?retired=true&`)).find((w) => w.id === word.id);
    assert.equal(old.label, 'Old word');
    assert.ok(old.retiredAt);
    assertProblem(await call('PUT', `${path}/${word.id}`, { token, body: { label: 'x' } }), 404, 'not-found');
    assertProblem(await call('DELETE', `${path}/${word.id}`, { token }), 404, 'not-found');
    const again = await create(path, { code: word.code, label: 'New word' });
    assert.deepEqual([again.id, again.retiredAt], [word.id, null]);
    await call('DELETE', `${path}/${word.id}`, { token });
  });

  test(`${path}: each change has a version, one audit row, and a tenant`, async () => {
    const kind = path.slice(0, -1).replace('-', '_');
    let word;
    const rows = await audited(async () => {
      word = await create(path, {});
      const tag = (await call('GET', `${path}/${word.id}`, { token: agent })).headers.get('etag');
      assert.equal((await call('PUT', `${path}/${word.id}`, { token, body: { label: 'One' }, headers: { 'If-Match': tag } })).status, 200);
      assertProblem(await call('PUT', `${path}/${word.id}`, { token, body: { label: 'Two' }, headers: { 'If-Match': tag } }), 412, 'precondition-failed');
      assertProblem(await call('DELETE', `${path}/${word.id}`, { token, headers: { 'If-Match': tag } }), 412, 'precondition-failed');
      for (const [method, body] of [['GET'], ['PUT', { label: 'Theirs' }], ['DELETE']]) {
        assertProblem(await call(method, `${path}/${word.id}`, { token: other.admin, body }), 404, 'not-found');
      }
      await call('DELETE', `${path}/${word.id}`, { token });
    });
    assert.deepEqual(rows.map((r) => [r.action, r.object]), ['create', 'update', 'retire'].map((what) => [`${kind}.${what}`, word.id]));
    assert.deepEqual([rows[1].before.label, rows[1].after.label], ['Some', 'One']);
    const theirs = await create(path, { code: word.code }, other.admin);
    assert.notEqual(theirs.id, word.id);
    await call('DELETE', `${path}/${theirs.id}`, { token: other.admin });
  });
}
