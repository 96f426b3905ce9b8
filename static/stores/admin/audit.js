// What was done, by whom.
import { api } from '../../core/api.js';

/** @type {import('./section.js').SectionRow} */
export const audit = {
	id: 'audit', path: 'audit', icon: 'scroll-text', least: 'ADMIN', view: 'audit', search: true, fields: [],
	filters: [{ name: 'actor', type: 'text' }, { name: 'kind', type: 'choice', options: ['', 'user', 'agent', 'queue', 'route', 'opening_hours', 'disposition', 'pause_reason', 'contact', 'contact_field', 'dial_rule', 'session', 'token', 'wallboard'] }],
	columns: [{ name: 'at' }, { name: 'actor' }, { name: 'action' }, { name: 'object' }],
};

export const verifyAudit = () => api.get('audit/verify');

const flat = (/** @type {any} */ value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? value : value === null || value === undefined ? {} : { '': value });

/** What differs between two records, by field. @returns {{name: string, before: any, after: any}[]} */
export function differences(/** @type {any} */ before, /** @type {any} */ after) {
	const [a, b] = [flat(before), flat(after)];
	return [...new Set([...Object.keys(a), ...Object.keys(b)])]
		.filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
		.map((name) => ({ name, before: a[name], after: b[name] }));
}
