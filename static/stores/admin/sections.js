// All sections, in the order of their links.
import { computed } from '../../vendor/ui.js';
import { audit } from './audit.js';
import { contactFields, contacts } from './contacts.js';
import { people } from './people.js';
import { queues } from './queues.js';
import { hours, routes } from './routes.js';
import { isAtLeast, Section } from './section.js';
import { dialRules, dispositions, reasons } from './words.js';

const all = [people, queues, routes, hours, reasons, dispositions, contacts, contactFields, dialRules, audit].map((row) => new Section(row));

/** Those that who is signed in may see. */
export const sections = computed(() => all.filter((s) => s.row.least === undefined || isAtLeast(s.row.least)));
export const findSection = (/** @type {string} */ id) => sections.value.find((s) => s.id === id);
