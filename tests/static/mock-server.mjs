// The outside of the pages, for tests of the pages alone: static files under the same policy as the
// real door, the REST answers of a scripted floor, the live feed, and a SIP peer.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { SipPeer } from './mock-sip.mjs';

const STATIC = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../static');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const PAGES = new Set(['/', '/agent', '/manager', '/reports', '/admin', '/wallboard']);
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"media-src 'self' blob:; connect-src 'self' ws://127.0.0.1:*; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const NAMES = ['Amelia Brandt', 'Jonas Okafor', 'Priya Raman', 'Mateo Alvarez', 'Sofia Lindqvist', 'Noah Fischer', 'Yara Haddad', 'Liam O’Brien',
	'Chiara Conti', 'Tomasz Nowak', 'Hana Sato', 'Elif Yilmaz'];
const STATES = ['AVAILABLE', 'ON_CALL', 'ON_CALL', 'WRAP_UP', 'AVAILABLE', 'AWAY', 'ON_CALL', 'BUSY', 'AVAILABLE', 'OFFLINE', 'ON_CALL', 'AVAILABLE'];

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

function people(count) {
	const agents = Array.from({ length: count }, (_, i) => ({
		id: randomUUID(), extension: String(1001 + i), displayName: NAMES[i % NAMES.length], role: 'AGENT', phoneKind: i < 2 ? 'WEBRTC' : 'SIP',
		enabled: true, queues: i % 3 === 0 ? ['support', 'sales'] : [i % 2 ? 'support' : 'sales'],
	}));
	const manager = { id: randomUUID(), extension: '2002', displayName: 'Morgan Weiss', role: 'MANAGER', phoneKind: 'WEBRTC', enabled: true, queues: [] };
	return [...agents, manager];
}

function liveAgent(person, i) {
	const status = person.role === 'MANAGER' ? 'OFFLINE' : STATES[i % STATES.length];
	const talks = status === 'ON_CALL' || status === 'WRAP_UP';
	return {
		extension: person.extension, status, reason: status === 'AWAY' ? 'LUNCH' : null, since: ago(17 + ((i * 97) % 900)), callId: null,
		queue: talks ? person.queues[0] : null, peer: talks ? `1555123${String(1000 + i)}` : null, peerName: null, ringing: false, held: i === 6,
		phone: status === 'OFFLINE' ? 'UNREGISTERED' : 'REGISTERED', wrapupUntil: status === 'WRAP_UP' ? ago(-14) : null, nextStatus: null,
	};
}

const caller = (n, queue, seconds) => ({
	callId: randomUUID(), from: `1555123${String(2000 + n)}`, fromName: n % 2 ? 'Northwind Traders' : null, position: n, joinedAt: ago(seconds), priority: 0, queue,
});

function makeFloor(staff) {
	const waits = [caller(1, 'support', 47), caller(2, 'support', 21), caller(3, 'support', 6)];
	return {
		calls: new Map(),
		agents: new Map(staff.map((p, i) => [p.extension, liveAgent(p, i)])),
		queues: new Map([['support', { name: 'support', waiting: waits }], ['sales', { name: 'sales', waiting: [] }]]),
	};
}

const QUEUES = [
	{ name: 'support', displayName: 'Support', offered: 148, answered: 131, abandoned: 12, serviceLevel: 0.862 },
	{ name: 'sales', displayName: 'Sales', offered: 64, answered: 55, abandoned: 9, serviceLevel: 0.71 },
].map((q) => ({
	...q, id: randomUUID(), strategy: 'rrmemory', ringMs: 15000, maxWaitMs: 300000, wrapupMs: 20000, serviceLevelMs: 20000, serviceLevelFormula: 'S1', members: 6,
}));

const CONTACT = {
	id: randomUUID(), name: 'Dana Whitfield', company: 'Whitfield & Sons', email: 'dana@whitfield.example', tags: ['VIP', 'Annual contract'],
	fields: { 'Customer number': 'C-20418', Plan: 'Business Plus', Renewal: '1 March', Language: 'English' }, numbers: ['15551230001'],
};

function pastCall(i, more) {
	const outcome = ['ANSWERED', 'ANSWERED', 'ABANDONED', 'ANSWERED', 'BUSY'][i % 5];
	const answered = outcome === 'ANSWERED';
	return {
		id: randomUUID(), direction: i % 5 === 4 ? 'OUTBOUND' : 'INBOUND', status: 'ENDED', from: `1555123${String(3000 + i)}`, fromName: null, to: '15550100', did: '5550100',
		queue: i % 2 ? 'support' : 'sales', agent: '1001', agentName: 'Amelia Brandt', contactName: i % 3 ? null : 'Dana Whitfield', startedAt: ago(600 + i * 1300),
		answeredAt: answered ? ago(590 + i * 1300) : null, endedAt: ago(300 + i * 1300), outcome, waitMs: 9000 + i * 2100, talkMs: answered ? 184000 + i * 7000 : 0, holdMs: 0,
		notes: i === 0 ? 'Asked for a copy of the last invoice; sent by e-mail.' : null, disposition: answered ? 'RESOLVED' : null, tags: [], ...more,
	};
}

const problem = (status, slug, detail, more = {}) => ({ status, body: { type: `/problems/${slug}`, title: slug, status, detail, requestId: 'r1', ...more } });
const ok = (body, status = 200) => ({ status, body });
const list = (items) => ok({ items, next: null });

