// The configuration as production has it, rendered, tested and served: TLS, headers, limits, refusals.
// Behind it stand a responder in place of the API, and servers that take any WebSocket.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { responder } from './responder.mjs';

const run = promisify(execFile);
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const HOST = 'calls.example.org', ORIGIN = `https://${HOST}`;
const YEAR_S = 365 * 86_400;
const work = mkdtempSync(path.join(tmpdir(), 'cordboard-door-'));
const file = (name) => path.join(work, name);
const LONG = JSON.stringify({ text: 'compressible '.repeat(500) });
const json = (body, more = '') => `Status: 200\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nETag: "7"\r\n${more}\r\n${body}`;

/** What the API answers, by path; any other path gets its parameters back. */
const answers = {
	'/api/pbx/long': () => json(LONG),
	'/api/pbx/auth/me': () => json(LONG),
	'/api/pbx/ws-ticket': () => json(LONG),
	'/api/pbx/auth/phone': () => json(LONG),
	'/api/pbx/dies': () => null,
	'/api/pbx/refused': () => 'Status: 422\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n\r\n{"own":true}',
	...Object.fromEntries([['sound', 'a.wav'], ['outside', '../secret'], ['link', 'link.wav'], ['absent', 'b.wav']].map(([name, target]) =>
		[`/api/pbx/recordings/${name}`, () => `Status: 200\r\nContent-Type: audio/wav\r\nCache-Control: no-store\r\nX-Accel-Redirect: /recordings/${target}\r\n\r\n`])),
};
const pool = (name) => (params, body) => (answers[params.DOCUMENT_URI] ?? (() => json(JSON.stringify({ pool: name, params, bytes: body.length }))))();

const servers = [];
let ca, port, plainPort, nginx;

async function listen(server) {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	servers.push(server);
	return server.address().port;
}

async function freePort() {
	const server = net.createServer();
	const found = await listen(server);
	server.close();
	await once(server, 'close');
	return found;
}

/** Takes any handshake. */
function socketServer() {
	const server = http.createServer((_, response) => response.end());
	server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'));
	return server;
}

function request(target, { method = 'GET', headers = {}, body, from = '127.0.0.1', plain = false, ...more } = {}) {
	return new Promise((resolve, reject) => {
		const client = (plain ? http : https).request({ host: '127.0.0.1', port: plain ? plainPort : port, path: target, method, agent: false, localAddress: from,
			headers: { Host: HOST, ...(body && { 'Content-Length': body.length }), ...headers }, ca, servername: HOST, ...more });
		client.on('response', async (response) => {
			const chunks = [];
			for await (const chunk of response) chunks.push(chunk);
			const bytes = Buffer.concat(chunks), text = bytes.toString();
			resolve({ status: response.statusCode, headers: response.headers, bytes, text, json: () => JSON.parse(text) });
		});
		client.on('upgrade', (response, socket) => {
			socket.destroy();
			resolve({ status: response.statusCode, headers: response.headers });
		});
		client.on('error', reject);
		client.end(body);
	});
}

