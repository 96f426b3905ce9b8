// Users, passwords and API tokens.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newTenant, remove } from './cast.mjs';
import { assertProblem, call, password, pointers, signIn } from './client.mjs';
import { audited, otherTenant } from './database.mjs';
import { home, sql } from '../instance.mjs';

const GOOD = 'seven grey herons over the weir';
let tenant, admin, agent;

const signInTo = (slug, extension, word = password) => call('POST', 'auth/login', { body: { extension, password: word, tenant: slug } });
const hashOf = (id) => sql(`SELECT password_hash FROM users WHERE id = '${id}'`);
const form = (more) => ({ extension: '7100', displayName: 'Nora Example', role: 'AGENT', password: GOOD, ...more });

before(async () => {
  tenant = await newTenant();
  ({ admin, agent } = await otherTenant(tenant.slug));
  await sql(`INSERT INTO call_queues (tenant_id, name, display_name) VALUES ('${tenant.id}', 'support', 'Support'), ('${tenant.id}', 'sales', 'Sales')`);
});
after(() => remove([tenant]));

const create = (more) => call('POST', 'users', { token: admin, body: form(more) });

test('the first administrator signs in with what the program made of a password', async () => {
  const hash = (word) => spawnSync(join(process.env.CB_LIBEXEC, 'cordboard-api'), ['--config', join(home, 'etc/cordboard.conf'), '--hash-password'],
    { input: `${word}\n`, encoding: 'utf8' });
  const made = hash(GOOD);
  assert.equal(made.status, 0, made.stderr);
  const fresh = await newTenant();
  await sql(`INSERT INTO users (tenant_id, extension, display_name, role, password_hash) VALUES ('${fresh.id}', '7200', 'First', 'ADMIN', '${made.stdout.trim()}')`);
  const inside = await signInTo(fresh.slug, '7200', GOOD);
  await remove([fresh]);
  assert.equal(inside.json.user?.role, 'ADMIN', inside.text);
  for (const [word, reason] of [['x'.repeat(11), /12/], ['x'.repeat(129), /128/], ['ä'.repeat(129), /128/], ['Password2024!', /easy/], ['', /empty/]]) {
    const { status, stdout, stderr } = hash(word);
    assert.deepEqual([status, stdout], [1, ''], word);
    assert.match(stderr, reason, word);
  }
});

test('one form makes a user, the extension and its queues, who can sign in at once', async () => {
  const made = await create({ email: 'nora@example.com', agentExtension: { phoneKind: 'SIP', autoAnswer: true, queues: ['support', 'sales'] } });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.json.agentExtension.queues, ['sales', 'support']);
  assert.equal(made.json.agentExtension.phoneKind, 'SIP');
  const inside = await signInTo(tenant.slug, '7100', GOOD);
  assert.equal(inside.status, 200, inside.text);
  assert.equal(inside.json.agentExtension.extension, '7100');
  assert.equal(inside.json.agentExtension.autoAnswer, true);
  assert.equal(inside.json.sip.authUser, `${tenant.slug}-7100`);
});

test('what a form leaves empty is as if it were not there', async () => {
  const made = await create({ extension: '7110', email: null, agentExtension: { phoneKind: null, autoAnswer: null, queues: null } });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.json.agentExtension.phoneKind, made.json.agentExtension.queues], ['WEBRTC', []]);
  await sql(`DELETE FROM agent_extensions WHERE user_id = '${made.json.id}'; DELETE FROM users WHERE id = '${made.json.id}'`);
});

test('what is wrong with a form is named, and nothing of it is done', async () => {
  const wrong = [
    [{ extension: '7101', agentExtension: { queues: ['support', 'nowhere'] } }, 422, '/agentExtension/queues/1'],
    [{ extension: '7101', email: 'NORA@example.com' }, 422, '/email'],
    [{ extension: '7101', email: 'nobody' }, 422, '/email'],
    [{ extension: '7101', password: 'password1234' }, 422, '/password'],
    [{ extension: '7101', password: 'too short' }, 422, '/password'],
    [{ extension: '7101', password: 'x'.repeat(129) }, 422, '/password'],
    [{ extension: '71', agentExtension: {} }, 422, '/extension'],
    [{ extension: '7101', role: 'OWNER' }, 422, '/role'],
    [{ extension: '7100' }, 409],
  ];
  for (const [more, status, pointer] of wrong) {
    const answer = await create(more);
    assert.equal(answer.status, status, answer.text);
    if (pointer) assert.deepEqual(pointers(answer), [pointer]);
  }
  assert.equal(await sql(`SELECT count(*) FROM users WHERE tenant_id = '${tenant.id}' AND extension = '7101'`), '0');
  assert.equal(await sql(`SELECT count(*) FROM agent_extensions WHERE tenant_id = '${tenant.id}' AND extension = '7101'`), '0');
});

