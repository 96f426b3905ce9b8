// What is heard and what shows on the desktop.
import { askPermission, notify, permission } from '../../core/notify.js';
import { pref, setPref } from '../../core/preferences.js';
import { playSound } from '../../core/sounds.js';
import { text } from '../../core/text.js';
import { html, useId } from '../../vendor/ui.js';
import { BoardAlerts } from '../manager/board-alerts.js';
import { Button } from '../parts/button.js';
import { Toggle } from '../parts/field.js';
import { Icon } from '../parts/icon.js';

const words = text.settings;
const STEPS = 20;

/** @type {Record<string, {icon: string, tone: string}>} */
const PERMISSIONS = {
	granted: { icon: 'circle-check', tone: 'ready' },
	denied: { icon: 'circle-x', tone: 'danger' },
	default: { icon: 'circle-dashed', tone: 'offline' },
	unsupported: { icon: 'circle-off', tone: 'offline' },
};

function Volume() {
	const id = useId();
	const percent = Math.round(pref('soundVolume') * 100);
	return html`<div class="field">
		<span class="field-line"><label for=${id}>${words.volume}</label><output class="muted number" for=${id}>${words.percent(percent)}</output></span>
		<input class="range" id=${id} type="range" min="0" max=${STEPS} step="1" value=${Math.round(pref('soundVolume') * STEPS)} disabled=${!pref('sounds')} data-testid="sound-volume"
			onInput=${(/** @type {any} */ e) => setPref('soundVolume', Number(e.target.value) / STEPS)} onChange=${() => playSound('message')} />
	</div>`;
}

function Permission() {
	const state = permission.value;
	const { icon, tone } = PERMISSIONS[state];
	const test = () => notify({ title: words.testTitle, text: words.testText, tag: 'test', always: true });
	return html`<div class="permission">
		<p class=${`state tone-${tone}`} data-testid="notification-permission" data-state=${state}><${Icon} name=${icon} size=${14} /><span>${words.permissions[state]}</span></p>
		${state === 'default' && html`<${Button} label=${words.allow} onClick=${askPermission} testid="allow-notifications" />`}
		${state === 'granted' && html`<${Button} label=${words.test} onClick=${test} testid="test-notification" />`}
	</div>
	${state === 'denied' && html`<p class="field-hint">${words.deniedHelp}</p>`}`;
}

export function AlertsSection() {
	return html`<div class="section">
		<${Toggle} label=${words.sounds} hint=${words.soundsHint} value=${pref('sounds')} onInput=${(/** @type {boolean} */ on) => setPref('sounds', on)} testid="sounds" />
		<div class="sound-line"><${Volume} /><${Button} label=${words.testSound} icon="volume-2" disabled=${!pref('sounds')} onClick=${() => playSound('alert')} /></div>
		<hr />
		<${Toggle} label=${words.notices} hint=${words.noticesHint} value=${pref('notifications')} onInput=${(/** @type {boolean} */ on) => setPref('notifications', on)} testid="notifications" />
		<${Permission} />
		<${BoardAlerts} />
	</div>`;
}
