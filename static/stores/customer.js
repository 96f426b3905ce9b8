// Who is on the line: the contact with that number and what happened before; changing the contact.
import { api, ifMatch } from '../core/api.js';
import { computed, effect, signal } from '../vendor/ui.js';
import { subject } from './work.js';

const HISTORY = 10;

/**
 * @typedef {{number: string, state: 'loading' | 'known' | 'unknown' | 'failed', contact: any, calls: any[], problem: string}} Customer
 * @typedef {{name?: string, company?: string, email?: string, tags?: string[], fields?: Record<string, string>}} Change
 * @typedef {{state: 'saved'} | {state: 'conflict'} | {state: 'failed', problem: string}} Outcome
 */

/** @type {import('../vendor/ui.js').Signal<Customer | null>} */
export const customer = signal(/** @type {Customer | null} */ (null));

/** A contact that was looked up, by number: shown while no call goes on. */
const browsed = signal(/** @type {string | null} */ (null));

export const browse = (/** @type {string | null} */ contactNumber) => { browsed.value = contactNumber; };

/** Whom the column is about: who is on the line, who was looked up, or who was on the line last. */
export const about = computed(() => {
	const call = subject.value;
	if (browsed.value === null || (call && !call.over)) return call;
	return /** @type {import('./work.js').Subject} */ ({ callId: '', number: browsed.value, name: null, queue: null, did: null, outgoing: true, over: true });
});

/** Whether that is somebody who was looked up. */
export const isBrowsing = computed(() => about.value !== null && about.value !== subject.value);

const number = computed(() => about.value?.number ?? null);

/** @returns {Promise<any>} the contact with its last calls, null when nobody has the number */
const contactOf = (/** @type {string} */ forNumber) =>
	api.get(`contacts/by-number/${encodeURIComponent(forNumber)}`).catch((problem) => {
		if (problem.status === 404) return null;
		throw problem;
	});

/** Nobody has this number, but it may have called before. */
const callsWith = (/** @type {string} */ forNumber) =>
	api.get('calls/sessions', { query: { search: forNumber, limit: HISTORY } }).then((page) => page.items);

/** Shows what is found, unless another customer has come meanwhile. */
function show(/** @type {string} */ forNumber, /** @type {Partial<Customer>} */ found) {
	if (number.value !== forNumber) return;
	customer.value = { number: forNumber, state: 'loading', contact: null, calls: [], problem: '', ...found };
}

async function read(/** @type {string} */ forNumber) {
	const contact = await contactOf(forNumber);
	const earlier = contact ? contact.calls : await callsWith(forNumber);
	show(forNumber, { state: contact ? 'known' : 'unknown', contact, calls: earlier });
}

/** @param {string} forNumber */
export async function loadCustomer(forNumber) {
	show(forNumber, {});
	try {
		await read(forNumber);
	} catch (error) {
		show(forNumber, { state: 'failed', problem: /** @type {Error} */ (error).message });
	}
}

const failed = (/** @type {any} */ error) => {
	const at = error.errors?.map((/** @type {any} */ e) => e.detail).join('; ');
	return /** @type {Outcome} */ ({ state: 'failed', problem: at || error.message });
};

/**
 * Changes the contact that is shown, if nobody else has meanwhile: otherwise it is read anew, and what
 * is typed stays with whoever typed it.
 * @param {Change} change
 * @returns {Promise<Outcome>}
 */
export async function changeContact(change) {
	const before = customer.value;
	if (!before?.contact) return { state: 'failed', problem: '' };
	const fields = change.fields && { ...before.contact.fields, ...change.fields };
	try {
		const contact = await api.put(`contacts/${before.contact.id}`, { body: { ...change, ...(fields ? { fields } : {}) }, headers: ifMatch(before.contact) });
		show(before.number, { ...before, contact });
		return { state: 'saved' };
	} catch (error) {
		if (/** @type {any} */ (error).status !== 412) return failed(error);
		await read(before.number).catch(() => {});
		return { state: 'conflict' };
	}
}

/** Makes a contact of the number on the line. @param {{name: string, company?: string}} made @returns {Promise<Outcome>} */
export async function addContact(made) {
	const before = customer.value;
	if (!before) return { state: 'failed', problem: '' };
	try {
		const contact = await api.post('contacts', { body: { ...made, numbers: [before.number] }, headers: { 'Idempotency-Key': crypto.randomUUID() } });
		show(before.number, { ...before, state: 'known', contact });
		return { state: 'saved' };
	} catch (error) {
		return failed(error);
	}
}

/** What stands for what in the address of another program's page. */
const PLACEHOLDERS = {
	number: (/** @type {import('./work.js').Subject} */ s) => s.number,
	name: (/** @type {import('./work.js').Subject} */ s) => customer.value?.contact?.name ?? s.name,
	callId: (/** @type {import('./work.js').Subject} */ s) => s.callId,
	queue: (/** @type {import('./work.js').Subject} */ s) => s.queue,
	did: (/** @type {import('./work.js').Subject} */ s) => s.did,
	contactId: () => customer.value?.contact?.id,
};

/** The page that a queue wants opened for a call. Null: none, or its address is none to open. @param {string | null | undefined} template @param {import('./work.js').Subject} call */
export function screenPop(template, call) {
	if (!template) return null;
	const address = template.replace(/\{(\w+)\}/g, (all, name) => (name in PLACEHOLDERS ? encodeURIComponent(PLACEHOLDERS[name](call) ?? '') : all));
	return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) ? address : null;
}

export function startCustomer() {
	// The next call is about somebody else: what was looked up does not come back after it.
	effect(() => { if (subject.value && !subject.value.over) browsed.value = null; });
	effect(() => {
		const wanted = number.value;
		if (!wanted) customer.value = null;
		else if (wanted !== customer.peek()?.number) loadCustomer(wanted);
	});
}