test('a list is filtered and goes on page by page', async () => {
  const all = await call('GET', 'users?limit=500', { token: admin });
  assert.deepEqual(all.json.items.map((u) => u.extension), ['7001', '7003', '7100']);
  const first = await call('GET', 'users?limit=2', { token: admin });
  const second = await call('GET', `users?limit=2&cursor=${first.json.next}`, { token: admin });
  assert.deepEqual([...first.json.items, ...second.json.items], all.json.items);
  assert.equal(second.json.next, null);
  const admins = await call('GET', 'users?role=ADMIN&enabled=true&search=70', { token: admin });
  assert.deepEqual(admins.json.items.map((u) => u.extension), ['7003']);
  assertProblem(await call('GET', 'users', { token: agent }), 403, 'forbidden');
});

test('a change needs the version that it was made from', async () => {
  const [nora] = (await call('GET', 'users?search=7100', { token: admin })).json.items;
  const seen = (await call('GET', `users/${nora.id}`, { token: admin })).headers.get('etag');
  const put = (headers, body) => call('PUT', `users/${nora.id}`, { token: admin, headers, body });
  const once = await put({ 'If-Match': seen }, { displayName: 'Nora Changed', email: null });
  assert.equal(once.status, 200, once.text);
  assert.equal(once.json.displayName, 'Nora Changed');
  assert.equal(once.json.email, null);
  assert.notEqual(once.headers.get('etag'), seen);
  assert.equal((await put({ 'If-Match': seen }, { displayName: 'Late' })).status, 412);
  const agents = await call('GET', 'agent-extensions?search=7100', { token: admin });
  assert.equal(agents.json.items[0].displayName, 'Nora Changed', 'the agent is called the same');
});

test('another role, and being disabled, end all sessions', async () => {
  const [nora] = (await call('GET', 'users?search=7100', { token: admin })).json.items;
  const session = async () => (await signInTo(tenant.slug, '7100', GOOD)).json.accessToken;
  for (const body of [{ role: 'SUPERVISOR' }, { role: 'AGENT' }, { enabled: false }]) {
    const token = await session();
    assert.equal((await call('PUT', `users/${nora.id}`, { token: admin, body: { displayName: 'Same' } })).status, 200);
    assert.equal((await call('GET', 'auth/me', { token })).status, 200, 'another name does not');
    assert.equal((await call('PUT', `users/${nora.id}`, { token: admin, body })).status, 200);
    assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
  }
  assertProblem(await signInTo(tenant.slug, '7100', GOOD), 401, 'bad-credentials');
  assert.equal((await call('PUT', `users/${nora.id}`, { token: admin, body: { enabled: true } })).json.enabled, true);
  assert.equal((await signInTo(tenant.slug, '7100', GOOD)).status, 200);
});

test('the last admin stays one', async () => {
  const me = (await call('GET', 'auth/me', { token: admin })).json.user.id;
  assertProblem(await call('DELETE', `users/${me}`, { token: admin }), 409, 'conflict');
  assertProblem(await call('PUT', `users/${me}`, { token: admin, body: { role: 'MANAGER' } }), 409, 'conflict');
  assertProblem(await call('PUT', `users/${me}`, { token: admin, body: { enabled: false } }), 409, 'conflict');
  const second = await create({ extension: '7103', role: 'ADMIN' });
  // Two admins who demote each other: one of them stays.
  const other = (await signInTo(tenant.slug, '7103', GOOD)).json.accessToken;
  const answers = await Promise.all([
    call('PUT', `users/${second.json.id}`, { token: admin, body: { role: 'MANAGER' } }),
    call('PUT', `users/${me}`, { token: other, body: { role: 'MANAGER' } }),
  ]);
  assert.equal(answers.filter((a) => a.status === 200).length, 1, answers.map((a) => a.text).join('\n'));
  assert.equal(await sql(`SELECT count(*) FROM users WHERE tenant_id = '${tenant.id}' AND role = 'ADMIN' AND disabled_at IS NULL`), '1');
  await sql(`UPDATE users SET role = 'ADMIN', disabled_at = NULL WHERE id IN ('${me}', '${second.json.id}')`);
  admin = (await signInTo(tenant.slug, '7003')).json.accessToken;
});

