// The left column: whatever the phone is doing now, and one primary action for it.
import { text } from '../../core/text.js';
import { deviceNotice } from '../../stores/devices.js';
import { callStage, microphone, phonePlace, register, registration, registrationReason, takeOver, tryMicrophone } from '../../stores/phone.js';
import { html } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { openSettings } from '../settings/open.js';
import { Dialler } from './dialler.js';
import { CallCard } from './call-card.js';
import { RingCard } from './ring-card.js';
import { StrandedCard, useStranded } from './stranded.js';

function MicrophoneNotice() {
	if (microphone.value.state !== 'refused') return null;
	return html`<div class="notice tone-danger" role="alert" data-testid="microphone-notice">
		<${Icon} name="mic-off" /><p>${microphone.value.reason}</p>
		<${Button} label=${text.phone.checkAgain} size="small" onClick=${tryMicrophone} />
	</div>`;
}

/** What became of a device by itself, until it is read. */
function DeviceNotice() {
	if (!deviceNotice.value) return null;
	return html`<div class="notice tone-hold" role="alert" data-testid="device-notice">
		<${Icon} name="headphones" /><p>${deviceNotice.value}</p>
		<${Button} label=${text.phone.devices} size="small" onClick=${() => openSettings('devices')} />
		<${IconButton} label=${text.common.dismiss} icon="x" onClick=${() => { deviceNotice.value = ''; }} />
	</div>`;
}

function RegistrationNotice() {
	const { state } = registration.value;
	if (state === 'failed') {
		return html`<div class="notice tone-danger" role="alert" data-testid="registration-notice">
			<${Icon} name="triangle-alert" /><p><strong>${text.phone.notRegisteredTitle}</strong> ${registrationReason.value}</p>
			<${Button} label=${text.phone.registerAgain} size="small" testid="register-again" onClick=${register} />
		</div>`;
	}
	if (state !== 'reconnecting') return null;
	return html`<div class="notice tone-hold" role="status" data-testid="registration-notice"><${Icon} name="wifi-off" /><p><strong>${text.phone.reconnectingTitle}</strong> ${registrationReason.value} ${text.phone.reconnectingHint}</p></div>`;
}

function ElsewhereTab() {
	return html`<${Empty} icon="monitor" title=${text.phone.elsewhereTabTitle} text=${text.phone.elsewhereTabText}>
		<${Button} label=${text.phone.takeOver} kind="primary" testid="take-over" onClick=${takeOver} />
	<//>`;
}

function ElsewhereDevice() {
	return html`<${Empty} icon="monitor" title=${text.phone.elsewhereDeviceTitle} text=${text.phone.elsewhereDeviceText}>
		<${Button} label=${text.phone.takeBack} kind="primary" testid="take-back" onClick=${register} />
	<//>`;
}

const STAGES = { idle: Dialler, ringing: RingCard, answering: RingCard, calling: CallCard, talking: CallCard, hold: CallCard };

export function PhonePanel() {
	const stranded = useStranded();
	if (phonePlace.value === 'elsewhere') return html`<${ElsewhereTab} />`;
	if (registration.value.state === 'taken' && callStage.value === 'idle') return html`<${ElsewhereDevice} />`;
	const Stage = stranded ? StrandedCard : STAGES[callStage.value];
	return html`<${MicrophoneNotice} /><${DeviceNotice} /><${RegistrationNotice} /><${Stage} />`;
}
