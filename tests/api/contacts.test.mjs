import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redis, sql } from '../instance.mjs';
import { assertProblem, call, pointers, signIn } from './client.mjs';

const { token, user } = await signIn('2002');
// What earlier runs imported does not count.
await redis('DEL', `cb:limit:import:${user.id}`);
const admin = (await signIn('2003')).token;
const agent = (await signIn('1008')).token;

// Names and numbers that no other run has.
const mark = Date.now().toString(36);
const digits = Date.now().toString();
let made = 0;
const number = () => `+99${digits}${String(made++).padStart(3, '0')}`;

async function make(body) {
  const answer = await call('POST', 'contacts', { token, body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}
const find = async (query) => {
  const answer = await call('GET', `contacts?${new URLSearchParams(query)}`, { token });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items;
};

test('a search forgives typing errors, case and accents, and gives the best first', async () => {
  const zoe = await make({ name: `Zoë Lindqvist${mark}`, company: `Fjällbacka${mark} Bröd`, email: `zoe.${mark}@example.com`, numbers: [number()] });
  const other = await make({ name: `Karl Lindqvist${mark}`, tags: [`tag${mark}`] });
  for (const search of [`zoe lindqvist${mark}`, `ZOË LINDQVIST${mark}`, `lindqvist${mark} zoe`, `zoe lindkvist${mark}`,
    `zoe lindqist${mark}`, `fjallbacka${mark}`, `zoe.${mark}@example.com`, zoe.numbers[0], zoe.numbers[0].slice(5)])
    assert.equal((await find({ search }))[0]?.id, zoe.id, search);
  const both = (await find({ search: `lindqvist${mark}` })).map((c) => c.id).slice(0, 2);
  assert.deepEqual(new Set(both), new Set([zoe.id, other.id]));
  assert.equal((await find({ search: `tag${mark}` }))[0].id, other.id);
  assert.deepEqual(await find({ search: '%' }).then((items) => items.filter((c) => !c.name.includes('%'))), [],
    'a wildcard is a character like any other');
});

test('paging a search meets every hit once, best first', async () => {
  const name = `Pagina${mark}`;
  for (let i = 0; i < 7; i++) await make({ name: i % 2 ? `${name} ${i}` : `Doctor ${name} ${i}` });
  const all = [];
  let cursor;
  do {
    const { json } = await call('GET', `contacts?${new URLSearchParams({ search: name, limit: 3, ...(cursor && { cursor }) })}`, { token });
    all.push(...json.items.map((c) => c.name));
    cursor = json.next;
  } while (cursor);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length >= 7);
  assert.ok(all.slice(0, 3).every((n) => n.startsWith(name)), 'those that begin with it come first');
});

test('tags are kept in one form and filter', async () => {
  const tagged = await make({ name: `Tagged ${mark}`, tags: [' VIP  Gold ', 'vip gold', `T${mark}`, ' '] });
  assert.deepEqual(tagged.tags, ['vip gold', `t${mark}`]);
  assert.deepEqual((await find({ tag: ` T${mark}` })).map((c) => c.id), [tagged.id]);
  assert.deepEqual((await find({ tag: `t${mark}`, search: 'tagged' })).map((c) => c.id), [tagged.id]);
  assert.deepEqual(await find({ tag: `t${mark}`, search: 'nobody' }), []);
});

test('one number is one number, however it is written', async () => {
  const bare = number().slice(1);
  const { id } = await make({ name: `Number ${mark}`, numbers: [`+${bare.slice(0, 4)} (${bare.slice(4, 8)}) ${bare.slice(8)}`, bare] });
  const one = await call('GET', `contacts/${id}`, { token });
  assert.deepEqual(one.json.numbers, [`+${bare}`]);
  const taken = await call('POST', 'contacts', { token, body: { name: 'Second', numbers: [bare] } });
  assertProblem(taken, 422, 'invalid');
  assert.deepEqual(pointers(taken), ['/numbers']);
});

test('a change needs the version it saw', async () => {
  const { id } = await make({ name: `Versioned ${mark}` });
  const etag = (await call('GET', `contacts/${id}`, { token })).headers.get('etag');
  const first = await call('PUT', `contacts/${id}`, { token, body: { company: 'First' }, headers: { 'If-Match': etag } });
  assert.equal(first.status, 200, first.text);
  assert.notEqual(first.headers.get('etag'), etag);
  const late = await call('PUT', `contacts/${id}`, { token, body: { company: 'Second' }, headers: { 'If-Match': etag } });
  assert.equal(late.status, 412, late.text);
  assert.equal((await call('GET', `contacts/${id}`, { token })).json.company, 'First');
  assert.equal((await call('DELETE', `contacts/${id}`, { token, headers: { 'If-Match': etag } })).status, 412);
  const cleared = await call('PUT', `contacts/${id}`, { token, body: { company: null }, headers: { 'If-Match': first.headers.get('etag') } });
  assert.equal(cleared.json.company, null);
});

test('a contact is removed by those who may, once, and leaves a record', async () => {
  const { id } = await make({ name: `Gone ${mark}`, numbers: [number()] });
  assertProblem(await call('DELETE', `contacts/${id}`, { token: agent }), 403, 'forbidden');
  assert.equal((await call('DELETE', `contacts/${id}`, { token })).status, 204);
  assertProblem(await call('GET', `contacts/${id}`, { token }), 404, 'not-found');
  assertProblem(await call('DELETE', `contacts/${id}`, { token }), 404, 'not-found');
});

test('custom fields hold what their definitions allow', async () => {
  const names = { date: `Since ${mark}`, number: `Score ${mark}`, choice: `Tier/${mark}`, text: `Note~${mark}` };
  const ids = [];
  assertProblem(await call('POST', 'contact-fields', { token, body: { name: names.date } }), 403, 'forbidden');
  for (const [type, name] of Object.entries(names)) {
    const body = { name, type, required: type === 'text', ...(type === 'choice' && { choices: ['Gold', 'Silver'] }) };
    const answer = await call('POST', 'contact-fields', { token: admin, body });
    assert.equal(answer.status, 201, answer.text);
    ids.push(answer.json.id);
  }
  try {
    assertProblem(await call('POST', 'contact-fields', { token: admin, body: { name: names.date } }), 409, 'conflict');
    const list = await call('GET', 'contact-fields', { token: agent });
    assert.deepEqual(ids.filter((id) => !list.json.items.some((f) => f.id === id)), []);

    const wrong = await call('POST', 'contacts', { token, body: { name: 'Wrong', fields: { [names.date]: '2026-02-30', [names.number]: '1,5', [names.choice]: 'Bronze' } } });
    assertProblem(wrong, 422, 'invalid');
    assert.deepEqual(pointers(wrong), [`/fields/Note~0${mark}`, `/fields/Score ${mark}`, `/fields/Since ${mark}`, `/fields/Tier~1${mark}`].sort());
    const right = await call('POST', 'contacts', { token, body: { name: `Right ${mark}`,
      fields: { [names.date]: '2024-02-29', [names.number]: '-1.5', [names.choice]: 'Gold', [names.text]: 'x', Free: 'anything' } } });
    assert.equal(right.status, 201, right.text);
    const emptied = await call('PUT', `contacts/${right.json.id}`, { token, body: { fields: { [names.text]: '' } } });
    assert.deepEqual(pointers(emptied), [`/fields/Note~0${mark}`]);
    const changed = await call('PUT', `contacts/${right.json.id}`, { token, body: { company: 'Untouched fields' } });
    assert.deepEqual(changed.json.fields, right.json.fields);

    const choiceless = await call('PUT', `contact-fields/${ids[0]}`, { token: admin, body: { type: 'choice' } });
    assert.deepEqual(pointers(choiceless), ['/choices']);
    const renamed = await call('PUT', `contact-fields/${ids[1]}`, { token: admin, body: { label: 'Points', position: 3 } });
    assert.equal(renamed.json.label, 'Points');
    assert.equal(renamed.json.type, 'number');
  } finally {
    for (const id of ids) assert.equal((await call('DELETE', `contact-fields/${id}`, { token: admin })).status, 204);
  }
  assertProblem(await call('GET', `contact-fields/${ids[0]}`, { token }), 404, 'not-found');
});

const importCsv = (csv, query = {}, who = token) =>
  call('POST', `contacts/import?${new URLSearchParams(query)}`, { token: who, body: csv, headers: { 'Content-Type': 'text/csv' } });

test('an import tells line by line what is wrong, and does nothing', async () => {
  const [a, b] = [number(), number()];
  const csv = `name,number,email\r\nImport${mark} A,${a},a@example.com\r\nImport${mark} B,${a},\r\nImport${mark} C,12x,nobody\r\n,${b},\r\n`;
  assertProblem(await importCsv(csv, {}, agent), 403, 'forbidden');
  const dry = await importCsv(csv, { dryRun: true });
  assert.equal(dry.status, 200, dry.text);
  assert.deepEqual([dry.json.lines, dry.json.made, dry.json.changed, dry.json.left, dry.json.failed], [4, 1, 0, 0, 3]);
  assert.deepEqual(dry.json.errors.map((e) => [e.line, e.column]), [[3, 'number'], [4, 'email'], [4, 'number'], [5, 'name']]);
  const real = await importCsv(csv);
  assertProblem(real, 422, 'invalid');
  assert.deepEqual(pointers(real), ['/3/number', '/4/email', '/4/number', '/5/name']);
  const imported = async () => (await find({ search: `import${mark}` })).map((c) => c.name).filter((name) => name.startsWith(`Import${mark}`));
  assert.deepEqual(await imported(), []);

  const skipping = await importCsv(csv, { skipErrors: true });
  assert.equal(skipping.status, 200, skipping.text);
  assert.deepEqual([skipping.json.made, skipping.json.failed], [1, 3]);
  assert.deepEqual(await imported(), [`Import${mark} A`]);
});

test('an import changes the contact whose number it names, and leaves what it says nothing of', async () => {
  const tel = number();
  const { id } = await make({ name: `Known ${mark}`, company: 'Old', email: 'old@example.com', tags: ['kept'], numbers: [tel], fields: { Plan: 'Home' } });
  const csv = `name;company;tags;number;number 2\nKnown ${mark};"New; improved";added;${tel.slice(1)};${number()}\nUnknown${mark};;;;\n`;
  const dry = await importCsv(csv, { dryRun: true });
  assert.deepEqual([dry.json.made, dry.json.changed, dry.json.left], [1, 1, 0]);
  const real = await importCsv(csv);
  assert.deepEqual([real.json.made, real.json.changed, real.json.left], [1, 1, 0]);
  const { json } = await call('GET', `contacts/${id}`, { token });
  assert.equal(json.company, 'New; improved');
  assert.equal(json.email, 'old@example.com');
  assert.deepEqual(json.tags, ['kept', 'added']);
  assert.deepEqual(json.fields, { Plan: 'Home' });
  assert.equal(json.numbers.length, 2);
  const again = await importCsv(csv.split('\n').slice(0, 2).join('\n'), {});
  assert.deepEqual([again.json.made, again.json.changed, again.json.left], [0, 0, 1]);
});

test('what is no such file is refused', async () => {
  for (const [csv, pointer] of [['name,colour\nA,red\n', '/1/colour'], ['name\n', '/2'], ['name\n"A\n', '/2']]) {
    const answer = await importCsv(csv, { skipErrors: true });
    assertProblem(answer, 422, 'invalid');
    assert.deepEqual(pointers(answer), [pointer]);
  }
  const latin1 = await call('POST', 'contacts/import', { token, body: Buffer.from('name\nJ\xfcrgen\n', 'latin1'), headers: { 'Content-Type': 'text/csv' } });
  assert.match(latin1.json.errors[0].detail, /UTF-8/);
  assertProblem(await call('POST', 'contacts/import', { token, body: {} }), 415, 'media-type');
  const formula = await importCsv(`name\n"=HYPERLINK(""${mark}"")"\n`);
  assert.equal(formula.json.made, 1);
  assert.equal((await find({ search: `hyperlink ${mark}` }))[0].name, `=HYPERLINK("${mark}")`);
});

test('thousands of lines are imported as one', async () => {
  const lines = Array.from({ length: 2000 }, (_, i) => `Bulk${mark} ${i},+98${digits}${String(i).padStart(5, '0')}`);
  const csv = `name,number\n${lines.join('\n')}\n`;
  const { json, status, text } = await importCsv(csv);
  assert.equal(status, 200, text);
  assert.equal(json.made, 2000);
  assert.equal((await importCsv(csv)).json.left, 2000);
  await sql(`DELETE FROM contacts WHERE name LIKE 'Bulk${mark} %'`);
});