test('the own password needs the old one; the session goes on under a new token, all others end', async () => {
  const [a, b] = await Promise.all([1, 2].map(async () => (await signInTo(tenant.slug, '7100', GOOD)).json.accessToken));
  const put = (token, body) => call('PUT', 'auth/password', { token, body });
  const wrong = await put(a, { oldPassword: 'not this one', newPassword: 'eleven blue kites at noon' });
  assertProblem(wrong, 422, 'invalid');
  assert.deepEqual(pointers(wrong), ['/oldPassword']);
  assert.deepEqual(pointers(await put(a, { oldPassword: GOOD, newPassword: 'qwertyuiop123456' })), ['/newPassword']);
  const done = await put(a, { oldPassword: GOOD, newPassword: 'eleven blue kites at noon' });
  assert.equal(done.status, 200, done.text);
  assert.match(done.headers.get('set-cookie'), new RegExp(`cordboard_session=${done.json.accessToken};`));
  for (const token of [a, b]) assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
  assert.equal((await call('GET', 'auth/me', { token: done.json.accessToken })).status, 200);
  assertProblem(await signInTo(tenant.slug, '7100', GOOD), 401, 'bad-credentials');
  assert.equal((await signInTo(tenant.slug, '7100', 'eleven blue kites at noon')).status, 200);
});

test('an admin sets another\'s password, which ends their sessions, and not the own', async () => {
  const [nora] = (await call('GET', 'users?search=7100', { token: admin })).json.items;
  const token = (await signInTo(tenant.slug, '7100', 'eleven blue kites at noon')).json.accessToken;
  assert.equal((await call('PUT', `users/${nora.id}/password`, { token: admin, body: { password: GOOD } })).status, 204);
  assertProblem(await call('GET', 'auth/me', { token }), 401, 'unauthenticated');
  assert.equal((await signInTo(tenant.slug, '7100', GOOD)).status, 200);
  const me = (await call('GET', 'auth/me', { token: admin })).json.user.id;
  assertProblem(await call('PUT', `users/${me}/password`, { token: admin, body: { password: GOOD } }), 409, 'conflict');
});

test('a password is kept as argon2id of 19 MiB at least, and anew when its cost has changed', async () => {
  const [nora] = (await call('GET', 'users?search=7100', { token: admin })).json.items;
  const hash = await hashOf(nora.id);
  const [, m, t, p] = hash.match(/^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[\w+/]{22}\$[\w+/]{43}$/).map(Number);
  assert.ok(m >= 19456 && t >= 2 && p === 1, hash);
  // Of the same password, with half of the memory.
  await sql(`UPDATE users SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1$27/IwAZqktdXWQOaXesPGA$zUh1JMEDuKufr6S2fU5rr38IRgPE3ox8XKIZuQnwHic'
    WHERE id = '${nora.id}'`);
  assert.equal((await signInTo(tenant.slug, '7100')).status, 200);
  const again = await hashOf(nora.id);
  assert.ok(again.startsWith(`$argon2id$v=19$m=${m},t=${t},p=${p}$`), again);
  assert.equal((await signInTo(tenant.slug, '7100')).status, 200);
  assert.equal(await hashOf(nora.id), again, 'the same cost leaves it as it is');
});

// ---- API tokens -----------------------------------------------------------------------------------

const newToken = (token, body) => call('POST', 'tokens', { token, body });

