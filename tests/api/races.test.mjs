// Two at once, where one must win: what the one finds that the other has just changed.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql, transaction } from '../instance.mjs';
import { make, newCast, newObject, newTenant, remove } from './cast.mjs';
import { assertProblem, call, password } from './client.mjs';

let tenant, elsewhere, cast;
before(async () => {
  [tenant, elsewhere] = await Promise.all([newTenant(), newTenant()]);
  cast = newCast(tenant, elsewhere);
  await make([cast.sql]);
});
after(() => remove([tenant, elsewhere]));

async function until(condition, what) {
  const deadline = Date.now() + 2000;
  while (!await condition()) assert.ok(Date.now() < deadline, `not within 2 s: ${what}`);
}

const waiting = () => sql('SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted').then(Number);

// The answers to requests that all came as far as the row that statement holds before one could go on.
async function together(statement, requests) {
  const lock = await transaction(statement);
  try {
    const answers = Promise.all(requests.map((request) => request()));
    await until(async () => await waiting() === requests.length, 'all wait');
    await lock.rollback();
    return await answers;
  } finally {
    await lock.rollback();
  }
}

test('a callback is closed once, in one way', async () => {
  const callback = newObject('callback', cast.colleague);
  await make([callback.sql]);
  const put = (state) => () => call('PUT', `callbacks/${callback.id}`, { token: cast.MANAGER.token, body: { state } });
  const answers = await together(`SELECT FROM callbacks WHERE id = '${callback.id}' FOR UPDATE`, [put('DONE'), put('CANCELLED')]);
  const [won, lost] = answers.sort((a, b) => a.status - b.status);
  assert.equal(won.status, 200, won.text);
  assertProblem(lost, 409, 'conflict');
  assert.equal(await sql(`SELECT state FROM callbacks WHERE id = '${callback.id}'`), won.json.state);
});

test('no more preferences are kept than are allowed', async () => {
  const me = cast.AGENT;
  const count = () => sql(`SELECT count(*) FROM preferences WHERE user_id = '${me.id}'`);
  await make([`INSERT INTO preferences (tenant_id, user_id, name, value) SELECT '${tenant.id}', '${me.id}', 'p' || i, '1' FROM generate_series(1, 99) i;`]);
  const put = (name) => () => call('PUT', 'preferences', { token: me.token, body: { values: { [name]: '1' } } });
  const answers = await together(`SELECT FROM users WHERE id = '${me.id}' FOR UPDATE`, [put('left'), put('right')]);
  const [won, lost] = answers.sort((a, b) => a.status - b.status);
  assert.equal(won.status, 200, won.text);
  assertProblem(lost, 422, 'invalid');
  assert.equal(await count(), '100');
  await sql(`DELETE FROM preferences WHERE user_id = '${me.id}'`);
});

test('admins who demote each other do not wait for each other', async () => {
  const rivals = [newCast(tenant, elsewhere).ADMIN, cast.ADMIN];
  const first = '00000000-0000-4000-8000-000000000000';
  await make([`INSERT INTO users (id, tenant_id, extension, display_name, role, password_hash)
    SELECT id::uuid, tenant_id, extension, 'Rival', 'ADMIN', password_hash
    FROM (SELECT * FROM users WHERE id = '${cast.ADMIN.id}') u (old_id, tenant_id, old_extension, old_name, old_role, password_hash),
         (VALUES ('${first}', '39999998'), ('${rivals[0].id}', '39999999')) v (id, extension);
    INSERT INTO sessions (tenant_id, user_id, token_hash, idle_limit, expires_at)
    VALUES ('${tenant.id}', '${rivals[0].id}', '\\x${createHash('sha256').update(rivals[0].token).digest('hex')}', '1 hour', now() + interval '1 hour');`]);
  const demote = (by, whom) => () => call('PUT', `users/${whom.id}`, { token: by.token, body: { role: 'MANAGER' } });
  const answers = await together(`SELECT FROM users WHERE id = '${first}' FOR UPDATE`, [demote(rivals[0], rivals[1]), demote(rivals[1], rivals[0])]);
  assert.deepEqual(answers.map((a) => a.status), [200, 200], answers.map((a) => a.text).join('\n'));
  await sql(`UPDATE users SET role = 'ADMIN' WHERE id = '${cast.ADMIN.id}'; UPDATE sessions SET revoked_at = NULL WHERE user_id = '${cast.ADMIN.id}'`);
});

test('who is in another\'s way in the database may try again', async () => {
  const lock = await transaction(`SELECT FROM audit_heads WHERE tenant_id = '${tenant.id}' FOR UPDATE`);
  try {
    const answer = call('PUT', `queues/${cast.queue}`, { token: cast.ADMIN.token, body: { displayName: 'Never' } });
    await until(async () => await waiting() === 1, 'it waits for the audit log');
    lock.send(`UPDATE call_queues SET display_name = 'Mine' WHERE id = '${cast.queue}'`);
    const refused = await answer;
    assertProblem(refused, 503, 'unavailable');
    assert.equal(refused.headers.get('retry-after'), '1');
  } finally {
    await lock.rollback();
  }
});

const PLACES = `locktype = 'advisory' AND objsubid = 2 AND classid = (hashtext('cordboard.hash')::bigint & 4294967295)::oid`;

test('a session that ends while its password is hashed takes no place with it', async () => {
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token).digest('hex');
  await sql(`INSERT INTO sessions (tenant_id, user_id, token_hash, idle_limit, expires_at)
    VALUES ('${tenant.id}', '${cast.AGENT.id}', '\\x${hash}', '1 hour', now() + interval '1 hour')`);
  assert.equal(await sql(`SELECT count(*) FROM pg_locks WHERE ${PLACES}`), '0');
  const ended = sql(`DO $$
    BEGIN
      WHILE NOT EXISTS (SELECT FROM pg_locks WHERE ${PLACES}) LOOP PERFORM pg_sleep(0.001); END LOOP;
      UPDATE sessions SET revoked_at = now() WHERE token_hash = '\\x${hash}';
    END $$`);
  await until(async () => Number(await sql(`SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %cordboard.hash%' AND pid <> pg_backend_pid()`)) === 1, 'it watches');
  const answer = await call('PUT', 'auth/password', { token, body: { oldPassword: password, newPassword: 'seven grey herons over the weir' } });
  await ended;
  assertProblem(answer, 401, 'unauthenticated');
  assert.equal(await sql(`SELECT count(*) FROM pg_locks WHERE ${PLACES}`), '0');
});
