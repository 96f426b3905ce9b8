// What the phone is in: the facts that its other stores write and the views read.
import { computed, signal } from '../vendor/ui.js';
import { calls } from './floor.js';
import { agentExtension } from './session.js';

/** @template T @typedef {import('../vendor/ui.js').Signal<T>} Sig */
/** @typedef {import('../phone/sip-call.js').SipCall} SipCall */
/**
 * @typedef {{
 *   key: string, callId: string | null, outgoing: boolean, byItself: boolean, number: string | null, name: string | null,
 *   phase: SipCall['phase'], hold: SipCall['hold'], heldSince: number | null, muted: boolean, problem: string, path: boolean,
 *   ringingSince: number, upSince: number | null, local: MediaStream | null, remote: MediaStream | null,
 * }} PhoneCall byItself: this phone answers it without being asked
 */

/** @type {Sig<import('../phone/sip.js').Registration>} */
export const registration = signal(/** @type {any} */ ({ state: 'off', reason: '', detail: '' }));
/** @type {Sig<'here' | 'elsewhere' | 'unknown'>} which tab has the phone */
export const phonePlace = signal(/** @type {any} */ ('unknown'));
/** @type {Sig<PhoneCall | null>} */
export const phoneCall = signal(/** @type {PhoneCall | null} */ (null));
/** @type {Sig<{number: string, callId: string | null} | null>} asked for, not yet on this phone */
export const dialling = signal(/** @type {any} */ (null));
/** @type {Sig<string>} the last thing worth telling about a call that is over */
export const phoneNotice = signal('');
/** @type {Sig<string>} digits sent in this call */
export const tonesSent = signal('');
/** Whether this page can be heard ringing: not before it was clicked once. */
export const audible = signal(true);

/** The floor's view of the call on this phone. */
export const liveCall = computed(() => calls.value.get(phoneCall.value?.callId ?? '')?.value ?? null);

/** ringing, answering, calling (the other side rings), talking, hold: what the agent is in. */
export const callStage = computed(() => {
	const call = phoneCall.value;
	if (!call) return dialling.value ? 'calling' : 'idle';
	if (call.phase !== 'up') return call.outgoing ? 'calling' : call.phase;
	if (call.outgoing && !liveCall.value?.answeredAt) return 'calling';
	return call.hold === 'off' ? 'talking' : 'hold';
});

/** A call that a colleague asked about first and then handed over here: the phone still has the colleague's number. */
function isHandedOver(/** @type {PhoneCall} */ call) {
	const { consult, transfer } = liveCall.value ?? {};
	return !consult && transfer?.kind === 'ATTENDED' && transfer.to === agentExtension.value?.extension && transfer.from === call.number;
}

/** Who is on the other side. */
export const otherSide = computed(() => {
	const call = phoneCall.value;
	if (!call) return null;
	const live = liveCall.value;
	if (!live || !isHandedOver(call)) return { number: call.number, name: call.name };
	return live.direction === 'OUTBOUND' ? { number: live.to ?? null, name: null } : { number: live.from, name: live.fromName ?? null };
});

/** When the talk began, for its timer. */
export const talkingSince = computed(() => {
	const call = phoneCall.value;
	if (!call) return null;
	return call.outgoing ? Date.parse(liveCall.value?.answeredAt ?? '') || null : call.upSince;
});
