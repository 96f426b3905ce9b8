// A private redis-server, the built relay, and clients of both, for the tests of the relay.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

export const EPOCH = 2 ** 32;
const DEADLINE_MS = 20_000;

export function within(promise, what, ms = DEADLINE_MS) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function freePort() {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

// ---- Redis ----

function parseReply(text, at) {
	const end = text.indexOf('\r\n', at);
	if (end < 0) return null;
	const word = text.slice(at + 1, end);
	const next = end + 2;
	switch (text[at]) {
	case '+': return { value: word, next };
	case '-': return { value: new Error(word), next };
	case ':': return { value: Number(word), next };
	case '$': {
		if (word === '-1') return { value: null, next };
		const stop = next + Number(word);
		return stop + 2 <= text.length ? { value: text.slice(next, stop), next: stop + 2 } : null;
	}
	default: return parseArray(text, next, Number(word));
	}
}

function parseArray(text, at, length) {
	const value = [];
	for (let next = at; ; ) {
		if (value.length >= length) return { value, next };
		const item = parseReply(text, next);
		if (!item) return null;
		value.push(item.value);
		next = item.next;
	}
}

/** Just enough of a Redis client to play amid and the API. */
export class Redis {
	#waiting = [];
	#text = '';

	constructor(socket) {
		this.socket = socket.setEncoding('latin1');
		socket.on('data', (data) => this.#take(data));
		socket.on('close', () => this.#waiting.splice(0).forEach((w) => w.reject(new Error('redis closed'))));
		socket.on('error', () => {});
	}

	static async connect(port) {
		const socket = net.connect(port, '127.0.0.1');
		await once(socket, 'connect');
		return new Redis(socket);
	}

	#take(data) {
		this.#text += data;
		for (let reply; (reply = parseReply(this.#text, 0)); ) {
			this.#text = this.#text.slice(reply.next);
			const { resolve, reject } = this.#waiting.shift();
			if (reply.value instanceof Error) reject(reply.value);
			else resolve(reply.value);
		}
	}

	command(...args) {
		const parts = args.map((arg) => Buffer.from(String(arg)));
		this.socket.write(Buffer.concat([
			Buffer.from(`*${parts.length}\r\n`),
			...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]),
		]));
		return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
	}

	async transaction(commands) {
		const replies = [['MULTI'], ...commands, ['EXEC']].map((args) => this.command(...args));
		const last = (await Promise.all(replies)).at(-1);
		const failed = last.find((reply) => reply instanceof Error);
		if (failed) throw failed;
	}

	close() {
		this.socket.destroy();
	}
}

export class RedisServer {
	static async start(port) {
		const server = new RedisServer();
		server.port = port ?? await freePort();
		server.child = spawn('redis-server', ['--port', server.port, '--bind', '127.0.0.1', '--save', '',
			'--enable-debug-command', 'yes'], { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] });
		const lines = createInterface({ input: server.child.stdout });
		await within((async () => {
			for await (const line of lines) if (line.includes('Ready to accept connections')) break;
		})(), 'redis-server ready');
		server.child.stdout.resume();
		return server;
	}

	async kill(signal = 'SIGKILL') {
		const gone = once(this.child, 'exit');
		this.child.kill(signal);
		await gone;
	}
}

/** What amid publishes of one tenant. */
export class Floor {
	seq = EPOCH;

	constructor(redis, tenant, node = 'node1') {
		this.redis = redis;
		this.prefix = `cb:${node}:${tenant}`;
	}

	/** The picture as it is, without an event. */
	async picture({ calls = {}, agents = {}, queues = {} } = {}) {
		const commands = [['SET', `${this.prefix}:seq`, this.seq]];
		for (const [part, objects] of Object.entries({ calls, agents, queues })) {
			commands.push(['DEL', `${this.prefix}:${part}`]);
			for (const [key, object] of Object.entries(objects))
				commands.push(['HSET', `${this.prefix}:${part}`, key, JSON.stringify(object)]);
		}
		await this.redis.transaction(commands);
	}

	/** One event and the state it leads to, as amid does it: in one transaction. */
	async publish(type, data, { queue = '-', extensions = '-', state = [] } = {}) {
		const previous = this.seq++;
		const event = { seq: this.seq, ts: new Date().toISOString(), type, data };
		await this.redis.transaction([
			...state,
			['SET', `${this.prefix}:seq`, this.seq],
			['PUBLISH', `${this.prefix}:events`,
				`${this.seq} ${previous} ${queue} ${extensions} ${type}\n${JSON.stringify(event)}`],
		]);
		return event;
	}

	revoke(sessionId) {
		return this.redis.command('PUBLISH', `${this.prefix}:sessions`, `revoked ${sessionId}`);
	}
}

export async function issueTicket(redis, { tenant, node = 'node1', role = 'MANAGER', extension = '2002',
	queues = [], agents, sessionId = randomUUID() }) {
	const ticket = randomUUID();
	const key = createHash('sha256').update(ticket).digest('hex');
	await redis.command('SET', `cb:ticket:${key}`, JSON.stringify({
		tenant, node, role, extension, queues, agents, sessionId, userId: randomUUID(),
	}), 'EX', 30);
	return ticket;
}

// ---- the relay ----

export class Relay {
	/** ports: of one that is gone, so that its clients find this one. */
	static async start(redisPort, ports = [], settings = '') {
		const libexec = process.env.CB_LIBEXEC;
		if (!libexec) throw new Error('CB_LIBEXEC must name the folder of the built cordboard-relayd');
		const program = join(libexec, 'cordboard-relayd');
		await access(program);
		const relay = new Relay();
		[relay.port, relay.metricsPort] = ports.length ? ports : [await freePort(), await freePort()];
		relay.home = await mkdtemp(join(tmpdir(), 'relay-'));
		const config = join(relay.home, 'cordboard.conf');
		await writeFile(config, `[redis]\naddress = 127.0.0.1:${redisPort}\n`
			+ `[relay]\nport = ${relay.port}\nmetrics_port = ${relay.metricsPort}\n${settings}`);
		relay.log = [];
		relay.child = spawn(program, ['--config', config], { stdio: ['ignore', 'inherit', 'pipe'] });
		relay.exit = once(relay.child, 'exit');
		const lines = createInterface({ input: relay.child.stderr });
		lines.on('line', (line) => relay.log.push(line));
		await within(new Promise((resolve, reject) => {
			lines.on('line', (line) => line.includes('serving') && resolve());
			relay.exit.then(() => reject(new Error(`relay ended:\n${relay.log.join('\n')}`)));
		}), 'relay serving');
		return relay;
	}

	async metrics() {
		const text = await (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).text();
		return Object.fromEntries(text.split('\n').filter((line) => line && !line.startsWith('#'))
			.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]));
	}

	/** Ends it and fails unless it ends as it should: sanitizers make it end otherwise. */
	/** Runs work while the process is stopped: all that comes of it is pending when it wakes. */
	async whileStopped(work) {
		const stopped = async () => / T /.test((await readFile(`/proc/${this.child.pid}/stat`, 'utf8')).replace(/\(.*\)/, ''));
		this.child.kill('SIGSTOP');
		try {
			await within((async () => { while (!await stopped()); })(), 'relay stands still');
			await work();
		} finally {
			this.child.kill('SIGCONT');
		}
	}

	async stop() {
		this.child.kill('SIGTERM');
		const [code, signal] = await within(this.exit, 'relay stopped');
		await rm(this.home, { recursive: true });
		if (code !== 0) throw new Error(`relay ended code=${code} signal=${signal}\n${this.log.join('\n')}`);
	}
}

