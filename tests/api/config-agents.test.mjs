import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertProblem, call, pointers, signIn } from './client.mjs';
import { audited, otherTenant, sql } from './database.mjs';

const nowhere = '00000000-0000-4000-8000-000000000000';
// Extensions of this run's own: retired ones stay in the database.
let next = 60_000 + (process.pid % 9_000);
const someExtension = () => String(next++);

let token, other, queues;

before(async () => {
  ({ token } = await signIn('2003'));
  other = await otherTenant('otherten');
  queues = Object.fromEntries((await call('GET', 'queues', { token })).json.items.map((q) => [q.name, q.id]));
});

async function create(body, as = token) {
  const answer = await call('POST', 'agent-extensions', { token: as, body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

test('an agent is made with phone and queues, changed, and retired, each with one audit row', async () => {
  const extension = someExtension();
  let agent;
  const rows = await audited(async () => {
    agent = await create({ extension, displayName: 'Nia Okoye', phoneKind: 'SIP', queues: [{ queueId: queues.sales, penalty: 3 }] });
    const changed = await call('PUT', `agent-extensions/${agent.id}`, { token, body: { displayName: 'Nia Obi', queues: [{ queueId: queues.support }] } });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.json.phoneKind, 'SIP', 'what is left out stays');
    assert.deepEqual(changed.json.memberships, [{ queueId: queues.support, queue: 'support', penalty: 0 }]);
    assert.equal((await call('DELETE', `agent-extensions/${agent.id}`, { token })).status, 204);
  });
  assert.deepEqual(agent.queues, ['sales']);
  assert.equal(agent.userId, null);
  assert.equal(agent.enabled, true);
  assert.deepEqual(rows.map((r) => [r.action, r.kind, r.object, r.actor]),
    ['create', 'update', 'retire'].map((what) => [`agent.${what}`, 'agent', agent.id, '2003']));
  assert.equal(rows[0].before, null);
  assert.equal(rows[1].before.displayName, 'Nia Okoye');
  assert.equal(rows[1].after.displayName, 'Nia Obi');
  assert.deepEqual(rows[1].after.queues.map((q) => q.queue), ['support']);
  assert.equal(rows[2].after, null);
});

test('a retired agent is gone from lists, queues and the telephone, and stays in history', async () => {
  const agent = await create({ extension: someExtension(), displayName: 'Gone', queues: [{ queueId: queues.sales }] });
  await sql(`UPDATE agent_extensions SET sip_ha1 = md5('x') WHERE id = '${agent.id}'`);
  assert.equal((await call('DELETE', `agent-extensions/${agent.id}`, { token })).status, 204);
  assertProblem(await call('GET', `agent-extensions/${agent.id}`, { token }), 404, 'not-found');
  assertProblem(await call('PUT', `agent-extensions/${agent.id}`, { token, body: { enabled: true } }), 404, 'not-found');
  assertProblem(await call('DELETE', `agent-extensions/${agent.id}`, { token }), 404, 'not-found');
  const { json } = await call('GET', `agent-extensions?search=${agent.extension}`, { token });
  assert.deepEqual(json.items, []);
  assert.equal(await sql(`SELECT display_name, sip_ha1 IS NULL, (SELECT count(*) FROM queue_members WHERE agent_id = e.id)
    FROM agent_extensions e WHERE id = '${agent.id}'`), 'Gone|t|0');
  assert.equal(await sql(`SELECT count(*) FROM asterisk.ps_endpoints WHERE id = '${agent.extension}'`), '0');
  const again = await create({ extension: agent.extension, displayName: 'Back' });
  assert.equal(again.id, agent.id, 'an extension is never two agents');
  assert.deepEqual(again.queues, []);
});

test('an extension that is taken is refused, with the field', async () => {
  const answer = await call('POST', 'agent-extensions', { token, body: { extension: '1001', displayName: 'Double' } });
  assertProblem(answer, 422, 'invalid');
  assert.deepEqual(pointers(answer), ['/extension']);
});

test('wrong fields are named, nested ones too, and nothing is half done', async () => {
  const extension = someExtension();
  const cases = [
    [{ extension: '12', displayName: 'x' }, ['/extension']],
    [{ extension: '12a4', displayName: 'x' }, ['/extension']],
    [{ extension, displayName: '' }, ['/displayName']],
    [{ extension, displayName: 'x', phoneKind: 'FAX', enabled: 'yes' }, ['/enabled', '/phoneKind']],
    [{ extension, displayName: 'x', queues: [{ queueId: nowhere }] }, ['/queues/0/queueId']],
    [{ extension, displayName: 'x', queues: [{ queueId: queues.sales }, { queueId: queues.sales }] }, ['/queues/1/queueId']],
    [{ extension, displayName: 'x', queues: [{ queueId: queues.sales, penalty: 101 }, { penalty: 1 }] }, ['/queues/0/penalty', '/queues/1/queueId']],
    [{ extension, displayName: 'x', userId: nowhere }, ['/userId']],
  ];
  for (const [body, wrong] of cases) {
    const answer = await call('POST', 'agent-extensions', { token, body });
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), wrong, JSON.stringify(body));
  }
  assert.equal(await sql(`SELECT count(*) FROM agent_extensions WHERE extension = '${extension}'`), '0');
});

