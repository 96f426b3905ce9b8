// A call the exchange holds for this agent while this page's phone has none: never shown as an idle phone.
import { phone as phoneText } from '../../core/format.js';
import { text } from '../../core/text.js';
import { callStage } from '../../stores/phone.js';
import { endOwnCall, ownCall, self } from '../../stores/self.js';
import { html, useSignal, useSignalEffect } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

// The phone knows of a call's begin and end a moment before or after the floor does.
const SETTLE_MS = 1_500;

/** Whether the floor says "on call" for longer than the phone says "idle". */
export function useStranded() {
	const stranded = useSignal(false);
	useSignalEffect(() => {
		if (callStage.value !== 'idle' || self.value?.status !== 'ON_CALL') {
			stranded.value = false;
			return undefined;
		}
		const timer = setTimeout(() => { stranded.value = true; }, SETTLE_MS);
		return () => clearTimeout(timer);
	});
	return stranded.value;
}

export function StrandedCard() {
	const ending = useSignal({ busy: false, problem: '' });
	const hangUp = async () => {
		ending.value = { busy: true, problem: '' };
		try {
			await endOwnCall();
		} catch (error) {
			ending.value = { busy: false, problem: /** @type {Error} */ (error).message };
		}
	};
	const call = ownCall.value;
	const number = call?.direction === 'OUTBOUND' ? call.to : call?.from;
	const { busy, problem } = ending.value;
	return html`<article class="card call-card tone-hold" data-testid="stranded-card" data-call-id=${call?.id}>
		<p class="card-state"><${Icon} name="wifi-off" />${text.work.strandedTitle}</p>
		<p class="call-timer"><${Since} from=${call?.answeredAt} /></p>
		<p class="call-name">${phoneText(number)}</p>
		<p class="stranded-text">${text.work.strandedText}</p>
		${problem && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} />${problem}</p>`}
		<button class="button danger large wide" data-testid="hang-up" disabled=${busy} onClick=${hangUp}><${Icon} name="phone-off" />${busy ? text.work.hangingUp : text.work.hangUp}</button>
	</article>`;
}
