// How much script of our own each page loads, as it goes over the wire. The SIP library is counted apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { reach, served } from '../../scripts/pages.mjs';
import './site.mjs';

const MAX_BYTES = 150_000;
const SIP = 'vendor/jssip.js';

const size = async (name) => gzipSync(await served(name)).length;

/** Fails when these modules are too much together. */
async function weigh(t, names) {
	const own = await Promise.all(names.filter((name) => name !== SIP).map(async (name) => [name, await size(name)]));
	const bytes = own.reduce((sum, [, n]) => sum + n, 0);
	t.diagnostic(`${bytes} bytes in ${own.length} modules`);
	assert.ok(bytes <= MAX_BYTES, `${bytes} bytes; the largest: ${own.sort((a, b) => b[1] - a[1]).slice(0, 8).map(([name, n]) => `${name} ${n}`).join(', ')}`);
}

const { now, later } = await reach('app.js');

test('what comes with any page is at most 150 kB of own script, compressed', async (t) => {
	for (const known of [SIP, 'vendor/ui.js', 'core/api.js', 'views/shell.js', 'text/en.js']) assert.ok(now.includes(known), `${known} is reached`);
	await weigh(t, now);
});

for (const page of later) {
	test(`${page}: with all that it needs at most 150 kB`, async (t) => {
		await weigh(t, [...new Set([...now, ...(await reach(page)).now])]);
	});
}
