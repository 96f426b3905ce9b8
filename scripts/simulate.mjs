// A floor that is alive: callers of mixed patience and agents on desk phones, for demonstrations.
//
// Agents 1003–1010 sign in through the API as a person would, register a phone (SIPp) with the
// secret they are given, answer, talk, write a disposition, wrap up and take breaks. Callers come in
// through the trunk, never more than a few at once and a little more than the agents can serve, so
// that somebody is usually waiting for a real agent. Who signs in as one of the simulated agents
// takes the phone over: it is left alone from then on.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const API = `${process.env.CORDBOARD_URL}/api/pbx`;
const SIP = `127.0.0.1:${process.env.SIP_PORT}`;
const AGENT_PORTS = Number(process.env.AGENT_PORTS);
const CALLER_PORTS = Number(process.env.CALLER_PORTS);
const PASSWORD = 'cordboard-demo';
const EXTENSIONS = ['1003', '1004', '1005', '1006', '1007', '1008', '1009', '1010'];
const DIDS = ['5550100', '5550200'];
const CALLERS_MAX = 7;
const REREGISTER_MS = 45_000;
const RETRY_MS = 3_000;

// Ports from a block's start: eight for signalling, then eight for each phone's media. The second
// half of these is for registering while a call is up.
const SIGNALLING_PORTS = 8;
const MEDIA_PORTS_EACH = 8;
const REGISTER_MEDIA = 4;
const REGISTER_SIGNALLING = 7;

const DISPOSITIONS = ['RESOLVED', 'RESOLVED', 'FOLLOW_UP', 'CALL_BACK', 'SALE', 'QUOTE_SENT'];
const BREAKS = ['BREAK', 'BREAK', 'LUNCH', 'BACK_OFFICE', 'MEETING'];
const CALLERS = [
	['15551230001', 'Clara Bennett'], ['15551230002', 'Marcus Doyle'], ['15551230003', 'Elena Petrova'],
	['15551230004', 'Samuel Adeyemi'], ['15551230005', 'Ruth Feldman'], ['15551230006', 'Tomasz Nowak'],
	['15551230007', 'Aisha Karim'], ['15551230008', 'Peter Lang'], ['15551230009', 'Grace Liu'],
	['15551230010', 'Henrik Dahl'], ['15551230011', 'Isabel Navarro'], ['15551230012', 'Walter Simmons'],
	['15551230016', 'Patrick O’Neill'], ['15551230020', 'Viktor Holm'],
	['493055512345', 'Jürgen Groß'], ['33155501234', 'Élodie Lefèvre'], ['442075550188', ''], ['15557654321', ''],
];

const scenarios = path.dirname(new URL(import.meta.url).pathname);
const work = mkdtempSync(path.join(tmpdir(), 'cordboard-simulate-'));
const children = new Set();
let stopping = false;

const between = (low, high) => Math.round(low + Math.random() * (high - low));
const one_of = (list) => list[between(0, list.length - 1)];
const log = (...words) => console.log(...words);

// ---- phones --------------------------------------------------------------------------------------

// One byte of PCMU (G.711 µ-law) for a 16-bit sample.
function ulaw(sample) {
	const sign = sample < 0 ? 0x80 : 0;
	const level = Math.min(Math.abs(sample), 32635) + 132;
	const exponent = Math.floor(Math.log2(level)) - 7;
	return ~(sign | (exponent << 4) | ((level >> (exponent + 3)) & 15)) & 0xff;
}

// A second of murmur: two low tones that swell, quiet enough to have in one's ear.
function voice() {
	return Buffer.from(Array.from({ length: 8000 }, (_, i) => {
		const t = i / 8000;
		const swell = Math.sin(Math.PI * t) ** 2;
		return ulaw(Math.round(swell * 900 * (Math.sin(2 * Math.PI * 180 * t) + Math.sin(2 * Math.PI * 270 * t))));
	}));
}

// The scenario with its @NAMES@ replaced, in a file only this user reads.
function scenario(name, file, values) {
	const text = readFileSync(path.join(scenarios, `${name}.xml`), 'utf8')
		.replace(/@([A-Z]+)@/g, (_, key) => values[key]);
	writeFileSync(path.join(work, file), text, { mode: 0o600 });
	return file;
}

// Runs one SIPp call to its end; true when it went as the scenario says.
function sipp(address, port, media, args) {
	return new Promise((resolve) => {
		const child = spawn('sipp', ['-i', address, '-p', port, '-mp', media, '-m', 1, '-nostdin', ...args, SIP].map(String),
			{ cwd: work, stdio: 'ignore' });
		children.add(child);
		const end = (good) => {
			children.delete(child);
			resolve(good);
		};
		child.on('error', (error) => {
			log(`sipp: ${error.message}`);
			end(false);
		});
		child.on('exit', (code) => end(code === 0));
	});
}

// ---- the API, as a program uses it ---------------------------------------------------------------

class Refused extends Error {}

async function api(token, method, route, body) {
	const response = await fetch(API + route, {
		method,
		headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
		body: body && JSON.stringify(body),
		signal: AbortSignal.timeout(10_000),
	});
	const text = await response.text();
	if (response.status === 401 || response.status === 403) throw new Refused(`${method} ${route}: ${response.status} ${text}`);
	if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
	return text ? JSON.parse(text) : {};
}

