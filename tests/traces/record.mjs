// Records flows as the traces beside it are: raw bytes of the worker's AMI account, and what was done when.
//   CORDBOARD_HOME=DIR node tests/traces/record.mjs [NAME…]      (an instance started with --no-demo)
// NAME.cel beside it is what Asterisk wrote to its channel event log meanwhile. With CORDBOARD_TRACES=DIR they go there.
// What the calls were is for a person to write into NAME.jsonl, from NAME.md and the times in NAME.ami.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PASSWORD, api, instance, service, sql, until } from '../e2e/harness.mjs';
import { flows as calls } from './flows/calls.mjs';
import { flows as consultations } from './flows/consultations.mjs';
import { flows as control } from './flows/control.mjs';
import { flows as queues } from './flows/queues.mjs';
import { flows as transfers } from './flows/transfers.mjs';
import { Phone } from './phone.mjs';

const run = promisify(execFile);
const { ports } = instance;
const HOME = process.env.CORDBOARD_HOME;
const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(FOLDER, '../..');
const TO = process.env.CORDBOARD_TRACES ?? FOLDER;
const LOG = path.join(HOME, 'asterisk/log/cel-custom/cordboard.csv');
const server = { address: '127.0.0.1', port: ports.sip_udp };
const TRUNK = '127.0.0.2';
const flows = { ...queues, ...transfers, ...consultations, ...calls, ...control };

/** The AMI link that is recorded; actions go out on it too. */
class Link {
	static async open() {
		const link = new Link();
		link.bytes = [];
		link.events = [];
		link.notes = [];
		link.number = 0;
		await link.connect();
		return link;
	}

	async connect() {
		let text = '';
		const events = [];
		this.socket = net.connect(ports.ami, '127.0.0.1');
		this.socket.on('data', (chunk) => {
			this.bytes.push(chunk);
			text += chunk.toString('latin1');
			const blocks = text.split('\r\n\r\n');
			text = blocks.pop();
			for (const block of blocks) {
				const lines = block.split('\r\n').map((line) => line.split(/: ?(.*)/s, 2));
				const event = Object.fromEntries(lines.reverse());
				event.id = lines.find(([key, value]) => key === 'ChanVariable' && value.startsWith('CC_CALL_ID='))?.[1].slice(11);
				events.push(event);
				this.events.push(event);
			}
		});
		await once(this.socket, 'connect');
		this.closed = once(this.socket, 'close');
		const secret = readFileSync(path.join(HOME, 'secrets/ami-worker'), 'utf8').trim();
		this.socket.write(`Action: Login\r\nUsername: worker\r\nSecret: ${secret}\r\n\r\n`);
		await until(() => events.find((e) => e.Event === 'FullyBooted'), 'the manager login');
	}

	note(kind, text) {
		const now = Date.now();
		this.notes.push(`- ${Math.floor(now / 1000)}.${String(now % 1000).padStart(3, '0')} ${kind}: ${text}`);
	}

	/** Sends an action and waits for its answer. */
	async send(action, fields = {}) {
		const lines = Object.entries({ Action: action, ActionID: `r${++this.number}`, ...fields })
			.flatMap(([key, value]) => [value].flat().map((one) => `${key}: ${one}`));
		const id = `r${this.number}`;
		this.note('sent', lines.join(' | '));
		this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
		return until(() => this.events.find((e) => e.Response && e.ActionID === id), `the answer to ${action}`);
	}

	/** The newest event of that name whose fields match, once there is one. */
	event(name, match = {}) {
		const said = (e) => e.Event === name && Object.entries(match).every(([k, v]) => (v instanceof RegExp ? v.test(e[k]) : e[k] === v));
		return until(() => this.events.findLast(said), `${name} ${JSON.stringify(match)}`, 90_000);
	}

