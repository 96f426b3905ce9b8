// A call on this phone, from dialling to hanging up.
import { bindKeys } from '../../core/keys.js';
import { phone as phoneText } from '../../core/format.js';
import { queueName } from '../../stores/directory.js';
import { customer } from '../../stores/customer.js';
import { callStage, dialling, hangUp, liveCall, phoneCall, sendTones, talkingSince, toggleHold, toggleMute } from '../../stores/phone.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';
import { Digits } from './keypad.js';
import { Meters } from './meters.js';

const STAGES = {
	calling: { tone: 'ringing', icon: 'phone-outgoing', word: 'Calling…' },
	talking: { tone: 'talking', icon: 'phone-call', word: 'Talking' },
	hold: { tone: 'hold', icon: 'pause', word: 'On hold' },
};

const HOLDING = { holding: 'Holding…', resuming: 'Resuming…' };

/** Digits sent in the call: by click, by keyboard, by paste. */
function InCallKeypad({ sent }) {
	const press = (/** @type {string} */ tones) => { sent.value = (sent.value + sendTones(tones)).slice(-24); };
	useEffect(() => {
		const typed = (/** @type {KeyboardEvent} */ e) => {
			const field = e.target instanceof Element && e.target.matches('input, textarea, select');
			if (!field && !e.ctrlKey && !e.metaKey && /^[0-9*#]$/.test(e.key)) press(e.key);
		};
		const pasted = (/** @type {ClipboardEvent} */ e) => {
			const field = e.target instanceof Element && e.target.matches('input, textarea');
			if (!field) press(e.clipboardData?.getData('text') ?? '');
		};
		document.addEventListener('keydown', typed);
		document.addEventListener('paste', pasted);
		return () => {
			document.removeEventListener('keydown', typed);
			document.removeEventListener('paste', pasted);
		};
	}, []);
	return html`<div class="in-call-keypad"><output class="sent number" aria-label="Digits sent">${sent.value || 'Type, click or paste digits'}</output><${Digits} press=${press} /></div>`;
}

function Control({ icon, label, keyName, testid, pressed, tone = '', ...rest }) {
	return html`<button class=${`control ${tone}`} data-testid=${testid} aria-pressed=${pressed} title=${`${label} (${keyName})`} ...${rest}>
		<${Icon} name=${icon} size=${20} /><span>${label}</span>
	</button>`;
}

function Controls({ call, keypad }) {
	const up = call?.phase === 'up';
	const held = call?.hold === 'on' || call?.hold === 'resuming';
	const busy = call?.hold === 'holding' || call?.hold === 'resuming';
	return html`<div class="controls">
		${call?.muted
			? html`<${Control} icon="mic-off" label="Unmute" keyName="M" testid="unmute" tone="is-on tone-danger" onClick=${toggleMute} />`
			: html`<${Control} icon="mic" label="Mute" keyName="M" testid="mute" disabled=${!up} onClick=${toggleMute} />`}
		${held
			? html`<${Control} icon="play" label="Resume" keyName="H" testid="resume" tone="is-on tone-hold" disabled=${busy} onClick=${toggleHold} />`
			: html`<${Control} icon="pause" label="Hold" keyName="H" testid="hold" disabled=${!up || busy} onClick=${toggleHold} />`}
		<${Control} icon="grid-3x3" label="Keypad" keyName="K" testid="keypad" pressed=${keypad.value} disabled=${!up} onClick=${() => { keypad.value = !keypad.value; }} />
	</div>`;
}

function keysOf(/** @type {any} */ keypad) {
	return [
		{ key: 'M', label: 'Mute or unmute', run: toggleMute },
		{ key: 'H', label: 'Hold or resume', run: toggleHold },
		{ key: 'K', label: 'Keypad', run: () => { keypad.value = !keypad.value; } },
		{ key: 'Shift+E', label: 'Hang up', run: hangUp },
	];
}

const contactName = (/** @type {string | null | undefined} */ number) =>
	(number && customer.value?.number === number ? customer.value.contact?.name : null);

/** Who is on the other side: the contact's name or the network's, the number, the queue. */
function OtherSide({ call }) {
	const number = call?.number ?? dialling.value?.number;
	const name = contactName(number) ?? (call?.name === number ? null : call?.name);
	const facts = [name && phoneText(number), queueName(liveCall.value?.queue)].filter(Boolean);
	return html`<p class="call-name">${name ?? phoneText(number)}</p>
		<p class="call-number number">${facts.join(' · ')}</p>`;
}

export function CallCard() {
	const keypad = useSignal(false);
	const sent = useSignal('');
	useEffect(() => bindKeys(keysOf(keypad)), []);
	const call = phoneCall.value;
	const stage = STAGES[callStage.value] ?? STAGES.calling;
	const canHangUp = call !== null || Boolean(dialling.value?.callId);
	return html`<article class=${`card call-card tone-${stage.tone}`} data-testid="call-card" data-call-id=${call?.callId} data-stage=${callStage.value}>
		<p class="card-state"><${Icon} name=${stage.icon} />${HOLDING[call?.hold ?? ''] ?? stage.word}${call?.muted && html`<span class="tag tone-danger">Muted</span>`}</p>
		<p class="call-timer"><${Since} from=${talkingSince.value} testid="call-timer" /></p>
		<${OtherSide} call=${call} />
		${call && html`<${Meters} call=${call} />`}
		${call?.problem && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} />${call.problem}</p>`}
		<${Controls} call=${call} keypad=${keypad} />
		${keypad.value && html`<${InCallKeypad} sent=${sent} />`}
		<button class="button danger large wide" data-testid="hang-up" title="Hang up (Shift+E)" disabled=${!canHangUp} onClick=${hangUp}><${Icon} name="phone-off" />Hang up</button>
	</article>`;
}
