// Tenants, people and objects made by SQL for the tests that are generated from the description.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { redis, sql, until } from '../instance.mjs';
import { password } from './client.mjs';

export const roles = ['AGENT', 'SUPERVISOR', 'MANAGER', 'ADMIN'];

let count = 0;
export const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;
// Letters only, so that it fits where digits do not.
const word = (n) => [...String(n)].map((d) => 'abcdefghij'[d]).join('');

/** A tenant that is gone again after remove(). */
export async function newTenant() {
  const slug = `mx${randomBytes(5).toString('hex')}`;
  const id = await sql(`INSERT INTO tenants (slug, name) VALUES ('${slug}', 'Generated') RETURNING id`);
  return { id, slug };
}

const known = (tenant) => redis('HLEN', `cb:node1:${tenant.slug}:agents`).then(Number);

/** Takes everything of the tenants out, once amid writes nothing more of them. */
export async function remove(tenants) {
  await sql(`UPDATE agent_extensions SET enabled = false WHERE tenant_id IN (${tenants.map((t) => quote(t.id)).join()})`);
  for (const tenant of tenants) await until(async () => await known(tenant) === 0, 'amid to forget the agents');
  await sweep(tenants);
}

/**
 * Rows that others refer to go in a later round, until a round takes nothing. What cannot go is an
 * error.
 */
const sweep = (tenants) => sql(`DO $$
DECLARE
  ids uuid[] := ARRAY[${tenants.map((t) => quote(t.id)).join()}]::uuid[];
  t regclass;
  n bigint;
  left_over bigint;
  went bigint;
BEGIN
  LOOP
    went := 0;
    left_over := 0;
    FOR t IN SELECT a.attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND c.relnamespace = 'public'::regnamespace LOOP
      BEGIN
        EXECUTE format('DELETE FROM %s WHERE tenant_id = ANY ($1)', t) USING ids;
        GET DIAGNOSTICS n = ROW_COUNT;
        went := went + n;
      EXCEPTION WHEN foreign_key_violation THEN
        left_over := left_over + 1;
      END;
    END LOOP;
    EXIT WHEN left_over = 0;
    IF went = 0 THEN
      RAISE EXCEPTION 'rows of the generated tenants cannot be removed';
    END IF;
  END LOOP;
  DELETE FROM tenants WHERE id = ANY (ids);
END $$`);

function user(tenant, role) {
  const n = ++count;
  return { tenant, role, n, extension: String(30_000_000 + n), id: randomUUID(), agent: randomUUID(), token: randomBytes(32).toString('base64url') };
}

const userSql = (u) => `
  INSERT INTO users (id, tenant_id, extension, display_name, role, password_hash)
  SELECT '${u.id}', '${u.tenant.id}', '${u.extension}', 'Generated ${u.extension}', '${u.role}', password_hash
  FROM users WHERE extension = '1001' AND tenant_id = (SELECT id FROM tenants WHERE slug = 'demo');
  INSERT INTO agent_extensions (id, tenant_id, user_id, extension, display_name)
  VALUES ('${u.agent}', '${u.tenant.id}', '${u.id}', '${u.extension}', 'Generated ${u.extension}');
  ${sessionSql({ id: randomUUID(), owner: u, token: u.token })}`;

const sessionSql = ({ id, owner, token = randomUUID() }) => `
  INSERT INTO sessions (id, tenant_id, user_id, token_hash, idle_limit, expires_at)
  VALUES ('${id}', '${owner.tenant.id}', '${owner.id}', '\\x${createHash('sha256').update(token).digest('hex')}', '1 hour', now() + interval '1 hour');`;

/**
 * One row a kind of object: SQL that makes one with the id for its owner, and what else names it in
 * a path. An object that has no owner belongs to the owner's tenant.
 */
