// The agent's phone as the rest of the page sees it. Each part has a store of its own.
import { startDevices } from './devices.js';
import { startDialRules } from './dial-rules.js';
import { watchOutcome } from './dial.js';
import { watchCall } from './phone-call.js';
import { startQuality } from './quality.js';
import { startRegistration } from './registration.js';
import { watchTransfers } from './transfer.js';

export { audible, callStage, dialling, liveCall, otherSide, phoneCall, phoneNotice, phonePlace, registration, talkingSince, tonesSent } from './phone-state.js';
export { answer, hangUp, reject, sendTones, toggleHold, toggleMute } from './phone-call.js';
export { cannotDial, dial, dialProblem, lastDialled } from './dial.js';
export { register, registrationReason, startPhone, stopPhone, takeOver } from './registration.js';
export { microphone, tryMicrophone } from './devices.js';

/** Follows everything about the phone for as long as the page lives. */
export function startPhoneStore() {
	startDevices();
	startDialRules();
	startRegistration();
	watchCall();
	watchOutcome();
	startQuality();
	watchTransfers();
}
