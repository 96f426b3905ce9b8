// Who may do what, for every operation: nobody and four roles × own, foreign and another tenant's object.
// What is expected follows from the row that runs the operation, as openapi.json shows it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { credentials, dismiss, make, newCast, newObject, newTenant, remove, request, retireQueues, roles, untilKnown } from './cast.mjs';
import { api, call } from './client.mjs';

let tenant, elsewhere;
let cells = 0;
let tried = 0;
before(async () => { [tenant, elsewhere] = await Promise.all([newTenant(), newTenant()]); });
after(() => remove([tenant, elsewhere]));

/**
 * What an operation needs beyond its row. live: amid must know the agents; body: inputs that must be
 * others each time, text: a body that is no JSON; refused: what the exchange says, where it would
 * have to act, to those who may; own: what those who may are told of themselves.
 */
const plain = { label: 'A label' };
const special = {
  'POST /agent-extensions': { body: ({ n }) => ({ extension: String(20_000_000 + n) }) },
  'POST /queues': { body: ({ id }) => ({ name: `q${id.slice(24).replaceAll(/\d/g, (d) => 'ghijklmnop'[d])}` }) },
  'POST /queues/{id}/members': { body: ({ cast, role }) => ({ agentId: cast[role === 'ADMIN' ? 'MANAGER' : 'ADMIN'].agent }) },
  'POST /routes': { body: ({ cast, n }) => ({ did: `+4988${10_000_000 + n}`, queueId: cast.queue }) },
  'POST /opening-hours': { body: ({ id }) => ({ name: id }) },
  'PUT /opening-hours/{id}': { body: ({ id }) => ({ name: id }) },
  'POST /dispositions': { body: ({ n }) => ({ ...plain, code: `X${n}` }) },
  'POST /pause-reasons': { body: ({ n }) => ({ ...plain, code: `X${n}` }) },
  'POST /contacts': { body: ({ n }) => ({ numbers: [`+4966${10_000_000 + n}`] }) },
  'PUT /contacts/{id}': { body: ({ n }) => ({ numbers: [`+4966${10_000_000 + n}`] }) },
  'POST /contacts/import': { text: ({ n }) => `name,number\nImported ${n},+4955${10_000_000 + n}\n` },
  'POST /contact-fields': { body: ({ id }) => ({ name: id }) },
  'PUT /contact-fields/{id}': { body: ({ id }) => ({ name: id }) },
  'POST /auth/login': { body: ({ cast }) => credentials(cast.AGENT) },
  'POST /users': { body: ({ n }) => ({ extension: String(40_000_000 + n), email: `x${n}@example.com`, agentExtension: {} }) },
  'PUT /users/{id}': { body: ({ id }) => ({ email: `${id}@example.com` }) },
  'PUT /users/{id}/password': { own: 409 },
  'PUT /agent-extensions/{id}/status': { live: true, body: () => ({ reason: '' }) },
  'POST /agent-extensions/{id}/wrapup': { live: true, refused: 409 },
  'POST /agent-extensions/{id}/help': { live: true },
  'DELETE /agent-extensions/{id}/help': { live: true },
  'POST /wallboards': { body: ({ cast }) => ({ queues: [cast.queueName] }) },
  'POST /calls/dial': { live: true, refused: [502, 504] },
  'POST /calls/{id}/answer': { live: true, refused: 404 },
  'POST /calls/{id}/hangup': { refused: 404 },
  'POST /calls/{id}/hold': { refused: 404 },
  'POST /calls/{id}/unhold': { refused: 404 },
  'POST /calls/{id}/mute': { refused: 404 },
  'POST /calls/{id}/unmute': { refused: 404 },
  'POST /calls/{id}/dtmf': { refused: 404 },
  'POST /calls/{id}/transfer': { refused: 404 },
  'POST /calls/{id}/consult': { refused: 404 },
  'POST /calls/{id}/consult/swap': { refused: 404 },
  'POST /calls/{id}/consult/join': { refused: 404 },
  'POST /calls/{id}/consult/complete': { refused: 404 },
  'POST /calls/{id}/consult/cancel': { refused: 404 },
  };

const whose = ['other tenant', 'foreign', 'own'];

function expected({ operation, success, refused, own }, role, of) {
  const least = operation['x-least-role'];
  if (least === 'PUBLIC') return success;
  if (!role) return 401;
  if (roles.indexOf(role) < roles.indexOf(least)) return 403;
  if (of === 'other tenant') return 404;
  if (of === 'foreign' && operation['x-foreign'] && roles.indexOf(role) < roles.indexOf(operation['x-over'])) return operation['x-foreign'];
  return of === 'own' && own ? own : refused ?? success;
}

