// What may not be dialled, why, and that the server means it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertProblem, call, pointers, signIn } from './client.mjs';
import { sql } from './database.mjs';

let admin, agent;
// Prefixes that no other test dials.
const PREFIXES = ['+883', '00881', '0190'];

before(async () => {
  ({ token: admin } = await signIn('2003'));
  ({ token: agent } = await signIn('1010'));
});
after(() => sql(`DELETE FROM dial_rules WHERE prefix LIKE '+883%' OR prefix IN ('00881', '0190', '10')`));

const refuse = (prefix, reason) => call('POST', 'dial-rules', { token: admin, body: { prefix, reason } });
const dial = (phoneNumber) => call('POST', 'calls/dial', { token: agent, body: { phoneNumber }, headers: { 'Idempotency-Key': crypto.randomUUID() } });

test('a refused prefix is listed for every agent, and refuses its numbers with its reason', async () => {
  for (const prefix of PREFIXES) assert.equal((await refuse(prefix, `Not ${prefix}.`)).status, 201);
  const { json } = await call('GET', 'dial-rules', { token: agent });
  for (const prefix of PREFIXES) assert.equal(json.items.find((r) => r.prefix === prefix)?.reason, `Not ${prefix}.`);
  const numbers = { '+883 51 0000001': '+883', '00883510000001': '+883', '883510000001': '+883', '+88177000000': '00881', '0190 123456': '0190' };
  for (const [number, prefix] of Object.entries(numbers)) {
    const answer = await dial(number);
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(answer.json.errors, [{ pointer: '/phoneNumber', detail: `Not ${prefix}.` }], number);
  }
});

test('the longest prefix gives the reason; one is not refused twice', async () => {
  assert.equal((await refuse('+8835', 'Closer.')).status, 201);
  assert.equal((await dial('+88351000001')).json.errors[0].detail, 'Closer.');
  const twice = await refuse('+8835', 'Again.');
  assertProblem(twice, 422, 'invalid');
  assert.deepEqual(pointers(twice), ['/prefix']);
});

test('what is removed may be dialled again, as far as the rules go', async () => {
  const { json } = await call('GET', 'dial-rules', { token: admin });
  for (const { id } of json.items.filter((r) => r.prefix.startsWith('+883'))) assert.equal((await call('DELETE', `dial-rules/${id}`, { token: admin })).status, 204);
  assert.equal(await sql(`SELECT count(*) FROM dial_rules WHERE dial_rule_applies(prefix, '+88351000001')`), '0');
  assert.equal(await sql(`SELECT count(*) > 2 FROM audit_log WHERE kind = 'dial_rule'`), 't');
});

test('a number with + has 7 to 15 digits', async () => {
  for (const number of ['+491234', '+4912345678901234']) {
    const answer = await dial(number);
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), ['/phoneNumber']);
  }
});

test('whom a call is sent to is refused as what is dialled', async () => {
  assert.equal((await refuse('+88399', 'Not there either.')).status, 201);
  const refusals = { '+491234': /7 to 15 digits/, '+4912345678901234': /7 to 15 digits/, '+883990000001': /Not there either/ };
  for (const act of ['transfer', 'consult'])
    for (const [value, why] of Object.entries(refusals)) {
      const answer = await call('POST', `calls/${crypto.randomUUID()}/${act}`, { token: agent, body: { to: { kind: 'NUMBER', value } }, headers: { 'Idempotency-Key': crypto.randomUUID() } });
      assertProblem(answer, 422, 'invalid');
      assert.deepEqual(pointers(answer), ['/to/value'], `${act} ${value}`);
      assert.match(answer.json.errors[0].detail, why);
    }
});

test('an extension of the house is refused by no prefix', async () => {
  assert.equal((await refuse('10', 'No tens.')).status, 201);
  assert.deepEqual((await dial('1099')).json.errors, [{ pointer: '/phoneNumber', detail: 'No tens.' }]);
  assert.notEqual((await dial('1009')).status, 422);
});

test('"00" refuses every number that names its country', async () => {
  const applies = async (number) => await sql(`SELECT dial_rule_applies('00', '${number}')`) === 't';
  assert.deepEqual([await applies('+4930123456'), await applies('004930123456'), await applies('030123456')], [true, true, false]);
});
