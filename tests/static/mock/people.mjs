// Who works on the scripted floor, and in what state.
import { randomUUID } from 'node:crypto';
import { ago, list, ok } from './answers.mjs';

const NAMES = ['Amelia Brandt', 'Jonas Okafor', 'Priya Raman', 'Mateo Alvarez', 'Sofia Lindqvist', 'Noah Fischer', 'Yara Haddad', 'Liam O’Brien',
	'Chiara Conti', 'Tomasz Nowak', 'Hana Sato', 'Elif Yilmaz'];
const STATES = ['AVAILABLE', 'ON_CALL', 'ON_CALL', 'WRAP_UP', 'AVAILABLE', 'AWAY', 'ON_CALL', 'BUSY', 'AVAILABLE', 'OFFLINE', 'ON_CALL', 'AVAILABLE'];

export function people(count) {
	const agents = Array.from({ length: count }, (_, i) => ({
		id: randomUUID(), extension: String(1001 + i), displayName: NAMES[i % NAMES.length], role: 'AGENT', phoneKind: i < 2 ? 'WEBRTC' : 'SIP',
		enabled: true, queues: i % 3 === 0 ? ['support', 'sales'] : [i % 2 ? 'support' : 'sales'],
	}));
	const manager = { id: randomUUID(), extension: '2002', displayName: 'Morgan Weiss', role: 'MANAGER', phoneKind: 'WEBRTC', enabled: true, queues: [] };
	return [...agents, manager];
}

function liveAgent(person, i) {
	const status = person.role === 'MANAGER' ? 'OFFLINE' : STATES[i % STATES.length];
	const talks = status === 'ON_CALL' || status === 'WRAP_UP';
	return {
		extension: person.extension, status, reason: status === 'AWAY' ? 'LUNCH' : null, since: ago(17 + ((i * 97) % 900)), callId: null,
		queue: talks ? person.queues[0] : null, peer: talks ? `1555123${String(1000 + i)}` : null, peerName: null, ringing: false, held: i === 6,
		phone: status === 'OFFLINE' ? 'UNREGISTERED' : 'REGISTERED', wrapupUntil: status === 'WRAP_UP' ? ago(-14) : null, nextStatus: null,
	};
}

const caller = (n, queue, seconds) => ({
	callId: randomUUID(), from: `1555123${String(2000 + n)}`, fromName: n % 2 ? 'Northwind Traders' : null, position: n, joinedAt: ago(seconds), priority: 0, queue,
});

export function makeFloor(staff) {
	const waits = [caller(1, 'support', 47), caller(2, 'support', 21), caller(3, 'support', 6)];
	return {
		calls: new Map(),
		agents: new Map(staff.map((p, i) => [p.extension, liveAgent(p, i)])),
		queues: new Map([['support', { name: 'support', waiting: waits }], ['sales', { name: 'sales', waiting: [] }]]),
	};
}

function setStatus(m, id, { status, reason }) {
	const { extension } = m.staff.find((p) => p.id === id);
	return ok(m.agent(extension, { status, reason: reason ?? null, since: ago(0), wrapupUntil: null }));
}

function wrapup(m, id, { action }) {
	const { extension } = m.staff.find((p) => p.id === id);
	const change = action === 'FINISH' ? { status: 'AVAILABLE', wrapupUntil: null, callId: null, since: ago(0) } : { wrapupUntil: ago(-60) };
	return ok(m.agent(extension, change));
}

export const routes = [
	['GET', /^agent-extensions$/, (m) => list(m.staff)],
	['PUT', /^agent-extensions\/([^/]+)\/status$/, (m, { match, body }) => setStatus(m, match[1], body)],
	['POST', /^agent-extensions\/([^/]+)\/wrapup$/, (m, { match, body }) => wrapup(m, match[1], body)],
];
