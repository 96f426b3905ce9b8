// What the keys do, wherever one is.
import { ACTION_GROUPS, ACTIONS } from '../core/actions.js';
import { bindAction, boundActions, keyOf } from '../core/keys.js';
import { pref } from '../core/preferences.js';
import { text } from '../core/text.js';
import { html, signal, useEffect } from '../vendor/ui.js';
import { Button } from './parts/button.js';
import { Dialog } from './parts/dialog.js';
import { Keys } from './parts/keys.js';
import { openSettings } from './settings/open.js';

export const helpOpen = signal(false);

/** Those that can be pressed here are told from those of other moments. */
function Group({ group, here }) {
	const actions = ACTIONS.filter((a) => a.group === group && keyOf(a.id));
	return html`<section class="key-group"><h3 class="label">${text.common.actionGroups[group]}</h3>
		<dl class="keys">${actions.map((a) => html`<div key=${a.id} class=${here.has(a.id) ? '' : 'muted'}><dt>${a.label}</dt><dd><${Keys} of=${keyOf(a.id)} /></dd></div>`)}</dl>
	</section>`;
}

function Help() {
	const close = () => { helpOpen.value = false; };
	const here = new Set(boundActions().map((a) => a.id));
	const change = () => {
		close();
		openSettings('keys');
	};
	return html`<${Dialog} title=${text.shell.keysTitle} onClose=${close} wide=${true} testid="key-help" footer=${html`<${Button} label=${text.shell.keysChange} onClick=${change} />`}>
		${pref('keysOff') && html`<p class="notice">${text.shell.keysOff}</p>`}
		<div class="key-groups" role="group" aria-label=${text.shell.keysTitle} tabIndex=${0}>${ACTION_GROUPS.map((group) => html`<${Group} key=${group} group=${group} here=${here} />`)}</div>
		<p class="field-hint">${text.shell.keysGrey}</p>
	<//>`;
}

export function KeyHelp() {
	useEffect(() => bindAction('help', () => { helpOpen.value = true; }), []);
	return helpOpen.value ? html`<${Help} />` : null;
}
