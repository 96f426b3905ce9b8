// The documentation is true: its examples run, and the reference is what the instance says of itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { reference } from '../../scripts/api-docs.mjs';
import { call, origin } from './client.mjs';

const docs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs');
const guide = readFileSync(path.join(docs, 'API.md'), 'utf8');
const END = '--end-of-block--';

// Each ```sh block, with the ```json block that shows what it prints.
const blocks = [...guide.matchAll(/^```sh\n(.*?)^```\n(?:```json\n(.*?)^```\n)?/gms)].map(([, script, shown]) => ({ script, shown }));

// One shell for all of them, as a reader has; each may fail on its own.
async function runAll(folder) {
  const script = `set -eo pipefail\n${blocks.map((b) => `${b.script}\necho; echo '${END}'`).join('\n')}`;
  const shell = spawn('bash', ['-c', script], { cwd: folder, env: { ...process.env, API: `${origin}/api/pbx` } });
  const [out, err] = await Promise.all([shell.stdout, shell.stderr].map(async (stream) => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  }));
  return { outputs: out.split(END).slice(0, -1), rest: out.split(END).at(-1) + err };
}

// The same names, to every depth that is shown; "…" stands for any value.
function assertLike(shown, got, where) {
  if (shown === '…' || (Array.isArray(shown) && !shown.length)) return;
  if (Array.isArray(shown)) {
    assert.ok(Array.isArray(got) && got.length, `${where} is a list with something in it`);
    assertLike(shown[0], got[0], `${where}/0`);
  } else if (shown && typeof shown === 'object') {
    assert.deepEqual(Object.keys(got ?? {}).sort(), Object.keys(shown).sort(), where);
    for (const [key, value] of Object.entries(shown)) if (value !== null) assertLike(value, got[key], `${where}/${key}`);
  } else {
    assert.equal(got, shown, where);
  }
}

test('every example of the guide does what it shows', async () => {
  assert.ok(blocks.length >= 9, `${blocks.length} examples`);
  const folder = mkdtempSync(path.join(tmpdir(), 'cordboard-docs-'));
  try {
    const { outputs, rest } = await runAll(folder);
    for (const [i, { script, shown }] of blocks.entries()) {
      assert.ok(i < outputs.length, `this example failed:\n${script}\n${rest}`);
      if (shown) assertLike(JSON.parse(shown), JSON.parse(outputs[i]), script);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the reference is up to date', async () => {
  const { json } = await call('GET', 'openapi.json');
  const written = readFileSync(path.join(docs, 'API-REFERENCE.md'), 'utf8');
  assert.ok(reference(json) === written,
    'docs/API-REFERENCE.md is not what the instance says: curl -s …/openapi.json | scripts/api-docs.mjs > docs/API-REFERENCE.md');
});

test('every figure is explained', async () => {
  const text = readFileSync(path.join(docs, 'METRICS.md'), 'utf8');
  const { schemas } = (await call('GET', 'openapi.json')).json.components;
  const figures = Object.entries(schemas).filter(([name]) => /^(Metrics|Realtime)\./.test(name))
    .flatMap(([name, schema]) => (name === 'Metrics.States' ? [] : Object.keys(schema.properties)));
  // What they are figures of, and how it is called.
  const names = ['queueId', 'agentId', 'extension', 'name', 'displayName', 'status', 'reason', 'since', 'queues', 'agents'];
  assert.ok(figures.length > 60);
  for (const figure of new Set(figures)) {
    if (!names.includes(figure)) assert.match(text, new RegExp(/^S\d$/.test(figure) ? `^\\| ${figure}\\b` : `\`${figure}\``, 'm'), figure);
  }
});

test('every kind of refusal that a row of errors has is explained', () => {
  const rows = readFileSync(path.resolve(docs, '../lib/err.c'), 'utf8').matchAll(/\{ "([a-z-]+)", (\d+),/g);
  for (const [, slug, status] of rows) {
    if (slug === 'ok' || slug === 'internal') continue;
    assert.match(guide, new RegExp(`^\\| [0-9, ]*\\b${status}\\b[^\n]*\`${slug}\``, 'm'), slug);
  }
});
