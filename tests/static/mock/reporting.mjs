// Figures of today, what is behind them, wallboards.
import { randomUUID } from 'node:crypto';
import { ago, list, ok } from './answers.mjs';
import { QUEUES } from './queues.mjs';

function figures(m) {
	const sum = (key) => QUEUES.reduce((total, q) => total + q[key], 0);
	return {
		floor: { waiting: 3, offered: sum('offered'), answered: sum('answered'), abandoned: sum('abandoned'), serviceLevel: 0.817 },
		queues: QUEUES,
		agents: m.staff.map((p, i) => ({ extension: p.extension, displayName: p.displayName, queues: p.queues, calls: 21 - (i % 9) + (m.taken[p.extension] ?? 0), talkMs: 4820000 - i * 1000, holdMs: 152000 })),
	};
}

function team() {
	const queues = QUEUES.map((q) => ({ ...q, queueId: q.id, flowOut: q.offered - q.answered - q.abandoned, callback: 0, asaMs: 14_200, longestWaitMs: 184_000, handled: q.answered, ahtMs: 241_000 }));
	const sum = (key) => queues.reduce((total, q) => total + q[key], 0);
	const counts = Object.fromEntries(['offered', 'answered', 'abandoned', 'flowOut', 'callback', 'handled'].map((key) => [key, sum(key)]));
	return { from: ago(40000), until: ago(0), timezone: 'UTC', queues, agents: [], total: { ...counts, serviceLevel: 0.817, asaMs: 14_200, longestWaitMs: 184_000, ahtMs: 241_000 } };
}

const STEP_MS = 300_000;
const OFFERED = [4, 7, 6, 9, 12, 14, 11, 9, 13, 16, 12, 5];
const ABANDONED = [0, 1, 0, 0, 2, 3, 1, 0, 1, 2, 0, 0];

function recent() {
	const open = Math.floor(Date.now() / STEP_MS) * STEP_MS;
	const steps = OFFERED.map((offered, i) => ({
		at: new Date(open - (OFFERED.length - 1 - i) * STEP_MS).toISOString(), offered, answered: offered - ABANDONED[i], abandoned: ABANDONED[i], serviceLevel: 0.9 - ABANDONED[i] / 10,
	}));
	return { generatedAt: ago(0), from: steps[0].at, stepMs: STEP_MS, queues: QUEUES.map((q) => ({ queueId: q.id, name: q.name, steps })) };
}

const OUTCOME_OF = { answered: 'ANSWERED', abandoned: 'ABANDONED', serviceLevelMissed: 'ABANDONED' };

function visits(query) {
	const outcome = OUTCOME_OF[query.get('figure')];
	return Array.from({ length: 12 }, (_, i) => {
		const became = outcome ?? (i % 4 === 3 ? 'ABANDONED' : 'ANSWERED');
		return {
			callId: randomUUID(), queueId: QUEUES[i % 2].id, queue: QUEUES[i % 2].name, from: `1555123${4000 + i}`, fromName: i % 3 ? null : 'Northwind Traders', contactName: null,
			joinedAt: ago(90 + i * 140), leftAt: ago(60 + i * 140), waitMs: 4000 + i * 3100, outcome: became, inServiceLevel: i < 6,
			agent: became === 'ANSWERED' ? '1001' : null, agentName: became === 'ANSWERED' ? 'Amelia Brandt' : null,
		};
	});
}

const wallboard = (name, queues) => ({ id: randomUUID(), name, queues, createdBy: 'Morgan Weiss', createdAt: ago(86400), expiresAt: ago(-2592000), lastUsedAt: ago(120) });

export const begin = (m) => {
	m.wallboards = [wallboard('Screen by the door', ['support', 'sales'])];
	m.taken = {};
};

function makeWallboard(m, { name, queues }) {
	m.wallboards.unshift({ ...wallboard(name, queues), lastUsedAt: null });
	return ok({ token: `cb_${'w'.repeat(43)}`, ...m.wallboards[0] }, 201);
}

function revokeWallboard(m, id) {
	m.wallboards = m.wallboards.filter((w) => w.id !== id);
	return { status: 204 };
}

export const routes = [
	['GET', /^reporting\/realtime$/, (m) => ok(figures(m))],
	['GET', /^reporting\/recent$/, () => ok(recent())],
	['GET', /^reporting\/team\/metrics$/, () => ok(team())],
	['GET', /^reporting\/visits$/, (m, { query }) => list(visits(query))],
	['GET', /^wallboards$/, (m) => list(m.wallboards)],
	['POST', /^wallboards$/, (m, { body }) => makeWallboard(m, body)],
	['DELETE', /^wallboards\/([^/]+)$/, (m, { match }) => revokeWallboard(m, match[1])],
];
