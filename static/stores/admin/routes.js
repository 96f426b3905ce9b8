// The numbers that callers dial, and the hours that they go by.
import { api } from '../../core/api.js';
import { loadTimetables, ownZone, queueOptionsOrNone, timetableOptions, zoneOptions } from './lookups.js';

const closedPart = (/** @type {any} */ body) => (body.closed ??= {});

/** @type {import('./section.js').SectionRow} */
export const routes = {
	id: 'routes', path: 'routes', icon: 'phone-incoming', makes: 'ADMIN', changes: 'ADMIN', retires: 'ADMIN',
	columns: [{ name: 'did' }, { name: 'label', wide: true }, { name: 'queue' }, { name: 'openingHours' }, { name: 'open' }],
	titleOf: (r) => r.did,
	fields: [
		{ name: 'did', type: 'text', required: true, onlyNew: true, pattern: /^\+?[0-9 ().-]{2,30}$/ },
		{ name: 'label', type: 'text', max: 80 },
		{ name: 'queueId', type: 'choice', required: true, options: queueOptionsOrNone, wide: true },
		{ name: 'openingHoursId', type: 'choice', nullable: true, options: timetableOptions, wide: true },
		{ name: 'closedAction', type: 'choice', options: ['ANNOUNCEMENT', 'QUEUE'], initial: 'ANNOUNCEMENT', pointer: '/closed/action', wide: true,
			when: (v) => v.openingHoursId !== '', read: (r) => r.closed.action, write: (value, body) => { closedPart(body).action = value; } },
		{ name: 'closedAnnouncement', type: 'text', required: true, max: 80, initial: 'vm-nobodyavail', pattern: /^[a-z0-9][a-z0-9_-]{0,39}(\/[a-z0-9][a-z0-9_-]{0,39})?$/, pointer: '/closed/announcement', wide: true,
			when: (v) => v.openingHoursId !== '' && v.closedAction === 'ANNOUNCEMENT', read: (r) => r.closed.announcement, write: (value, body) => { closedPart(body).announcement = value; } },
		{ name: 'closedQueueId', type: 'choice', required: true, options: queueOptionsOrNone, pointer: '/closed/queueId', wide: true,
			when: (v) => v.openingHoursId !== '' && v.closedAction === 'QUEUE', read: (r) => r.closed.queueId ?? '', write: (value, body) => { closedPart(body).queueId = value || null; } },
	],
	async change(form) {
		const { label, queueId, openingHoursId, closedAction, closedAnnouncement, closedQueueId } = form.values.value;
		const aside = closedAction === 'QUEUE' ? { action: 'QUEUE', queueId: closedQueueId } : { action: 'ANNOUNCEMENT', announcement: closedAnnouncement };
		return form.put(`routes/${form.item.id}`, { label: label.trim(), queueId, openingHoursId: openingHoursId || null, ...(openingHoursId ? { closed: aside } : {}) });
	},
	list: async () => {
		await loadTimetables();
		return (await api.get('routes', { query: { limit: 500 } })).items;
	},
};

/** What a caller of that number would meet at that time. */
export const previewRoute = (/** @type {string} */ id, /** @type {Date} */ at) => api.get(`routes/${id}/preview`, { query: { at: at.toISOString() } });

const workingWeek = () => [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '08:00', closes: '18:00' }));

/** @type {import('./section.js').SectionRow} */
export const hours = {
	id: 'hours', path: 'opening-hours', icon: 'clock', makes: 'ADMIN', changes: 'ADMIN', retires: 'ADMIN',
	columns: [{ name: 'name' }, { name: 'timezone', wide: true }, { name: 'week' }, { name: 'dids', wide: true }, { name: 'open' }],
	fields: [
		{ name: 'name', type: 'text', required: true, max: 80 },
		{ name: 'timezone', type: 'choice', required: true, options: zoneOptions, initial: ownZone },
		{ name: 'spans', type: 'week', wide: true, initial: workingWeek },
		{ name: 'exceptions', type: 'exceptions', wide: true, initial: [] },
	],
	after: loadTimetables,
};
