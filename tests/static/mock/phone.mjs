// Giving a call to somebody else.
import { ago, ok } from './answers.mjs';

const change = (m, id, more) => {
	const call = { ...m.lastCall, id, ...more };
	m.lastCall = call;
	m.emit('call:state:changed', call);
	return ok(undefined, 204);
};

const consulted = (m, status) => ({ ...m.lastCall.consult, status });

export const begin = (m) => {
	m.lastCall = {};
};

export const routes = [
	['POST', /^calls\/([^/]+)\/transfer$/, (m, { match }) => change(m, match[1], {})],
	['POST', /^calls\/([^/]+)\/consult$/, (m, { match, body }) => change(m, match[1], { consult: { by: '1001', to: body.to.value, name: null, status: 'RINGING', since: ago(0) } })],
	['POST', /^calls\/([^/]+)\/consult\/swap$/, (m, { match }) => change(m, match[1], { consult: consulted(m, m.lastCall.consult.status === 'HELD' ? 'TALKING' : 'HELD') })],
	['POST', /^calls\/([^/]+)\/consult\/join$/, (m, { match }) => change(m, match[1], { consult: consulted(m, 'JOINED') })],
	['POST', /^calls\/([^/]+)\/consult\/(complete|cancel)$/, (m, { match }) => change(m, match[1], { consult: null })],
];
