import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { sql } from '../instance.mjs';
import { assertProblem, call, signIn } from './client.mjs';

const [one, two, supervisor] = await Promise.all(['1009', '1010', '2001'].map(signIn));
const number = () => `4977${Math.floor(Math.random() * 1e8)}`;
const made = [];
after(async () => {
  const ids = `('${made.join('\', \'')}')`;
  await sql(`DELETE FROM missed_call_closings WHERE agent_id IN ('${one.agentExtension.id}', '${two.agentExtension.id}')`);
  await sql(`DELETE FROM ring_offers WHERE call_id IN ${ids}`);
  await sql(`DELETE FROM call_sessions WHERE id IN ${ids}`);
});

/** A call of so many minutes ago, which rang at an agent unless somebody talked. */
async function history({ from, to = '5550100', minutes, direction = 'INBOUND', outcome = 'ABANDONED', rang, offer = 'NO_ANSWER' }) {
  const id = randomUUID();
  made.push(id);
  await sql(`INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, to_number, started_at, ended_at, outcome, seq)
    SELECT '${id}', id, '${id}', '${direction}', 'ENDED', '${from}', '${to}', now() - interval '${minutes} minutes', now() - interval '${minutes} minutes' + interval '20 seconds', '${outcome}', 1
    FROM tenants WHERE is_default`);
  for (const [ordinal, agent] of (rang ?? []).entries())
    await sql(`INSERT INTO ring_offers (tenant_id, call_id, call_started_at, ordinal, agent_id, started_at, ended_at, ring_ms, outcome, seq)
      SELECT tenant_id, id, started_at, ${ordinal}, '${agent.agentExtension.id}', started_at, ended_at, 15000, '${offer}', 1 FROM call_sessions WHERE id = '${id}'`);
  return id;
}
const missed = async (who, from) => (await call('GET', 'missed-calls?limit=200', { token: who.token })).json.items.filter((m) => m.number === from);
const close = (who, id) => call('POST', `missed-calls/${id}/close`, { token: who.token });

test('a caller who rang in vain is on the list once, with how often', async () => {
  const from = number();
  await history({ from, minutes: 30, rang: [one] });
  const last = await history({ from, minutes: 20, rang: [one], offer: 'REJECTED' });
  await history({ from: number(), minutes: 10, rang: [two] });
  const [entry, ...others] = await missed(one, from);
  assert.equal(others.length, 0);
  assert.deepEqual([entry.id, entry.count, entry.outcome, entry.direction], [last, 2, 'REJECTED', 'INBOUND']);
  assert.deepEqual(await missed(two, from), []);
});

test('what somebody else answered was not missed, and reaching the caller by whomever closes it', async () => {
  const [served, reached, calledBack] = [number(), number(), number()];
  await history({ from: served, minutes: 30, rang: [one], outcome: 'ANSWERED' });
  assert.deepEqual(await missed(one, served), []);
  await history({ from: reached, minutes: 30, rang: [one] });
  await history({ from: calledBack, minutes: 30, rang: [one] });
  await history({ from: '1010', to: `+${calledBack}`, direction: 'OUTBOUND', outcome: 'NO_ANSWER', minutes: 25 });
  assert.equal((await missed(one, reached)).length, 1);
  assert.equal((await missed(one, calledBack)).length, 1, 'a call back in vain reaches nobody');
  await history({ from: reached, minutes: 20, outcome: 'ANSWERED' });
  await history({ from: '1010', to: `+${calledBack}`, direction: 'OUTBOUND', outcome: 'ANSWERED', minutes: 15 });
  assert.deepEqual(await missed(one, reached), []);
  assert.deepEqual(await missed(one, calledBack), []);
});

test('a colleague is reached when these two have talked, not by talking with others', async () => {
  await history({ from: '1010', to: '1009', direction: 'INTERNAL', outcome: 'NO_ANSWER', minutes: 9, rang: [one] });
  await history({ from: '1010', to: '1008', direction: 'INTERNAL', outcome: 'ANSWERED', minutes: 8 });
  assert.equal((await missed(one, '1010')).length, 1);
  await history({ from: '1009', to: '1010', direction: 'INTERNAL', outcome: 'ANSWERED', minutes: 7 });
  assert.deepEqual(await missed(one, '1010'), []);
});

test('closed by hand it stays closed until the next missed call', async () => {
  const from = number();
  const id = await history({ from, minutes: 30, rang: [one, two] });
  assertProblem(await close(await signIn('1008'), id), 403, 'forbidden');
  assertProblem(await close(one, randomUUID()), 404, 'not-found');
  assert.equal((await close(one, id)).status, 204);
  assert.equal((await close(one, id)).status, 204);
  assert.deepEqual(await missed(one, from), []);
  assert.equal((await missed(two, from)).length, 1, 'the other agent’s list is their own');
  assert.equal((await close(supervisor, id)).status, 204);
  assert.deepEqual(await missed(two, from), []);
  await history({ from, minutes: 5, rang: [one] });
  assert.equal((await missed(one, from))[0].count, 1);
});