export const kinds = {
  agent: ({ owner }) => ({ id: owner.agent, sql: '' }),
  user: ({ owner }) => ({ id: owner.id, sql: '' }),
  token: ({ id, owner }) => ({ id, sql: `
    INSERT INTO api_tokens (id, tenant_id, user_id, name, token_hash, scopes)
    VALUES ('${id}', '${owner.tenant.id}', '${owner.id}', 'Generated', sha256('${id}'), '{calls:read}');` }),
  session: ({ id, owner }) => ({ id, sql: sessionSql({ id, owner }) }),
  queue: ({ id, owner, n }) => ({ id, agentId: owner.agent, queueName: `q${word(n)}`, sql: `
    INSERT INTO call_queues (id, tenant_id, name, display_name) VALUES ('${id}', '${owner.tenant.id}', 'q${word(n)}', 'Queue ${n}');
    INSERT INTO queue_members (tenant_id, queue_id, agent_id) VALUES ('${owner.tenant.id}', '${id}', '${owner.agent}');` }),
  route: ({ id, owner, n }) => ({ id, sql: `
    WITH q AS (INSERT INTO call_queues (tenant_id, name, display_name) VALUES ('${owner.tenant.id}', 'r${word(n)}', 'Queue ${n}') RETURNING id)
    INSERT INTO inbound_routes (id, tenant_id, did, queue_id) SELECT '${id}', '${owner.tenant.id}', '+4977${10_000_000 + n}', q.id FROM q;` }),
  'opening-hours': ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO opening_hours (id, tenant_id, name, timezone) VALUES ('${id}', '${owner.tenant.id}', 'Hours ${n}', 'UTC');` }),
  disposition: ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO dispositions (id, tenant_id, code, label) VALUES ('${id}', '${owner.tenant.id}', 'D${n}', 'Disposition ${n}');` }),
  'pause-reason': ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO pause_reasons (id, tenant_id, code, label) VALUES ('${id}', '${owner.tenant.id}', 'P${n}', 'Reason ${n}');` }),
  'dial-rule': ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO dial_rules (id, tenant_id, prefix, reason) VALUES ('${id}', '${owner.tenant.id}', '99${n}', 'Generated');` }),
  'contact-field': ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO contact_fields (id, tenant_id, name, label) VALUES ('${id}', '${owner.tenant.id}', 'Field ${n}', 'Field ${n}');` }),
  call: ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, to_number, agent_id, started_at, answered_at, ended_at, ended_by, outcome, seq)
    VALUES ('${id}', '${owner.tenant.id}', 'x${n}', 'INBOUND', 'ENDED', '4930${n}', '5550100', '${owner.agent}', now() - interval '2 minutes', now() - interval '1 minute', now(), 'AGENT', 'ANSWERED', 1);` }),
  wallboard: ({ id, owner }) => ({ id, sql: `
    INSERT INTO wallboards (id, tenant_id, name, token_hash, queue_ids, created_by, expires_at)
    VALUES ('${id}', '${owner.tenant.id}', 'Generated', sha256('${id}'), '{${id}}', '${owner.id}', now() + interval '1 hour');` }),
  callback: ({ id, owner }) => ({ id, sql: `
    INSERT INTO callbacks (id, tenant_id, phone_number, agent_id, due_at, created_by)
    VALUES ('${id}', '${owner.tenant.id}', '4930555', '${owner.agent}', now(), '${owner.id}');` }),
  'missed-call': ({ id, owner, n }) => ({ id, sql: `
    INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, to_number, started_at, ended_at, ended_by, outcome, seq)
    VALUES ('${id}', '${owner.tenant.id}', 'm${n}', 'INBOUND', 'ENDED', '4931${n}', '5550100', now() - interval '2 minutes', now(), 'CUSTOMER', 'ABANDONED', 1);
    INSERT INTO ring_offers (tenant_id, call_id, call_started_at, ordinal, agent_id, started_at, ended_at, ring_ms, outcome, seq)
    SELECT tenant_id, id, started_at, 0, '${owner.agent}', started_at, now(), 15000, 'NO_ANSWER', 1 FROM call_sessions WHERE id = '${id}';` }),
  contact: ({ id, owner, n }) => ({ id, number: `+4999${10_000_000 + n}`, sql: `
    INSERT INTO contacts (id, tenant_id, name) VALUES ('${id}', '${owner.tenant.id}', 'Contact ${n}');
    INSERT INTO contact_numbers (tenant_id, contact_id, number) VALUES ('${owner.tenant.id}', '${id}', '+4999${10_000_000 + n}');` }),
};

