// Everything real around the story: an instance, a caller behind the trunk, a browser, a witness.
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { home as HOME, instance, log, redis, service, sql, until } from '../instance.mjs';

const run = promisify(execFile);
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const PASSWORD = 'cordboard-demo';
export const AGENT_HZ = 1000;
export const CALLER_HZ = 1400;
const RATE = 8000;
const FRAME = 160;
const work = mkdtempSync(path.join(tmpdir(), 'cordboard-e2e-'));

const { ports } = instance;
export { instance, log, redis, service, sql, until };

// ---- sound ---------------------------------------------------------------------------------------

function ulawDecode(byte) {
	const u = ~byte & 0xff;
	const level = (((u & 15) << 3) + 132) << ((u & 0x70) >> 4);
	return u & 0x80 ? 132 - level : level - 132;
}

function ulawEncode(sample) {
	const sign = sample < 0 ? 0x80 : 0;
	const level = Math.min(Math.abs(sample), 32635) + 132;
	const exponent = Math.floor(Math.log2(level)) - 7;
	return ~(sign | (exponent << 4) | ((level >> (exponent + 3)) & 15)) & 0xff;
}

// Tones that beep: a steady one would be taken for noise and suppressed by the browser.
const beeping = (t) => t % 0.5 < 0.3;
const sample = (hz, t) => (beeping(t) ? Math.round(9000 * Math.sin(2 * Math.PI * hz * t)) : 0);

/** Share of the samples' energy at one frequency (Goertzel): 1 is a pure tone. */
export function share(samples, hz) {
	const k = 2 * Math.cos((2 * Math.PI * hz) / RATE);
	let a = 0, b = 0, energy = 0;
	for (const x of samples) {
		[a, b] = [x + k * a - b, a];
		energy += x * x;
	}
	if (energy / samples.length < 100 * 100) return 0;
	return (2 * (a * a + b * b - k * a * b)) / (samples.length * energy);
}

function wav(hz, seconds, rate = 48_000) {
	const data = Buffer.alloc(44 + 2 * rate * seconds);
	data.write('RIFF', 0);
	data.writeUInt32LE(data.length - 8, 4);
	data.write('WAVEfmt ', 8);
	data.writeUInt32LE(16, 16);
	data.writeUInt16LE(1, 20);
	data.writeUInt16LE(1, 22);
	data.writeUInt32LE(rate, 24);
	data.writeUInt32LE(rate * 2, 28);
	data.writeUInt16LE(2, 32);
	data.writeUInt16LE(16, 34);
	data.write('data', 36);
	data.writeUInt32LE(data.length - 44, 40);
	for (let i = 0; i < rate * seconds; i++) data.writeInt16LE(sample(hz, i / rate), 44 + 2 * i);
	return data;
}

/** The caller's ear and mouth: PCMU over RTP, to wherever it hears Asterisk from. */
class Media {
	static async open() {
		const media = new Media();
		media.socket = createSocket('udp4');
		media.socket.bind(0, '127.0.0.2');
		await once(media.socket, 'listening');
		media.port = media.socket.address().port;
		media.heard = [];
		media.frames = 0;
		media.socket.on('message', (packet, from) => {
			if ((packet[1] & 0x7f) !== 0) return;
			media.to = from;
			media.heard.push([...packet.subarray(12, 12 + FRAME)].map(ulawDecode));
			if (media.heard.length > 100) media.heard.shift();
		});
		media.timer = setInterval(() => media.speak(), 20);
		return media;
	}

	speak() {
		if (!this.to) return;
		const packet = Buffer.alloc(12 + FRAME);
		packet.writeUInt8(0x80, 0);
		packet.writeUInt16BE(this.frames & 0xffff, 2);
		packet.writeUInt32BE((this.frames * FRAME) >>> 0, 4);
		packet.writeUInt32BE(0x0c0ffee, 8);
		for (let i = 0; i < FRAME; i++) packet[12 + i] = ulawEncode(sample(CALLER_HZ, (this.frames * FRAME + i) / RATE));
		this.frames++;
		this.socket.send(packet, this.to.port, this.to.address);
	}

