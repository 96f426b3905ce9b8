// The agent's own status: the largest thing on the desk after the call.
import { bindKeys } from '../../core/keys.js';
import { AGENT_STATES, agentState, CHOOSABLE } from '../../core/states.js';
import { pauseReasons, reasonLabel } from '../../stores/directory.js';
import { shownState } from '../../stores/floor.js';
import { self, setStatus, statusChange } from '../../stores/self.js';
import { html, useEffect, useRef } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

const word = (/** @type {string} */ status) => agentState(status).word;

/** Away has reasons; the others speak for themselves. */
function Options() {
	const reasons = pauseReasons.value;
	return html`
		${CHOOSABLE.filter((s) => s !== 'OFFLINE').map((s) => html`<option key=${s} value=${s}>${word(s)}</option>`)}
		${reasons.length > 0 && html`<optgroup label="Away because of">
			${reasons.map((r) => html`<option key=${r.code} value=${`AWAY:${r.code}`}>${r.label}</option>`)}
		</optgroup>`}
		<option value="OFFLINE">${word('OFFLINE')}</option>`;
}

/** The value of the list that stands for an agent's state, and its words. */
function current(/** @type {any} */ agent) {
	if (!agent) return { value: '', label: 'Unknown' };
	const shown = shownState(agent);
	if (shown === 'AWAY' && agent.reason) return { value: `AWAY:${agent.reason}`, label: `Away: ${reasonLabel(agent.reason)}` };
	return { value: shown, label: word(shown) };
}

function choose(/** @type {Event} */ event) {
	const select = /** @type {HTMLSelectElement} */ (event.target);
	const [status, reason] = select.value.split(':');
	setStatus(status, reason);
}

/** What comes after the call or the wrap-up, when that is not the usual. */
function Next({ agent }) {
	const next = agent?.nextStatus;
	return next && next !== 'AVAILABLE' ? html`<small class="status-next" data-testid="next-status">then ${word(next)}</small>` : null;
}

function Note() {
	const { to, problem } = statusChange.value;
	if (problem) return html`<span class="status-note tone-danger" role="alert"><${Icon} name="triangle-alert" size=${14} />${problem}</span>`;
	if (to) return html`<span class="status-note">Changing to ${word(to)}…</span>`;
	return null;
}

export function StatusSelect() {
	const select = useRef(/** @type {HTMLSelectElement | null} */ (null));
	const agent = self.value;
	const { value, label } = current(agent);
	const state = agent ? agentState(shownState(agent)) : AGENT_STATES.OFFLINE;
	const known = CHOOSABLE.includes(value) || pauseReasons.value.some((r) => value === `AWAY:${r.code}`);
	useEffect(() => bindKeys([{ key: 'S', label: 'Choose a status', run: () => select.current?.focus() }]), []);
	// The browser changes a select by itself; once answered, also by a refusal, it shows the server's word.
	const { to } = statusChange.value;
	useEffect(() => {
		if (select.current && !to) select.current.value = value;
	}, [to, value]);
	return html`<div class="status">
		<div class=${`status-box tone-${state.tone}`}>
			<${Icon} name=${state.icon} size=${18} />
			<select ref=${select} aria-label="Status" data-testid="status" data-state=${agent?.status ?? 'UNKNOWN'} title="Status (S)" disabled=${!agent} value=${value} onChange=${choose}>
				${!known && html`<option value=${value} disabled hidden>${label}</option>`}
				<${Options} />
			</select>
			<${Next} agent=${agent} />
			<${Since} from=${agent?.since} testid="status-since" />
			<${Icon} name="chevron-down" size=${14} />
		</div>
		<${Note} />
	</div>`;
}