test('a token acts as its user, within its scopes', async () => {
  const { token } = await signIn('1005');
  const made = await newToken(token, { name: 'Export', scopes: ['calls:read', 'contacts:read', 'calls:read'], expiresAt: '2099-01-01T00:00:00Z' });
  assert.equal(made.status, 201, made.text);
  assert.match(made.json.token, /^cb_[\w-]{43}$/);
  assert.deepEqual(made.json.scopes, ['calls:read', 'contacts:read']);
  const program = made.json.token;
  assert.equal((await call('GET', 'calls/sessions', { token: program })).status, 200);
  assert.equal((await call('GET', 'contacts', { token: program })).status, 200);
  assertProblem(await call('GET', 'queues', { token: program }), 403, 'forbidden');
  assertProblem(await call('POST', 'contacts', { token: program, body: { name: 'X' } }), 403, 'forbidden');
  for (const [method, path] of [['GET', 'auth/me'], ['GET', 'auth/sessions'], ['GET', 'tokens'], ['POST', 'auth/logout'], ['POST', 'auth/phone'], ['DELETE', 'auth/sessions'], ['POST', 'ws-ticket']])
    assertProblem(await call(method, path, { token: program }), 403, 'forbidden');
  const [listed] = (await call('GET', 'tokens', { token })).json.items;
  assert.equal(listed.id, made.json.id);
  assert.equal(listed.token, undefined, 'it is shown once');
  assert.ok(Date.parse(listed.lastUsedAt) > Date.now() - 60_000);
  assert.equal(await sql(`SELECT token_hash = sha256('${program}') FROM api_tokens WHERE id = '${made.json.id}'`), 't');
  assert.equal((await call('DELETE', `tokens/${made.json.id}`, { token })).status, 204);
  assertProblem(await call('GET', 'contacts', { token: program }), 401, 'unauthenticated');
  assert.deepEqual((await call('GET', 'tokens', { token })).json.items.filter((t) => t.id === made.json.id), []);
});

test('a token has at most its user\'s role, and ends with the user', async () => {
  const made = await newToken(agent, { name: 'Too much', scopes: ['users:read'] });
  assertProblem(await call('GET', 'users', { token: made.json.token }), 403, 'forbidden');
  const user = await create({ extension: '7105', role: 'SUPERVISOR' });
  const own = (await signInTo(tenant.slug, '7105', GOOD)).json.accessToken;
  const theirs = (await newToken(own, { name: 'Board', scopes: ['queues:read'] })).json.token;
  assert.equal((await call('GET', 'queues', { token: theirs })).status, 200);
  assert.equal((await call('DELETE', `users/${user.json.id}`, { token: admin })).status, 204);
  assertProblem(await call('GET', 'queues', { token: theirs }), 401, 'unauthenticated');
});

test('a token that is over opens nothing', async () => {
  const made = await newToken(agent, { name: 'Brief', scopes: ['contacts:read'], expiresAt: '2099-01-01T00:00:00Z' });
  assert.equal((await call('GET', 'contacts', { token: made.json.token })).status, 200);
  await sql(`UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = '${made.json.id}'`);
  assertProblem(await call('GET', 'contacts', { token: made.json.token }), 401, 'unauthenticated');
});

test('a scope that there is not, and a time that is past, are named', async () => {
  const unknown = await newToken(agent, { name: 'x', scopes: ['calls:read', 'everything:write'] });
  assertProblem(unknown, 422, 'invalid');
  assert.deepEqual(unknown.json.errors, [{ pointer: '/scopes/1', detail: 'is not a scope: everything:write' }]);
  assert.deepEqual(pointers(await newToken(agent, { name: 'x', scopes: [] })), ['/scopes']);
  assert.deepEqual(pointers(await newToken(agent, { name: 'x', scopes: ['calls:read'], expiresAt: '2020-01-01T00:00:00Z' })), ['/expiresAt']);
});

test('an admin sees and takes back anybody\'s token, others only their own', async () => {
  const made = await newToken(agent, { name: 'Mine', scopes: ['contacts:read'] });
  const userId = (await call('GET', 'auth/me', { token: agent })).json.user.id;
  assert.ok((await call('GET', `tokens?userId=${userId}`, { token: admin })).json.items.some((t) => t.id === made.json.id));
  assert.deepEqual((await call('GET', 'tokens', { token: admin })).json.items, []);
  const nora = (await signInTo(tenant.slug, '7103', GOOD)).json;
  assert.equal(nora.user.role, 'ADMIN');
  const supervisor = (await signIn('2001')).token;
  assertProblem(await call('DELETE', `tokens/${made.json.id}`, { token: supervisor }), 404, 'not-found');
  assert.equal((await call('DELETE', `tokens/${made.json.id}`, { token: admin })).status, 204);
  assertProblem(await call('DELETE', `tokens/${made.json.id}`, { token: admin }), 404, 'not-found');
});

// ---- the audit log --------------------------------------------------------------------------------

