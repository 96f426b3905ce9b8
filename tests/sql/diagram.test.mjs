// The diagram of docs/DATABASE.md is what the catalogue says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { as, root } from './database.mjs';

test('the diagram of the tables is up to date', async () => {
	const drawn = await as('owner', readFileSync(path.join(root, 'scripts/er-diagram.sql'), 'utf8'));
	const [, shown] = /```mermaid\n([^`]*)\n```/.exec(readFileSync(path.join(root, 'docs/DATABASE.md'), 'utf8'));
	assert.equal(shown, drawn, 'put the output of scripts/er-diagram.sql into docs/DATABASE.md');
});
