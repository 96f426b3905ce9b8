// The one way to the REST interface: same origin, JSON, problem+json errors, a deadline.
import { learnServerTime } from './clock.js';
import { sentence, text as catalogue } from './text.js';

const words = catalogue.common.problems;
const BASE = '/api/pbx/';
const TIMEOUT_MS = 10_000;

/** What the server, or the way to it, answered instead of what was asked for. */
export class Problem extends Error {
	/**
	 * @param {number} status 0: no answer came
	 * @param {string} slug the last part of the problem's type
	 * @param {string} message what to show
	 * @param {{pointer: string, detail: string}[]} errors one for each refused field
	 */
	constructor(status, slug, message, errors = []) {
		super(message);
		this.status = status;
		this.slug = slug;
		this.errors = errors;
		/** @type {string | null} */
		this.requestId = null;
		/** @type {number | null} */
		this.retryAfterSeconds = null;
	}
}

/** @type {() => void} */
let onUnauthorized = () => {};

/** Names who is told when the session has ended on the server. */
export function whenUnauthorized(/** @type {() => void} */ listener) {
	onUnauthorized = listener;
}

function noAnswer(/** @type {unknown} */ error) {
	const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
	return new Problem(0, timedOut ? 'timeout' : 'unreachable', timedOut ? words.timeout : words.unreachable);
}

async function problemOf(/** @type {Response} */ response) {
	const body = await response.json().catch(() => null);
	const slug = String(body?.type ?? '').split('/').pop() || `http-${response.status}`;
	const text = body?.detail || body?.title || words.status(response.status);
	const problem = new Problem(response.status, slug, text, (body?.errors ?? []).map((/** @type {any} */ e) => ({ ...e, detail: sentence(e.detail ?? '') })));
	problem.requestId = body?.requestId ?? response.headers.get('X-Request-Id');
	problem.retryAfterSeconds = Number(response.headers.get('Retry-After')) || null;
	return problem;
}

/** @param {Record<string, string | number | undefined | null>} [query] */
function withQuery(/** @type {string} */ path, query) {
	const given = Object.entries(query ?? {}).filter(([, v]) => v !== undefined && v !== null && v !== '');
	if (!given.length) return BASE + path;
	return `${BASE}${path}?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}`;
}

/**
 * @typedef {{
 *   query?: Record<string, string | number | undefined | null>,
 *   body?: unknown,
 *   headers?: Record<string, string>,
 *   keepalive?: boolean,
 *   quiet?: boolean,
 *   file?: { type: string, content: string },
 *   timeoutMs?: number,
 * }} Options quiet: a 401 is an answer here, not the end of the session; file: sent as it is, in place of a body
 */

/** @type {WeakMap<object, string>} */
const versions = new WeakMap();

function withVersion(/** @type {any} */ body, /** @type {string | null} */ etag) {
	if (etag) versions.set(body, etag);
	return body;
}

/** The header that makes a change only of the version that was read: nothing for an answer without one. */
export const ifMatch = (/** @type {object | null | undefined} */ answer) => {
	const etag = answer && versions.get(answer);
	return /** @type {Record<string, string>} */ (etag ? { 'If-Match': etag } : {});
};

/**
 * @param {string} method
 * @param {string} path below /api/pbx/
 * @param {Options} [options]
 * @returns {Promise<any>} the parsed answer, null when it has no body
 * @throws {Problem}
 */
async function request(method, path, { query, body, headers, keepalive, quiet, file, timeoutMs = TIMEOUT_MS } = {}) {
	const sentMs = Date.now();
	const response = await fetch(withQuery(path, query), {
		method,
		keepalive,
		credentials: 'same-origin',
		signal: AbortSignal.timeout(timeoutMs),
		headers: {
			Accept: 'application/json',
			'X-Requested-With': 'cordboard',
			...(file || body !== undefined ? { 'Content-Type': file?.type ?? 'application/json' } : {}),
			...headers,
		},
		body: file ? file.content : body === undefined ? undefined : JSON.stringify(body),
	}).catch((error) => { throw noAnswer(error); });
	learnServerTime(response.headers.get('Date'), sentMs);
	if (!response.ok) {
		if (response.status === 401 && !quiet) onUnauthorized();
		throw await problemOf(response);
	}
	const text = await response.text().catch((error) => { throw noAnswer(error); });
	return text ? withVersion(JSON.parse(text), response.headers.get('ETag')) : null;
}

/** @type {Record<'get' | 'post' | 'put' | 'delete', (path: string, options?: Options) => Promise<any>>} */
export const api = {
	get: (path, options) => request('GET', path, options),
	post: (path, options) => request('POST', path, { body: {}, ...options }),
	put: (path, options) => request('PUT', path, { body: {}, ...options }),
	delete: (path, options) => request('DELETE', path, options),
};
