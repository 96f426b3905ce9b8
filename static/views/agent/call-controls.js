// What one can do in a call besides hanging up. Every control keeps its place, whatever the call is in.
import { withKey } from '../../core/keys.js';
import { text } from '../../core/text.js';
import { toggleHold, toggleMute } from '../../stores/phone.js';
import { html } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

function Control({ icon, label, keyFor, testid, tone = '', ...rest }) {
	return html`<button type="button" class=${`control ${tone}`} data-testid=${testid} title=${withKey(label, keyFor)} ...${rest}>
		<${Icon} name=${icon} size=${20} /><span>${label}</span>
	</button>`;
}

function MuteControl({ call, up }) {
	if (call?.muted) return html`<${Control} icon="mic-off" label=${text.phone.unmute} keyFor="mute" testid="unmute" tone="is-on is-muted tone-danger" onClick=${toggleMute} />`;
	return html`<${Control} icon="mic" label=${text.phone.mute} keyFor="mute" testid="mute" disabled=${!up} onClick=${toggleMute} />`;
}

function HoldControl({ call, up, locked }) {
	const busy = call?.hold === 'holding' || call?.hold === 'resuming';
	if (call?.hold === 'on' || call?.hold === 'resuming') return html`<${Control} icon="play" label=${text.phone.resume} keyFor="hold" testid="resume" tone="is-on tone-hold" disabled=${busy} onClick=${toggleHold} />`;
	return html`<${Control} icon="pause" label=${text.phone.hold} keyFor="hold" testid="hold" disabled=${!up || busy || locked} onClick=${toggleHold} />`;
}

/** panel: a signal with the name of what is open below, or ''. locked: a consultation has the hold in its hands. */
export function CallControls({ call, panel, answered, locked }) {
	const up = call?.phase === 'up';
	const open = (/** @type {string} */ name) => () => { panel.value = panel.value === name ? '' : name; };
	return html`<div class="controls">
		<${MuteControl} call=${call} up=${up} />
		<${HoldControl} call=${call} up=${up} locked=${locked} />
		<${Control} icon="grid-3x3" label=${text.phone.keypad} keyFor="keypad" testid="keypad" aria-pressed=${panel.value === 'keypad'} disabled=${!up} onClick=${open('keypad')} />
		<${Control} icon="phone-forwarded" label=${text.phone.transfer} keyFor="transfer" testid="transfer" aria-pressed=${panel.value === 'transfer'} disabled=${!up || !answered || locked} onClick=${open('transfer')} />
	</div>`;
}
