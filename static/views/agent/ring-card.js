// A call that rings: drawn from the INVITE at once, completed by what the floor knows of it.
import { phone as phoneText } from '../../core/format.js';
import { bindActions } from '../../core/keys.js';
import { text } from '../../core/text.js';
import { queueName } from '../../stores/directory.js';
import { customer } from '../../stores/customer.js';
import { answer, callStage, liveCall, phoneCall, reject } from '../../stores/phone.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

/** The best name there is: the contact's, else what the network said. */
export function callerName(/** @type {any} */ call) {
	const contact = customer.value?.number === call.number ? customer.value?.contact : null;
	const sent = call.name === call.number ? null : call.name;
	return contact?.name ?? sent ?? text.phone.unknownCaller;
}

function Facts({ live, call }) {
	return html`<dl class="facts">
		<div><dt>${text.phone.queue}</dt><dd>${live ? queueName(live.queue) || text.phone.direct : '…'}</dd></div>
		<div><dt>${text.phone.did}</dt><dd class="number">${live ? phoneText(live.did ?? live.to) : '…'}</dd></div>
		<div><dt>${text.phone.waited}</dt><dd data-testid="seconds-waited"><${Since} from=${live?.queuedAt ?? live?.startedAt ?? call.ringingSince} /></dd></div>
	</dl>`;
}

function words(/** @type {any} */ call) {
	if (callStage.value === 'answering') return text.phone.answering;
	return call.byItself ? text.phone.answeringItself : text.phone.incoming;
}

export function RingCard() {
	useEffect(() => bindActions({ answer, reject }), []);
	const call = phoneCall.value;
	if (!call) return null;
	const answering = callStage.value === 'answering';
	return html`<article class="card call-card is-ringing tone-ringing" data-testid="ring-card" data-call-id=${call.callId}>
		<p class="card-state"><${Icon} name="phone-incoming" />${words(call)}</p>
		<p class="call-name" data-testid="caller-name">${callerName(call)}</p>
		<p class="call-number number" data-testid="caller-number">${phoneText(call.number)}</p>
		<${Facts} live=${liveCall.value} call=${call} />
		<p class="card-problem field-error" role="alert">${call.problem && html`<${Icon} name="circle-alert" size=${14} /><span>${call.problem}</span>`}</p>
		<div class="pair">
			<${Button} label=${text.phone.answer} icon="phone" kind="positive" size="large" keyFor="answer" testid="answer" disabled=${answering} onClick=${answer} />
			<${Button} label=${text.phone.reject} icon="phone-off" kind="refusal" size="large" keyFor="reject" testid="reject" disabled=${answering} onClick=${reject} />
		</div>
	</article>`;
}
