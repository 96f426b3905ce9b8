// The agent's desktop: phone, customer, work. Three columns, two, or one with tabs.
import { phone as phoneText } from '../../core/format.js';
import { agentState } from '../../core/states.js';
import { text } from '../../core/text.js';
import { setTitle } from '../../core/title.js';
import { due, followCallbacks } from '../../stores/callbacks.js';
import { isBrowsing } from '../../stores/customer.js';
import { shownState } from '../../stores/floor.js';
import { followOwnCalls } from '../../stores/history.js';
import { followMissed, missed } from '../../stores/missed.js';
import { callStage, phoneCall, phoneNotice, startPhone } from '../../stores/phone.js';
import { agentExtension } from '../../stores/session.js';
import { self } from '../../stores/self.js';
import { computed, html, useEffect, useSignal, useSignalEffect } from '../../vendor/ui.js';
import { announce, announceNow } from '../parts/announce.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { CustomerPanel } from './customer.js';
import { Lists } from './lists.js';
import { PhonePanel } from './phone-panel.js';
import { useReminders } from './reminders.js';
import { WorkPanel } from './work.js';

const words = text.work;

function titleNow() {
	const stage = callStage.value;
	if (stage !== 'idle') return words.title(words.stage[stage], phoneText(phoneCall.value?.number));
	return self.value ? agentState(shownState(self.value)).word : words.desktop;
}

/** Speaks what a sighted person sees change. */
function useSpokenState() {
	useSignalEffect(() => {
		setTitle(titleNow());
		announceNow(callStage.value === 'ringing' ? words.incoming(phoneCall.value?.name ?? '', phoneText(phoneCall.value?.number)) : '');
	});
	useSignalEffect(() => {
		const stage = callStage.value;
		const state = self.value ? agentState(shownState(self.value)).word : '';
		announce(stage === 'idle' || stage === 'ringing' ? phoneNotice.value || state : words.stage[stage]);
	});
}

const wrapping = computed(() => self.value?.status === 'WRAP_UP');

/** What waits in the lists, for whoever does not see them. */
const todo = computed(() => due.value.length + missed.value.items.length);

const TABS = [
	{ id: 'phone', label: words.phone, icon: 'phone' },
	{ id: 'customer', label: words.customer, icon: 'user' },
	{ id: 'work', label: words.work, icon: 'notebook-pen' },
];

function Parts({ tab }) {
	return html`<div class="tabs" role="group" aria-label=${words.parts}>
		${TABS.map((t) => html`<button key=${t.id} class="tab" aria-pressed=${tab.value === t.id} onClick=${() => { tab.value = t.id; }}>
			<${Icon} name=${t.icon} /><span>${t.label}${t.id === 'work' && todo.value > 0 && html` <span class="badge">${todo.value}</span>`}</span></button>`)}
	</div>`;
}

function Desktop() {
	const tab = useSignal('phone');
	useSpokenState();
	useReminders();
	useEffect(() => {
		startPhone();
		const stops = [followOwnCalls(), followCallbacks(), followMissed()];
		return () => stops.forEach((stop) => stop());
	}, []);
	// On a narrow screen a ring is never behind another tab, nor is the wrap-up.
	useSignalEffect(() => {
		if (callStage.value === 'ringing') tab.value = 'phone';
	});
	useSignalEffect(() => {
		if (wrapping.value) tab.value = 'work';
	});
	useSignalEffect(() => {
		if (isBrowsing.value) tab.value = 'customer';
	});
	return html`<main class="desk" data-tab=${tab.value}>
		<h1 class="hidden">${words.desktop}</h1>
		<section class="column column-phone" aria-label=${words.phone}><${PhonePanel} /></section>
		<section class="column column-customer" aria-label=${words.customer}><${CustomerPanel} /></section>
		<section class="column column-work" aria-label=${words.work}><${WorkPanel} /><${Lists} /></section>
		<${Parts} tab=${tab} />
	</main>`;
}

export function AgentPage() {
	if (agentExtension.value) return html`<${Desktop} />`;
	return html`<main class="page"><h1 class="hidden">${words.desktop}</h1><${Empty} icon="phone-off" title=${words.noPhoneTitle} text=${words.noPhoneText} /></main>`;
}