test('whatever is done to people and sessions leaves exactly one entry, without a secret', async () => {
  const slug = tenant.slug;
  const done = async (f, ...actions) => {
    let result;
    const entries = await audited(async () => { result = await f(); });
    assert.ok(result.status < 300 || [401, 422].includes(result.status), result.text);
    assert.deepEqual(entries.map((e) => e.action), actions, result.text);
    const text = JSON.stringify(entries);
    assert.ok(!/argon2|cb_|password_hash|token_hash/.test(text), text);
    return result;
  };
  await done(() => signInTo(slug, '7003', 'wrong'), 'session.refuse');
  const inside = await done(() => signInTo(slug, '7003'), 'session.begin');
  const token = inside.json.accessToken;
  const made = await done(() => call('POST', 'users', { token, body: form({ extension: '7110', agentExtension: { queues: ['sales'] } }) }), 'user.create');
  const user = `users/${made.json.id}`;
  await done(() => call('PUT', user, { token, body: { displayName: 'N.' } }), 'user.update');
  await done(() => call('PUT', user, { token, body: { role: 'SUPERVISOR' } }), 'user.role');
  await done(() => call('PUT', `${user}/password`, { token, body: { password: 'nine quiet owls in a barn' } }), 'user.password_reset');
  const theirs = (await done(() => signInTo(slug, '7110', 'nine quiet owls in a barn'), 'session.begin')).json.accessToken;
  const changed = await done(() => call('PUT', 'auth/password', { token: theirs, body: { oldPassword: 'nine quiet owls in a barn', newPassword: GOOD } }), 'user.password');
  await done(() => call('PUT', 'auth/password', { token: changed.json.accessToken, body: { oldPassword: 'wrong', newPassword: GOOD } }), 'session.refuse');
  const key = await done(() => call('POST', 'tokens', { token, body: { name: 'k', scopes: ['audit:read'] } }), 'token.create');
  await done(() => call('DELETE', `tokens/${key.json.id}`, { token }), 'token.revoke');
  const second = await signInTo(slug, '7003');
  const own = (await call('GET', 'auth/sessions', { token: second.json.accessToken })).json.items.find((s) => s.current).id;
  assert.equal((await call('GET', `auth/sessions/${own}`, { token: second.json.accessToken })).json.current, true);
  assert.equal((await call('GET', `auth/sessions/${own}`, { token })).json.current, false);
  await done(() => call('DELETE', `auth/sessions/${own}`, { token }), 'session.revoke');
  assertProblem(await call('GET', `auth/sessions/${own}`, { token }), 404, 'not-found');
  await done(() => call('DELETE', `${user}/sessions`, { token }), 'session.revoke_all');
  await done(() => call('DELETE', user, { token }), 'user.disable');
  await done(() => call('PUT', user, { token, body: { enabled: true } }), 'user.enable');
  await done(() => call('POST', 'auth/logout', { token }), 'session.end');
  assert.deepEqual(await audited(() => call('GET', 'users', { token: admin })), [], 'reading leaves none');
});

test('the log is filtered, paged, says who from where, and is whole', async () => {
  const list = async (query) => (await call('GET', `audit?${query}`, { token: admin })).json;
  const [entry] = (await list('action=user.role&limit=1')).items;
  assert.equal(entry.actor, '7003');
  assert.equal(entry.address, '127.0.0.1');
  assert.deepEqual([entry.before.role, entry.after.role], ['AGENT', 'SUPERVISOR']);
  assert.match(entry.requestId, /./);
  assert.deepEqual((await list(`object=${entry.object}&kind=user&action=user.create`)).items.length, 1);
  assert.ok((await list('action=session')).items.every((e) => e.action.startsWith('session.')));
  assert.deepEqual((await list(`from=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).items, []);
  const first = await list('limit=3');
  const second = await list(`limit=3&cursor=${first.next}`);
  assert.deepEqual([...first.items, ...second.items].map((e) => e.id), [...Array(6).keys()].map((i) => first.items[0].id - i));
  const state = await call('GET', 'audit/verify', { token: admin });
  assert.deepEqual(state.json, { entries: first.items[0].id, intact: true, firstBroken: null });
});

test('an entry that was tampered with is found', async () => {
  const id = 5;
  const kept = await sql(`SELECT after FROM audit_log WHERE tenant_id = '${tenant.id}' AND id = ${id}`);
  await sql(`UPDATE audit_log SET after = '{"forged": true}' WHERE tenant_id = '${tenant.id}' AND id = ${id}`);
  const state = await call('GET', 'audit/verify', { token: admin });
  assert.equal(state.json.intact, false);
  assert.equal(state.json.firstBroken, id);
  await sql(`UPDATE audit_log SET after = ${kept ? `'${kept}'` : 'NULL'} WHERE tenant_id = '${tenant.id}' AND id = ${id}`);
  assert.equal((await call('GET', 'audit/verify', { token: admin })).json.intact, true);
});
