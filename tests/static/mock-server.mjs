// The outside of the pages, for tests of the pages alone: static files under the same policy as the
// real door, the REST answers of a scripted floor, the live feed, and a SIP peer.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { ago, problem } from './mock/answers.mjs';
import { makeFloor, people } from './mock/people.mjs';
import { SipPeer } from './mock-sip.mjs';
import { filesIn } from './site.mjs';

const STATIC = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../static');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const PAGES = new Set(['/', '/agent', '/manager', '/reports', '/admin', '/wallboard']);
// The door's own policy, from its template.
const DOOR = await readFile(new URL('../../nginx/cordboard.conf.in', import.meta.url), 'utf8');
const POLICY = /"Content-Security-Policy: ([^"]*)"/.exec(DOOR)[1].replace('@CONNECT_SOURCES@', 'ws://127.0.0.1:*');

/** An area a file: its routes, rows as in the server, and what it begins with. */
const AREAS = await filesIn(new URL('./mock/', import.meta.url));
const ROUTES = AREAS.flatMap((area) => area.routes ?? []);

class Mock {
	constructor({ agents = 12, user = null, preferences = {} } = {}) {
		this.staff = people(agents);
		this.floor = makeFloor(this.staff);
		this.preferences = { ...preferences };
		for (const area of AREAS) area.begin?.(this);
		this.requests = [];
		this.seq = 2 ** 32;
		this.refuse = new Map();
		this.user = user ? this.staff.find((p) => p.extension === user) : null;
		this.sip_ = new SipPeer();
		this.server = createServer((request, response) => this.serve(request, response));
		this.feed = new WebSocketServer({ noServer: true, handleProtocols: () => 'cordboard.v1' });
		this.phones = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip' });
		this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
		this.feed.on('connection', (socket) => socket.on('message', () => this.greet(socket)));
		this.phones.on('connection', (socket) => this.sip_.attach(socket));
	}

	async listen() {
		await new Promise((resolve) => { this.server.listen(0, '127.0.0.1', resolve); });
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		return this;
	}

	async close() {
		for (const socket of [...this.feed.clients, ...this.phones.clients]) socket.terminate();
		this.server.closeAllConnections();
		await new Promise((resolve) => { this.server.close(resolve); });
	}

	get peer() { return this.sip_; }

	// ---- HTTP ----

	serve(request, response) {
		const url = new URL(request.url, this.url);
		response.setHeader('Content-Security-Policy', POLICY);
		response.setHeader('X-Content-Type-Options', 'nosniff');
		if (url.pathname.startsWith('/api/pbx/')) return this.serveApi(request, response, url);
		return this.serveFile(response, PAGES.has(url.pathname) || url.pathname.startsWith('/admin/') ? '/index.html' : url.pathname);
	}

	async serveFile(response, name) {
		const file = path.join(STATIC, path.normalize(name));
		const known = await stat(file).catch(() => null);
		if (!known?.isFile()) return response.writeHead(404).end();
		response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'Cache-Control': 'no-cache' });
		return createReadStream(file).pipe(response);
	}

	async serveApi(request, response, url) {
		let text = '';
		for await (const chunk of request) text += chunk;
		const name = url.pathname.slice('/api/pbx/'.length);
		const body = text && request.headers['content-type'] === 'application/json' ? JSON.parse(text) : null;
		this.requests.push({ method: request.method, path: name, body, headers: request.headers });
		const answer = this.answer(request.method, name, body, { headers: request.headers, query: url.searchParams });
		const type = answer.status >= 400 ? 'application/problem+json' : 'application/json';
		response.writeHead(answer.status, { 'Content-Type': type, ...answer.headers }).end(answer.body ? JSON.stringify(answer.body) : undefined);
	}

	answer(method, name, body, asked) {
		const refused = this.refuse.get(`${method} ${name}`);
		if (refused) return refused;
		for (const [verb, pattern, handle] of ROUTES) {
			const match = verb === method && pattern.exec(decodeURIComponent(name));
			if (match) return handle(this, { match, body, ...asked });
		}
		return problem(404, 'not-found', `No such resource: ${method} ${name}`);
	}

	// ---- the live feed ----

	upgrade(request, socket, head) {
		const server = request.url.startsWith('/sip') ? this.phones : this.feed;
		server.handleUpgrade(request, socket, head, (ws) => server.emit('connection', ws, request));
	}

	greet(socket) {
		const all = (map) => [...map.values()];
		socket.send(JSON.stringify({ type: 'snapshot', seq: this.seq, stale: false, calls: all(this.floor.calls), agents: all(this.floor.agents), queues: all(this.floor.queues) }));
	}

	send(message) {
		for (const socket of this.feed.clients) socket.send(JSON.stringify(message));
	}

	emit(type, data) {
		this.send([{ seq: ++this.seq, ts: ago(0), type, data }]);
	}

	/** Changes an agent and tells everybody. */
	agent(extension, change) {
		const agent = { ...this.floor.agents.get(extension), ...change };
		this.floor.agents.set(extension, agent);
		this.emit('agent:status:updated', agent);
		return agent;
	}

	call(type, data) {
		this.emit(type, data);
	}
}

/** Starts a floor of so many agents; user: who is signed in already. @param {{agents?: number, user?: string}} [options] */
export const startMock = (options) => new Mock(options).listen();
