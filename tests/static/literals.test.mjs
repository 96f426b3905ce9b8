// Every text a person reads is in the catalogue: no module of the pages but static/text has one of its own.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint';

const STATIC = fileURLToPath(new URL('../../static/', import.meta.url));
const LAYERS = /^(app|(core|phone|stores|views)\/.*)\.js$/;

// Words for machines that look like words for people: keys, header names, protocol words.
const MACHINE = new Set([
	'Accept', 'Alt', 'Backspace', 'Bearer', 'Control', 'Ctrl', 'Dead', 'Date', 'Delete', 'End', 'Enter', 'Escape', 'Home', 'Meta', 'Shift', 'Space', 'Tab', 'Unsupported',
	'Canceled', 'Chrome', 'Firefox', 'Safari', 'Edge', 'Opera', 'Windows', 'Android', 'Linux',
	// What the SIP library says and sends, which is looked up and matched, never shown.
	'Authentication Error', 'Cordboard', 'Forbidden', 'User Denied Media Access', 'Bad Media Description', 'Connection Error', 'Request Timeout', 'Not Found', 'Busy', 'Rejected', 'Unavailable', 'Terminated',
]);

const looksRead = (string) => !MACHINE.has(string.trim()) && (/^[A-Z][a-z’']+([\s.,:…!?–]|$)/u.test(string.trim()) || /(^|\s)[a-z’']{2,} [a-z’']{2,} [a-z’']{2,}/.test(string));

const SPOKEN = 'aria-label|aria-description|title|placeholder|alt|label|text|hint|problem|empty|summary';
const HOLE = '\u0000';

/** What a template of markup shows or says by itself: text between tags, and attributes that are read. */
function spoken(markup) {
	const attributes = [...markup.matchAll(new RegExp(`\\s(?:${SPOKEN})=(?:"([^"]*)"|([^\\s>"{\u0000]+))`, 'g'))].map((m) => m[1] ?? m[2]);
	const between = markup.replace(/<[^>]*>/g, HOLE).split(HOLE);
	return [...attributes, ...between].map((s) => s.replaceAll(HOLE, ' ').trim()).filter((s) => /\p{L}{2,}/u.test(s));
}

const inside = (node, holds) => {
	for (let n = node.parent; n; n = n.parent) if (holds(n)) return true;
	return false;
};
const isMarkup = (node) => node.type === 'TaggedTemplateExpression' && node.tag.name === 'html';
// An error that only a programmer can cause is for the programmer.
const isThrown = (node) => node.type === 'ThrowStatement';

const rule = {
	create(context) {
		const report = (node, message) => context.report({ node, message });
		return {
			TaggedTemplateExpression(node) {
				if (!isMarkup(node)) return;
				// A hole inside a tag must not end it: arrow functions are in the expressions, not here.
				for (const words of spoken(node.quasi.quasis.map((q) => q.value.cooked).join(HOLE))) report(node, words);
			},
			Literal(node) {
				if (typeof node.value !== 'string' || !looksRead(node.value) || inside(node, isThrown)) return;
				if (node.parent.type === 'ImportDeclaration' || (node.parent.type === 'Property' && node.parent.key === node)) return;
				report(node, node.value);
			},
			TemplateLiteral(node) {
				if (isMarkup(node.parent) || inside(node, isThrown)) return;
				const words = node.quasis.map((q) => q.value.cooked).join(' ').trim();
				if (looksRead(words)) report(node, words);
			},
		};
	},
};

function literals(source) {
	const config = [{ plugins: { own: { rules: { literals: rule } } }, rules: { 'own/literals': 'error' } }];
	return new Linter().verify(source, config).map((m) => `${m.line}: ${m.message}`);
}

test('a text in a module is found, what machines read is not', () => {
	const found = (source) => literals(source).length;
	assert.equal(found('export const a = html`<p>Try again</p>`;'), 1);
	assert.equal(found('export const a = html`<p title="Not yet">${b}</p>`;'), 1);
	assert.equal(found('export const a = html`<${Empty} title="Nobody waits" text=${t} />`;'), 1);
	assert.equal(found('export const a = { label: "Talking" };'), 1);
	assert.equal(found('export const a = (n) => `Try again in ${n} seconds`;'), 1);
	assert.equal(found('export const a = html`<button class="button large wide" onClick=${() => b > c}>${words.save}</button>`;'), 0);
	assert.equal(found('import { a } from "./Try again.js"; if (key === "Enter") a("input, select, textarea", "aria-label");'), 0);
});

for (const file of (await readdir(STATIC, { recursive: true })).filter((name) => LAYERS.test(name)).sort()) {
	test(`${file} has no text of its own`, async () => {
		assert.deepEqual(literals(await readFile(STATIC + file, 'utf8')), []);
	});
}