	#open_channels() {
		const over = new Set(this.events.filter((e) => e.Event === 'Hangup').map((e) => e.Uniqueid));
		return this.events.filter((e) => e.Event === 'Newchannel' && !over.has(e.Uniqueid));
	}

	/** After a restart: a connection of its own, parted from the first by a line. */
	async again() {
		await this.closed;
		this.bytes.push(Buffer.from('# --- connection closed by Asterisk; new connection ---\r\n'));
		this.note('step', 'the connection was closed');
		await until(() => this.connect().then(() => true, () => false), 'a new connection', 20_000);
	}

	/** Nobody waits for channels that were killed. */
	forget() { this.events = []; }

	quiet() {
		return until(() => this.#open_channels().length === 0, 'the end of all channels', 60_000);
	}
}

/** What a flow has in its hands. */
async function floor(link, opened) {
	return {
		link,
		step: (text) => link.note('step', text),
		wait: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
		until,
		sql,
		async agent(extension) {
			const { body } = await api(null, 'POST', '/auth/login', { extension, password: PASSWORD, phone: 'SIP' });
			const phone = await Phone.open({ user: body.sip.authUser, password: body.sip.password, server });
			opened.push(phone);
			await phone.register();
			await api(body.accessToken, 'PUT', `/agent-extensions/${body.agentExtension.id}/status`, { status: 'AVAILABLE' });
			phone.leave = () => api(body.accessToken, 'POST', '/auth/logout');
			/** The call that rings here next. */
			phone.ring = async () => {
				const had = phone.calls.filter((c) => c.seen).length;
				const call = await until(() => phone.calls[had], `a ring at ${extension}`, 60_000);
				call.seen = true;
				return call;
			};
			return phone;
		},
		async outside(number, name = 'Outside Caller') {
			const phone = await Phone.open({ user: number, name, address: TRUNK, server });
			opened.push(phone);
			return phone;
		},
		/** The channel of a leg: the newest whose name begins so. */
		async channel(prefix, nth = 0) {
			const found = () => link.events.filter((e) => e.Event === 'Newchannel' && e.Channel.startsWith(`PJSIP/${prefix}-`));
			return (await until(() => found()[nth], `a channel of ${prefix}`)).Channel;
		},
		/** The trunk's far end as a phone of the script, instead of SIPp. */
		async far_end() {
			await service('force-stop', 'trunk');
			const phone = await Phone.open({ user: 'far', address: TRUNK, port: ports.trunk, server });
			opened.push(phone);
			phone.ring = () => until(() => phone.calls[0], 'a ring at the far end');
			return phone;
		},
		/** An extension of the laboratory in a context of the dialplan. */
		async lab(context, extension, ...steps) {
			for (const [i, step] of steps.entries())
				await asterisk(`dialplan add extension ${extension},${i + 1},${step} into ${context} replace`);
		},
		/** A queue of the laboratory, which the database does not know. */
		async lab_queue(name, ...lines) {
			appendFileSync(path.join(HOME, 'asterisk/etc/queues.conf'), `\n[${name}]\n${lines.join('\n')}\n`);
			await asterisk('queue reload all');
		},
		asterisk,
		service,
	};
}

async function asterisk(command) {
	const script = `. ${ROOT}/scripts/lib.sh; home_set ${HOME}; asterisk_cli "$1"`;
	const { stdout } = await run('bash', ['-c', script, 'record', command]).catch((error) => error);
	return stdout;
}

const log = () => (existsSync(LOG) ? readFileSync(LOG) : Buffer.alloc(0));

async function record(name) {
	const { title, run: act } = flows[name];
	const opened = [];
	const written = log().length;
	const link = await Link.open();
	try {
		await act(await floor(link, opened));
		await link.quiet();
	} finally {
		link.socket.destroy();
		for (const phone of opened) {
			await phone.leave?.();
			phone.close();
		}
		await service('up', 'trunk');
	}
	writeFileSync(path.join(TO, `${name}.ami`), Buffer.concat(link.bytes));
	writeFileSync(path.join(TO, `${name}.cel`), log().subarray(written));
	writeFileSync(path.join(TO, `${name}.md`), `# ${name}: ${title}\n\nRaw stream in \`${name}.ami\`: the worker's account of ` +
		`asterisk/etc/manager.conf, nothing left out. Times are seconds since the Unix epoch, as in the \`Timestamp:\` header.\n\n${link.notes.join('\n')}\n`);
	console.log(name);
}

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(flows)) await record(name);
process.exit(0);
