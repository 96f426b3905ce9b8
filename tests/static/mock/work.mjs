// What an agent has to do: call-backs, missed calls, own figures, asking for help.
import { randomUUID } from 'node:crypto';
import { ago, list, ok } from './answers.mjs';

const callback = (more) => ({
	id: randomUUID(), state: 'PENDING', phoneNumber: '15551230002', contactId: null, contactName: null, queueId: null, queue: null, agentId: 'own', agent: '1001',
	agentName: null, dueAt: ago(-5400), notes: null, callId: null, createdBy: '1001', createdAt: ago(4000), closedBy: null, closedAt: null, ...more,
});

const missed = (more) => ({
	id: randomUUID(), number: '15551230007', name: null, contactId: null, contactName: null, queue: 'support', direction: 'INBOUND', outcome: 'NO_ANSWER', missedAt: ago(1500), count: 1, ...more,
});

export const begin = (m) => {
	m.callbacks = [
		callback({ phoneNumber: '15551230001', contactName: 'Dana Whitfield', notes: 'Wants the offer in writing first.', dueAt: ago(-900) }),
		callback({ queue: 'support', agent: null, agentId: null }),
	];
	m.missed = [missed({ contactName: 'Marcus Doyle', count: 2 }), missed({ number: '15551230009', outcome: 'CANCELLED', missedAt: ago(7000) })];
};

function promise(m, body) {
	const made = callback({ ...body, contactName: null });
	m.callbacks.push(made);
	return ok(made, 201);
}

function change(m, id, body) {
	const held = m.callbacks.find((c) => c.id === id);
	Object.assign(held, body, body.agentId ? { agent: m.user.extension } : {});
	return ok(held);
}

function close(m, id) {
	m.missed = m.missed.filter((c) => c.id !== id);
	return { status: 204 };
}

const own = { handled: 21, talkMs: 4_820_000, holdMs: 152_000, acwMs: 402_000, ahtMs: 255_904 };

export const routes = [
	['GET', /^callbacks$/, (m) => list(m.callbacks.filter((c) => c.state === 'PENDING'))],
	['POST', /^callbacks$/, (m, { body }) => promise(m, body)],
	['PUT', /^callbacks\/([^/]+)$/, (m, { match, body }) => change(m, match[1], body)],
	['GET', /^missed-calls$/, (m) => list(m.missed)],
	['POST', /^missed-calls\/([^/]+)\/close$/, (m, { match }) => close(m, match[1])],
	['GET', /^reporting\/agent\/([^/]+)\/metrics$/, () => ok(own)],
	['POST', /^agent-extensions\/([^/]+)\/help$/, (m) => ok(m.agent(m.user.extension, { help: ago(0) }))],
	['DELETE', /^agent-extensions\/([^/]+)\/help$/, (m) => ok(m.agent(m.user.extension, { help: null }))],
];
