// A storm of events out of the real Asterisk while PostgreSQL stands still and callers call.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as h from '../e2e/harness.mjs';
import { find } from './processes.mjs';
import { peakRssMb, stall } from './worker.mjs';

const run = promisify(execFile);
const SRC = fileURLToPath(new URL('../..', import.meta.url));
const LOOPS = 4;
const EVENTS_A_ROUND = 3;

const cli = async (command) => (await run('bash', ['-c', `. "${SRC}/scripts/lib.sh"; home_set "$CORDBOARD_HOME"; asterisk_cli "$1"`, 'bash', command])).stdout;

/** A loop in the dialplan that says three things each time round. */
async function writeLoop(rounds) {
	const steps = ['Set,i=0', ...Array(EVENTS_A_ROUND).fill('UserEvent,Storm,Round:${i}'), 'Set,i=$[${i}+1]', `GotoIf,$[\${i}<${rounds}]?2`, 'Hangup,'];
	for (const [i, step] of steps.entries()) await cli(`dialplan add extension s,${i + 1},${step} into bench-storm replace`);
}

/** A second listener: starts the loops and counts what they say, since only that proves a storm. */
async function counter() {
	const socket = net.connect(h.instance.ports.ami, '127.0.0.1');
	const secret = readFileSync(path.join(process.env.CORDBOARD_HOME, 'secrets/ami-worker'), 'utf8').trim();
	const seen = { n: 0, up: false, last: 0 };
	let rest = '';
	socket.setEncoding('latin1');
	socket.on('data', (chunk) => {
		const parts = (rest + chunk).split('UserEvent: Storm\r\n');
		if (parts.length > 1) seen.last = Date.now();
		seen.n += parts.length - 1;
		seen.up ||= chunk.includes('FullyBooted');
		rest = parts.at(-1).slice(-20);
	});
	socket.on('error', () => {});
	socket.write(`Action: Login\r\nUsername: worker\r\nSecret: ${secret}\r\n\r\n`);
	await h.until(() => seen.up, 'the manager login');
	return {
		seen,
		start: () => socket.write('Action: Originate\r\nAsync: true\r\nChannel: Local/s@bench-storm/n\r\nApplication: Wait\r\nData: 60\r\n\r\n'),
		close: () => socket.destroy(),
	};
}

const ownWorker = () => find((text) => text.includes('cordboard-amid --config /run/cordboard/') && text.includes(h.instance.id));
const stored = (numbers) => h.sql(`SELECT count(*) FROM call_sessions WHERE outcome = 'ABANDONED' AND ended_by = 'CUSTOMER'
	AND from_number IN (${numbers.map((n) => `'${n}'`).join(',')})`);

/** Sends that many events, and callers at the same time. */
export async function storm(events, stallMs) {
	const worker = ownWorker();
	const before = h.log('amid').length;
	const numbers = Array.from({ length: 5 }, (_, i) => `1557${String(Math.floor(Math.random() * 1e5)).padStart(5, '0')}${i}`);
	const rounds = Math.ceil(events / LOOPS / EVENTS_A_ROUND);
	await writeLoop(rounds);
	const listener = await counter();
	const begun = Date.now();
	for (let i = 0; i < LOOPS; i++) listener.start();
	const callers = Promise.all(numbers.map((number) => h.ring({ did: '5550200', number, stayMs: 1_500 })));
	await stall(stallMs);
	const expected = LOOPS * EVENTS_A_ROUND * rounds;
	await h.until(() => listener.seen.n === expected, 'the storm to pass', 120_000).catch(() => {});
	const seconds = (listener.seen.last - begun) / 1000;
	listener.close();
	for (const caller of await callers) await caller.ended;
	await h.until(async () => Number(await stored(numbers)) >= numbers.length, 'the calls in the record', 30_000).catch(() => {});
	await cli('dialplan remove context bench-storm');
	return {
		expected, events: listener.seen.n, seconds, calls: numbers.length,
		stored: Number(await stored(numbers)),
		linkLost: /link (down|dropped)/.test(h.log('amid').slice(before)),
		sameWorker: ownWorker() === worker,
		peakMb: peakRssMb(worker),
		sanitized: readFileSync(`/proc/${worker}/maps`, 'utf8').includes(`${path.sep}libasan.`),
	};
}
