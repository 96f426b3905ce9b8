// A call on this phone, from dialling to hanging up.
import { bindActions } from '../../core/keys.js';
import { phone as phoneText } from '../../core/format.js';
import { text } from '../../core/text.js';
import { queueName } from '../../stores/directory.js';
import { customer } from '../../stores/customer.js';
import { callStage, dialling, hangUp, liveCall, otherSide, phoneCall, talkingSince, toggleHold, toggleMute } from '../../stores/phone.js';
import { consultation, transferNotice } from '../../stores/transfer.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';
import { CallControls } from './call-controls.js';
import { CallKeypad } from './call-keypad.js';
import { ConsultCard } from './consult.js';
import { Meters } from './meters.js';
import { Quality } from './quality.js';
import { TransferPanel } from './transfer.js';

const STAGES = {
	calling: { tone: 'ringing', icon: 'phone-outgoing', word: text.phone.calling },
	talking: { tone: 'talking', icon: 'phone-call', word: text.phone.talking },
	hold: { tone: 'hold', icon: 'pause', word: text.phone.onHold },
};

/** While a colleague is consulted, the customer waits: the card is about the customer. */
function stateOf(/** @type {string} */ stage) {
	const apart = stage === 'talking' && ['RINGING', 'TALKING'].includes(consultation.value?.status ?? '');
	return apart ? STAGES.hold : STAGES[stage] ?? STAGES.calling;
}

const HOLDING = { holding: text.phone.holding, resuming: text.phone.resuming };

const contactName = (/** @type {string | null | undefined} */ number) =>
	(number && customer.value?.number === number ? customer.value.contact?.name : null);

/** Who is on the other side: the contact's name or the network's, the number, the queue. */
function OtherSide() {
	const { number = dialling.value?.number, name: sent } = otherSide.value ?? {};
	const name = contactName(number) ?? (sent === number ? null : sent);
	const facts = [name && phoneText(number), queueName(liveCall.value?.queue)].filter(Boolean);
	return html`<p class="call-name">${name ?? phoneText(number)}</p>
		<p class="call-number number">${facts.join(' · ')}</p>`;
}

/** What the call is in, and how long; the hold's own time beside it. */
function Head({ call, stage }) {
	const state = stateOf(stage);
	return html`<p class="card-state"><${Icon} name=${state.icon} /><span data-testid="call-state">${HOLDING[call?.hold ?? ''] ?? state.word}</span>${stage === 'talking' && html`<${Quality} />`}</p>
		<p class="call-times"><span class="call-timer"><${Since} from=${talkingSince.value} testid="call-timer" /></span>
			${call?.heldSince && html`<span class="hold-timer tone-hold"><${Icon} name="pause" size=${14} />${text.phone.heldFor} <${Since} from=${call.heldSince} testid="hold-timer" /></span>`}</p>`;
}

/** One line for what is wrong or to be known now; it keeps its place when there is nothing. */
function Note({ call }) {
	if (call?.muted) return html`<p class="card-note is-muted-note tone-danger" role="status" data-testid="muted-note"><${Icon} name="mic-off" size=${14} />${text.phone.mutedHint}</p>`;
	if (call && !call.path) return html`<p class="card-note tone-hold" role="status"><${Icon} name="wifi-off" size=${14} />${text.phone.noPath}</p>`;
	const problem = call?.problem || transferNotice.value;
	if (problem) return html`<p class="card-note tone-danger" role="alert" data-testid="call-problem"><${Icon} name="circle-alert" size=${14} />${problem}</p>`;
	return html`<p class="card-note"></p>`;
}

export function CallCard() {
	const panel = useSignal('');
	useEffect(() => {
		const toggle = (/** @type {string} */ name) => () => { panel.value = panel.value === name ? '' : name; };
		return bindActions({ mute: toggleMute, hold: () => { if (!consultation.value) toggleHold(); }, keypad: toggle('keypad'), transfer: toggle('transfer'), hangUp });
	}, []);
	const call = phoneCall.value;
	const stage = callStage.value;
	const canHangUp = call !== null || Boolean(dialling.value?.callId);
	const close = () => { panel.value = ''; };
	return html`<article class=${`card call-card tone-${stateOf(stage).tone}`} data-testid="call-card" data-call-id=${call?.callId} data-stage=${stage}>
		<${Head} call=${call} stage=${stage} />
		<${OtherSide} />
		<${Meters} call=${call} />
		<${Note} call=${call} />
		<${CallControls} call=${call} panel=${panel} answered=${stage !== 'calling'} locked=${Boolean(consultation.value)} />
		<${Button} label=${text.phone.hangUp} icon="phone-off" kind=${consultation.value ? 'refusal' : 'danger'} size="large" wide=${true} keyFor="hangUp" testid="hang-up" disabled=${!canHangUp} onClick=${hangUp} />
		${consultation.value && html`<${ConsultCard} />`}
		${panel.value === 'keypad' && html`<${CallKeypad} />`}
		${panel.value === 'transfer' && !consultation.value && stage !== 'calling' && html`<${TransferPanel} close=${close} />`}
	</article>`;
}
