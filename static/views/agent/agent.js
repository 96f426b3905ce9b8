// The agent's desktop: phone, customer, work. Three columns, two, or one with tabs.
import { phone as phoneText } from '../../core/format.js';
import { agentState } from '../../core/states.js';
import { setTitle } from '../../core/title.js';
import { shownState } from '../../stores/floor.js';
import { followOwnCalls } from '../../stores/history.js';
import { callStage, phoneCall, phoneNotice, startPhone } from '../../stores/phone.js';
import { agentExtension } from '../../stores/session.js';
import { self } from '../../stores/self.js';
import { computed, html, useEffect, useSignal, useSignalEffect } from '../../vendor/ui.js';
import { announce, announceNow } from '../parts/announce.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { CustomerPanel } from './customer.js';
import { OwnCalls } from './own-calls.js';
import { PhonePanel } from './phone-panel.js';
import { WorkPanel } from './work.js';

const STAGE_WORDS = { ringing: '● Ringing', answering: 'Answering', calling: 'Calling', talking: 'Talking', hold: 'On hold' };

function titleNow() {
	const stage = callStage.value;
	if (stage !== 'idle') return `${STAGE_WORDS[stage]} · ${phoneText(phoneCall.value?.number)}`;
	return self.value ? agentState(shownState(self.value)).word : 'Desktop';
}

/** Speaks what a sighted person sees change. */
function useSpokenState() {
	useSignalEffect(() => {
		setTitle(titleNow());
		announceNow(callStage.value === 'ringing' ? `Incoming call from ${phoneCall.value?.name ?? ''} ${phoneText(phoneCall.value?.number)}` : '');
	});
	useSignalEffect(() => {
		const stage = callStage.value;
		const state = self.value ? agentState(shownState(self.value)).word : '';
		announce(stage === 'idle' || stage === 'ringing' ? phoneNotice.value || state : STAGE_WORDS[stage]);
	});
}

const wrapping = computed(() => self.value?.status === 'WRAP_UP');

const TABS = [
	{ id: 'phone', label: 'Phone', icon: 'phone' },
	{ id: 'customer', label: 'Customer', icon: 'user' },
	{ id: 'work', label: 'Work', icon: 'notebook-pen' },
];

function Tabs({ tab }) {
	return html`<div class="tabs" role="group" aria-label="Part of the desktop">
		${TABS.map((t) => html`<button key=${t.id} class="tab" aria-pressed=${tab.value === t.id} onClick=${() => { tab.value = t.id; }}>
			<${Icon} name=${t.icon} /><span>${t.label}</span></button>`)}
	</div>`;
}

function Desktop() {
	const tab = useSignal('phone');
	useSpokenState();
	useEffect(() => {
		startPhone();
		return followOwnCalls();
	}, []);
	// On a narrow screen a ring is never behind another tab, nor is the wrap-up.
	useSignalEffect(() => {
		if (callStage.value === 'ringing') tab.value = 'phone';
	});
	useSignalEffect(() => {
		if (wrapping.value) tab.value = 'work';
	});
	return html`<main class="desk" data-tab=${tab.value}>
		<h1 class="hidden">Desktop</h1>
		<section class="column column-phone" aria-label="Phone"><${PhonePanel} /></section>
		<section class="column column-customer" aria-label="Customer"><${CustomerPanel} /></section>
		<section class="column column-work" aria-label="Work"><${WorkPanel} /><${OwnCalls} /></section>
		<${Tabs} tab=${tab} />
	</main>`;
}

export function AgentPage() {
	if (agentExtension.value) return html`<${Desktop} />`;
	return html`<main class="page"><h1 class="hidden">Desktop</h1><${Empty} icon="phone-off" title="This account has no phone" text="Ask an administrator to give it an extension." /></main>`;
}
