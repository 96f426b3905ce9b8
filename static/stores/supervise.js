// What a supervisor does to an agent. The answer is the agent as it became, not as it was asked for.
import { api } from '../core/api.js';

/** @returns {Promise<any>} the live agent. @throws {import('../core/api.js').Problem} */
export const forceStatus = (/** @type {string} */ agentId, /** @type {string} */ status, /** @type {string | undefined} */ reason = undefined) =>
	api.put(`agent-extensions/${agentId}/status`, { body: { status, ...(reason ? { reason } : {}) } });

/** Takes an agent's call for help back. @throws {import('../core/api.js').Problem} */
export const endHelp = (/** @type {string} */ agentId) => api.delete(`agent-extensions/${agentId}/help`);
