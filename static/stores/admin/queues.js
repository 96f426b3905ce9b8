// Queues, who serves them, and when their board warns.
import { api, ifMatch } from '../../core/api.js';
import { text } from '../../core/text.js';
import { loadDirectory } from '../directory.js';
import { zoneOptionsOrCentre } from './lookups.js';
import { readAll } from './section.js';
import { keyOf } from './values.js';

const STRATEGIES = ['rrmemory', 'leastrecent', 'fewestcalls', 'ringall', 'random', 'linear', 'wrandom', 'rrordered'];
const THRESHOLD = { part: 'thresholds', least: 'MANAGER', group: 'thresholds' };

const putMembers = (/** @type {any} */ queue, /** @type {any[]} */ members) => api.put(`queues/${queue.id}/members`, { body: { members }, headers: ifMatch(queue) });

/** @type {import('./section.js').SectionRow} */
export const queues = {
	id: 'queues', path: 'queues', icon: 'list-ordered', makes: 'ADMIN', changes: 'ADMIN', retires: 'ADMIN',
	columns: [
		{ name: 'displayName' }, { name: 'name', wide: true }, { name: 'dids' }, { name: 'members', figure: true },
		{ name: 'strategy', wide: true }, { name: 'serviceLevel', figure: true, sort: (q) => q.serviceLevelTarget }, { name: 'waiting', figure: true },
	],
	fields: [
		{ name: 'displayName', type: 'text', required: true, max: 80, group: 'basics' },
		{ name: 'name', type: 'text', required: true, onlyNew: true, min: 2, max: 40, pattern: /^[a-z][a-z0-9_]{1,39}$/, follows: { field: 'displayName', as: keyOf }, group: 'basics' },
		{ name: 'members', type: 'members', part: 'members', least: 'MANAGER', group: 'members', initial: [],
			read: (q) => (q.memberList ?? []).map((/** @type {any} */ m) => ({ agentId: m.agentId, penalty: m.penalty })) },
		{ name: 'strategy', type: 'choice', options: STRATEGIES, initial: 'rrmemory', group: 'ringing', wide: true },
		{ name: 'ringMs', type: 'seconds', min: 3, max: 300, initial: 15, group: 'ringing' },
		{ name: 'wrapupMs', type: 'seconds', min: 0, max: 3600, initial: 30, group: 'ringing' },
		{ name: 'weight', type: 'integer', min: 0, max: 100, initial: 0, group: 'ringing' },
		{ name: 'dispositionRequired', type: 'bool', initial: false, group: 'ringing', wide: true },
		{ name: 'screenPopUrl', type: 'text', max: 500, nullable: true, pattern: /^https?:\/\/[0-9A-Za-z.:-]+([/?#]([!#-;=?-z|~]|[{](number|name|queue|did|callId|contactId)[}])*)?$/, group: 'ringing', wide: true },
		{ name: 'maxWaitMs', type: 'seconds', min: 5, max: 7200, initial: 300, group: 'waiting' },
		{ name: 'maxWaiting', type: 'integer', min: 0, max: 1000, initial: 0, group: 'waiting' },
		{ name: 'musicClass', type: 'text', required: true, max: 40, pattern: /^[a-z0-9_]{1,40}$/, initial: 'default', group: 'waiting' },
		{ name: 'serviceLevelMs', type: 'seconds', min: 1, max: 3600, initial: 20, group: 'figures' },
		{ name: 'serviceLevelTarget', type: 'percent', min: 0, max: 100, initial: 80, ...THRESHOLD, group: 'figures' },
		{ name: 'serviceLevelFormula', type: 'choice', options: ['S1', 'S2', 'S3', 'S4', 'S5'], initial: 'S1', group: 'figures', wide: true },
		{ name: 'shortAbandonMs', type: 'seconds', min: 0, max: 60, initial: 5, group: 'figures' },
		{ name: 'timezone', type: 'choice', options: zoneOptionsOrCentre, nullable: true, group: 'figures' },
		{ name: 'warnWaitMs', type: 'seconds', min: 1, max: 7200, initial: 30, nullable: true, ...THRESHOLD },
		{ name: 'alertWaitMs', type: 'seconds', min: 1, max: 7200, initial: 120, nullable: true, ...THRESHOLD },
		{ name: 'alertWaiting', type: 'integer', min: 1, max: 1000, nullable: true, ...THRESHOLD },
	],
	parts: {
		members: { path: (id) => `queues/${id}/members` },
		thresholds: { path: (id) => `queues/${id}/thresholds`, withMake: true },
	},
	async read(id) {
		const [queue, members] = await Promise.all([api.get(`queues/${id}`), readAll(`queues/${id}/members`)]);
		return Object.assign(queue, { memberList: members });
	},
	async make(body, { members }) {
		const queue = await api.post('queues', { body });
		if (members.length) {
			await putMembers(queue, members).catch((error) => {
				error.errors = [];
				error.message = text.admin.queues.madeWithoutMembers(error.message);
				throw error;
			});
		}
		return queue;
	},
	after: loadDirectory,
};
