// The description of the API as a judge: every answer must be what openapi.json says it is.
import assert from 'node:assert/strict';
import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020.js';

// describe(DOCUMENT) gives operations to look up and a check of answers.
export function describe(document) {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats(ajv);
  ajv.addSchema(document, 'api');

  const operations = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item)
    .map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      fits: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
      operation,
    })));

  // As the engine does: the first that fits. HEAD is a GET.
  const find = (method, path) => operations.find((o) => o.method === (method === 'HEAD' ? 'GET' : method)
    && o.fits.test(`/${path.split('?')[0]}`));

  // The place of what the answer's status promises, '' for a status without a body.
  function promised(found, status) {
    const kept = found?.operation.responses[status];
    if (!kept) return 'api#/components/schemas/Problem';
    if (!kept.content) return '';
    const at = ['paths', found.path, found.method.toLowerCase(), 'responses', String(status), 'content', 'application/json', 'schema'];
    return `api#/${at.map((s) => encodeURIComponent(s.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  }

  // Throws unless status, type and body are what is described.
  function check(method, path, answer) {
    const found = find(method, path);
    const what = `${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`;
    const place = promised(found, answer.status);
    if (method === 'HEAD' || place === '') {
      assert.equal(answer.text, '', what);
      return;
    }
    const type = place.endsWith('/Problem') ? 'application/problem+json' : 'application/json';
    assert.equal(answer.headers.get('content-type'), type, what);
    const validate = ajv.getSchema(place);
    assert.ok(validate, `no schema at ${place}`);
    if (!validate(answer.json)) assert.fail(`${what}\n${ajv.errorsText(validate.errors, { separator: '\n' })}`);
  }

  return { operations, find, check };
}
