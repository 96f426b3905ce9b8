// Contacts: one is known, by number; changed by one version after another.
import { randomUUID } from 'node:crypto';
import { list, ok, problem } from './answers.mjs';

const CONTACT = {
	id: randomUUID(), name: 'Dana Whitfield', company: 'Whitfield & Sons', email: 'dana@whitfield.example', tags: ['vip', 'annual contract'],
	fields: { 'Customer number': 'C-20418', Plan: 'Business Plus', Renewal: '2026-03-01', Language: 'English' }, numbers: ['15551230001'],
};

const FIELDS = [
	{ id: randomUUID(), name: 'Customer number', label: 'Customer number', type: 'text', choices: [], required: false, position: 1 },
	{ id: randomUUID(), name: 'Plan', label: 'Plan', type: 'choice', choices: ['Home', 'Starter', 'Business Plus'], required: false, position: 2 },
	{ id: randomUUID(), name: 'Renewal', label: 'Renewal', type: 'date', choices: [], required: false, position: 3 },
];

export const begin = (m) => { m.contacts = [{ ...CONTACT, version: 1 }]; };

const versioned = ({ version, ...contact }, more = {}, status = 200) => ({ ...ok({ ...contact, ...more }, status), headers: { ETag: `"${contact.id} ${version}"` } });
const bare = (number) => number.replace(/^\+/, '');
const byNumber = (m, number) => m.contacts.find((c) => c.numbers.some((n) => bare(n) === bare(number)));

function find(m, number) {
	const contact = byNumber(m, number);
	return contact ? versioned(contact, { calls: m.history.slice(0, 4) }) : problem(404, 'not-found', 'No contact has this number.');
}

function put(m, id, body, headers) {
	const contact = m.contacts.find((c) => c.id === id);
	const wanted = headers['if-match'];
	if (wanted && wanted !== `"${id} ${contact.version}"`) return problem(412, 'precondition-failed', `It was changed meanwhile: this is version ${contact.version}.`);
	Object.assign(contact, body, { version: contact.version + 1 });
	return versioned(contact);
}

function post(m, body) {
	const made = { id: randomUUID(), company: null, email: null, tags: [], fields: {}, numbers: [], ...body, version: 1 };
	m.contacts.push(made);
	return versioned(made, {}, 201);
}

const search = (m, wanted) => list(m.contacts.filter((c) => c.name.toLowerCase().includes(wanted.toLowerCase())));

export const routes = [
	['GET', /^contacts\/by-number\/([^/]+)$/, (m, { match }) => find(m, match[1])],
	['GET', /^contacts$/, (m, { query }) => search(m, query.get('search') ?? '')],
	['PUT', /^contacts\/([^/]+)$/, (m, { match, body, headers }) => put(m, match[1], body, headers)],
	['POST', /^contacts$/, (m, { body }) => post(m, body)],
	['GET', /^contact-fields$/, () => list(FIELDS)],
];
