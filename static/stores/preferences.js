// Brings each person's preferences from the server and takes changes back; those of the browser
// itself stay in it.
import { api } from '../core/api.js';
import { adopt, isLocal, PREFERENCES, whenSet } from '../core/preferences.js';
import { effect, signal, untracked } from '../vendor/ui.js';
import { user } from './session.js';

export { pref, setPref } from '../core/preferences.js';

const GATHER_MS = 400;
const RETRY_MS = 10_000;
const LOCAL_KEY = 'cordboard.browser';

/** Why what was chosen last is not kept yet; empty: it is. */
export const preferencesProblem = signal('');

/** @type {Map<string, string>} chosen, not yet kept by the server */
const unsaved = new Map();
/** @type {any} */
let timer = null;

function parse(/** @type {string | null | undefined} */ json) {
	try {
		return JSON.parse(json ?? '') ?? undefined;
	} catch {
		return undefined;
	}
}

function readLocal() {
	try {
		return parse(localStorage.getItem(LOCAL_KEY)) ?? {};
	} catch {
		return {};
	}
}

function keepLocal(/** @type {string} */ name, /** @type {any} */ value) {
	try {
		localStorage.setItem(LOCAL_KEY, JSON.stringify({ ...readLocal(), [name]: value }));
	} catch {
		// Storage can be forbidden: in force for this page only.
	}
}

async function save() {
	clearTimeout(timer);
	timer = null;
	const sent = new Map(unsaved);
	if (!sent.size) return;
	try {
		await api.put('preferences', { body: { values: Object.fromEntries(sent) }, keepalive: true });
		for (const [name, text] of sent) if (unsaved.get(name) === text) unsaved.delete(name);
		preferencesProblem.value = '';
	} catch (error) {
		preferencesProblem.value = /** @type {Error} */ (error).message;
		saveLater(RETRY_MS);
	}
}

function saveLater(/** @type {number} */ ms) {
	clearTimeout(timer);
	timer = setTimeout(save, ms);
}

function chosen(/** @type {string} */ name, /** @type {any} */ value) {
	if (isLocal(name)) {
		keepLocal(name, value);
		return;
	}
	unsaved.set(name, JSON.stringify(value));
	saveLater(GATHER_MS);
}

function adoptAll(/** @type {Record<string, string>} */ values) {
	for (const { name, local } of PREFERENCES) {
		if (!local && !unsaved.has(name)) adopt(name, parse(values[name]));
	}
}

async function load(/** @type {string} */ id) {
	const answer = await api.get('preferences').catch(() => null);
	// Without an answer the choices of before hold: only what is chosen anew is ever sent.
	if (answer && user.peek()?.id === id) adoptAll(answer.values);
}

/** The next person starts from the same page as anybody; the theme stays with the screen. */
function forget() {
	unsaved.clear();
	clearTimeout(timer);
	for (const { name, local } of PREFERENCES) if (!local && name !== 'theme') adopt(name, undefined);
}

export function startPreferences() {
	whenSet(chosen);
	const here = readLocal();
	for (const { name, local } of PREFERENCES) if (local) adopt(name, here[name]);
	/** @type {string | null} */
	let last = null;
	effect(() => {
		const id = user.value?.id ?? null;
		if (id === last) return;
		last = id;
		untracked(() => (id ? load(id) : forget()));
	});
	addEventListener('pagehide', save);
}
