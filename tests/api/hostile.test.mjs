// Hostile input for every operation and every input: refused with the field's name, never a fault of the
// server, and nothing half done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020.js';
import { sql } from '../instance.mjs';
import { make, newCast, newObject, newTenant, quote, remove, request, retireQueues, sample } from './cast.mjs';
import { api, assertProblem, call, pointers } from './client.mjs';

const RETRY_MS = 100;
const PATIENCE_MS = 20_000;

const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
const allows = (schema, value) => ajv.validate(schema, value);

let tenant, elsewhere, cast;
let asked = 0;
before(async () => {
  [tenant, elsewhere] = await Promise.all([newTenant(), newTenant()]);
  cast = newCast(tenant, elsewhere);
  await make([cast.sql]);
});
after(() => remove([tenant, elsewhere]));

// The door may say "not so fast" to a flood, which this is: then it is asked again.
async function ask(method, url, options = {}) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await call(method, url, { token: cast.ADMIN.token, ...options });
    asked++;
    if (answer.status !== 429 || Date.now() > deadline) return answer;
    await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
  }
}

// Every row of the tenant but for when a session was last seen, and what amid writes of its own accord.
const state = () => sql(`SELECT string_agg(c.relname || ' ' || (xpath('//x/text()', query_to_xml(format(
    'SELECT count(*) || '' '' || coalesce(md5(string_agg(x::text, '','' ORDER BY x::text)), '''') AS x FROM %s x WHERE tenant_id = %L',
    CASE c.relname WHEN 'sessions' THEN '(SELECT tenant_id, id, revoked_at FROM sessions)' ELSE c.oid::regclass::text END,
    ${quote(tenant.id)}), false, true, '')))[1], E'\\n' ORDER BY c.relname)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    AND c.relname NOT IN ('agent_states', 'agent_activity_logs')`);

// ---- what is sent ---------------------------------------------------------------------------------

const LONG = 'x'.repeat(60_000);
const CONTROL = 'a\u0001b\u001f';
// Values for a member of a body.
const values = [true, 0, -1, 1.5, 1e308, -9_007_199_254_740_993, '', ' ', [], {}, [[]], [null], { a: { b: [] } },
  CONTROL, 'nul\u0000byte', 'a\r\nSet-Cookie: x=1', '\u007f', "'; DROP TABLE users; --", '1 OR 1=1', '../../../etc/passwd',
  '%00%2e%2e%2f', '${jndi:ldap://x}', '<img src=x onerror=alert(1)>', '=cmd|calc', '\ud800', '\u202e\ufeff', 'true', '0x10', '1e3',
  '2026-13-45T99:99:99Z', '0000-00-00T00:00:00Z', '00000000-0000-0000-0000-00000000000g', 'infinity', '-', [LONG.slice(0, 2000)],
  Array.from({ length: 600 }, () => 'x'), Array.from({ length: 60 }, () => ({ a: 1 })), { [CONTROL]: 'x' }, { __proto__: 1, constructor: 'x' }];
// The same for queries and paths, where all is text.
const texts = ['x', '-1', '1.5', '1e3', '99999999999999999999', 'NaN', ' 1', '0x10', "' OR '1'='1", '../../etc/passwd', 'a\u0001b', 'a\r\nX: y',
  '\u007f', '<script>', '2026-13-45T99:99:99Z', '2026-02-30', '00000000-0000-0000-0000-00000000000g', '!!', 'bm9uc2Vuc2U', 'MjAyNi0xMy00NVQwMDowMDowMFp8eA',
  '%', '_', '\\', '+', 'x'.repeat(4000), '\ud83d\udca9'.repeat(500)];
