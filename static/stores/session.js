// Who is signed in. The phone's secret lives here, in memory, and nowhere else in the browser.
import { api, whenUnauthorized } from '../core/api.js';
import { text } from '../core/text.js';
import { batch, computed, signal } from '../vendor/ui.js';

/**
 * @typedef {{id: string, extension: string, displayName: string, role: string}} User
 * @typedef {{id: string, extension: string, displayName?: string, queues?: string[], autoAnswer?: boolean}} AgentExtension
 * @typedef {{uri: string, authUser: string, password: string, wsUrl: string, realm?: string, ready?: boolean}} Sip
 */

/** @type {import('../vendor/ui.js').Signal<'unknown' | 'out' | 'in' | 'unreachable'>} */
export const sessionState = signal(/** @type {any} */ ('unknown'));
/** @type {import('../vendor/ui.js').Signal<User | null>} */
export const user = signal(/** @type {User | null} */ (null));
/** @type {import('../vendor/ui.js').Signal<AgentExtension | null>} */
export const agentExtension = signal(/** @type {AgentExtension | null} */ (null));
/** @type {import('../vendor/ui.js').Signal<string>} why one has to sign in again, empty at first */
export const signedOutBecause = signal('');

/** @type {Sip | null} */
let freshSip = null;

export const isSupervisor = computed(() => ['SUPERVISOR', 'MANAGER', 'ADMIN'].includes(user.value?.role ?? ''));

export const isManager = computed(() => ['MANAGER', 'ADMIN'].includes(user.value?.role ?? ''));

/** Where this person works. */
export const homePath = computed(() => (isSupervisor.value ? '/manager' : '/agent'));

/** @param {{user: User, agentExtension?: AgentExtension | null}} answer */
function enter(answer) {
	batch(() => {
		user.value = answer.user;
		agentExtension.value = answer.agentExtension ?? null;
		signedOutBecause.value = '';
		sessionState.value = 'in';
	});
}

function leave(/** @type {string} */ because) {
	freshSip = null;
	batch(() => {
		user.value = null;
		agentExtension.value = null;
		signedOutBecause.value = because;
		sessionState.value = 'out';
	});
}

const ENDED = text.common.problems.sessionEnded;

/** Asks the server who this browser is signed in as. */
export async function resumeSession() {
	try {
		enter(await api.get('auth/me', { quiet: true }));
	} catch (error) {
		const problem = /** @type {import('../core/api.js').Problem} */ (error);
		if (problem.status === 401) leave(sessionState.value === 'in' ? ENDED : '');
		else if (sessionState.value !== 'in') sessionState.value = 'unreachable';
	}
}

/** @throws {import('../core/api.js').Problem} */
export async function signIn(/** @type {string} */ extension, /** @type {string} */ password) {
	const answer = await api.post('auth/login', { body: { extension, password, phone: 'WEBRTC' }, quiet: true });
	freshSip = answer.sip ?? null;
	enter(answer);
}

/** Whether the phone's secret came with this page's own sign-in: then this tab is to have the phone. */
export const hasFreshSip = () => freshSip !== null;

/** The phone's secret: the one that came with sign-in, once, otherwise a new one from the server. */
export async function takeSip() {
	const sip = freshSip;
	freshSip = null;
	return sip ?? /** @type {Promise<Sip>} */ (api.post('auth/phone').then((answer) => answer.sip));
}

/** @type {(() => Promise<unknown>)[]} */
const lastWords = [];

/** Names what is to be done while there still is a session. */
export function beforeSignOut(/** @type {() => Promise<unknown>} */ act) {
	lastWords.push(act);
}

export async function signOut() {
	await Promise.allSettled(lastWords.map((act) => act()));
	try {
		await api.post('auth/logout', { quiet: true });
	} catch (error) {
		const problem = /** @type {import('../core/api.js').Problem} */ (error);
		if (problem.status !== 401) throw problem;
	}
	leave('');
}

/** The server has ended the session: by time, or because somebody revoked it. */
export function sessionEnded() {
	if (sessionState.value === 'in') leave(ENDED);
}

whenUnauthorized(sessionEnded);
