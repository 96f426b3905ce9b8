import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.mjs';

const { duration, initials, phone, share, time } = await load('core/format.js');
const { dialable } = await load('core/dialable.js');

test('durations are m:ss under an hour and h:mm:ss above', () => {
	const rows = [[0, '0:00'], [999, '0:00'], [59_999, '0:59'], [60_000, '1:00'], [3_599_000, '59:59'], [3_600_000, '1:00:00'], [36_061_000, '10:01:01'], [-5, '0:00'], [null, '–'], [undefined, '–']];
	for (const [ms, text] of rows) assert.equal(duration(ms), text);
});

test('numbers are grouped by their country; what cannot be read stays as it is', () => {
	const rows = [['15551230001', '+1 555 123 0001'], ['+442071838750', '+44 20 7183 8750'], ['1001', '1001'], ['5550100', '555 0100'], [null, 'Number withheld'], ['<img>', '<img>']];
	for (const [number, text] of rows) assert.equal(phone(number), text);
});

test('no value is a dash, which is not zero', () => {
	assert.equal(share(null), '–');
	assert.equal(share(0), '0 %');
	assert.equal(share(0.866), '87 %');
});

test('another day is named', () => {
	const noon = Date.parse('2026-11-22T12:00:00');
	assert.doesNotMatch(time('2026-11-22T09:30:00', noon), /22/);
	assert.match(time('2026-11-21T09:30:00', noon), /21/);
});

test('initials take the first and the last name', () => {
	assert.equal(initials('Amelia van der Brandt'), 'AB');
	assert.equal(initials('Cher'), 'C');
	assert.equal(initials(null), '');
});

test('what may be dialled is told from what may not, in words', () => {
	const good = [['+1 (555) 123-0001', '+15551230001'], ['5550100', '5550100'], ['12', '12'], ['020.7183/8750', '02071838750']];
	for (const [typed, number] of good) assert.deepEqual(dialable(typed), { number, problem: null });
	for (const typed of ['', ' ', '1', 'abc', '555x', '1+2', '1'.repeat(21), '${EXTEN}', '500&PJSIP/x']) {
		assert.equal(dialable(typed).number, null, typed);
		assert.ok(dialable(typed).problem, typed);
	}
});
