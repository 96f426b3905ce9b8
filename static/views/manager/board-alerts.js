// Which of the board's alarms one hears: a part of the settings.
import { pref, setPref } from '../../core/preferences.js';
import { text } from '../../core/text.js';
import { queueInfo, queueName } from '../../stores/directory.js';
import { isSupervisor } from '../../stores/session.js';
import { html } from '../../vendor/ui.js';
import { Toggle } from '../parts/field.js';

const words = text.board.alerts;

function QueuesToHear() {
	const muted = pref('mutedQueues');
	const set = (/** @type {string} */ name, /** @type {boolean} */ on) =>
		setPref('mutedQueues', on ? muted.filter((/** @type {string} */ n) => n !== name) : [...muted, name]);
	return html`<fieldset class="field checks"><legend>${words.queuesOf}</legend><div class="check-list">
		${[...queueInfo.value.keys()].map((name) => html`<label key=${name} class="check"><input type="checkbox" checked=${!muted.includes(name)} onChange=${(/** @type {any} */ e) => set(name, e.target.checked)} />${queueName(name)}</label>`)}
	</div></fieldset>`;
}

export function BoardAlerts() {
	if (!isSupervisor.value) return null;
	return html`<hr />
		<${Toggle} label=${words.queueAlerts} hint=${words.queueAlertsHint} value=${pref('queueAlerts')} onInput=${(/** @type {boolean} */ on) => setPref('queueAlerts', on)} testid="queue-alerts" />
		${pref('queueAlerts') && queueInfo.value.size > 0 && html`<${QueuesToHear} />`}
		<${Toggle} label=${words.helpAlerts} value=${pref('helpAlerts')} onInput=${(/** @type {boolean} */ on) => setPref('helpAlerts', on)} testid="help-alerts" />`;
}
