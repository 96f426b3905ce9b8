// Calls: dialling and ending them, and those of before.
import { randomUUID } from 'node:crypto';
import { ago, list, ok } from './answers.mjs';

export function pastCall(i, more) {
	const outcome = ['ANSWERED', 'ANSWERED', 'ABANDONED', 'ANSWERED', 'BUSY'][i % 5];
	const answered = outcome === 'ANSWERED';
	return {
		id: randomUUID(), direction: i % 5 === 4 ? 'OUTBOUND' : 'INBOUND', status: 'ENDED', from: `1555123${String(3000 + i)}`, fromName: null, to: '15550100', did: '5550100',
		queue: i % 2 ? 'support' : 'sales', agent: '1001', agentName: 'Amelia Brandt', contactName: i % 3 ? null : 'Dana Whitfield', startedAt: ago(600 + i * 1300),
		answeredAt: answered ? ago(590 + i * 1300) : null, endedAt: ago(300 + i * 1300), outcome, waitMs: 9000 + i * 2100, talkMs: answered ? 184000 + i * 7000 : 0, holdMs: 0,
		notes: i === 0 ? 'Asked for a copy of the last invoice; sent by e-mail.' : null, disposition: answered ? 'RESOLVED' : null, tags: [], ...more,
	};
}

const timeline = () => [['queued', 'support'], ['ringing', '1003'], ['ringing', '1001'], ['answered', null], ['segment-began', '1001'], ['held', '1001'],
	['resumed', '1001'], ['segment-ended', '1001'], ['ended', null]].map(([kind, what], i) => ({ at: ago(500 - i * 20), kind, detail: what ? { what } : {} }));

function dial(m, { phoneNumber }) {
	const callId = randomUUID();
	m.dialled = { callId, phoneNumber };
	return ok({ callId, status: 'INITIATED' }, 202);
}

function hangup(m, callId) {
	m.emit('call:ended', { id: callId, direction: 'OUTBOUND', status: 'ENDED', outcome: 'CANCELLED', agent: m.user.extension, endedAt: ago(0) });
	return ok({});
}

export const begin = (m) => {
	m.history = Array.from({ length: 9 }, (_, i) => pastCall(i));
	m.notes = new Map();
};

export const routes = [
	['POST', /^calls\/dial$/, (m, { body }) => dial(m, body)],
	['POST', /^calls\/([^/]+)\/hangup$/, (m, { match }) => hangup(m, match[1])],
	['PUT', /^calls\/([^/]+)\/notes$/, (m, { match, body }) => { m.notes.set(match[1], body); return ok({ id: match[1], ...body }); }],
	['GET', /^calls\/sessions$/, (m) => list(m.history)],
	['GET', /^calls\/sessions\/([^/]+)$/, (m, { match }) => ok({ ...pastCall(1), durationMs: 215000, endedBy: 'CUSTOMER', id: match[1], disposition: null, timeline: timeline() })],
];
