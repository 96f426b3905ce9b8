// This browser as the agent's phone: registered here, in another tab, on another device, or not at all, and why.
import { text } from '../core/text.js';
import { phoneLock } from '../phone/lock.js';
import { mayPlay, ringer } from '../phone/outlets.js';
import { SipPhone } from '../phone/sip.js';
import { computed, effect } from '../vendor/ui.js';
import { tryMicrophone } from './devices.js';
import { agents } from './floor.js';
import { answerFor, invited, lineBack } from './phone-call.js';
import { audible, phoneCall, phonePlace, registration } from './phone-state.js';
import { agentExtension, hasFreshSip, sessionState, takeSip } from './session.js';

const phone = new SipPhone({
	onRegistration: (state) => {
		registration.value = state;
		if (state.state === 'registered') lineBack();
	},
	onCall: (call) => invited(call),
	onTalk: answerFor,
});

/** Why the phone is not registered, in words; empty when it is. */
export const registrationReason = computed(() => {
	const { reason, detail } = registration.value;
	return reason === '' ? '' : text.phone.reasons[reason](detail);
});

/** Registers this tab's phone, with a fresh secret where none is at hand. */
export async function register() {
	registration.value = { state: 'connecting', reason: '', detail: '' };
	try {
		phone.start(await takeSip());
	} catch (error) {
		registration.value = { state: 'failed', reason: 'api', detail: /** @type {Error} */ (error).message };
	}
}

/** @type {ReturnType<typeof phoneLock> | null} */
let lock = null;

export const takeOver = () => lock?.takeOver();

/** Gives the phone back: unregistered, silent, another tab may have it. */
export function stopPhone() {
	lock?.release();
	lock = null;
	ringer.stop();
	phone.stop();
	phonePlace.value = 'unknown';
}

/** Makes this tab the agent's phone, unless another one is. Whoever just signed in here means here. */
export function startPhone() {
	const extension = agentExtension.value?.extension;
	if (lock || !extension) return;
	lock = phoneLock(extension, {
		onHeld: () => {
			phonePlace.value = 'here';
			register();
		},
		onElsewhere: () => {
			phonePlace.value = 'elsewhere';
			phone.stop();
		},
	});
	if (hasFreshSip()) lock.takeOver();
	else lock.start();
	tryMicrophone();
}

/** A reloaded page is mute until it is touched; the agent has to know. */
function watchAudible() {
	audible.value = mayPlay();
	const touched = () => { audible.value = true; };
	for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, touched, { once: true });
}

/** When the exchange lost sight of this phone, it slept, or another one has its place: it comes anew, and is told. */
function watchPresence() {
	const seen = computed(() => agents.value.get(agentExtension.value?.extension ?? '')?.value?.phone ?? null);
	effect(() => {
		if (seen.value === 'UNREGISTERED' && !phoneCall.peek()) phone.renew();
		else if (seen.value !== null) phone.verify();
	});
}

export function startRegistration() {
	effect(() => {
		if (sessionState.value === 'out') stopPhone();
	});
	watchAudible();
	watchPresence();
	addEventListener('online', () => phone.wake());
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') phone.wake();
	});
}