// ---- agents --------------------------------------------------------------------------------------

class Agent {
	constructor(extension, index) {
		this.extension = extension;
		this.port = AGENT_PORTS + index;
		this.media = AGENT_PORTS + SIGNALLING_PORTS + MEDIA_PORTS_EACH * index;
	}

	async sign_in() {
		const session = await api(null, 'POST', '/auth/login',
			{ extension: this.extension, password: PASSWORD, phone: 'SIP' });
		this.token = session.accessToken;
		this.id = session.agentExtension.id;
		this.registration = scenario('register', `register-${this.extension}.xml`,
			{ USER: session.sip.authUser, PASSWORD: session.sip.password, PORT: this.port });
		if (!await this.register()) throw new Error(`${this.extension}: the phone was not registered`);
	}

	register() {
		return sipp('127.0.0.1', this.media + REGISTER_SIGNALLING, this.media + REGISTER_MEDIA, ['-sf', this.registration]);
	}

	status(status, reason) {
		return api(this.token, 'PUT', `/agent-extensions/${this.id}/status`, { status, ...(reason && { reason }) });
	}

	// Whoever signs in with a browser is given a newer secret, and the phone becomes theirs.
	async taken_over() {
		const { phoneKind } = await api(this.token, 'GET', `/agent-extensions/${this.id}`);
		return phoneKind !== 'SIP';
	}

	async keep_registered() {
		while (!stopping && !this.gone) {
			await pause(REREGISTER_MS);
			if (stopping || await this.register()) continue;
			this.gone = await this.taken_over().catch((error) => error instanceof Refused);
			log(`${this.extension}: ${this.gone ? 'somebody else has the phone' : 'registration failed, trying again'}`);
		}
	}

	async take_call() {
		const talk = Math.random() < 0.2 ? between(50_000, 90_000) : between(15_000, 45_000);
		const calls = path.join(work, `calls-${this.extension}.log`);
		rmSync(calls, { force: true });
		const file = scenario('agent', `agent-${this.extension}.xml`, { RING: between(1_500, 6_000), TALK: talk });
		await sipp('127.0.0.1', this.port, this.media, ['-sf', file, '-trace_logs', '-log_file', calls]);
		try {
			return /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(readFileSync(calls, 'utf8'))?.[0];
		} catch {
			return undefined; // rung, not answered
		}
	}

	async after_call(call) {
		await pause(between(4_000, 15_000));
		await api(this.token, 'PUT', `/calls/${call}/notes`, { disposition: one_of(DISPOSITIONS) });
		if (Math.random() < 0.25) {
			await this.status('AWAY', one_of(BREAKS)); // during the wrap-up: what comes after it
			await pause(between(25_000, 60_000));
		}
		await this.status('AVAILABLE');
	}

	async work() {
		await this.sign_in();
		this.registering ??= this.keep_registered();
		await this.status('AVAILABLE');
		while (!stopping && !this.gone) {
			const call = await this.take_call();
			if (call && !stopping && !this.gone) await this.after_call(call);
		}
	}

	async live() {
		while (!stopping && !this.gone) {
			try {
				await this.work();
			} catch (error) {
				if (stopping) return;
				log(`${this.extension}: ${error.message}`);
				if (error instanceof Refused) this.gone = Boolean(this.token);
				await pause(RETRY_MS);
			}
		}
	}

	async sign_out() {
		if (this.token && !this.gone) await api(this.token, 'POST', '/auth/logout');
	}
}

// ---- callers -------------------------------------------------------------------------------------

/** Who is on the line: nobody calls twice at once. */
const calling = new Set();

async function caller(slot) {
	while (!stopping) {
		await pause(between(1_000, 6_000));
		const who = one_of(CALLERS.filter((c) => !calling.has(c)));
		const [number, name] = who;
		const patience = Math.random() < 0.25 ? between(6_000, 20_000) : between(60_000, 150_000);
		calling.add(who);
		await sipp('127.0.0.2', CALLER_PORTS + slot, CALLER_PORTS + SIGNALLING_PORTS + MEDIA_PORTS_EACH * slot,
			['-sf', path.join(scenarios, 'caller.xml'), '-s', one_of(DIDS), '-recv_timeout', patience,
				'-key', 'cli', number, '-key', 'name', name || number]);
		calling.delete(who);
	}
}

// ---- the floor -----------------------------------------------------------------------------------

writeFileSync(path.join(work, 'voice.ul'), voice());
const agents = EXTENSIONS.map((extension, index) => new Agent(extension, index));

async function stop() {
	if (stopping) return;
	stopping = true;
	await Promise.allSettled(agents.map((agent) => agent.sign_out()));
	for (const child of children) child.kill();
	rmSync(work, { recursive: true, force: true });
	process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

log(`${agents.length} agents, up to ${CALLERS_MAX} callers`);
for (const agent of agents) agent.live();
for (let slot = 0; slot < CALLERS_MAX; slot++) caller(slot);
