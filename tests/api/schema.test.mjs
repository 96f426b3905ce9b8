import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api } from './client.mjs';
import { describe } from './schema.mjs';

const headers = (type) => new Headers({ 'content-type': type });
const answer = (status, json, type = 'application/json') => ({ status, json, text: JSON.stringify(json), headers: headers(type) });

const document = {
  paths: {
    '/things/{id}': {
      get: { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } } },
      delete: { responses: { 204: {} } },
    },
  },
  components: {
    schemas: {
      Thing: { type: 'object', additionalProperties: false, required: ['at'], properties: { at: { type: 'string', format: 'date-time' } } },
      Problem: { type: 'object', required: ['title'] },
    },
  },
};

test('the judge finds what is missing, too much, of another form, or of another type', () => {
  const { check } = describe(document);
  const at = '2026-01-02T03:04:05.678Z';
  check('GET', 'things/7?x=1', answer(200, { at }));
  check('GET', 'things/7', answer(404, { title: 'none' }, 'application/problem+json'));
  check('DELETE', 'things/7', { status: 204, text: '', headers: headers('') });
  assert.throws(() => check('GET', 'things/7', answer(200, {})), /at/);
  assert.throws(() => check('GET', 'things/7', answer(200, { at, more: 1 })), /additional/);
  assert.throws(() => check('GET', 'things/7', answer(200, { at: 'noon' })), /date-time/);
  assert.throws(() => check('GET', 'things/7', answer(404, { title: 'none' })), /problem/);
  assert.throws(() => check('GET', 'things/7', answer(201, { at })), /problem/);
  assert.throws(() => check('DELETE', 'things/7', answer(204, { at })), /things/);
});

test('every operation of the instance is described to the last field', () => {
  assert.ok(api.operations.length >= 25);
  for (const { method, path, operation } of api.operations) {
    const what = `${method} ${path}`;
    const [status] = Object.keys(operation.responses);
    assert.ok(operation.summary, what);
    assert.ok(operation.responses.default, `${what} has refusals`);
    if (status === '204') continue;
    const { schema } = operation.responses[status].content['application/json'];
    assert.notEqual(schema.$ref, '#/components/schemas/Any', what);
  }
});
