// The floor that the ledger test makes for itself on a running instance: queues, numbers, agents on
// SIPp desk phones, and a trunk whose messages are kept. All of it is taken away in the end.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as h from '../e2e/harness.mjs';
import * as scenario from './scenario.mjs';
import { legs } from './trace.mjs';

const PHONES = '127.0.0.3';
const FIRST_PORT = 5100;
/** First ports for media, below those that the kernel gives out. */
const MEDIA = { calls: 20_000, register: 12_000, internal: 14_000, trunk: 29_000 };
/** SIPp's control sockets: by itself it finds room for sixty only. */
const CONTROL = '127.0.0.4';
const CONTROL_PORT = 16_000;
const CONTROL_PORTS = 4000;
const REREGISTER_MS = 45_000;
const LIST_LENGTH = 2000;

/** Which rings a kind of agent has in store; a name twice is twice as likely. */
const TEMPER = {
	member: ['now', 'soon', 'soon', 'slow', 'slow', 'late', 'refused', 'never'],
	lazy: ['never'],
	target: ['now', 'soon', 'slow'],
	busy: ['refused'],
	dialler: ['now'],
};

export const QUEUES = {
	main: { did: '5570100', ring: 4, max_wait: 45, max_waiting: 0, wrapup: 1 },
	short: { did: '5570200', ring: 3, max_wait: 6, max_waiting: 0, wrapup: 1 },
	full: { did: '5570300', ring: 4, max_wait: 30, max_waiting: 1, wrapup: 1 },
};
const queue_name = (key) => `ledger_${key}`;

const list = (values) => values.map((value) => `'${value}'`).join(', ');

/** The agents of a floor. No extension ends in what the trunk takes for an outcome. */
function staff(members) {
	const some = (count, first, temper, queue) => Array.from({ length: count },
		(_, i) => ({ extension: String(first + i), temper, queue }));
	return [...some(members, 3101, 'member', 'main'), ...some(1, 3201, 'lazy', 'short'), ...some(4, 3301, 'target'),
		...some(1, 3401, 'busy'), ...some(3, 3511, 'dialler')];
}

async function provision(agents) {
	const extensions = list(agents.map((agent) => agent.extension));
	await h.sql(`
		INSERT INTO users (tenant_id, extension, display_name, role, password_hash)
		SELECT u.tenant_id, e, 'Ledger ' || e, 'AGENT', u.password_hash
		FROM users u, unnest(ARRAY[${extensions}]) e WHERE u.extension = '1001'
		ON CONFLICT (tenant_id, extension) DO NOTHING;
		INSERT INTO agent_extensions (tenant_id, user_id, extension, display_name, phone_kind)
		SELECT tenant_id, id, extension, display_name, 'SIP' FROM users WHERE extension IN (${extensions})
		ON CONFLICT (tenant_id, extension) DO UPDATE SET enabled = true;
		${Object.entries(QUEUES).map(([key, q]) => `
			INSERT INTO call_queues (tenant_id, name, display_name, ring_seconds, max_wait_seconds, max_waiting, wrapup_seconds)
			SELECT id, '${queue_name(key)}', 'Ledger ${key}', ${q.ring}, ${q.max_wait}, ${q.max_waiting}, ${q.wrapup}
			FROM tenants WHERE slug = 'demo'
			ON CONFLICT (tenant_id, name) DO UPDATE SET retired_at = NULL;
			INSERT INTO inbound_routes (tenant_id, did, queue_id)
			SELECT tenant_id, '${q.did}', id FROM call_queues WHERE name = '${queue_name(key)}'
			ON CONFLICT (did) DO NOTHING;`).join('')}
		${agents.filter((agent) => agent.queue).map((agent) => `
			INSERT INTO queue_members (tenant_id, queue_id, agent_id)
			SELECT q.tenant_id, q.id, e.id FROM call_queues q JOIN agent_extensions e ON e.extension = '${agent.extension}'
			WHERE q.name = '${queue_name(agent.queue)}' ON CONFLICT DO NOTHING;`).join('')}`);
}

// The history keeps its agents and queues; they only take no part any more.
const retire = (agents) => h.sql(`
	DELETE FROM inbound_routes WHERE did IN (${list(Object.values(QUEUES).map((q) => q.did))});
	DELETE FROM queue_members m USING call_queues q WHERE q.id = m.queue_id AND q.name LIKE 'ledger\\_%';
	UPDATE call_queues SET retired_at = now() WHERE name LIKE 'ledger\\_%';
	UPDATE agent_extensions SET enabled = false WHERE extension IN (${list(agents.map((agent) => agent.extension))});`);

/** Two floors would ring each other's phones: they have the same addresses. */
async function alone() {
	const socket = createSocket('udp4');
	socket.bind(FIRST_PORT, PHONES);
	await once(socket, 'listening').catch((error) => { throw new Error(`another ledger test runs on this machine (${error.code})`); });
	socket.close();
	await once(socket, 'close');
}

export class Floor {
	constructor(dice, members) {
		this.dice = dice;
		this.agents = staff(members);
		this.work = mkdtempSync(path.join(tmpdir(), 'cordboard-ledger-'));
		this.sip = `127.0.0.1:${h.instance.ports.sip_udp}`;
		this.children = new Set();
		this.calls = this.sipps = 0;
		writeFileSync(path.join(this.work, 'voice.ul'), Buffer.alloc(8000, 0x7f));
	}

	file(name, text) {
		const file = path.join(this.work, name);
		if (text !== undefined) writeFileSync(file, text, { mode: 0o600 });
		return file;
	}

