// What SIPp saw: its message log (-trace_msg, in UTC) as the legs it had a part in.
import { existsSync, readFileSync } from 'node:fs';

const RULE = /^-{40,} (\d{4}-\d\d-\d\d)[ \t](\d\d:\d\d:\d\d\.\d+)\n/m;

function parse_message(text, at, out) {
	const [start, ...lines] = text.trimStart().split(/\r?\n/);
	const headers = {};
	for (const line of lines) {
		if (!line) break;
		const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
		if (name) headers[name.toLowerCase()] ??= value;
	}
	const status = /^SIP\/2\.0 (\d+)/.exec(start)?.[1];
	return { at, out, text, headers, status: status ? Number(status) : null,
		method: status ? headers.cseq?.split(' ')[1] : start.split(' ')[0], uri: status ? null : start.split(' ')[1] };
}

function* messages(file) {
	if (!existsSync(file)) return;
	const parts = readFileSync(file, 'utf8').split(RULE);
	for (let i = 1; i + 2 < parts.length; i += 3) {
		const text = parts[i + 2], head = text.indexOf('\n');
		yield parse_message(text.slice(head + 1), Date.parse(`${parts[i]}T${parts[i + 1].slice(0, 12)}Z`), /message sent/.test(text.slice(0, head)));
	}
}

const number_of = (header) => /sips?:([^@;>]+)@/.exec(header ?? '')?.[1];

function begin(message) {
	return { sipId: message.headers['call-id'], inviteAt: message.at, outgoing: message.out, number: number_of(message.headers.from),
		to: number_of(message.uri), callId: message.headers['x-cc-call-id'] ?? null, auto: Boolean(message.headers['x-cc-auto-answer']),
		answeredAt: null, refusedAt: null, refusedWith: null, cancelAt: null, byeAt: null, byeOurs: null, byeDoneAt: null, referAt: null, referTo: null, ackAt: null, holds: [] };
}

// A hold begins and ends when the other side has agreed to it.
function note_hold(leg, message) {
	if (leg.asked && message.status === 200) {
		if (leg.asked === 'sendonly') leg.holds.push({ from: message.at, to: null });
		else if (leg.holds.at(-1)) leg.holds.at(-1).to = message.at;
		leg.asked = null;
	}
}

function note_invite(leg, message) {
	if (!message.status) {
		if (!leg.answeredAt && message.headers.cseq !== '1 INVITE' && leg.outgoing && leg.refusedWith === 401) leg.refusedAt = leg.refusedWith = null;
		if (leg.answeredAt && message.out !== leg.outgoing && message.out) leg.asked = /a=(sendonly|sendrecv)/.exec(message.text)?.[1];
	} else if (leg.answeredAt) {
		note_hold(leg, message);
	} else if (message.status === 200) {
		leg.answeredAt = message.at;
	} else if (message.status >= 300) {
		leg.refusedAt = message.at;
		leg.refusedWith = message.status;
	}
}

const NOTES = {
	INVITE: note_invite,
	ACK: (leg, message) => { leg.ackAt ??= message.at; },
	CANCEL: (leg, message) => { if (!message.status) leg.cancelAt ??= message.at; },
	BYE: (leg, message) => {
		if (message.status) leg.byeDoneAt ??= message.at;
		if (message.status || leg.byeAt) return;
		leg.byeAt = message.at;
		leg.byeOurs = message.out;
	},
	REFER: (leg, message) => {
		if (message.status || leg.referAt) return;
		leg.referAt = message.at;
		leg.referTo = number_of(message.headers['refer-to']);
	},
};

/** The legs of one SIPp, in the order of their INVITE. */
export function legs(file) {
	const found = new Map();
	for (const message of messages(file)) {
		const id = message.headers['call-id'];
		if (!found.has(id)) {
			if (message.method !== 'INVITE' || message.status) continue;
			found.set(id, begin(message));
		}
		NOTES[message.method]?.(found.get(id), message);
	}
	return [...found.values()];
}
