// The agent's own status: the largest thing on the desk after the call.
import { now } from '../../core/clock.js';
import { duration } from '../../core/format.js';
import { bindAction, withKey } from '../../core/keys.js';
import { AGENT_STATES, agentState, CHOOSABLE } from '../../core/states.js';
import { text } from '../../core/text.js';
import { pauseReasons, reasonLabel } from '../../stores/directory.js';
import { shownSince, shownState } from '../../stores/floor.js';
import { link } from '../../stores/live.js';
import { pauseEnd } from '../../stores/pause.js';
import { self, setStatus, statusChange } from '../../stores/self.js';
import { html, useEffect, useRef } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

const words = text.work;
const MINUTE_MS = 60_000;
const word = (/** @type {string} */ status) => agentState(status).word;

/** A reason with how long it may last. @param {import('../../stores/directory.js').PauseReason} reason */
const choice = ({ label, limitMs }) => (limitMs ? words.reasonWithLimit(label, words.minutes(Math.round(limitMs / MINUTE_MS))) : label);

const GROUPS = [
	{ label: words.paid, has: (/** @type {any} */ reason) => reason.paid !== false },
	{ label: words.unpaid, has: (/** @type {any} */ reason) => reason.paid === false },
];

/** Away has reasons, paid and not; the others speak for themselves. */
function Options() {
	const groups = GROUPS.map((g) => ({ ...g, reasons: pauseReasons.value.filter(g.has) })).filter((g) => g.reasons.length);
	return html`
		${CHOOSABLE.filter((s) => s !== 'OFFLINE').map((s) => html`<option key=${s} value=${s}>${word(s)}</option>`)}
		${groups.map((g) => html`<optgroup key=${g.label} label=${g.label}>${g.reasons.map((r) => html`<option key=${r.code} value=${`AWAY:${r.code}`}>${choice(r)}</option>`)}</optgroup>`)}
		<option value="OFFLINE">${word('OFFLINE')}</option>`;
}

/** The value of the list that stands for an agent's state, and its words. */
function current(/** @type {any} */ agent) {
	if (!agent) return { value: '', label: words.statusUnknown };
	const shown = shownState(agent);
	if (shown === 'AWAY' && agent.reason) return { value: `AWAY:${agent.reason}`, label: reasonLabel(agent.reason) };
	return { value: shown, label: word(shown) };
}

function choose(/** @type {Event} */ event) {
	const select = /** @type {HTMLSelectElement} */ (event.target);
	const [status, reason] = select.value.split(':');
	setStatus(status, reason);
}

const named = (/** @type {string} */ status, /** @type {string | null | undefined} */ reason) => (reason ? reasonLabel(reason) : word(status));

/** What comes after the call or the wrap-up, when that is not the usual. */
function Next({ agent }) {
	const next = agent?.nextStatus;
	return next && next !== 'AVAILABLE' ? html`<small class="status-next" data-testid="next-status">${words.then(named(next, agent.nextReason))}</small>` : null;
}

/** How much of a break is left, or by how much it is over. */
function Limit() {
	const end = pauseEnd.value;
	if (end === null) return null;
	const leftMs = end - now.value;
	return leftMs > 0
		? html`<small class="status-next" data-testid="pause-limit">${words.limitLeft(duration(leftMs))}</small>`
		: html`<small class="status-next tone-danger" data-testid="pause-limit" data-over><${Icon} name="triangle-alert" size=${12} />${words.limitOver(duration(-leftMs))}</small>`;
}

function Note() {
	const { to, reason, problem } = statusChange.value;
	if (problem) return html`<span class="status-note tone-danger" role="alert"><${Icon} name="triangle-alert" size=${14} />${problem}</span>`;
	if (to) return html`<span class="status-note">${words.changing(named(to, reason))}</span>`;
	if (self.value && link.value.state !== 'live') return html`<span class="status-note" data-testid="status-stale">${words.staleFor} <${Since} from=${link.value.since} /></span>`;
	return null;
}

export function StatusSelect() {
	const select = useRef(/** @type {HTMLSelectElement | null} */ (null));
	const agent = self.value;
	const { value, label } = current(agent);
	const state = agent ? agentState(shownState(agent)) : AGENT_STATES.OFFLINE;
	const known = CHOOSABLE.includes(value) || pauseReasons.value.some((r) => value === `AWAY:${r.code}`);
	useEffect(() => bindAction('status', () => {
		select.current?.focus();
		try {
			select.current?.showPicker();
		} catch {
			// It has the focus: an arrow key opens it.
		}
	}), []);
	// The browser changes a select by itself; once answered, also by a refusal, it shows the server's word.
	const { to } = statusChange.value;
	useEffect(() => {
		if (select.current && !to) select.current.value = value;
	}, [to, value]);
	// Without the live feed this is what was: greyed, and its age is told.
	const stale = agent && link.value.state !== 'live';
	return html`<div class="status">
		<div class=${`status-box tone-${state.tone}`} data-stale=${stale ? '' : undefined}>
			<${Icon} name=${state.icon} size=${20} />
			<select ref=${select} aria-label=${words.status} data-testid="status" data-state=${agent?.status ?? 'UNKNOWN'} title=${withKey(words.status, 'status')} disabled=${!agent} value=${value} onChange=${choose}>
				${!known && html`<option value=${value} disabled hidden>${label}</option>`}
				<${Options} />
			</select>
			<span class="status-word"><span aria-hidden="true">${label}</span>${pauseEnd.value === null ? html`<${Next} agent=${agent} />` : html`<${Limit} />`}</span>
			<${Since} from=${agent && shownSince(agent)} testid="status-since" />
			<${Icon} name="chevron-down" size=${14} />
		</div>
		<${Note} />
	</div>`;
}
