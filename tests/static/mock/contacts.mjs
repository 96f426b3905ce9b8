// Contacts: one is known, by number.
import { randomUUID } from 'node:crypto';
import { ok, problem } from './answers.mjs';

const CONTACT = {
	id: randomUUID(), name: 'Dana Whitfield', company: 'Whitfield & Sons', email: 'dana@whitfield.example', tags: ['VIP', 'Annual contract'],
	fields: { 'Customer number': 'C-20418', Plan: 'Business Plus', Renewal: '1 March', Language: 'English' }, numbers: ['15551230001'],
};

export const routes = [
	['GET', /^contacts\/by-number\/([^/]+)$/, (m, { match }) => (match[1] === '15551230001' ? ok({ ...CONTACT, calls: m.history.slice(0, 4) }) : problem(404, 'not-found', 'No contact has this number.'))],
];