test('an agent and its user have one extension', async () => {
  const extension = someExtension();
  const user = await sql(`INSERT INTO users (tenant_id, extension, display_name, role, password_hash)
    SELECT id, '${extension}', 'Someone', 'AGENT', '' FROM tenants WHERE is_default RETURNING id`);
  const wrong = await call('POST', 'agent-extensions', { token, body: { extension: someExtension(), displayName: 'x', userId: user } });
  assertProblem(wrong, 422, 'invalid');
  assert.deepEqual(pointers(wrong), ['/userId']);
  const none = await call('POST', 'agent-extensions', { token, body: { extension, displayName: 'x', userId: null } });
  assertProblem(none, 422, 'invalid');
  assert.equal((await create({ extension, displayName: 'x' })).userId, user, 'the user of that extension is found');
});

test('a new user with the extension of a retired agent brings the agent back', async () => {
  const agent = await create({ extension: someExtension(), displayName: 'Before' });
  await call('DELETE', `agent-extensions/${agent.id}`, { token });
  const queue = await call('GET', `queues/${queues.sales}`, { token });
  const user = await call('POST', 'users', { token, body: { extension: agent.extension, displayName: 'After', role: 'AGENT', password: 'seven grey herons over the weir',
    agentExtension: { queues: ['sales'] } } });
  assert.equal(user.status, 201, user.text);
  const back = await call('GET', `agent-extensions/${agent.id}`, { token });
  assert.deepEqual([back.json?.userId, back.json?.enabled, back.json?.queues], [user.json.id, true, ['sales']]);
  assert.notEqual((await call('GET', `queues/${queues.sales}`, { token })).headers.get('etag'), queue.headers.get('etag'));
  assert.equal((await call('DELETE', `agent-extensions/${agent.id}`, { token })).status, 204);
  await call('DELETE', `users/${user.json.id}`, { token });
});

test('If-Match changes only the version that was seen', async () => {
  const agent = await create({ extension: someExtension(), displayName: 'Version' });
  const seen = await call('GET', `agent-extensions/${agent.id}`, { token });
  const tag = seen.headers.get('etag');
  assert.match(tag, /^"\d+"$/);
  const body = { displayName: 'First', queues: [{ queueId: queues.sales }] };
  const first = await call('PUT', `agent-extensions/${agent.id}`, { token, body, headers: { 'If-Match': tag } });
  assert.equal(first.status, 200, first.text);
  assert.notEqual(first.headers.get('etag'), tag);
  assertProblem(await call('PUT', `agent-extensions/${agent.id}`, { token, body: { displayName: 'Second' }, headers: { 'If-Match': tag } }), 412, 'precondition-failed');
  assertProblem(await call('DELETE', `agent-extensions/${agent.id}`, { token, headers: { 'If-Match': tag } }), 412, 'precondition-failed');
  assert.equal((await call('GET', `agent-extensions/${agent.id}`, { token })).json.displayName, 'First');
  assert.equal((await call('DELETE', `agent-extensions/${agent.id}`, { token, headers: { 'If-Match': first.headers.get('etag') } })).status, 204);
});

test('who is switched off has no phone, until the next sign-in after being switched on', async () => {
  const agent = await create({ extension: someExtension(), displayName: 'Off' });
  await sql(`UPDATE agent_extensions SET sip_ha1 = md5('x') WHERE id = '${agent.id}'`);
  // Asterisk is always shown a digest: of the secret that was given out, or of one that nobody knows.
  const secretIsKnown = `SELECT count(*) FROM asterisk.ps_auths WHERE id = '${agent.extension}' AND password_digest = 'MD5:' || md5('x')`;
  await call('PUT', `agent-extensions/${agent.id}`, { token, body: { displayName: 'Still on' } });
  assert.equal(await sql(secretIsKnown), '1');
  await call('PUT', `agent-extensions/${agent.id}`, { token, body: { enabled: false } });
  assert.equal(await sql(`SELECT count(*) FROM asterisk.ps_endpoints WHERE id = '${agent.extension}'`), '0');
  await call('PUT', `agent-extensions/${agent.id}`, { token, body: { enabled: true } });
  assert.equal(await sql(`SELECT count(*) FROM asterisk.ps_endpoints WHERE id = '${agent.extension}'`), '1');
  assert.equal(await sql(secretIsKnown), '0');
});

