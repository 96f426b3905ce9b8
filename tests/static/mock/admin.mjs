// What is configured, as an administrator reads and changes it: each thing with a version.
import { randomUUID } from 'node:crypto';
import { ago, list, ok, problem } from './answers.mjs';
import { QUEUES } from './queues.mjs';

const QUEUE = {
	maxWaiting: 0, shortAbandonMs: 5000, weight: 0, dispositionRequired: false, dids: [], waiting: 0, oldestJoinedAt: null, musicClass: 'default', timezone: null,
	screenPopUrl: null, warnWaitMs: 30_000, alertWaitMs: 120_000, alertWaiting: null, serviceLevelTarget: 0.8,
};
const WEEK = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '08:00', closes: '18:00' }));
const HOURS = { id: randomUUID(), name: 'Office hours', timezone: 'Europe/Berlin', spans: WEEK, exceptions: [{ date: '2026-12-25', name: 'Christmas', spans: [] }, { date: '2026-12-24', name: 'Christmas Eve', spans: [{ opens: '08:00', closes: '12:00' }] }], open: true, dids: ['5550100'] };
const AUDIT = [
	{ id: 3, at: ago(60), action: 'queue.update', kind: 'queue', object: QUEUES[0].id, actor: '2003', address: '192.0.2.17', before: { displayName: 'Support', ringMs: 15_000 }, after: { displayName: 'Support', ringMs: 20_000 } },
	{ id: 2, at: ago(900), action: 'user.create', kind: 'user', object: '1012', actor: '2003', address: '192.0.2.17', before: null, after: { displayName: 'Nora Example', role: 'AGENT' } },
	{ id: 1, at: ago(90_000), action: 'session.begin', kind: 'session', object: randomUUID(), actor: '1001', address: '198.51.100.4', before: null, after: null },
];

const members = (m, queue) => m.staff.filter((p) => p.queues.includes(queue.name)).map((p, i) => ({ queueId: queue.id, agentId: p.id, extension: p.extension, displayName: p.displayName, penalty: i % 3, status: 'AVAILABLE' }));

function person(m, p) {
	const memberships = QUEUES.filter((q) => p.queues.includes(q.name)).map((q) => ({ queueId: q.id, queue: q.name, penalty: 0 }));
	return { ...p, userId: p.id, email: null, createdAt: ago(9_000_000), passwordAt: ago(9_000_000), memberships, autoAnswer: false, agentExtension: { id: p.id, phoneKind: p.phoneKind, autoAnswer: false, enabled: true, queues: p.queues } };
}

export const begin = (m) => {
	m.staff.push({ id: randomUUID(), extension: '2003', displayName: 'Ada Solberg', role: 'ADMIN', phoneKind: 'WEBRTC', enabled: true, queues: [] });
	for (const p of m.staff) p.userId = p.id;
	m.versions = new Map();
	m.config = {
		queues: QUEUES.map((q) => ({ ...QUEUE, ...q, dids: [q.name === 'support' ? '5550100' : '5550200'] })),
		routes: QUEUES.map((q, i) => ({ id: randomUUID(), did: `5550${i + 1}00`, label: `${q.displayName} line`, queueId: q.id, queue: q.name, openingHoursId: i ? null : HOURS.id, openingHours: i ? null : HOURS.name, closed: { action: 'ANNOUNCEMENT', announcement: 'vm-nobodyavail', queueId: null }, open: true })),
		'opening-hours': [{ ...HOURS }],
		'dial-rules': [{ id: randomUUID(), prefix: '+4990', reason: 'Premium-rate numbers are not dialled from here.', createdAt: ago(90_000) }],
	};
};

const tag = (m, id) => `"${id} ${m.versions.get(id) ?? 1}"`;
const versioned = (m, body, status = 200) => ({ ...ok(body, status), headers: { ETag: tag(m, body.id) } });
const find = (m, kind, id) => m.config[kind].find((x) => x.id === id);

/** As if somebody else had changed it. */
export function changeElsewhere(m, kind, id, change) {
	Object.assign(find(m, kind, id), change);
	m.versions.set(id, (m.versions.get(id) ?? 1) + 1);
}