/** A browser's socket: messages are read one by one, and what is awaited has a deadline. */
export class Client {
	#queue = [];
	#wake = null;

	constructor(relay, protocols = 'cordboard.v1', options = {}) {
		this.socket = new WebSocket(`ws://127.0.0.1:${relay.port}/ws`, protocols, { perMessageDeflate: false, ...options });
		this.opened = once(this.socket, 'open');
		this.socket.on('message', (data) => {
			this.#queue.push(JSON.parse(data));
			this.#wake?.();
		});
		this.closed = new Promise((resolve) => {
			this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
		});
		this.socket.on('error', (error) => { this.error = error; });
		this.opened.catch(() => {});
	}

	async show(ticket, extra = {}) {
		await this.opened;
		this.socket.send(JSON.stringify({ ticket, ...extra }));
		return this;
	}

	/** The next message, whatever it is. */
	async next(what = 'a message') {
		while (!this.#queue.length)
			await within(new Promise((resolve) => { this.#wake = resolve; }), what);
		return this.#queue.shift();
	}

	/** The next message of a type; events that come before it are dropped. */
	async nextOf(type) {
		for (;;) {
			const message = await this.next(type);
			if (message.type === type) return message;
		}
	}

	/** The next n events, one by one. */
	async events(n) {
		const events = [];
		while (events.length < n) {
			const message = await this.next(`event ${events.length + 1} of ${n}`);
			if (!Array.isArray(message)) throw new Error(`not events: ${JSON.stringify(message).slice(0, 200)}`);
			events.push(...message);
		}
		return events;
	}

	get unread() {
		return this.#queue.length;
	}

	closeCode(ms) {
		return within(this.closed, 'closed', ms).then(({ code }) => code);
	}

	close() {
		this.socket.terminate();
	}
}