test('an agent on a call is not retired', async () => {
  const agent = await create({ extension: someExtension(), displayName: 'Busy' });
  await sql(`INSERT INTO agent_states (tenant_id, agent_id, status, since, seq)
    SELECT tenant_id, id, 'ON_CALL', now(), ${2n ** 62n} FROM agent_extensions WHERE id = '${agent.id}'
    ON CONFLICT (tenant_id, agent_id) DO UPDATE SET status = excluded.status, seq = excluded.seq`);
  assertProblem(await call('DELETE', `agent-extensions/${agent.id}`, { token }), 409, 'conflict');
  await sql(`UPDATE agent_states SET status = 'OFFLINE', seq = 0 WHERE agent_id = '${agent.id}'`);
  assert.equal((await call('DELETE', `agent-extensions/${agent.id}`, { token })).status, 204);
});

test('where the queue wants it, a call is filed before the next one', async () => {
  const me = await signIn('1005');
  const { id } = me.agentExtension;
  const queue = await call('POST', 'queues', { token, body: { name: `filed_${process.pid}_${Date.now()}`, displayName: 'Filed', dispositionRequired: true } });
  const over = await sql(`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, queue_id, agent_id, started_at, ended_at, seq)
    SELECT gen_random_uuid(), tenant_id, gen_random_uuid(), 'INBOUND', 'ENDED', '${queue.json.id}', id, now(), now(), 1
    FROM agent_extensions WHERE id = '${id}' RETURNING id`);
  await sql(`INSERT INTO agent_states (tenant_id, agent_id, status, call_id, since, seq)
    SELECT tenant_id, id, 'WRAP_UP', '${over}', now(), ${2n ** 62n} FROM agent_extensions WHERE id = '${id}'
    ON CONFLICT (tenant_id, agent_id) DO UPDATE SET status = excluded.status, call_id = excluded.call_id, seq = excluded.seq`);
  const finish = () => call('POST', `agent-extensions/${id}/wrapup`, { token: me.token, body: { action: 'FINISH' } });
  const ready = (as) => call('PUT', `agent-extensions/${id}/status`, { token: as, body: { status: 'AVAILABLE' } });
  for (const answer of [await finish(), await ready(me.token)]) {
    assertProblem(answer, 409, 'conflict');
    assert.match(answer.json.detail, /disposition/);
  }
  assert.equal((await ready(token)).status, 200, 'a supervisor may');
  assert.equal((await call('PUT', `calls/${over}/notes`, { token: me.token, body: { disposition: 'RESOLVED' } })).status, 200);
  assert.equal((await ready(me.token)).status, 200);
  assert.equal((await call('PUT', `agent-extensions/${id}/status`, { token: me.token, body: { status: 'OFFLINE' } })).status, 200);
  await sql(`UPDATE agent_states SET status = 'OFFLINE', call_id = NULL, seq = 0 WHERE agent_id = '${id}'; DELETE FROM call_sessions WHERE id = '${over}'`);
  assert.equal((await call('DELETE', `queues/${queue.json.id}`, { token })).status, 204);
});

test('another tenant has its own agents and sees none of ours', async () => {
  const extension = someExtension();
  const ours = await create({ extension, displayName: 'Ours' });
  const theirs = await create({ extension, displayName: 'Theirs' }, other.admin);
  assert.notEqual(theirs.id, ours.id);
  assert.equal(await sql(`SELECT string_agg(id, ' ' ORDER BY id) FROM asterisk.ps_endpoints WHERE id LIKE '%${extension}'`),
    `${extension} otherten-${extension}`);
  for (const [method, body] of [['GET'], ['PUT', { displayName: 'Mine' }], ['DELETE']]) {
    assertProblem(await call(method, `agent-extensions/${ours.id}`, { token: other.admin, body }), 404, 'not-found');
  }
  const foreign = await call('POST', 'agent-extensions', { token: other.admin, body: { extension: someExtension(), displayName: 'x', queues: [{ queueId: queues.sales }] } });
  assertProblem(foreign, 422, 'invalid');
  assert.deepEqual(pointers(foreign), ['/queues/0/queueId']);
  assert.equal((await call('DELETE', `agent-extensions/${theirs.id}`, { token: other.admin })).status, 204);
  assert.equal((await call('GET', `agent-extensions/${ours.id}`, { token })).status, 200);
});

test('only an administrator configures', async () => {
  for (const extension of ['1010', '2001', '2002']) {
    const { token: their } = await signIn(extension);
    for (const path of ['agent-extensions', 'queues', 'routes', 'opening-hours', 'dispositions', 'pause-reasons']) {
      assertProblem(await call('POST', path, { token: their, body: {} }), 403, 'forbidden');
      assertProblem(await call('PUT', `${path}/${nowhere}`, { token: their, body: {} }), 403, 'forbidden');
      assertProblem(await call('DELETE', `${path}/${nowhere}`, { token: their }), 403, 'forbidden');
    }
  }
});
