// Signing in, sessions, preferences.
import { randomUUID } from 'node:crypto';
import { ago, list, ok, problem } from './answers.mjs';

function login(m, { extension, password }) {
	const person = m.staff.find((p) => p.extension === extension);
	if (!person || password !== 'cordboard-demo') return problem(401, 'wrong-credentials', 'Extension or password is wrong.');
	m.user = person;
	return ok({ accessToken: 'x', ...me(m), sip: sip(m) });
}

function me(m) {
	const { id, extension, displayName, role, queues } = m.user;
	return { user: { id, extension, displayName, role }, tenantId: 't', tenant: 'demo', agentExtension: { id, extension, displayName, queues } };
}

function sip(m) {
	const host = new URL(m.url).host;
	return { uri: `sip:${m.user.extension}@127.0.0.1`, authUser: m.user.extension, password: 'secret', wsUrl: `ws://${host}/sip`, realm: 'cordboard', ready: true };
}

const session = (seconds, more) => ({
	id: randomUUID(), createdAt: ago(seconds), lastSeenAt: ago(seconds / 90), expiresAt: ago(-30_000), address: '192.0.2.17',
	userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36', current: false, ...more,
});

export const begin = (m) => {
	m.sessions = [session(5_000, { current: true }), session(80_000, { address: '198.51.100.4', userAgent: 'curl/8.5.0' })];
};

function endSession(m, id) {
	m.sessions = m.sessions.filter((s) => s.id !== id);
	return { status: 204 };
}

export const routes = [
	['POST', /^auth\/login$/, (m, { body }) => login(m, body)],
	['POST', /^auth\/logout$/, (m) => { m.user = null; return { status: 204 }; }],
	['GET', /^auth\/me$/, (m) => (m.user ? ok(me(m)) : problem(401, 'unauthorized', 'Sign in first.'))],
	['POST', /^auth\/phone$/, (m) => (m.user ? ok({ sip: sip(m) }) : problem(401, 'unauthenticated', 'Sign in first.'))],
	['GET', /^auth\/sessions$/, (m) => list(m.sessions)],
	['DELETE', /^auth\/sessions\/([^/]+)$/, (m, { match }) => endSession(m, match[1])],
	['POST', /^ws-ticket$/, () => ok({ ticket: 't'.repeat(43), expiresAt: ago(-30), url: '/ws' })],
	['GET', /^preferences$/, (m) => ok({ values: m.preferences })],
	['PUT', /^preferences$/, (m, { body }) => ok({ values: Object.assign(m.preferences, body.values) })],
];
