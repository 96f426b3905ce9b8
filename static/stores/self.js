// The signed-in agent: own live state, changing it, wrap-up, asking for help.
import { api } from '../core/api.js';
import { text } from '../core/text.js';
import { computed, signal } from '../vendor/ui.js';
import { agents, calls } from './floor.js';
import { agentExtension } from './session.js';

/** Own live object, null while unknown. */
export const self = computed(() => agents.value.get(agentExtension.value?.extension ?? '')?.value ?? null);

/** The call the floor says this agent has. */
export const ownCall = computed(() => calls.value.get(self.value?.callId ?? '')?.value ?? null);

/** @type {{value: {to: string | null, reason?: string, problem: string}}} a change on its way, or why it failed */
export const statusChange = signal({ to: /** @type {string | null} */ (null), problem: '' });

const own = () => {
	if (!agentExtension.value) throw new Error(text.work.noExtension);
	return `agent-extensions/${agentExtension.value.id}`;
};

// What changed comes as an event, in order with all others; the answer only says that it was taken.

/** @param {string} status @param {string} [reason] */
export async function setStatus(status, reason) {
	statusChange.value = { to: status, reason, problem: '' };
	try {
		await api.put(`${own()}/status`, { body: reason ? { status, reason } : { status } });
		statusChange.value = { to: null, problem: '' };
	} catch (error) {
		statusChange.value = { to: null, problem: /** @type {Error} */ (error).message };
	}
}

/** Ends the call the exchange holds for this agent, whatever this page's phone has. @throws {import('../core/api.js').Problem} */
export async function endOwnCall() {
	const callId = self.value?.callId;
	if (callId) await api.post(`calls/${callId}/hangup`);
}

/** @param {'FINISH' | 'EXTEND'} action @throws {import('../core/api.js').Problem} */
export async function wrapup(action) {
	await api.post(`${own()}/wrapup`, { body: { action } });
}

/** @type {{value: {busy: boolean, problem: string}}} */
export const helpRequest = signal({ busy: false, problem: '' });

/** Asks a supervisor for help, or takes the request back: pressing again. */
export async function toggleHelp() {
	if (helpRequest.value.busy) return;
	helpRequest.value = { busy: true, problem: '' };
	try {
		await (self.value?.help ? api.delete(`${own()}/help`) : api.post(`${own()}/help`));
		helpRequest.value = { busy: false, problem: '' };
	} catch (error) {
		helpRequest.value = { busy: false, problem: /** @type {Error} */ (error).message };
	}
}