// A body of another type is written here by hand.
function encoded({ operation }, body, text) {
  const [type] = Object.keys(operation.requestBody?.content ?? {});
  if (!type || type === 'application/json') return { body };
  assert.ok(text, `a body of ${type} needs an example`);
  return { body: text, headers: { 'Content-Type': type } };
}

// Who may be somebody else, or gone, after the operation is played by others the next time.
const uses_up = ({ path, operation }) => path.startsWith('/auth') || ['agent', 'user', 'session'].includes(operation['x-object']);

let troupe;
async function theCast() {
  if (!troupe) await make([(troupe = newCast(tenant, elsewhere)).sql]);
  return troupe;
}

async function cleanUp(found, cast) {
  await retireQueues([tenant, elsewhere], cast);
  if (!uses_up(found)) return;
  troupe = undefined;
  await dismiss(cast);
}

// The object of each cell, and the cast that asks for it.
async function prepare(operation, more) {
  const cast = await theCast();
  const kind = operation['x-object'];
  const statements = [];
  const objects = {};
  const add = (role, of, owner) => {
    const object = kind ? newObject(kind, owner) : {};
    statements.push(object.sql ?? '');
    objects[`${role} ${of}`] = object;
  };
  for (const role of [undefined, ...roles]) {
    add(role, 'other tenant', cast.stranger);
    add(role, 'foreign', cast.colleague);
    add(role, 'own', cast[role ?? 'AGENT']);
  }
  await make(statements);
  if (more.live) await Promise.all([...roles, 'colleague'].map((who) => untilKnown(cast[who])));
  return { cast, objects };
}

for (const found of api.operations) {
  const { method, path, operation } = found;
  const name = `${method} ${path}`;
  const more = special[name] ?? {};
  const success = Object.keys(operation.responses).map(Number).filter(Boolean);

  test(name, async () => {
    const named = operation.parameters.some((p) => p.in === 'path');
    assert.equal(named, Boolean(operation['x-object']), 'a path that names an object needs .object in its row, and no other');
    const { cast, objects } = await prepare(operation, more);
    for (const role of [undefined, ...roles]) {
      for (const of of named ? whose : ['own']) {
        const about = { cast, role, n: ++tried, id: randomUUID() };
        const { url, body } = request(found, objects[`${role} ${of}`], more.body?.(about));
        const answer = await call(method, url, { token: cast[role]?.token, ...encoded(found, body, more.text?.(about)) });
        const cell = `${role ?? 'nobody'}, ${of} ${operation['x-object'] ?? ''}`;
        const wanted = expected({ operation, success, refused: more.refused, own: more.own }, role, of);
        assert.ok([wanted].flat().includes(answer.status), `${cell}: ${answer.status} instead of ${wanted}\n${answer.text}`);
        cells++;
      }
    }
    await cleanUp(found, cast);
  });
}

test('what says that it takes If-Match compares it, and nothing else goes on as if it had', async () => {
  const stale = { 'If-Match': '"999999"' };
  const cast = await theCast();
  const compared = [];
  for (const found of api.operations.filter(({ method, path }) => method !== 'GET' && path.includes('{'))) {
    const { method, path, operation } = found;
    const object = newObject(operation['x-object'], cast.ADMIN);
    await make([object.sql]);
    const { url, body } = request(found, object, special[`${method} ${path}`]?.body?.({ cast, role: 'ADMIN', n: ++tried, id: randomUUID() }));
    const answer = await call(method, url, { token: cast.ADMIN.token, body, headers: stale });
    assert.ok(answer.status >= 400, `${method} ${path}: ${answer.text}`);
    if (answer.status === 412 && /changed meanwhile/.test(answer.json.detail)) compared.push(`${method} ${path}`);
  }
  const said = api.operations.filter(({ operation }) => operation.parameters.some((p) => p.name === 'If-Match'));
  assert.deepEqual(compared.sort(), said.map(({ method, path }) => `${method} ${path}`).sort());
});

test('no cell was left out', (t) => {
  const wanted = api.operations.reduce((sum, { path }) => sum + (path.includes('{') ? 15 : 5), 0);
  t.diagnostic(`${cells} cells of ${api.operations.length} operations`);
  assert.equal(cells, wanted);
});