/** Every route the pages use: a row, as in the server. */
const ROUTES = [
	['POST', /^auth\/login$/, (m, { body }) => m.login(body)],
	['POST', /^auth\/logout$/, (m) => { m.user = null; return { status: 204 }; }],
	['GET', /^auth\/me$/, (m) => (m.user ? ok(m.me()) : problem(401, 'unauthorized', 'Sign in first.'))],
	['POST', /^auth\/phone$/, (m) => ok({ sip: m.sip() })],
	['POST', /^ws-ticket$/, () => ok({ ticket: 't'.repeat(43), expiresAt: ago(-30), url: '/ws' })],
	['GET', /^agent-extensions$/, (m) => list(m.staff)],
	['PUT', /^agent-extensions\/([^/]+)\/status$/, (m, { match, body }) => m.setStatus(match[1], body)],
	['POST', /^agent-extensions\/([^/]+)\/wrapup$/, (m, { match, body }) => m.wrapup(match[1], body)],
	['GET', /^queues$/, () => list(QUEUES)],
	['GET', /^dispositions$/, () => list([{ code: 'RESOLVED', label: 'Resolved' }, { code: 'CALL_BACK', label: 'Call back' }, { code: 'WRONG_NUMBER', label: 'Wrong number' }])],
	['GET', /^pause-reasons$/, () => list([{ code: 'LUNCH', label: 'Lunch' }, { code: 'TRAINING', label: 'Training' }])],
	['POST', /^calls\/dial$/, (m, { body }) => m.dial(body)],
	['POST', /^calls\/([^/]+)\/hangup$/, (m, { match }) => m.hangup(match[1])],
	['PUT', /^calls\/([^/]+)\/notes$/, (m, { match, body }) => { m.notes.set(match[1], body); return ok({ id: match[1], ...body }); }],
	['GET', /^calls\/sessions$/, (m) => list(m.history)],
	['GET', /^calls\/sessions\/([^/]+)$/, (m, { match }) => ok({ ...pastCall(1), id: match[1] })],
	['GET', /^contacts\/by-number\/([^/]+)$/, (m, { match }) => (match[1] === '15551230001' ? ok({ ...CONTACT, calls: m.history.slice(0, 4) }) : problem(404, 'not-found', 'No contact has this number.'))],
	['GET', /^preferences$/, (m) => ok({ values: m.preferences })],
	['PUT', /^preferences$/, (m, { body }) => ok({ values: Object.assign(m.preferences, body.values) })],
	['GET', /^reporting\/realtime$/, (m) => ok(m.figures())],
];

class Mock {
	constructor({ agents = 12, user = null } = {}) {
		this.staff = people(agents);
		this.floor = makeFloor(this.staff);
		this.history = Array.from({ length: 9 }, (_, i) => pastCall(i));
		this.preferences = {};
		this.notes = new Map();
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
		return this.serveFile(response, PAGES.has(url.pathname) ? '/index.html' : url.pathname);
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
		const body = text ? JSON.parse(text) : null;
		this.requests.push({ method: request.method, path: name, body, headers: request.headers });
		const answer = this.answer(request.method, name, body);
		const type = answer.status >= 400 ? 'application/problem+json' : 'application/json';
		response.writeHead(answer.status, { 'Content-Type': type }).end(answer.body ? JSON.stringify(answer.body) : undefined);
	}

	answer(method, name, body) {
		const refused = this.refuse.get(`${method} ${name}`);
		if (refused) return refused;
		for (const [verb, pattern, handle] of ROUTES) {
			const match = verb === method && pattern.exec(decodeURIComponent(name));
			if (match) return handle(this, { match, body });
		}
		return problem(404, 'not-found', `No such resource: ${method} ${name}`);
	}

	login({ extension, password }) {
		const person = this.staff.find((p) => p.extension === extension);
		if (!person || password !== 'cordboard-demo') return problem(401, 'wrong-credentials', 'Extension or password is wrong.');
		this.user = person;
		return ok({ accessToken: 'x', ...this.me(), sip: this.sip() });
	}

	me() {
		const { id, extension, displayName, role, queues } = this.user;
		return { user: { id, extension, displayName, role }, tenantId: 't', tenant: 'demo', agentExtension: { id, extension, displayName, queues } };
	}

	sip() {
		const host = new URL(this.url).host;
		return { uri: `sip:${this.user.extension}@127.0.0.1`, authUser: this.user.extension, password: 'secret', wsUrl: `ws://${host}/sip`, realm: 'cordboard', ready: true };
	}

	setStatus(id, { status, reason }) {
		const { extension } = this.staff.find((p) => p.id === id);
		return ok(this.agent(extension, { status, reason: reason ?? null, since: ago(0), wrapupUntil: null }));
	}

	wrapup(id, { action }) {
		const { extension } = this.staff.find((p) => p.id === id);
		const change = action === 'FINISH' ? { status: 'AVAILABLE', wrapupUntil: null, callId: null, since: ago(0) } : { wrapupUntil: ago(-60) };
		return ok(this.agent(extension, change));
	}

	dial({ phoneNumber }) {
		const callId = randomUUID();
		this.dialled = { callId, phoneNumber };
		return ok({ callId, status: 'INITIATED' }, 202);
	}

	hangup(callId) {
		this.emit('call:ended', { id: callId, direction: 'OUTBOUND', status: 'ENDED', outcome: 'CANCELLED', agent: this.user.extension, endedAt: ago(0) });
		return ok({});
	}

	figures() {
		const sum = (key) => QUEUES.reduce((total, q) => total + q[key], 0);
		return {
			floor: { waiting: 3, offered: sum('offered'), answered: sum('answered'), abandoned: sum('abandoned'), serviceLevel: 0.817 },
			queues: QUEUES, agents: this.staff.map((p, i) => ({ extension: p.extension, calls: 21 - (i % 9), talkMs: 4820000 - i * 1000, holdMs: 152000 })),
		};
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
