// A call that rings: drawn from the INVITE at once, completed by what the floor knows of it.
import { bindKeys } from '../../core/keys.js';
import { phone as phoneText } from '../../core/format.js';
import { queueName } from '../../stores/directory.js';
import { customer } from '../../stores/customer.js';
import { answer, callStage, liveCall, phoneCall, reject } from '../../stores/phone.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

const KEYS = [
	{ key: 'A', label: 'Answer', run: answer },
	{ key: 'X', label: 'Reject', run: reject },
];

/** The best name there is: the contact's, else what the network said. */
function callerName(/** @type {any} */ call) {
	const contact = customer.value?.number === call.number ? customer.value?.contact : null;
	const sent = call.name === call.number ? null : call.name;
	return contact?.name ?? sent ?? 'Unknown caller';
}

function Facts({ live, call }) {
	return html`<dl class="facts">
		<div><dt>Queue</dt><dd>${live ? queueName(live.queue) || 'Direct' : '…'}</dd></div>
		<div><dt>Dialled</dt><dd class="number">${live ? phoneText(live.did ?? live.to) : '…'}</dd></div>
		<div><dt>Waiting</dt><dd data-testid="seconds-waited"><${Since} from=${live?.queuedAt ?? live?.startedAt ?? call.ringingSince} /></dd></div>
	</dl>`;
}

export function RingCard() {
	useEffect(() => bindKeys(KEYS), []);
	const call = phoneCall.value;
	if (!call) return null;
	const answering = callStage.value === 'answering';
	return html`<article class="card call-card is-ringing tone-ringing" data-testid="ring-card" data-call-id=${call.callId}>
		<p class="card-state"><${Icon} name="phone-incoming" />${answering ? 'Answering…' : 'Incoming call'}</p>
		<p class="call-name" data-testid="caller-name">${callerName(call)}</p>
		<p class="call-number number" data-testid="caller-number">${phoneText(call.number)}</p>
		<${Facts} live=${liveCall.value} call=${call} />
		${call.problem && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} />${call.problem}</p>`}
		<div class="pair">
			<button class="button positive large" data-testid="answer" title="Answer (A)" disabled=${answering} onClick=${answer}><${Icon} name="phone" />Answer</button>
			<button class="button danger large" data-testid="reject" title="Reject (X)" disabled=${answering} onClick=${reject}><${Icon} name="phone-off" />Reject</button>
		</div>
	</article>`;
}