	hears(hz) {
		return this.heard.filter((frame) => share(frame, hz) > 0.6).length;
	}

	close() {
		clearInterval(this.timer);
		this.socket.close();
	}
}

// ---- the caller ----------------------------------------------------------------------------------

/** Rings a DID through the trunk: signalling by SIPp, sound by Media. Stays stayMs after the answer. */
export async function ring({ did, number, name = number, stayMs = 60_000 }) {
	const media = await Media.open();
	const scenario = readFileSync(path.join(ROOT, 'asterisk/sipp/caller.xml'), 'utf8')
		.replaceAll('[media_port]', String(media.port))
		.replace(/<nop>.*rtp_stream.*<\/nop>/, '');
	const file = path.join(work, `caller-${media.port}.xml`);
	writeFileSync(file, scenario);
	const child = spawn('sipp', ['-sf', file, '-i', '127.0.0.2', '-p', String(await freeUdpPort()), '-m', '1', '-nostdin',
		'-s', did, '-recv_timeout', String(stayMs), '-key', 'cli', number, '-key', 'name', name.replace(/["\\]/g, '\\$&'), `127.0.0.1:${ports.sip_udp}`],
	{ cwd: work, stdio: 'ignore' });
	const ended = once(child, 'exit').then(([code]) => {
		media.close();
		return code;
	});
	return { media, ended, stop: () => child.kill('SIGKILL') };
}

export async function freeUdpPort(address = '127.0.0.2') {
	const socket = createSocket('udp4');
	socket.bind(0, address);
	await once(socket, 'listening');
	const { port } = socket.address();
	socket.close();
	await once(socket, 'close');
	return port;
}

async function freeTcpPort() {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

// ---- a desk phone --------------------------------------------------------------------------------

const PHONES = { 'answers when told': ['ring', 'answer'], 'only rings': ['ring', 'nothing'], rejects: ['reject', 'nothing'] };

function scenario(file, values) {
	const text = readFileSync(path.join(ROOT, file), 'utf8').replace(/@([A-Z]+)@/g, (_, key) => values[key]);
	const copy = path.join(work, `${path.basename(file, '.xml')}-${values.PORT}.xml`);
	writeFileSync(copy, text);
	return copy;
}

/** Signs an agent in with a registered SIPp phone: how often it was rung, and was told to answer. */
export async function phone(extension, kind) {
	const port = await freeUdpPort('127.0.0.1');
	const { accessToken, agentExtension, sip } = (await api(null, 'POST', '/auth/login',
		{ extension, password: PASSWORD, phone: 'SIP' })).body;
	const [RING, TALK] = PHONES[kind];
	const messages = path.join(work, `phone-${port}.log`);
	const child = spawn('sipp', ['-sf', scenario('tests/e2e/phone.xml', { RING, TALK, PORT: port }), '-i', '127.0.0.1',
		'-p', String(port), '-mp', String(await freeUdpPort('127.0.0.1')), '-nostdin', '-trace_msg', '-message_file', messages,
		'-message_overwrite', 'true', `127.0.0.1:${ports.sip_udp}`], { cwd: work, stdio: 'ignore' });
	await run('sipp', ['-sf', scenario('asterisk/sipp/register.xml', { USER: sip.authUser, PASSWORD: sip.password, PORT: port }),
		'-i', '127.0.0.1', '-p', String(await freeUdpPort('127.0.0.1')), '-m', '1', '-nostdin', `127.0.0.1:${ports.sip_udp}`], { cwd: work });
	const calls = (method) => new Set([...read(messages).matchAll(new RegExp(`^${method} [^]*?^Call-ID: (.*)$`, 'gm'))].map((m) => m[1])).size;
	return { token: accessToken, id: agentExtension.id, extension, rings: () => calls('INVITE'), told: () => calls('NOTIFY'), stop: () => child.kill('SIGKILL') };
}

const read = (file) => { try { return readFileSync(file, 'utf8'); } catch { return ''; } };

/** One datagram, as if from somebody. */
export function udp_send(address, port, text) {
	const socket = createSocket('udp4');
	socket.send(text, port, address, () => socket.close());
}

// ---- the witness: Asterisk's own events, on an account of the same rights as the worker's --------

export async function witness(on_event = () => {}) {
	const events = [], answers = new Map();
	const socket = net.connect(ports.ami, '127.0.0.1');
	let text = '', actions = 0;
	socket.setEncoding('utf8');
	socket.on('error', () => socket.destroy());
	socket.on('data', (chunk) => {
		text += chunk;
		const blocks = text.split('\r\n\r\n');
		text = blocks.pop();
		for (const block of blocks) {
			const event = Object.fromEntries(block.split('\r\n').map((line) => line.split(/: ?(.*)/s, 2)).reverse());
			events.push(event);
			if (event.Response) answers.set(event.ActionID, event);
			on_event(event);
		}
	});
	const closed = new Promise((resolve) => { socket.on('close', () => resolve(false)); });
	const connected = new Promise((resolve) => { socket.on('connect', () => resolve(true)); });
	if (!await Promise.race([connected, closed])) throw new Error('Asterisk takes no manager connection');
	const secret = readFileSync(path.join(HOME, 'secrets/ami-worker'), 'utf8').trim();
	socket.write(`Action: Login\r\nUsername: worker\r\nSecret: ${secret}\r\n\r\n`);
	await until(() => socket.destroyed || events.find((e) => e.Event === 'FullyBooted'), 'the manager login');
	if (socket.destroyed) throw new Error('Asterisk closed the manager connection');
	return {
		events,
		closed,
		/** When Asterisk said so, in ms; waits for it. */
		at: async (name, match = {}) => {
			const said = (e) => e.Event === name && Object.entries(match).every(([k, v]) => e[k] === v);
			const event = await until(() => events.find(said), `${name} ${JSON.stringify(match)}`);
			return Number(event.Timestamp) * 1000;
		},
		/** Asterisk's answer to an action. */
		ask: async (action) => {
			const ActionID = `ask-${++actions}`;
			socket.write(`${Object.entries({ ...action, ActionID }).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`);
			await until(() => socket.destroyed || answers.has(ActionID), `the answer to ${action.Action}`);
			if (!answers.has(ActionID)) throw new Error('Asterisk closed the manager connection');
			return answers.get(ActionID);
		},
		close: () => socket.destroy(),
	};
}

/** Where Asterisk would ring an extension: the address of each phone that is registered for it. */
export async function contacts(extension) {
	const secret = readFileSync(path.join(HOME, 'secrets/ami-system'), 'utf8').trim();
	const socket = net.connect(ports.ami, '127.0.0.1');
	socket.write(`Action: Login\r\nUsername: system\r\nSecret: ${secret}\r\n\r\nAction: PJSIPShowContacts\r\nActionID: contacts\r\n\r\n`);
	let text = '';
	for await (const chunk of socket) {
		text += chunk;
		if (/Event: ContactListComplete|No Contacts found/.test(text)) break;
	}
	return text.split('\r\n\r\n').filter((b) => /^Event: ContactList\r/m.test(b) && new RegExp(`^Endpoint: ${extension}\r`, 'm').test(b)).map((b) => /^Uri: (.*)\r$/m.exec(b)[1]);
}

// ---- the database and the API --------------------------------------------------------------------

/** Kills a process by the id that the instance itself, which has ids of its own, knows it by. */
export const kill_inside = (pid) => run('nsenter',
	[`--pid=/proc/${readFileSync(path.join(HOME, 'supervisor.pid'), 'utf8').trim()}/ns/pid_for_children`, '--', 'kill', '-KILL', String(pid)]);

// When amid last said that a part of it is up; 0 when it did not.
async function amidSays(part) {
	const [state, at] = (await redis('HGET', 'cb:node1:health', part)).split('@');
	return state === 'up' ? Date.parse(at) : 0;
}
export const on_its_line = async () => await amidSays('ami') > 0;

// What a dead amid said last is still there for a while: only what is newer than this call counts.
export function amidIsBack(ms) {
	const since = Date.now();
	return until(async () => {
		const said = await Promise.all(['amid', 'ami'].map(amidSays));
		return said.every((at) => at > since);
	}, 'amid to be back', ms);
}

// A second cordboard-amid beside the instance's own, with a journal of its own; amiPort: another manager.
export async function amid({ amiPort = ports.ami } = {}) {
	const own = readFileSync(path.join(HOME, 'etc/cordboard.conf'), 'utf8');
	const home = mkdtempSync(path.join(work, 'amid-'));
	const metricsPort = await freeTcpPort();
	const config = path.join(home, 'cordboard.conf');
	writeFileSync(config, own.replaceAll(/\/run\/cordboard\/[0-9a-f]+/g, HOME)
		.replace(/^port = .*$/m, `port = ${amiPort}`)
		.replace(/^journal_dir = .*$/m, `journal_dir = ${path.join(home, 'journal')}`)
		.replace(/(^\[amid\][^[]*^metrics_port = )\d+$/m, `$1${metricsPort}`));
	const child = spawn(path.join(HOME, 'app/libexec/cordboard/cordboard-amid'), ['--config', config]);
	let text = '';
	child.stderr.on('data', (chunk) => { text += chunk; });
	return { pid: child.pid, home, metricsPort, log: () => text, stop: () => child.kill('SIGKILL'), end: () => child.kill('SIGTERM') };
}

/** A line between cordboard-amid and Asterisk that can be cut; amid is restarted onto it, and off it again. */
export async function ami_line() {
	const file = path.join(HOME, 'etc/cordboard.conf'), own = readFileSync(file, 'utf8'), links = new Set();
	const server = net.createServer((near) => {
		const far = net.connect(ports.ami, '127.0.0.1');
		for (const [socket, other] of [[near, far], [far, near]]) {
			links.add(socket);
			socket.on('error', () => other.destroy());
			socket.on('close', () => {
				links.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const restart = async (text) => {
		writeFileSync(file, text);
		await service('restart', 'amid');
		await until(on_its_line, 'amid on its line', 20_000);
	};
	await restart(own.replace(`port = ${ports.ami}\n`, `port = ${server.address().port}\n`));
	return {
		cut: () => links.forEach((socket) => socket.destroy()),
		close: async () => {
			await restart(own);
			server.close();
		},
	};
}

export async function api(token, method, route, body, more = {}) {
	const response = await fetch(`${instance.url}/api/pbx${route}`, {
		method,
		headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }), ...more },
		body: body && JSON.stringify(body),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, body: /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : null };
}

/** What cordboard-amid shows to Prometheus: the value of each series. */
export async function metrics(port = ports.amid_metrics) {
	const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
	return Object.fromEntries([...text.matchAll(/^([^#].*) (\S+)$/gm)].map(([, series, value]) => [series, Number(value)]));
}

/** Pushes a command as the API would; the key of its reply. */
export async function push(verb, args, { id = randomUUID(), extension = '1009', role = 'AGENT', inMs = 3_000 } = {}) {
	const reply = `cb:node1:reply:${id}`;
	const actor = { userId: id, extension, role };
	await redis('RPUSH', 'cb:node1:commands', JSON.stringify({ id, verb, tenant: 'demo', actor, deadline: Date.now() + inMs, reply, args }));
	return reply;
}

/** … and what amid answers, or null within waitMs. */
export async function command(verb, args, options = {}) {
	const { waitMs = (options.inMs ?? 3_000) + 500 } = options;
	const answer = await redis('BLPOP', await push(verb, args, options), String(waitMs / 1000));
	return answer ? JSON.parse(answer.slice(answer.indexOf('\n') + 1)) : null;
}

export async function token(extension) {
	return (await api(null, 'POST', '/auth/login', { extension, password: PASSWORD })).body.accessToken;
}

// ---- browsers ------------------------------------------------------------------------------------

/** through: the port of a line (see line.mjs), which stands for the door without the pages knowing. */
export async function browser({ through } = {}) {
	const tone = path.join(work, 'agent.wav');
	writeFileSync(tone, wav(AGENT_HZ, 10));
	return chromium.launch({
		executablePath: '/usr/bin/chromium',
		headless: true,
		args: [...(through ? [`--host-resolver-rules=MAP ${new URL(instance.url).host} 127.0.0.1:${through}`] : []),
			'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
			'--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream',
			'--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${tone}`,
			'--autoplay-policy=no-user-gesture-required'],
	});
}

/** A page of its own session, signed in; what goes wrong in it is kept in page.problems. */
export async function signIn(chrome, extension, route, { hidden = false } = {}) {
	const context = await chrome.newContext();
	const page = await watched(await context.newPage());
	if (hidden) await hide(page);
	await page.goto(instance.url + route);
	await enter(page, extension);
	return page;
}

/** What goes wrong in a page, and what its security policy had to refuse, is kept in page.problems. */
export async function watched(page) {
	page.problems = [];
	await page.exposeBinding('tellProblem', (_, text) => { page.problems.push(text); });
	await page.addInitScript(() => {
		// What became of each live feed, by its close code.
		window.closes = [];
		window.WebSocket = class extends WebSocket {
			constructor(url, protocols) {
				super(url, protocols);
				if (new URL(url).pathname === '/ws') this.addEventListener('close', (e) => window.closes.push(e.code));
			}
		};
		document.addEventListener('securitypolicyviolation', (e) => window.tellProblem(`refused: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
	});
	page.on('pageerror', (error) => page.problems.push(String(error)));
	page.on('console', (message) => {
		if (/Content Security Policy/.test(message.text())) page.problems.push(message.text());
	});
	return page;
}

/** To itself the page is in the background, and may notify: what it said so is in window.notices. */
async function hide(page) {
	await page.addInitScript(() => {
		window.notices = [];
		Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
		Object.defineProperty(document, 'hidden', { get: () => true });
		window.Notification = class extends EventTarget {
			static permission = 'granted';
			static requestPermission = async () => 'granted';
			constructor(title, options = {}) {
				super();
				window.notices.push([title, options.body ?? '']);
			}
			close() {}
		};
	});
}

/** Stops every page of a browser, as a machine that is closed does; what is given back wakes them. */
export async function putToSleep(chrome) {
	const { processInfo } = await (await chrome.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
	const pages = processInfo.filter((p) => p.type === 'renderer').map((p) => p.id);
	const tell = (signal) => pages.forEach((pid) => process.kill(pid, signal));
	tell('SIGSTOP');
	return () => tell('SIGCONT');
}

/** Signs in on the page that asks for it. */
export async function enter(page, extension) {
	await page.getByLabel('Extension').fill(extension);
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Notes each new value of expression (evaluated in the page) with its time, from now on. */
export async function watch(page, expression) {
	await page.evaluate((text) => {
		const look = new Function(`return ${'' + text}`);
		window.seen = [];
		const note = () => {
			const value = look();
			if (value !== undefined && window.seen.at(-1)?.value !== value) window.seen.push({ value, at: Date.now() });
		};
		new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		note();
	}, expression);
	return async () => page.evaluate(() => window.seen);
}

/** Share of 50 ms looks at the remote sound in which one frequency stands out. */
export async function pageHears(page, hz, ms = 2_500) {
	return page.evaluate(async ({ hz, ms }) => {
		const stream = document.querySelector('[data-testid="remote-audio"]').srcObject;
		const audio = new AudioContext();
		const analyser = audio.createAnalyser();
		analyser.fftSize = 4096;
		analyser.smoothingTimeConstant = 0;
		audio.createMediaStreamSource(stream).connect(analyser);
		const bins = new Float32Array(analyser.frequencyBinCount);
		const width = audio.sampleRate / analyser.fftSize;
		let looks = 0, heard = 0;
		for (const end = Date.now() + ms; Date.now() < end; looks++) {
			await new Promise((resolve) => { setTimeout(resolve, 50); });
			analyser.getFloatFrequencyData(bins);
			const peak = bins.indexOf(Math.max(...bins));
			if (bins[peak] > -60 && Math.abs(peak * width - hz) < 2 * width) heard++;
		}
		await audio.close();
		return heard / looks;
	}, { hz, ms });
}
