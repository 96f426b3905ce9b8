// The person's own open sessions, read when they are looked at.
import { api } from '../core/api.js';
import { signal } from '../vendor/ui.js';

/** @typedef {{id: string, address: string | null, userAgent: string | null, createdAt: string, lastSeenAt: string, current: boolean}} Session */
/** @typedef {{state: 'loading' | 'ready' | 'failed', items: Session[], problem: string}} Sessions */

/** @type {import('../vendor/ui.js').Signal<Sessions>} */
export const sessions = signal(/** @type {Sessions} */ ({ state: 'loading', items: [], problem: '' }));

export async function loadSessions() {
	try {
		const { items } = await api.get('auth/sessions');
		sessions.value = { state: 'ready', items: [...items].sort((a, b) => Number(b.current) - Number(a.current)), problem: '' };
	} catch (error) {
		sessions.value = { ...sessions.value, state: 'failed', problem: /** @type {Error} */ (error).message };
	}
}

/** Signs that browser or program out. @throws {import('../core/api.js').Problem} */
export async function endSession(/** @type {string} */ id) {
	await api.delete(`auth/sessions/${id}`);
	await loadSessions();
}
