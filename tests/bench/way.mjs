// The whole way: a byte of Asterisk's manager to real cordboard-amid, through Redis and the instance's
// relay to many sockets. An event is known again by its call and the time that Asterisk gave it.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as h from '../e2e/harness.mjs';
import * as bench from './worker.mjs';

const PREFIX = 'cordboard-bench-way-';
const CALL = /^be0cbe0c-0000-4000-8000-([0-9a-f]{12})$/;
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const key = (ticket) => `cb:ticket:${createHash('sha256').update(ticket).digest('hex')}`;

async function withTickets(n, f) {
	const keys = Array.from({ length: n }, (_, i) => key(PREFIX + i));
	// No session's id, so that the relay asks no database whether it is over.
	const ticket = JSON.stringify({ tenant: 'demo', node: 'node1', role: 'MANAGER', extension: '2002', queues: [], sessionId: 'bench' });
	await h.redis('MSET', ...keys.flatMap((name) => [name, ticket]));
	try {
		return await f();
	} finally {
		await h.redis('DEL', ...keys);
	}
}

/** When which event was sent: the first of those that Asterisk dates the same. */
function sentBy(times) {
	const sent = new Map();
	for (const [call, ms, us] of times) {
		const name = `${call} ${ms}`;
		if (!sent.has(name)) sent.set(name, us);
	}
	return sent;
}

function latencies(file, sent) {
	const all = [];
	for (const line of readFileSync(file, 'utf8').split('\n')) {
		const [us, text] = line.split('\t');
		if (!text?.startsWith('[')) continue;
		for (const { ts, data } of JSON.parse(text)) {
			const call = CALL.exec(data.callId ?? data.id ?? '');
			const begun = call && sent.get(`${parseInt(call[1], 16)} ${Date.parse(ts)}`);
			if (begun) all.push(Number(us) - begun);
		}
	}
	return all.sort((a, b) => a - b);
}

/** @returns latencies in ms, and how many calls and sockets they are of */
export async function throughAmid(sockets, calls, callsPerSecond, program) {
	const work = mkdtempSync(path.join(tmpdir(), 'cordboard-bench-way-')), trace = path.join(work, 'trace');
	try {
		return await withTickets(sockets, async () => {
			const crowd = await program('sockets', h.instance.ports.relay, PREFIX);
			const joined = await crowd.ask(`open ${sockets}`);
			if (!joined.done) throw new Error(`no sockets: ${JSON.stringify(joined)}`);
			const sender = await bench.manager(calls);
			const times = await bench.withWorker(sender, async () => {
				await crowd.ask(`trace ${trace}`);
				await sender.ask(`stream ${callsPerSecond * bench.EVENTS_A_CALL}`);
				await sleep(1000);
				return { sent: await sender.ask('times') };
			});
			await crowd.end();
			sender.end();
			const all = latencies(trace, sentBy(times.sent));
			const at = (part) => all[Math.floor(all.length * part)] / 1000;
			return { n: all.length, p50Ms: at(0.5), p99Ms: at(0.99) };
		});
	} finally {
		rmSync(work, { recursive: true });
	}
}