// Bodies that are no object of the kind, and what they are called.
const deep = (n, open, close) => open.repeat(n) + close.repeat(n);
const bodies = [
  ['nothing', ''], ['half an object', '{"a":'], ['two values', '{} {}'], ['a text', '"x"'], ['a number', '7'], ['null', 'null'], ['a list', '[]'],
  ['10,000 lists', deep(10_000, '[', ']')], ['10,000 objects', deep(10_000, '{"a":', '}')], ['NaN', '{"limit":NaN}'],
  ['a number without end', `{"a":1e${'9'.repeat(400)}}`], ['a comment', '{/* */}'], ['single quotes', "{'a':1}"],
  ['a NUL', Buffer.from('{"a":"\0"}')], ['no UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['an overlong slash', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])], ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
  ['too much', JSON.stringify({ a: 'x'.repeat(70_000) })],
];

// ---- what is expected -----------------------------------------------------------------------------

const has_control = (value) => typeof value === 'string' && [...value].some((c) => (c < ' ' && c !== '\n' && c !== '\t') || c === '\u007f');

function is_good(schema, value) {
  const text = (schema.anyOf ?? [schema]).some((s) => s.type === 'string' && !s.format && !s.enum && !s.pattern);
  return allows(schema, value) && !(text && has_control(value));
}

// A query's or path's text as the value that it stands for.
function is_good_text(schema, text) {
  if (schema.type === 'integer') return /^-?\d+$/.test(text) && allows(schema, Number(text));
  if (schema.type === 'boolean') return text === 'true' || text === 'false';
  return is_good(schema, text);
}

function assertRefused(answer, what) {
  assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert.equal(answer.headers.get('set-cookie'), null, what);
}

// Every one of the names is complained about, by pointer.
function assertNames(answer, names, what) {
  assertRefused(answer, what);
  assert.equal(answer.status, 422, `${what}: ${answer.text.slice(0, 300)}`);
  const told = pointers(answer);
  for (const name of names) {
    assert.ok(told.some((p) => p === `/${name}` || p.startsWith(`/${name}/`)), `${what}: ${name} is not named in ${told}`);
  }
}

const brief = (value) => (JSON.stringify(value) ?? String(value)).slice(0, 60);

// An operation with an object to do it to.
async function target(found) {
  const { method, path, operation } = found;
  const object = operation['x-object'] ? newObject(operation['x-object'], cast.colleague) : {};
  if (object.sql) await make([object.sql]);
  const type = Object.keys(operation.requestBody?.content ?? {})[0] ?? 'application/json';
  const at = (replaced = {}) => path.slice(1).replaceAll(/\{(\w+)\}/g, (_, key) => replaced[key] ?? encodeURIComponent(object[key]));
  const json = operation.requestBody?.content['application/json']?.schema;
  return {
    ...found,
    at,
    type,
    json,
    name: `${method} ${path}`,
    members: Object.entries(json?.properties ?? {}),
    inQuery: operation.parameters.filter((p) => p.in === 'query'),
    inPath: operation.parameters.filter((p) => p.in === 'path'),
    send: (body, headers) => ask(method, at(), { body, headers: { 'Content-Type': type, ...headers } }),
    get: (url) => ask(method, url, { body: method === 'GET' ? undefined : json && {} }),
  };
}

// Members of the body: all that a value is wrong for at once, then each alone, and among good ones.
async function misuseMembers({ name, members, send }) {
  const misuse = async (keys, value) => {
    if (keys.length) assertNames(await send(Object.fromEntries(keys.map((key) => [key, value]))), keys, `${name} with ${keys}: ${brief(value)}`);
  };
  for (const value of members.length ? values : []) await misuse(members.filter(([, s]) => !is_good(s, value)).map(([key]) => key), value);
  const good = Object.fromEntries(members.map(([key, schema]) => [key, sample(schema)]).filter(([, value]) => value !== undefined));
  for (const [key, schema] of members) {
    const wrong = values.find((v) => !is_good(schema, v));
    for (const value of [LONG, wrong]) await misuse(is_good(schema, value) ? [] : [key], value);
    assertNames(await send({ ...good, [key]: wrong }), [key], `${name} with ${key}: ${brief(wrong)}, else well`);
  }
}

// Whole bodies.
async function misuseBodies({ name, method, operation, type, json, members, send }) {
  if (method === 'GET' || type !== 'application/json') return;
  for (const [what, body] of bodies) {
    // Without a body an operation that needs none is what it is.
    if (what !== 'nothing' || json?.required?.length) assertRefused(await send(body), `${name} with ${what}`);
  }
  assertNames(await send('{"unknown":1,"unknown":2,"a/b":3}'), ['unknown'], `${name} with unknown members`);
  for (const [key, schema] of members.filter(([, s]) => !is_good(s, [{}]))) {
    assertNames(await send(`{"${key}":${JSON.stringify(sample(schema) ?? null)},"${key}":[{}]}`), [key], `${name} with ${key} twice`);
  }
  const open = operation['x-least-role'] === 'PUBLIC';
  assertProblem(await send('{}', { 'Content-Type': 'text/plain' }), open ? 403 : 415, open ? 'cross-site' : 'media-type');
}

async function misuseQuery({ name, at, inQuery, get }) {
  for (const text of texts) {
    const bad = inQuery.filter((p) => !is_good_text(p.schema, text)).map((p) => p.name);
    const query = bad.map((key) => `${key}=${encodeURIComponent(text)}`).join('&');
    if (bad.length && query.length <= 6000) assertNames(await get(`${at()}?${query}`), bad, `${name}?${query.slice(0, 80)}`);
  }
  assertNames(await get(`${at()}?unknown=1`), ['unknown'], `${name}?unknown=1`);
  for (const query of ['a=%', '%zz=1', 'a=%00', Array.from({ length: 40 }, (_, i) => `p${i}=1`).join('&')]) {
    assertRefused(await get(`${at()}?${query}`), `${name}?${query}`);
  }
}

async function misusePath({ name, at, inPath, get }) {
  for (const p of inPath) {
    const encoded = texts.filter((text) => !is_good_text(p.schema, text) && text.length <= 3000).map(encodeURIComponent);
    for (const text of [...encoded, '%', '%00', '%ff%fe', '..%2f..%2fhealth', '%0d%0aSet-Cookie:%20x']) {
      assertRefused(await get(at({ [p.name]: text })), `${name} at ${text.slice(0, 80)}`);
    }
  }
}

async function misuseHeaders({ name, method, json, send }) {
  const tags = ['x', '"x"', '"1", "2"', '"-1"', '"99999999999999999999"', "\"1'\"", '""'];
  for (const tag of method === 'GET' ? [] : tags) assertRefused(await send(json ? {} : undefined, { 'If-Match': tag }), `${name} with If-Match: ${tag}`);
}

for (const found of api.operations) {
  test(`${found.method} ${found.path}`, async () => {
    const t = await target(found);
    const was = await state();
    for (const misuse of [misuseMembers, misuseBodies, misuseQuery, misusePath, misuseHeaders]) await misuse(t);
    assert.equal(await state(), was, `${t.name} did something for a request that it refused`);
    await retireQueues([tenant, elsewhere], cast);
  });
}

// What a schema allows may still be meant ill: it is stored or refused, and breaks nothing.
const ill = ["'; DROP TABLE users; --", '$1', '\\', '%s%n', '{{7*7}}', '<img src=x onerror=alert(1)>', '\u202e\ufeff\u200b', '\ud83d\udca9', '..', '-', '"', ' ', '\n\t'];

for (const found of api.operations.filter((o) => o.operation.requestBody?.content['application/json'] || o.operation.parameters.some((p) => p.in === 'query'))) {
  const { method, path, operation } = found;
  test(`${method} ${path}, with texts that mean ill`, async () => {
    for (const text of ill) {
      const object = operation['x-object'] ? newObject(operation['x-object'], cast.colleague) : {};
      if (object.sql) await make([object.sql]);
      const fits = (schema) => (schema.anyOf ?? [schema]).some((s) => s.type === 'string') && is_good(schema, text);
      const properties = operation.requestBody?.content['application/json']?.schema.properties ?? {};
      const replaced = Object.fromEntries(Object.entries(properties).filter(([, schema]) => fits(schema)).map(([key]) => [key, text]));
      for (const key of Object.keys(properties)) replaced[key] ??= undefined;
      const { url, body } = request(found, object, replaced);
      const query = operation.parameters.filter((p) => p.in === 'query' && fits(p.schema)).map((p) => `${p.name}=${encodeURIComponent(text)}`).join('&');
      const answer = await ask(method, query ? `${url.split('?')[0]}?${query}` : url, { body });
      assert.ok(answer.status < 500, `${brief(text)}: ${answer.status} ${answer.text}`);
    }
    await retireQueues([tenant, elsewhere], cast);
  });
}

test('whatever is shown instead of a token opens nothing', async () => {
  const session = cast.ADMIN.token;
  const shown = ['x', `${session}x`, session.slice(1), session.toUpperCase(), 'x'.repeat(6000), "' OR '1'='1", '\u00ff\u00fe', `${session} ${session}`, `,${session}`];
  for (const text of shown) {
    for (const headers of [{ Authorization: `Bearer ${text}` }, { Authorization: text }, { Authorization: `Basic ${Buffer.from(text).toString('base64')}` }, { Cookie: `cordboard_session=${text}` }]) {
      const answer = await call('GET', 'auth/me', { headers });
      assertProblem(answer, 401, 'unauthenticated');
    }
  }
});

test('the instance is as it was', async (t) => {
  t.diagnostic(`${asked} hostile requests to ${api.operations.length} operations`);
  assert.ok(asked > 20 * api.operations.length);
  assert.notEqual((await call('GET', 'auth/me', { token: cast.MANAGER.token })).status, 401);
});
