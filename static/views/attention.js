// What must not be missed while one looks elsewhere: a ring shows on the desktop and in the tab's title.
import { phone as phoneText } from '../core/format.js';
import { notify } from '../core/notify.js';
import { go, path } from '../core/router.js';
import { text } from '../core/text.js';
import { flashTitle } from '../core/title.js';
import { callStage, phoneCall } from '../stores/phone.js';
import { computed, html, useSignalEffect } from '../vendor/ui.js';
import { Icon } from './parts/icon.js';

const words = text.shell;
const DESK = '/agent';

const who = (/** @type {any} */ call) => {
	const number = phoneText(call?.number);
	return call?.name && call.name !== call.number ? `${call.name} · ${number}` : number;
};

/** Who rings; empty while nobody does. */
const ringing = computed(() => (callStage.value === 'ringing' ? who(phoneCall.value) : ''));

/** Tells of a ring for as long as it lasts. Drawn on every page. */
export function Attention() {
	useSignalEffect(() => {
		const caller = ringing.value;
		flashTitle(caller && words.ringTitle(caller));
		if (!caller) return undefined;
		return notify({ title: words.ringNotice, text: caller, tag: 'ring', onClick: () => go(DESK) });
	});
	return null;
}

/** On another page than the desk a call is one press away. */
export function CallChip() {
	if (path.value === DESK || callStage.value === 'idle') return null;
	const stage = callStage.value === 'ringing' ? 'ringing' : 'talking';
	return html`<a class=${`button call-chip tone-${stage}`} href=${DESK} data-page data-testid="to-call">
		<${Icon} name=${stage === 'ringing' ? 'bell-ring' : 'phone-call'} /><span>${stage === 'ringing' ? words.ringHere(ringing.value) : words.onCall(who(phoneCall.value))}</span></a>`;
}
