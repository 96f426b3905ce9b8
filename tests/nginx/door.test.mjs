// The door as browsers, programs and strangers meet it: a running instance, plain HTTP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { describe, it } from 'node:test';
import { instance } from '../e2e/harness.mjs';

const { url } = instance;

/** Status of a WebSocket handshake; fetch would not send one. */
async function handshake(path, origin) {
	const request = (url.startsWith('https:') ? https : http).get(url + path, {
		headers: {
			Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
			'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
			'Sec-WebSocket-Protocol': path === '/sip' ? 'sip' : 'cordboard.v1',
			...(origin !== undefined && { Origin: origin }),
		},
	});
	const [response, socket] = await Promise.race([once(request, 'response'), once(request, 'upgrade')]);
	(socket ?? request).destroy();
	return response.statusCode;
}

describe('pages', () => {
	it('are there, and nothing else is', async () => {
		for (const page of ['/', '/agent', '/manager', '/reports', '/admin', '/admin/queues', '/admin/queues/new'])
			assert.equal((await fetch(url + page)).status, 200, page);
		for (const path of ['/nothing', '/.git/config', '/agent/x', '/admin/queues/new/x', '/%2e%2e/etc/cordboard.conf', '/core/'])
			assert.ok([403, 404].includes((await fetch(url + path)).status), path);
	});

	it('are revalidated, compressed, and take no POST', async () => {
		const page = await fetch(`${url}/app.js`, { headers: { 'Accept-Encoding': 'gzip' } });
		assert.equal(page.headers.get('cache-control'), 'no-cache');
		assert.equal(page.headers.get('content-encoding'), 'gzip');
		assert.match(page.headers.get('content-type'), /javascript/);
		assert.equal((await fetch(`${url}/agent`, { method: 'POST' })).status, 405);
	});
});

it('every answer carries the security headers, an error too', async () => {
	for (const path of ['/', '/nothing', '/api/pbx/health', '/api/pbx/nothing', '/ws', '/sip']) {
		const { headers } = await fetch(url + path);
		const policy = headers.get('content-security-policy');
		assert.match(policy, /default-src 'self'; script-src 'self';.*frame-ancestors 'none'.*require-trusted-types-for 'script'/, path);
		assert.doesNotMatch(policy, /unsafe|\*/, path);
		assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
		assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
		assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path);
		assert.equal(headers.get('server'), null, path);
	}
});

describe('WebSockets', () => {
	const own = new URL(url);

	it('open for our own pages', async () => {
		for (const path of ['/ws', '/sip'])
			for (const origin of [own.origin, `${own.protocol}//localhost:${own.port}`])
				assert.equal(await handshake(path, origin), 101, `${path} from ${origin}`);
	});

	it('open for no other origin', async () => {
		const strangers = [undefined, '', 'null', 'http://evil.example', `${own.origin}.evil.example`,
			`http://evil.example?${own.host}`, `${own.protocol === 'https:' ? 'http' : 'https'}://${own.host}`, `${own.origin}/`, `${own.protocol}//127.0.0.1`, `${own.protocol}//127.0.0.10:${own.port}`,
			own.origin.toUpperCase(), `${own.protocol}//LocalHost:${own.port}`, `${own.protocol}//127x0.0.1:${own.port}`];
		for (const path of ['/ws', '/sip'])
			for (const origin of strangers) assert.equal(await handshake(path, origin), 403, `${path} from ${origin}`);
	});
});

describe('what the door itself refuses is a problem as well', () => {
	const login = `${url}/api/pbx/auth/login`;
	const check = async (response, status, slug) => {
		assert.equal(response.status, status);
		assert.match(response.headers.get('content-type'), /^application\/problem\+json/);
		assert.equal(response.headers.get('cache-control'), 'no-store');
		assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
		const problem = await response.json();
		assert.equal(problem.type, `/problems/${slug}`);
		assert.equal(problem.status, status);
		assert.equal(problem.requestId, response.headers.get('x-request-id'));
	};

	it('a body that is too large', async () => {
		await check(await fetch(login, {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: 'x'.repeat(300 * 1024),
		}), 413, 'too-large');
	});

	it('a path that cannot be read', async () => {
		await check(await fetch(`${url}/api/pbx/queues/%00`), 400, 'malformed');
	});

	it('too many sign-ins from one address', async () => {
		const tries = await Promise.all(Array.from({ length: 60 }, () => fetch(login)));
		const refused = tries.filter((response) => response.status === 429);
		assert.ok(refused.length > 0, 'none of 60 was refused');
		assert.equal(refused[0].headers.get('retry-after'), '1');
		await check(refused[0], 429, 'rate-limited');
	});
});
