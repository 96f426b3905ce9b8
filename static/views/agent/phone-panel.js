// The left column: whatever the phone is doing now, and one primary action for it.
import { callStage, microphone, phonePlace, registration, register, takeOver, tryMicrophone } from '../../stores/phone.js';
import { html } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Dialler } from './dialler.js';
import { CallCard } from './call-card.js';
import { RingCard } from './ring-card.js';
import { StrandedCard, useStranded } from './stranded.js';

function MicrophoneNotice() {
	if (microphone.value.state !== 'refused') return null;
	return html`<div class="notice tone-danger" role="alert">
		<${Icon} name="mic-off" /><p>${microphone.value.reason}</p>
		<button class="button small" onClick=${tryMicrophone}>Check again</button>
	</div>`;
}

function RegistrationNotice() {
	const { state, reason } = registration.value;
	if (state === 'failed') {
		return html`<div class="notice tone-danger" role="alert">
			<${Icon} name="triangle-alert" /><p><strong>Your phone is not registered.</strong> ${reason}</p>
			<button class="button small" onClick=${register}>Register here</button>
		</div>`;
	}
	if (state !== 'reconnecting') return null;
	return html`<div class="notice tone-hold" role="status"><${Icon} name="wifi-off" /><p><strong>Phone reconnecting.</strong> ${reason} Calls cannot reach you until it is back.</p></div>`;
}

function Elsewhere() {
	return html`<${Empty} icon="monitor" title="The phone is open in another tab" text="Calls ring there. Taking over ends a call that is running in it.">
		<button class="button primary" data-testid="take-over" onClick=${takeOver}>Take over</button>
	<//>`;
}

const STAGES = { idle: Dialler, ringing: RingCard, answering: RingCard, calling: CallCard, talking: CallCard, hold: CallCard };

export function PhonePanel() {
	const stranded = useStranded();
	if (phonePlace.value === 'elsewhere') return html`<${Elsewhere} />`;
	const Stage = stranded ? StrandedCard : STAGES[callStage.value];
	return html`<${MicrophoneNotice} /><${RegistrationNotice} /><${Stage} />`;
}
