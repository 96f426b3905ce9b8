// People: who signs in, as what, with which phone, and which queues they serve.
import { api, ifMatch } from '../../core/api.js';
import { loadDirectory } from '../directory.js';
import { isAtLeast, readAll } from './section.js';
import { generatePassword } from './password.js';

const NOT_FOUND = 404;
const hasPhone = (/** @type {any} */ v) => v.takesCalls === true;
const USER = new Set(['displayName', 'role', 'email', 'enabled']);

const memberships = (/** @type {any} */ p) => (p.agent?.memberships ?? []).map((/** @type {any} */ m) => ({ queueId: m.queueId, penalty: m.penalty }));

/** An agent without a user, or whose user one may not read. */
const asPerson = (/** @type {any} */ agent) => Object.assign(agent, { agent, agentExtension: agent });

async function list() {
	const agents = await readAll('agent-extensions');
	if (!isAtLeast('ADMIN')) return agents.map(asPerson);
	const byUser = new Map(agents.map((a) => [a.userId, a]));
	const users = await readAll('users');
	const ownerless = agents.filter((a) => !a.userId).map(asPerson);
	return [...users.map((u) => ({ ...u, agent: byUser.get(u.id) ?? null })), ...ownerless];
}

async function read(/** @type {string} */ id) {
	if (!isAtLeast('ADMIN')) return asPerson(await api.get(`agent-extensions/${id}`));
	const user = await api.get(`users/${id}`).catch((error) => { if (error.status !== NOT_FOUND) throw error; });
	if (!user) return asPerson(await api.get(`agent-extensions/${id}`));
	const agent = user.agentExtension ? await api.get(`agent-extensions/${user.agentExtension.id}`) : null;
	return Object.assign(user, { agent });
}

const phoneOf = (/** @type {any} */ { phoneKind, autoAnswer, queues }) => ({ phoneKind, autoAnswer, queues });

async function make(/** @type {any} */ _body, /** @type {any} */ values) {
	const { extension, displayName, role, email, password } = values;
	const body = { extension: extension.trim(), displayName: displayName.trim(), role, email: email.trim() || null, password };
	const user = await api.post('users', { body: hasPhone(values) ? { ...body, agentExtension: { phoneKind: values.phoneKind, autoAnswer: values.autoAnswer } } : body });
	if (user.agentExtension && values.queues.length) {
		await api.put(`agent-extensions/${user.agentExtension.id}`, { body: { queues: values.queues } });
	}
	return { ...user, password };
}

/** The seat at a phone: there, changed, or gone. */
async function changePhone(/** @type {any} */ person, /** @type {any} */ values) {
	if (!person.agent) return api.post('agent-extensions', { body: { extension: person.extension, displayName: person.displayName, userId: person.id, ...phoneOf(values) } });
	const path = `agent-extensions/${person.agent.id}`;
	return hasPhone(values) ? api.put(path, { body: phoneOf(values), headers: ifMatch(person.agent) }) : api.delete(path, { headers: ifMatch(person.agent) });
}

async function change(/** @type {import('./form.js').Form} */ form, /** @type {Set<string>} */ names) {
	const { displayName, role, email, enabled } = form.values.value;
	if (form.item.agent === form.item) return form.put(`agent-extensions/${form.item.id}`, { displayName: displayName.trim(), enabled, ...phoneOf(form.values.value) });
	const ofPhone = [...names].filter((n) => !USER.has(n));
	// The phone first: a change of the user is one of its agent, too.
	if (ofPhone.length) {
		await changePhone(form.item, form.values.value);
		form.item.agent = (await read(form.item.id)).agent;
		form.settle(ofPhone);
	}
	if (ofPhone.length < names.size) {
		await api.put(`users/${form.item.id}`, { body: { displayName: displayName.trim(), role, email: email.trim() || null, enabled }, headers: ifMatch(form.item) });
	}
	return form.item;
}

/** @type {import('./section.js').SectionRow} */
export const people = {
	id: 'people', path: 'users', icon: 'users', makes: 'ADMIN', changes: 'ADMIN', view: 'people',
	columns: [{ name: 'extension' }, { name: 'displayName' }, { name: 'role' }, { name: 'phoneKind', wide: true }, { name: 'queues' }, { name: 'enabled' }],
	fields: [
		{ name: 'extension', type: 'text', required: true, onlyNew: true, min: 3, max: 8, pattern: /^[0-9]{3,8}$/, autocomplete: 'off' },
		{ name: 'displayName', type: 'text', required: true, max: 80, autocomplete: 'off' },
		{ name: 'role', type: 'choice', options: ['AGENT', 'SUPERVISOR', 'MANAGER', 'ADMIN'], initial: 'AGENT' },
		{ name: 'email', type: 'text', max: 254, nullable: true, pattern: /^[^@ ]+@[^@ ]+$/, autocomplete: 'off' },
		{ name: 'password', type: 'password', required: true, onlyNew: true, min: 12, max: 128, initial: generatePassword, wide: true, read: () => '' },
		{ name: 'enabled', type: 'bool', onlyOld: true, initial: true, wide: true },
		{ name: 'takesCalls', type: 'bool', initial: true, wide: true, group: 'phone', read: (p) => p.agent !== null },
		{ name: 'phoneKind', type: 'choice', options: ['WEBRTC', 'SIP'], initial: 'WEBRTC', wide: true, group: 'phone', when: hasPhone, read: (p) => p.agent?.phoneKind ?? 'WEBRTC', pointer: '/phoneKind' },
		{ name: 'autoAnswer', type: 'bool', initial: false, wide: true, group: 'phone', when: hasPhone, read: (p) => p.agent?.autoAnswer ?? false },
		{ name: 'queues', type: 'memberships', initial: [], wide: true, group: 'phone', when: hasPhone, read: memberships },
	],
	list, read, make, change,
	after: loadDirectory,
};

export const setPassword = (/** @type {string} */ id, /** @type {string} */ password) => api.put(`users/${id}/password`, { body: { password } });
export const readSessions = async (/** @type {string} */ id) => (await api.get(`users/${id}/sessions`)).items;
export const endSessions = (/** @type {string} */ id) => api.delete(`users/${id}/sessions`);
