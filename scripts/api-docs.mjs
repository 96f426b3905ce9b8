#!/usr/bin/env node
// Writes docs/API-REFERENCE.md from the description that an instance gives of itself.
//   curl -s http://127.0.0.1:8080/api/pbx/openapi.json | scripts/api-docs.mjs > docs/API-REFERENCE.md
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const whoMay = (role) => (role === 'WALLBOARD' ? 'For all who are signed in, and for wallboards' : `Needs role ${role}`);
const code = (text) => `\`${cell(text)}\``;
const anchor = (text) => text.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-');
const link = (name) => `[${name}](#${anchor(name)})`;
const refName = (schema) => schema.$ref?.split('/').at(-1);

// What a value may be, in words.
function kind(schema) {
  if (schema.$ref) return link(refName(schema));
  if (schema.anyOf) {
    return schema.anyOf.map(kind).join(' or ');
  }
  if (schema.enum) return schema.enum.map((v) => code(v)).join(' ');
  const [type, ...more] = [schema.type].flat();
  const orNull = more.includes('null') ? ' or null' : '';
  if (type === 'array') return `list of ${kind(schema.items)}${orNull}`;
  if (type === 'object' && schema.properties) return `object of ${Object.keys(schema.properties).map(code).join(', ')}${orNull}`;
  if (type === 'object' && schema.additionalProperties) return `object whose members are ${kind(schema.additionalProperties)}${orNull}`;
  const names = { string: 'text', integer: 'whole number', boolean: 'true or false', null: 'null' };
  const formats = { uuid: 'UUID', 'date-time': 'time' };
  return `${formats[schema.format] ?? names[type] ?? type}${orNull}`;
}

// The bounds of an input.
function bounds(schema) {
  const inner = schema.anyOf ? schema.anyOf.find((s) => s.type !== 'null') : schema;
  const span = (low, high, what) => (high === undefined && low === undefined ? '' : `${low ?? 0}–${high ?? ''}${what}`);
  return [span(inner.minimum, inner.maximum, ''), span(inner.minLength, inner.maxLength, ' characters'), inner.pattern && code(inner.pattern),
    inner.multipleOf && `in steps of ${inner.multipleOf}`, inner.maxItems !== undefined && `at most ${inner.maxItems}`,
    schema.default !== undefined && `default ${schema.default}`].filter(Boolean).join(', ');
}

const example = (schema) => (schema.examples ? code(typeof schema.examples[0] === 'string' ? schema.examples[0] : JSON.stringify(schema.examples[0])) : '');

function inputs(operation) {
  const rows = operation.parameters.map((p) => [p.name, p.in, p.required, p.schema]);
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    if (!schema.properties) rows.push([type, 'body', true, schema]);
    for (const [name, property] of Object.entries(schema.properties ?? {})) rows.push([name, 'body', schema.required?.includes(name), property]);
  }
  if (!rows.length) return [];
  return ['', '| input | in | what | bounds | example |', '| --- | --- | --- | --- | --- |',
    ...rows.map(([name, where, required, schema]) => `| ${code(name)}${required ? ' *' : ''} | ${where} | ${kind(schema)} | ${bounds(schema)} | ${example(schema)} |`)];
}

function answer(operation) {
  const [status, success] = Object.entries(operation.responses)[0];
  const schema = success.content?.['application/json'].schema;
  if (!schema) return `Answers ${status} without a body.`;
  if (!schema.$ref) return `Answers ${status} with a page of ${link(refName(schema.properties.items.items))}.`;
  const name = refName(schema);
  return `Answers ${status} with ${/^[AEIO]/.test(name) ? 'an' : 'a'} ${link(name)}${success.headers?.ETag ? ' and its `ETag`' : ''}.`;
}

function needs(operation) {
  const of = { 404: 'is not found', 403: 'is refused with 403', 409: 'is refused with 409' };
  return [
    operation['x-least-role'] === 'PUBLIC' ? 'For everybody.' : `${whoMay(operation['x-least-role'])}${operation['x-scope'] ? `, a token the scope ${code(operation['x-scope'])}` : ' and a session: no API token'}.`,
    operation['x-foreign'] && `Below ${operation['x-over']} a colleague's ${operation['x-object']} ${of[operation['x-foreign']]}.`,
    operation['x-limit'] && `Counted as ${code(operation['x-limit'])}.`,
    operation.parameters.some((p) => p.name === 'Idempotency-Key') && 'Takes an `Idempotency-Key`.',
    operation.parameters.some((p) => p.name === 'If-Match') && 'Takes `If-Match`.',
    answer(operation),
  ].filter(Boolean).join(' ');
}

function operations(document) {
  const lines = [];
  let area;
  for (const [path, item] of Object.entries(document.paths)) {
    const first = path.split('/')[1];
    if (first !== area) lines.push('', `## ${first}`);
    area = first;
    for (const [method, operation] of Object.entries(item)) {
      lines.push('', `### ${method.toUpperCase()} ${path}`, '', `${operation.summary}. ${needs(operation)}`, ...inputs(operation));
    }
  }
  return lines;
}

function fields(name, schema) {
  const lines = ['', `### ${name}`, ''];
  if (!schema.properties) return [...lines, 'Any object.'];
  return [...lines, '| field | what |', '| --- | --- |',
    ...Object.entries(schema.properties).map(([field, s]) => `| ${code(field)} | ${kind(s)}${schema.required.includes(field) ? '' : '; may be left out'} |`)];
}

export function reference(document) {
  return `${['# The API, route by route', '',
    'Made by `scripts/api-docs.mjs` from `openapi.json`, which comes from the rows that run the routes.',
    '[API.md](API.md) says how to sign in and what holds for all of them. Paths are below `/api/pbx`;',
    'inputs with a * are required. A refusal of any kind is a [Problem](#problem).',
    ...operations(document), '', '## Objects', ...Object.entries(document.components.schemas).flatMap(([name, schema]) => fields(name, schema)),
  ].join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(reference(JSON.parse(readFileSync(0, 'utf8'))));
