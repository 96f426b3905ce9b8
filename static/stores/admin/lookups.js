// What fields choose from: other things that are configured.
import { api } from '../../core/api.js';
import { text } from '../../core/text.js';
import { signal } from '../../vendor/ui.js';
import { people, queueInfo } from '../directory.js';
import { readAll } from './section.js';

/** @typedef {{value: string, label: string}} Option */

const byLabel = (/** @type {Option} */ a, /** @type {Option} */ b) => a.label.localeCompare(b.label);

/** @returns {Option[]} */
export const queueOptions = () => [...queueInfo.value.values()].map((q) => ({ value: q.id, label: q.displayName })).sort(byLabel);
/** @returns {Option[]} */
export const queueOptionsOrNone = () => [{ value: '', label: text.admin.chooseQueue }, ...queueOptions()];
/** @returns {(Option & {extension: string})[]} */
export const agentOptions = () => [...people.value.values()].map((a) => ({ value: a.id, label: a.displayName, extension: a.extension })).sort(byLabel);

export const queueNameById = (/** @type {string} */ id) => queueOptions().find((q) => q.value === id)?.label ?? '';

/** @type {import('../../vendor/ui.js').Signal<any[]>} */
export const timetables = signal([]);
export const loadTimetables = async () => { timetables.value = await readAll('opening-hours'); };
/** @returns {Option[]} */
export const timetableOptions = () => [{ value: '', label: text.admin.alwaysOpen }, ...timetables.value.map((h) => ({ value: h.id, label: h.name }))];

/** @type {import('../../vendor/ui.js').Signal<any[]>} */
export const contactFields = signal([]);
export const loadContactFields = async () => { contactFields.value = (await api.get('contact-fields')).items; };

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((z) => z !== 'UTC')].map((z) => ({ value: z, label: z.replaceAll('_', ' ') }));
export const zoneOptions = () => zones;
export const zoneOptionsOrCentre = () => [{ value: '', label: text.admin.centreZone }, ...zones];
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