	/** A SIPp whose messages go to NAME.log; resolves to how it ended. */
	sipp(name, args) {
		const control = CONTROL_PORT + this.sipps++ % CONTROL_PORTS;
		const child = spawn('sipp', [...args, '-nostdin', '-ci', CONTROL, '-cp', control, '-trace_msg', '-message_file', this.file(`${name}.log`), this.sip].map(String),
			{ cwd: this.work, stdio: 'ignore', env: { ...process.env, TZ: 'UTC' } });
		this.children.add(child);
		const ended = new Promise((resolve) => { child.on('exit', resolve); }).finally(() => this.children.delete(child));
		return { child, ended };
	}

	phone(agent, index) {
		agent.port = FIRST_PORT + 2 * index;
		const rings = Array.from({ length: LIST_LENGTH }, () => `${this.dice.one_of(TEMPER[agent.temper])};`);
		const file = this.file(`${agent.extension}.csv`, `SEQUENTIAL\n${rings.join('\n')}\n`);
		this.sipp(agent.extension, ['-sf', this.file(agent.queue ? 'member.xml' : 'phone.xml'), '-inf', file, '-i', PHONES, '-p', agent.port, '-mp', MEDIA.calls + 50 * index]);
	}

	async sign_in(agent) {
		const { body } = await h.until(async () => {
			const answer = await h.api(null, 'POST', '/auth/login', { extension: agent.extension, password: h.PASSWORD, phone: 'SIP' });
			if (answer.status < 500 && !answer.body?.accessToken) throw new Error(`${agent.extension} could not sign in: ${JSON.stringify(answer.body)}`);
			return answer.status === 200 && answer;
		}, `${agent.extension} to sign in`, 60_000);
		Object.assign(agent, { token: body.accessToken, id: body.agentExtension.id, user: body.sip.authUser, secret: body.sip.password });
		this.file(`register-${agent.extension}.xml`, scenario.register(agent.user, agent.secret, agent.port));
		await h.until(async () => await this.register(agent) === 0, `the phone ${agent.extension} to register`);
	}

	async register(agent) {
		const port = agent.port + 1000;
		return this.sipp(`register-${agent.extension}`, ['-sf', this.file(`register-${agent.extension}.xml`), '-i', PHONES, '-p', port, '-m', 1, '-timeout', 8, '-mp', MEDIA.register + 2 * agent.port]).ended;
	}

	register_all() {
		return Promise.all(this.agents.map((agent) => this.register(agent)));
	}

	status(agent, status, reason) {
		return h.api(agent.token, 'PUT', `/agent-extensions/${agent.id}/status`, { status, ...(reason && { reason }) });
	}

	of(temper) {
		return this.agents.filter((agent) => agent.temper === temper);
	}

	async open() {
		await alone();
		await provision(this.agents);
		const texts = { member: scenario.phone(true), phone: scenario.phone(false), caller: scenario.caller(), trunk: scenario.trunk() };
		for (const [name, text] of Object.entries(texts)) this.file(`${name}.xml`, text);
		this.agents.forEach((agent, index) => this.phone(agent, index));
		await h.service('down', 'trunk');
		this.sipp('trunk', ['-sf', this.file('trunk.xml'), '-i', '127.0.0.2', '-p', h.instance.ports.trunk, '-mp', MEDIA.trunk]);
		for (const agent of this.agents) await this.sign_in(agent);
		for (const agent of this.agents.filter((a) => a.queue))
			await h.until(async () => (await this.status(agent, 'AVAILABLE')).status === 200, `${agent.extension} to be available`);
		this.registering = setInterval(() => this.register_all(), REREGISTER_MS);
	}

	/** Places a call from outside; ended is when SIPp is done with it. */
	async call({ number, name, did, stayMs }) {
		const port = await h.freeUdpPort();
		const log = `call-${++this.calls}`;
		const { child, ended } = this.sipp(log, ['-sf', this.file('caller.xml'), '-i', '127.0.0.2', '-p', port, '-mp', await h.freeUdpPort(), '-m', 1,
			'-s', did, '-recv_timeout', stayMs, '-key', 'cli', number, '-key', 'name', name]);
		const hang_up = () => h.udp_send('127.0.0.2', port, `INFO sip:caller SIP/2.0\r\nVia: SIP/2.0/UDP ${PHONES}:9\r\nFrom: <sip:driver@${PHONES}>;tag=1\r\nTo: <sip:caller@127.0.0.2>\r\nCall-ID: 1-${child.pid}@127.0.0.2\r\nCSeq: 9 INFO\r\nContent-Length: 0\r\n\r\n`);
		return { log, ended, hang_up };
	}

	/** A colleague calls a colleague. */
	internal(agent, to, stayMs) {
		const log = `call-${++this.calls}`, port = agent.port + 2000;
		const file = this.file(`internal-${agent.extension}.xml`, scenario.internal(agent.user, agent.secret));
		return { log, ...this.sipp(log, ['-sf', file, '-i', PHONES, '-p', port, '-mp', MEDIA.internal + 2 * agent.port, '-m', 1, '-s', to, '-recv_timeout', stayMs]) };
	}

	legs(name) {
		return legs(this.file(`${name}.log`));
	}

	async close() {
		clearInterval(this.registering);
		for (const agent of this.agents.filter((a) => a.token)) await h.api(agent.token, 'POST', '/auth/logout').catch(() => null);
		for (const child of this.children) child.kill('SIGKILL');
		await h.service('up', 'trunk');
		if (!process.env.CORDBOARD_KEEP) rmSync(this.work, { recursive: true, force: true });
		await retire(this.agents);
	}
}