function get(m, kind, id) {
	const found = find(m, kind, id);
	return found ? versioned(m, found) : problem(404, 'not-found', 'It is not here.');
}

function put(m, kind, id, body, headers) {
	if (headers['if-match'] && headers['if-match'] !== tag(m, id)) return problem(412, 'precondition-failed', 'It was changed meanwhile.');
	if (body.name === 'Taken') return problem(422, 'invalid', 'The request is not valid.', { errors: [{ pointer: '/name', detail: 'is another timetable’s' }] });
	changeElsewhere(m, kind, id, body);
	return get(m, kind, id);
}

function post(m, kind, body) {
	if (m.config[kind].some((x) => x.name && x.name === body.name)) return problem(422, 'invalid', 'The request is not valid.', { errors: [{ pointer: '/name', detail: 'is another queue’s' }] });
	const made = { ...(kind === 'queues' ? { ...QUEUE, members: 0 } : {}), id: randomUUID(), ...body };
	m.config[kind].push(made);
	return versioned(m, made, 201);
}

function remove(m, kind, id) {
	if (kind === 'opening-hours') return problem(409, 'conflict', 'These numbers go by it: 5550100.');
	m.config[kind] = m.config[kind].filter((x) => x.id !== id);
	return { status: 204 };
}

const KIND = '(queues|routes|opening-hours|dial-rules)';

export const routes = [
	['GET', new RegExp(`^${KIND}$`), (m, { match }) => list(m.config[match[1]].map((x) => (match[1] === 'queues' ? { ...x, ...m.queueChange } : x)))],
	['GET', /^queues\/([^/]+)\/members$/, (m, { match }) => list(members(m, find(m, 'queues', match[1])))],
	['PUT', /^queues\/([^/]+)\/members$/, (m, { match }) => { changeElsewhere(m, 'queues', match[1], {}); return list([]); }],
	['PUT', /^queues\/([^/]+)\/thresholds$/, (m, { match, body, headers }) => put(m, 'queues', match[1], body, headers)],
	['GET', /^routes\/([^/]+)\/preview$/, (m, { match }) => ok({ at: ago(0), localTime: 'Fri 2026-12-25 10:00', open: false, exception: 'Christmas', action: 'ANNOUNCEMENT', queueId: null, queue: null, announcement: 'vm-nobodyavail', id: match[1] })],
	['GET', new RegExp(`^${KIND}/([^/]+)$`), (m, { match }) => get(m, match[1], match[2])],
	['PUT', new RegExp(`^${KIND}/([^/]+)$`), (m, { match, body, headers }) => put(m, match[1], match[2], body, headers)],
	['POST', new RegExp(`^${KIND}$`), (m, { match, body }) => post(m, match[1], body)],
	['DELETE', new RegExp(`^${KIND}/([^/]+)$`), (m, { match }) => remove(m, match[1], match[2])],
	['GET', /^users$/, (m) => list(m.staff.map((p) => person(m, p)))],
	['POST', /^users$/, (m, { body }) => ok({ id: randomUUID(), ...body, enabled: true, agentExtension: null }, 201)],
	['GET', /^users\/([^/]+)$/, (m, { match }) => versioned(m, person(m, m.staff.find((p) => p.id === match[1])))],
	['GET', /^users\/([^/]+)\/sessions$/, (m) => list(m.sessions.map((s) => ({ ...s, lastSeenAt: s.createdAt })))],
	['GET', /^agent-extensions\/([^/]+)$/, (m, { match }) => versioned(m, person(m, m.staff.find((p) => p.id === match[1])))],
	['POST', /^contacts\/import$/, () => ok({ dryRun: true, lines: 4, made: 2, changed: 1, left: 0, failed: 1, errors: [{ line: 3, column: 'number', reason: 'must hold digits only, after an optional +' }] })],
	['GET', /^audit$/, () => list(AUDIT)],
	['GET', /^audit\/verify$/, () => ok({ entries: 3, intact: true, firstBroken: null })],
];
