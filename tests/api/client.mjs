// A small client of the API for its tests: CB_URL is the address of a running instance.
import assert from 'node:assert/strict';
import { describe } from './schema.mjs';

const base = process.env.CB_URL;
assert.ok(base, 'CB_URL must be the address of a running instance, as in http://127.0.0.1:8080');

export const origin = new URL(base).origin;
export const password = 'cordboard-demo';

// The description of the instance under test: each answer of call() is held against it.
const fetched = await fetch(`${origin}/api/pbx/openapi.json`);
export const api = describe(await fetched.json());

// The answer with its body read; json is undefined when there is none.
export async function call(method, path, { token, body, headers = {} } = {}) {
  const init = { method, headers: { ...headers } };
  if (token) init.headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) {
    init.headers['Content-Type'] ??= 'application/json';
    init.body = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  }
  const answer = await fetch(`${origin}/api/pbx/${path}`, init);
  const text = await answer.text();
  const read = { status: answer.status, headers: answer.headers, text, json: text ? JSON.parse(text) : undefined };
  api.check(method, path, read);
  return read;
}

// Signs in without taking the phone: extensions beyond those the browsers of other tests use.
export async function signIn(extension) {
  const answer = await call('POST', 'auth/login', { body: { extension, password } });
  assert.equal(answer.status, 200, answer.text);
  return { token: answer.json.accessToken, ...answer.json, cookie: answer.headers.get('set-cookie') };
}

export function assertProblem(answer, status, slug) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  assert.equal(answer.json.type, `/problems/${slug}`);
  assert.equal(answer.json.status, status);
  assert.ok(answer.json.title);
  assert.equal(answer.json.requestId, answer.headers.get('x-request-id'));
}

export const pointers = (answer) => answer.json.errors.map((e) => e.pointer).sort();