/** What an object of the kind is called in a path, and the SQL that makes it. */
export function newObject(kind, owner) {
  const make = kinds[kind];
  if (!make) throw new Error(`tests/api/cast.mjs makes no object of the kind "${kind}"`);
  return make({ id: randomUUID(), owner, n: ++count });
}

/** One user a role, a colleague of theirs, and somebody of another tenant, each with a session; a queue. */
export function newCast(tenant, elsewhere) {
  const cast = Object.fromEntries(roles.map((role) => [role, user(tenant, role)]));
  cast.colleague = user(tenant, 'AGENT');
  cast.stranger = user(elsewhere, 'AGENT');
  const queue = newObject('queue', cast.colleague);
  return { ...cast, queue: queue.id, queueName: queue.queueName, sql: Object.values(cast).map(userSql).join('') + queue.sql };
}

/** Retires the queues of the tenants but for those of the cast: Asterisk looks at each at every turn. */
export const retireQueues = (tenants, cast) => sql(`UPDATE call_queues SET retired_at = now()
  WHERE tenant_id IN (${tenants.map((t) => quote(t.id)).join()}) AND retired_at IS NULL AND id <> '${cast.queue}'`);

/** Retires the agents of a cast that is no longer needed. */
export const dismiss = (cast) => sql(`UPDATE agent_extensions SET enabled = false
  WHERE id IN (${[...roles, 'colleague', 'stranger'].map((who) => quote(cast[who].agent)).join()})`);

export const make = (statements) => sql(`BEGIN; ${statements.join('')} COMMIT;`);

/** Until cordboard-amid has heard of the agent. */
export const untilKnown = (u) => until(async () => await redis('HEXISTS', `cb:node1:${u.tenant.slug}:agents`, u.extension) === '1',
  `amid to hear of ${u.tenant.slug} ${u.extension}`);

// ---- inputs that are valid ----------------------------------------------------------------------

// A value for one input, from its example or from what its schema allows; undefined if neither tells.
export function sample(schema) {
  if (schema.examples) return schema.examples[0];
  const inner = schema.anyOf ? schema.anyOf.find((s) => s.type !== 'null') : schema;
  if (inner.enum) return inner.enum[0];
  if (inner.type === 'boolean') return true;
  if (inner.type === 'integer') return inner.default ?? inner.minimum ?? 1;
  if (inner.format === 'date-time') return '2026-01-02T03:04:05Z';
  if (inner.type === 'object' && inner.properties) return sampleBody(inner);
  return undefined;
}

/** Every property that is required or has an example. */
export function sampleBody(schema, replaced = {}) {
  const body = { ...replaced };
  for (const [name, property] of Object.entries(schema.properties)) {
    if (name in replaced) continue;
    const value = sample(property);
    const required = schema.required?.includes(name);
    if (value === undefined && required) throw new Error(`the input ${name} needs an example`);
    if (value !== undefined && (required || property.examples)) body[name] = value;
  }
  return body;
}

/** The address and the body of an operation, for an object and with what else is to be replaced. */
export function request({ path, operation }, object = {}, replaced = {}) {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const query = new URLSearchParams();
  let url = path.slice(1);
  for (const p of operation.parameters) {
    if (p.in === 'path') {
      const value = object[p.name] ?? sample(p.schema);
      if (value === undefined) throw new Error(`the path's ${p.name} needs an object or an example`);
      url = url.replace(`{${p.name}}`, encodeURIComponent(value));
    } else if (p.in === 'query' && (p.required || p.schema.examples)) {
      query.set(p.name, sample(p.schema));
    }
  }
  const text = query.toString();
  return { url: text ? `${url}?${text}` : url, body: schema ? sampleBody(schema, replaced) : undefined };
}

export const credentials = (u) => ({ extension: u.extension, tenant: u.tenant.slug, password });
