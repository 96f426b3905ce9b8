// The instance's database, as its owner: what a test needs beside what the API does.
import assert from 'node:assert/strict';
import { sql } from '../instance.mjs';
import { call, password } from './client.mjs';

export { sql };
export const sqlJson = async (statement) => JSON.parse(await sql(statement) || 'null');

// Another tenant with an administrator 7003 and an agent 7001, whose password is everybody's.
export async function otherTenant(slug) {
  await sql(`INSERT INTO tenants (slug, name, node) SELECT '${slug}', 'Other', node FROM tenants WHERE is_default ON CONFLICT DO NOTHING;
    INSERT INTO users (tenant_id, extension, display_name, role, password_hash)
    SELECT t.id, p.extension, p.role, p.role, (SELECT password_hash FROM users u JOIN tenants d ON d.id = u.tenant_id
                                               WHERE d.is_default AND u.extension = '2003')
    FROM tenants t, (VALUES ('7001', 'AGENT'), ('7003', 'ADMIN')) AS p (extension, role)
    WHERE t.slug = '${slug}' ON CONFLICT DO NOTHING;`);
  const answers = await Promise.all(['7003', '7001'].map((extension) =>
    call('POST', 'auth/login', { body: { extension, password, tenant: slug } })));
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
  return { admin: answers[0].json.accessToken, agent: answers[1].json.accessToken };
}

// What was written to the audit trail by f, newest last.
export async function audited(f) {
  const mark = await sql('SELECT coalesce(jsonb_object_agg(tenant_id, id), \'{}\') FROM audit_heads');
  await f();
  return sqlJson(`SELECT coalesce(json_agg(json_build_object('action', action, 'kind', kind, 'object', object,
      'actor', actor, 'before', before, 'after', after) ORDER BY at, id), '[]')
    FROM audit_log l WHERE l.id > coalesce(('${mark}'::jsonb ->> l.tenant_id::text)::bigint, 0)`);
}
