// What the administration works out by itself: files of people, what fields refuse, what an entry of the audit trail changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.mjs';

const { readCsv, writeCsv } = await load('stores/admin/csv.js');
const { makePeople, tryPeople } = await load('stores/admin/people-import.js');
const { people } = await load('stores/admin/people.js');
const { checkValue, readValue, writeValue } = await load('stores/admin/values.js');
const { queues } = await load('stores/admin/queues.js');
const { Form } = await load('stores/admin/form.js');
const { differences } = await load('stores/admin/audit.js');
const { generatePassword } = await load('stores/admin/password.js');
const { queueInfo } = await load('stores/directory.js');

queueInfo.value = new Map([{ id: 'q1', name: 'support', displayName: 'Support' }, { id: 'q2', name: 'sales', displayName: 'Sales team' }].map((q) => [q.name, q]));

test('a file is read as spreadsheets write it', () => {
	const files = [
		['a,b\r\n1,2\r\n', [[1, ['a', 'b']], [2, ['1', '2']]]],
		['\ufeffa;b\n"1;x";" 2"\n\n3;\n', [[1, ['a', 'b']], [2, ['1;x', '2']], [4, ['3', '']]]],
		['a\tb\n"say ""hi""\nthere"\t2\n5\t6', [[1, ['a', 'b']], [2, ['say "hi"\nthere', '2']], [4, ['5', '6']]]],
		['', []],
	];
	for (const [content, lines] of files) assert.deepEqual(readCsv(content).map((l) => [l.line, l.cells]), lines, content);
});

test('a file is written so that no cell is taken for a formula, and is read again', () => {
	const rows = [['name', 'password'], ['=cmd|calc', 'a"b,c'], ['Zoë', 'x\ny']];
	assert.deepEqual(readCsv(writeCsv(rows)).map((l) => l.cells), [rows[0], ["'=cmd|calc", 'a"b,c'], rows[2]]);
});

test('each wrong line of a file of people is told by line and column, the others can be made', () => {
	const tried = tryPeople(['extension,name,role,email,password,phone,queues', '7001,Nora,,,,,support:0 | Sales team:5', '70,Short,agent,,,,',
		'7002,,boss,nobody,short,fax,nowhere', '7001,Twice,,,,,', '1001,There,,,,,', '7003,Sip,Manager,a@example.com,seven grey herons,sip,', '7004,Desk,,,,none,'].join('\n'), [{ extension: '1001' }]);
	assert.equal(tried.lines, 7);
	assert.deepEqual(tried.people.map((p) => [p.line, p.values.extension, p.values.role, p.values.takesCalls, p.values.phoneKind]),
		[[2, '7001', 'AGENT', true, 'WEBRTC'], [7, '7003', 'MANAGER', true, 'SIP'], [8, '7004', 'AGENT', false, 'WEBRTC']]);
	assert.deepEqual(tried.people[0].values.queues, [{ queueId: 'q1', penalty: 0 }, { queueId: 'q2', penalty: 5 }]);
	assert.match(tried.people[0].values.password, /^.{19}$/);
	assert.equal(tried.people[1].values.password, 'seven grey herons');
	assert.deepEqual(tried.errors.map((e) => `${e.line} ${e.column}`).sort(),
		['3 extension', '4 email', '4 name', '4 password', '4 phone', '4 queues', '4 role', '5 extension', '6 extension']);
	assert.deepEqual(tryPeople('name,salary\nNora,1', []).errors.map((e) => `${e.line} ${e.column}`), ['1 salary', '1 extension']);
	assert.deepEqual(tryPeople('', []).errors.map((e) => e.column), ['extension', 'name']);
});

test('what the server refuses of a person is told by line, and the next is made', async () => {
	const { make } = people;
	people.make = async (_, values) => {
		if (values.extension === '7001') throw Object.assign(new Error('not valid'), { errors: [{ pointer: '/password', detail: 'is easy to guess' }] });
		if (values.extension === '7002') throw new Error('The server cannot be reached.');
		return values;
	};
	const told = [];
	const done = await makePeople(['7001', '7002', '7003'].map((extension, i) => ({ line: i + 2, values: { extension } })), (n) => told.push(n));
	people.make = make;
	assert.deepEqual(done.made, [{ extension: '7003' }]);
	assert.deepEqual(done.errors, [{ line: 2, column: 'password', reason: 'is easy to guess' }, { line: 3, column: '', reason: 'The server cannot be reached.' }]);
	assert.deepEqual(told, [1, 2, 3]);
});

const field = (name) => queues.fields.find((f) => f.name === name);

test('a field refuses what the server would, and nothing else', () => {
	const cases = [
		['name', 'support', true], ['name', 'Support', false], ['name', 'a', false], ['ringMs', 3, true], ['ringMs', 2, false], ['ringMs', null, false], ['ringMs', 3.5, false],
		['alertWaiting', null, true], ['alertWaiting', 0, false], ['serviceLevelTarget', 92.5, true], ['serviceLevelTarget', 101, false],
		['screenPopUrl', '', true], ['screenPopUrl', 'https://crm.example.com/?n={number}', true], ['screenPopUrl', 'https://{number}.example.com/', false], ['screenPopUrl', 'javascript:alert(1)', false],
	];
	for (const [name, value, good] of cases) assert.equal(checkValue(field(name), value) === '', good, `${name} ${value}`);
});

test('the key of a new queue is made from its name, until somebody writes it', () => {
	const form = new Form({ row: queues }, null);
	for (const [name, key] of [['Réclamations & Billing', 'reclamations_billing'], ['2nd line', 'nd_line'], ['', '']]) {
		form.set('displayName', name);
		assert.equal(form.values.value.name, key);
	}
	form.set('name', 'sales');
	form.set('displayName', 'Billing');
	assert.equal(form.values.value.name, 'sales');
});

test('a value comes back as it was sent', () => {
	for (const [name, sent] of [['ringMs', 15_000], ['serviceLevelTarget', 0.925], ['alertWaiting', null], ['screenPopUrl', null], ['displayName', 'Support'], ['dispositionRequired', true]]) {
		const body = {};
		writeValue(field(name), readValue(field(name), { [name]: sent }), body);
		assert.deepEqual(body, { [name]: sent });
	}
});

test('an entry shows what it changed', () => {
	assert.deepEqual(differences({ a: 1, b: [1], c: null }, { a: 2, b: [1], d: 'x' }), [{ name: 'a', before: 1, after: 2 }, { name: 'c', before: null, after: undefined }, { name: 'd', before: undefined, after: 'x' }]);
	assert.deepEqual(differences(null, [{ agent: '1001' }]), [{ name: '', before: undefined, after: [{ agent: '1001' }] }]);
	assert.deepEqual(differences(null, null), []);
});

test('no two generated passwords are the same', () => {
	const many = Array.from({ length: 500 }, generatePassword);
	assert.equal(new Set(many).size, many.length);
	assert.ok(many.every((p) => /^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/.test(p)), many[0]);
});
