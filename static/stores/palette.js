// What the search everywhere looks for in the database: contacts, while somebody types.
import { api } from '../core/api.js';
import { signal } from '../vendor/ui.js';

const TYPING_MS = 120;
const LEAST = 2;
const LIMIT = 6;

/** @typedef {{for: string, state: 'idle' | 'searching' | 'ready' | 'failed', items: any[], problem: string}} Found */
/** @type {Found} */
const NOTHING = { for: '', state: 'idle', items: [], problem: '' };

/** @type {import('../vendor/ui.js').Signal<Found>} */
export const foundContacts = signal(NOTHING);

/** @type {any} */
let timer = null;

async function look(/** @type {string} */ wanted) {
	const put = (/** @type {Partial<Found>} */ found) => {
		if (foundContacts.value.for === wanted) foundContacts.value = { ...foundContacts.value, ...found };
	};
	try {
		const { items } = await api.get('contacts', { query: { search: wanted, limit: LIMIT } });
		put({ state: 'ready', items, problem: '' });
	} catch (error) {
		put({ state: 'failed', items: [], problem: /** @type {Error} */ (error).message });
	}
}

/** Looks for contacts; what was found before stays until the answer is here, so that nothing jumps. */
export function searchContacts(/** @type {string} */ typed) {
	const wanted = typed.trim().slice(0, 80);
	clearTimeout(timer);
	if (wanted.length < LEAST) {
		foundContacts.value = NOTHING;
		return;
	}
	foundContacts.value = { ...foundContacts.value, for: wanted, state: 'searching' };
	timer = setTimeout(look, TYPING_MS, wanted);
}
