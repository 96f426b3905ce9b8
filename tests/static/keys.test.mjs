import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { load } from './site.mjs';

const keys = await load('core/keys.js');
const { ACTION_GROUPS, ACTIONS } = await load('core/actions.js');
const { adopt, pref, setPref, whenSet } = await load('core/preferences.js');

const press = (key, more = {}) => keys.keyName({ key, shiftKey: false, ctrlKey: false, metaKey: false, ...more });

beforeEach(() => {
	whenSet(() => {});
	adopt('keys', undefined);
	adopt('keysOff', undefined);
});

test('a press has the name that actions spell', () => {
	const rows = [
		[press('a'), 'A'], [press('A', { shiftKey: true }), 'Shift+A'], [press('?', { shiftKey: true }), '?'], [press('Enter', { ctrlKey: true }), 'Ctrl+Enter'],
		[press('k', { metaKey: true }), 'Ctrl+K'], [press('F2', { shiftKey: true }), 'Shift+F2'], [press(' '), 'Space'], [press('Shift', { shiftKey: true }), ''],
	];
	for (const [name, wanted] of rows) assert.equal(name, wanted);
});

test('no two actions begin with the same key, and each has its words and its group', () => {
	const used = ACTIONS.map((a) => a.key).filter(Boolean);
	assert.deepEqual(used.filter((key, i) => used.indexOf(key) !== i), []);
	for (const { id, label, group } of ACTIONS) {
		assert.ok(label, id);
		assert.ok(ACTION_GROUPS.includes(group), id);
	}
});

test('a key serves one action: whoever had it has none, and gets its own back with a reset', () => {
	const [first, second] = ACTIONS;
	keys.setKey(first.id, second.key);
	assert.equal(keys.keyOf(first.id), second.key);
	assert.equal(keys.keyOf(second.id), '');
	assert.equal(keys.holderOf(second.key, second.id).id, first.id);
	keys.setKey(second.id, second.key);
	assert.equal(keys.keyOf(first.id), '');
	keys.setKey(first.id, first.key);
	assert.deepEqual(pref('keys'), {});
	keys.setKey(first.id, '');
	keys.resetKeys();
	assert.equal(keys.keyOf(first.id), first.key);
});

test('a tooltip names no key that does nothing', () => {
	const single = ACTIONS.find((a) => !a.typing);
	const typing = ACTIONS.find((a) => a.typing);
	assert.equal(keys.withKey('Do', single.id), `Do (${single.key})`);
	setPref('keysOff', true);
	assert.equal(keys.withKey('Do', single.id), 'Do');
	assert.equal(keys.withKey('Do', typing.id), `Do (${typing.key})`);
	assert.equal(keys.withKey('Do', undefined), 'Do');
});

test('what is bound last is run, and what it covered comes back', () => {
	const { id } = ACTIONS[0];
	const stops = [keys.bindAction(id, () => {}), keys.bindAction(id, () => {})];
	assert.ok(keys.boundActions().some((a) => a.id === id));
	stops[1]();
	assert.ok(keys.boundActions().some((a) => a.id === id));
	stops[0]();
	assert.ok(!keys.boundActions().some((a) => a.id === id));
	assert.throws(() => keys.bindAction('nothing', () => {}), /no action/);
});

test('a preference takes what it can mean, falls back from what it cannot, and tells who keeps it', () => {
	const told = [];
	whenSet((name, value) => told.push([name, value]));
	setPref('theme', 'dark');
	assert.deepEqual(told, [['theme', 'dark']]);
	assert.throws(() => setPref('theme', 'pink'), /theme cannot be/);
	assert.equal(pref('theme'), 'dark');
	adopt('theme', 'pink');
	assert.equal(pref('theme'), 'system');
	adopt('what was removed', 1);
	assert.throws(() => pref('what was removed'), /no preference/);
	assert.equal(told.length, 1);
});
