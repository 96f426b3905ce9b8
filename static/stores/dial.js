// Dialling: the exchange rings this phone, which answers by itself, and then the number.
import { api } from '../core/api.js';
import { text } from '../core/text.js';
import { batch, computed, signal } from '../vendor/ui.js';
import { microphone } from './devices.js';
import { mayDial } from './dial-rules.js';
import { onCallEnded } from './floor.js';
import { dialling, phoneCall, phoneNotice, phonePlace, registration } from './phone-state.js';
import { agentExtension } from './session.js';

const PATIENCE_MS = 30_000;

/** @type {import('../vendor/ui.js').Signal<{number: string, text: string} | null>} why the last dialling came to nothing */
export const dialProblem = signal(/** @type {any} */ (null));
/** @type {import('../vendor/ui.js').Signal<string>} the last number that was dialled from this page, for redial */
export const lastDialled = signal('');

/** @type {Promise<string | null> | null} settles with the id of the call being dialled */
let dialled = null;

/** Why nothing can be dialled now; empty when it can. */
export const cannotDial = computed(() => {
	if (phonePlace.value === 'elsewhere') return text.phone.elsewhereTab;
	if (registration.value.state === 'taken') return text.phone.elsewhereDevice;
	if (registration.value.state !== 'registered') return text.phone.notRegistered;
	if (microphone.value.state === 'refused') return text.phone.noMicrophone;
	return phoneCall.value || dialling.value ? text.phone.onCall : '';
});

/** Asks the exchange to ring this phone and then the number. @param {string} typed @param {string} [contactId] */
export async function dial(typed, contactId) {
	if (cannotDial.value) return;
	const { number, problem } = mayDial(typed);
	if (number === null) {
		dialFailed(typed, problem);
		return;
	}
	batch(() => {
		dialling.value = { number, callId: null };
		lastDialled.value = number;
		dialProblem.value = null;
		phoneNotice.value = '';
	});
	dialled = api.post('calls/dial', {
		body: contactId ? { phoneNumber: number, contactId } : { phoneNumber: number },
		headers: { 'Idempotency-Key': crypto.randomUUID() },
	}).then((accepted) => accepted.callId, (error) => {
		dialFailed(number, error.errors?.[0]?.detail ?? error.message);
		return null;
	});
	const callId = await dialled;
	if (!callId || !dialling.value) return;
	dialling.value = { number, callId };
	expectInvite(callId, number);
}

/** Whether an INVITE is for what this page dialled: it can overtake the answer to our own request. */
export async function isOurDialling(/** @type {string | null} */ callId) {
	const own = await dialled;
	return own !== null && own === callId;
}

/** The exchange promised to ring this phone: silence is a failure too, and is told. */
function expectInvite(/** @type {string} */ callId, /** @type {string} */ number) {
	setTimeout(() => {
		if (dialling.value?.callId === callId && !phoneCall.value) dialFailed(number, text.phone.notRung);
	}, PATIENCE_MS);
}

export function dialFailed(/** @type {string} */ number, /** @type {string} */ why) {
	batch(() => {
		dialling.value = null;
		dialProblem.value = { number, text: why };
	});
}

/** Ends a call that is still being dialled. */
export async function cancelDialling() {
	const { callId, number } = dialling.value ?? {};
	if (!callId) return;
	try {
		await api.post(`calls/${callId}/hangup`);
	} catch (error) {
		dialProblem.value = { number: number ?? '', text: /** @type {Error} */ (error).message };
	}
}

/** A dialled call that ended without an answer is a failure, whatever this phone heard. */
export function watchOutcome() {
	onCallEnded((ended) => {
		if (ended.direction === 'INBOUND' || !ended.outcome) return;
		const mine = ended.agent === agentExtension.peek()?.extension;
		const why = text.phone.outcomes[ended.outcome];
		if (mine && why) dialFailed(ended.to ?? '', why);
	});
}