const handshake = (target, origin, more) => request(target, { ...more, headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
	'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...(origin !== undefined && { Origin: origin }) } });

const render = (...settings) => run('bash', [path.join(ROOT, 'nginx/render'), ...settings]);

before(async () => {
	chmodSync(work, 0o755);
	for (const name of ['static', 'recordings', 'acme/.well-known/acme-challenge', 'log', 'temp', 'run']) mkdirSync(file(name), { recursive: true });
	cpSync(path.join(ROOT, 'static'), file('static'), { recursive: true });
	writeFileSync(file('acme/.well-known/acme-challenge/token'), 'challenge');
	writeFileSync(file('recordings/a.wav'), 'RIFFsound');
	writeFileSync(file('secret'), 'secret');
	symlinkSync(file('secret'), file('recordings/link.wav'));
	await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`,
		'-addext', `subjectAltName=DNS:${HOST}`, '-keyout', file('key.pem'), '-out', file('certificate.pem')]);
	ca = readFileSync(file('certificate.pem'));
	servers.push(await responder(file('run/api.sock'), pool('api')), await responder(file('run/reports.sock'), pool('reports')));
	const [relay, asterisk] = [await listen(socketServer()), await listen(socketServer())];
	[port, plainPort] = [await freePort(), await freePort()];
	const { stdout } = await render(`ORIGINS=${ORIGIN} https://second.example.org`, `CERTIFICATE=${file('certificate.pem')}`, `KEY=${file('key.pem')}`, `LISTEN=127.0.0.1:${port}`,
		`REDIRECT=127.0.0.1:${plainPort}`, `ACME=${file('acme')}`, `PID=${file('run/nginx.pid')}`, `LOG=${file('log')}`, `TEMP=${file('temp')}`, `STATIC=${file('static')}`,
		`RECORDINGS=${file('recordings')}`, `API=unix:${file('run/api.sock')}`, `REPORTS=unix:${file('run/reports.sock')}`, `RELAY=127.0.0.1:${relay}`,
		`ASTERISK=127.0.0.1:${asterisk}`, 'UNLIMITED=127.0.0.9');
	writeFileSync(file('nginx.conf'), stdout);
	const { stderr } = await run('nginx', ['-t', '-e', 'stderr', '-c', file('nginx.conf')]);
	assert.match(stderr, /test is successful/);
	assert.doesNotMatch(stderr, /\[(warn|error|emerg)\]/);
	nginx = spawn('nginx', ['-e', file('log/error.log'), '-c', file('nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'inherit'] });
	for (let i = 0; ; i++) {
		if (await request('/').catch(() => null)) break;
		assert.ok(i < 100 && nginx.exitCode === null, 'nginx does not serve');
		await new Promise((resolve) => { setTimeout(resolve, 50); });
	}
});

after(async () => {
	nginx?.kill('SIGTERM');
	if (nginx) await once(nginx, 'exit');
	for (const server of servers) server.close();
	rmSync(work, { recursive: true, force: true });
});

describe('TLS', () => {
	const connect = (options) => new Promise((resolve) => {
		const socket = tls.connect({ host: '127.0.0.1', port, servername: HOST, ca, ...options }, () => {
			resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().name });
			socket.destroy();
		});
		socket.on('error', () => resolve(null));
	});
	const only = (version) => ({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' });

	it('is of version 1.2 or 1.3', async () => {
		assert.equal((await connect(only('TLSv1.2'))).protocol, 'TLSv1.2');
		assert.equal((await connect(only('TLSv1.3'))).protocol, 'TLSv1.3');
		for (const old of ['TLSv1', 'TLSv1.1']) assert.equal(await connect(only(old)), null, old);
	});

	it('takes ciphers with forward secrecy and authentication only', async () => {
		const with_ciphers = (ciphers) => connect({ maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` });
		assert.match((await with_ciphers('ECDHE-ECDSA-AES128-GCM-SHA256')).cipher, /GCM/);
		for (const weak of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256', 'aNULL', 'eNULL'])
			assert.equal(await with_ciphers(weak), null, weak);
	});

	it('speaks HTTP/2', async () => {
		const session = http2.connect(`https://127.0.0.1:${port}`, { ca, servername: HOST });
		const stream = session.request({ ':path': '/agent', ':authority': HOST });
		const [headers] = await once(stream, 'response');
		assert.equal(headers[':status'], 200);
		session.close();
	});

	it('is where plain HTTP is sent, whatever host it names', async () => {
		const { status, headers } = await request('/agent?x=1', { plain: true, headers: { Host: 'evil.example' } });
		assert.equal(status, 301);
		assert.equal(headers.location, `${ORIGIN}/agent?x=1`);
		const [response] = await once(http.get(`http://127.0.0.1:${port}/agent`), 'response');
		response.resume();
		assert.deepEqual([response.statusCode, response.headers.location], [301, `${ORIGIN}/agent`]);
		assert.equal((await request('/.well-known/acme-challenge/token', { plain: true })).text, 'challenge');
	});
});

describe('every answer carries the security headers', () => {
	const places = {
		'a page': ['/agent', 200], 'a file': ['/app.js', 200], 'a file that is there already': ['/app.js', 304, { headers: { 'If-None-Match': '*' } }],
		'no file': ['/nothing', 404], 'a dot file': ['/.git/config', 404], 'a directory': ['/core/', 404], 'a wrong method': ['/', 405, { method: 'POST', body: 'x' }],
		'the API': ['/api/pbx/long', 200], "the API's refusal": ['/api/pbx/refused', 422], 'the API away': ['/api/pbx/dies', 503],
		'a sign-in': ['/api/pbx/auth/login', 200, { method: 'POST', body: '{}' }], 'a ticket': ['/api/pbx/ws-ticket', 200, { method: 'POST', body: '{}' }],
		'an import': ['/api/pbx/contacts/import', 200, { method: 'POST', body: '{}' }], 'a report': ['/api/pbx/reports/x', 200],
		'a sound': ['/api/pbx/recordings/sound', 200], 'no sound': ['/api/pbx/recordings/absent', 404], 'a sound by itself': ['/recordings/a.wav', 404],
		'an unreadable path': ['/api/pbx/%00', 400], 'a body that is too large': ['/api/pbx/x', 413, { method: 'POST', body: Buffer.alloc(200_000) }],
		'a stranger': ['/ws', 403], 'metrics': ['/metrics', 200], 'metrics for others': ['/metrics', 403, { from: '127.0.0.2' }],
		'status': ['/nginx-status', 200], 'status for others': ['/nginx-status', 403, { from: '127.0.0.2' }],
	};
	const check = ({ headers }, place) => {
		const policy = headers['content-security-policy'];
		for (const part of [/default-src 'self'/, /script-src 'self';/, /style-src 'self';/, /frame-ancestors 'none'/, /object-src 'none'/, /base-uri 'none'/,
			/require-trusted-types-for 'script'/, /connect-src 'self' wss:\/\/calls\.example\.org wss:\/\/second\.example\.org;/])
			assert.match(policy, part, place);
		assert.doesNotMatch(policy, /unsafe|\*|http:|ws:/, place);
		assert.equal(headers['x-content-type-options'], 'nosniff', place);
		assert.equal(headers['x-frame-options'], 'DENY', place);
		assert.equal(headers['referrer-policy'], 'no-referrer', place);
		assert.equal(headers['cross-origin-opener-policy'], 'same-origin', place);
		assert.equal(headers['cross-origin-resource-policy'], 'same-origin', place);
		assert.match(headers['permissions-policy'], /microphone=\(self\)/, place);
		assert.equal(headers.server, undefined, place);
	};
	for (const [place, [target, status, more]] of Object.entries(places))
		it(place, async () => {
			const answer = await request(target, more);
			assert.equal(answer.status, status);
			check(answer, place);
			assert.ok(Number(/^max-age=(\d+)/.exec(answer.headers['strict-transport-security'])[1]) >= YEAR_S);
			if (!['a page', 'a file', 'a file that is there already', 'status'].includes(place)) assert.match(answer.headers['cache-control'], /no-store/);
			assert.doesNotMatch(answer.text, /nginx\/|<center>/);
		});

	it('a WebSocket, and plain HTTP', async () => {
		check(await handshake('/ws', ORIGIN), 'a WebSocket');
		check(await request('/', { plain: true }), 'plain HTTP');
	});
});

describe('refusals', () => {
	it('under /api/ are problems', async () => {
		for (const [target, status, slug, more] of [['/api/pbx/dies', 503, 'unavailable'], ['/api/pbx/%00', 400, 'malformed'],
			['/api/pbx/x', 413, 'too-large', { method: 'POST', body: Buffer.alloc(200_000) }]]) {
			const answer = await request(target, more);
			assert.equal(answer.headers['content-type'], 'application/problem+json');
			const problem = answer.json();
			assert.deepEqual([problem.status, problem.type], [status, `/problems/${slug}`]);
			assert.equal(problem.requestId, answer.headers['x-request-id']);
			assert.equal(answer.headers['retry-after'], status === 503 ? '1' : undefined);
		}
	});

	it("elsewhere are a small page of ours; the API's own stay its own", async () => {
		const answer = await request('/nothing');
		assert.match(answer.headers['content-type'], /^text\/html/);
		assert.match(answer.text, /<title>Cordboard<\/title>.*404/);
		assert.ok(answer.text.length < 400);
		assert.equal((await request('/', { method: 'DELETE' })).headers.allow, 'GET, HEAD');
		assert.deepEqual((await request('/api/pbx/refused')).json(), { own: true });
	});
});

describe('WebSockets', () => {
	const strangers = [undefined, '', 'null', 'https://evil.example', `${ORIGIN}.evil.example`, `${ORIGIN}:444`, `${ORIGIN}/`, `http://${HOST}`, `https://evil-${HOST}`,
		`https://x.${HOST}`, `https://evil.example?${HOST}`, `https://user@${HOST}`, ORIGIN.toUpperCase(), 'https://Calls.example.org', 'https://callsXexample.org', `${ORIGIN}, ${ORIGIN}`];
	for (const target of ['/ws', '/sip'])
		it(`${target} opens for our origins and for no other`, async () => {
			for (const origin of [ORIGIN, 'https://second.example.org']) assert.equal((await handshake(target, origin)).status, 101, origin);
			for (const origin of strangers) assert.equal((await handshake(target, origin)).status, 403, origin);
		});
});

describe('recordings', () => {
	it('are sent when the API says so, in parts too', async () => {
		const whole = await request('/api/pbx/recordings/sound');
		assert.deepEqual([whole.text, whole.headers['content-type']], ['RIFFsound', 'audio/wav']);
		const part = await request('/api/pbx/recordings/sound', { headers: { Range: 'bytes=4-6' } });
		assert.deepEqual([part.status, part.text], [206, 'sou']);
	});

	it('are nowhere by themselves, and nothing else is there', async () => {
		for (const target of ['/recordings/a.wav', '/recordings/', '/recordings/%2e%2e/secret', '/recordings/link.wav'])
			assert.equal((await request(target)).status, 404, target);
		for (const name of ['outside', 'link']) {
			const { status, text } = await request(`/api/pbx/recordings/${name}`);
			assert.ok([403, 404, 503].includes(status), `${name}: ${status}`);
			assert.doesNotMatch(text, /^secret/);
		}
	});
});

describe('what comes in', () => {
	const post = (target, size, more) => request(target, { method: 'POST', body: Buffer.alloc(size, 'x'), ...more });

	it('has a limit for its place', async () => {
		assert.equal((await post('/api/pbx/contacts', 128 * 1024)).json().bytes, 128 * 1024);
		assert.equal((await post('/api/pbx/contacts', 128 * 1024 + 1)).status, 413);
		assert.equal((await post('/api/pbx/contacts/import', 8 * 1024 * 1024)).json().bytes, 8 * 1024 * 1024);
		assert.equal((await post('/api/pbx/contacts/import', 8 * 1024 * 1024 + 1)).status, 413);
	});

	it('tells the API who sent it, and goes to its pool', async () => {
		const { pool: name, params } = (await request('/api/pbx/x?y=1', { from: '127.0.0.5', headers: { 'X-Real-IP': '1.2.3.4', 'X-Forwarded-For': '1.2.3.4' } })).json();
		assert.deepEqual([name, params.REMOTE_ADDR, params.REQUEST_URI, params.HTTPS, params.REQUEST_SCHEME], ['api', '127.0.0.5', '/api/pbx/x?y=1', 'on', 'https']);
		assert.equal((await request('/api/pbx/reports/queues')).json().pool, 'reports');
	});

	it('in drips is cut off', async () => {
		const socket = tls.connect({ host: '127.0.0.1', port, servername: HOST, ca });
		socket.on('error', () => socket.destroy());
		await once(socket, 'secureConnect');
		const begun = Date.now();
		socket.resume().write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-A: `);
		const timer = setInterval(() => socket.write('a'), 500);
		await new Promise((resolve) => { socket.on('close', resolve); });
		clearInterval(timer);
		assert.ok(Date.now() - begun < 15_000, `${Date.now() - begun} ms`);
	});
});

describe('compression and caching', () => {
	const packed = async (target, method = 'GET') => (await request(target, { method, headers: { 'Accept-Encoding': 'gzip' } })).headers['content-encoding'];

	it('answers and files are compressed, but none with a secret', async () => {
		for (const target of ['/app.js', '/api/pbx/long']) assert.equal(await packed(target), 'gzip', target);
		for (const target of ['/api/pbx/auth/me', '/api/pbx/auth/login', '/api/pbx/auth/phone', '/api/pbx/ws-ticket']) assert.equal(await packed(target, 'POST'), undefined, target);
	});

	it('files are revalidated', async () => {
		for (const target of ['/', '/agent', '/app.js', '/core/api.js']) {
			const { headers } = await request(target);
			assert.equal(headers['cache-control'], 'no-cache', target);
			assert.equal((await request(target, { headers: { 'If-None-Match': headers.etag } })).status, 304, target);
		}
	});
});

describe('limits by address', () => {
	// Over one connection: handshakes would take longer than the limits give.
	async function many(n, target, from) {
		const session = http2.connect(ORIGIN, { createConnection: () => tls.connect({ host: '127.0.0.1', port, localAddress: from, servername: HOST, ca, ALPNProtocols: ['h2'] }) });
		const one = async () => {
			const stream = session.request({ ':path': target });
			const [headers] = await once(stream, 'response');
			let text = '';
			for await (const chunk of stream.setEncoding('utf8')) text += chunk;
			return { status: headers[':status'], headers, text };
		};
		const all = await Promise.all(Array.from({ length: n }, one));
		session.close();
		return all.filter(({ status }) => status === 429);
	}

	for (const [what, target, n, from] of [['sign-ins', '/api/pbx/auth/login', 60, '127.0.0.20'], ['tickets', '/api/pbx/ws-ticket', 900, '127.0.0.21'], ['requests', '/api/pbx/x', 1500, '127.0.0.22']])
		it(what, async () => {
			const refused = await many(n, target, from);
			assert.ok(refused.length > 0, `none of ${n} was refused`);
			assert.equal(JSON.parse(refused[0].text).type, '/problems/rate-limited');
			assert.equal(refused[0].headers['retry-after'], '1');
			assert.equal((await request(target, { from: '127.0.0.23' })).status, 200, 'another address is not limited');
			assert.equal((await many(n, target, '127.0.0.9')).length, 0, 'what is exempt is not limited');
		});
});

it('the logs hold no query and no token', async () => {
	await request('/api/pbx/dies?password=canary1', { headers: { Authorization: 'Bearer canary2', Cookie: 'a=canary2', Referer: 'https://x/?canary3' } });
	await request('/nothing?canary1');
	const log = () => readFileSync(file('log/access.log'), 'utf8');
	for (let i = 0; !/"GET \/api\/pbx\/dies" 503/.test(log()); i++) {
		assert.ok(i < 100, 'the request is not in the log');
		await new Promise((resolve) => { setTimeout(resolve, 50); });
	}
	assert.match(log(), /"GET \/nothing" 404/);
	assert.doesNotMatch(log(), /canary|\?/);
	assert.doesNotMatch(existsSync(file('log/error.log')) ? readFileSync(file('log/error.log'), 'utf8') : '', /canary2/);
});

it('what cannot be rendered is named', async () => {
	for (const [settings, what] of [[[], /ORIGINS/], [['ORIGINS=https://a.example'], /CERTIFICATE/], [['ORIGINS=http://a.example', 'CERTIFICATE=/c'], /CERTIFICATE/],
		[['ORIGINS=https://a.example/x'], /ORIGINS/], [['COLOUR=red'], /COLOUR/], [['STATIC=/x; include y'], /STATIC/]])
		await assert.rejects(render(...settings), ({ code, stderr }) => code === 1 && what.test(stderr), String(settings));
});
