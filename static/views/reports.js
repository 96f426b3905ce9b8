// Reports: what happened, and the calls behind each figure.
import { text } from '../core/text.js';
import { setTitle } from '../core/title.js';
import { close } from '../stores/drill.js';
import { html, signal, useEffect } from '../vendor/ui.js';
import { DrillDrawer } from './manager/drill-drawer.js';
import { Tabs } from './parts/tabs.js';
import { CallsOfToday } from './reports/calls.js';
import { QueueDays } from './reports/days.js';

const words = text.reports;

const TABS = [
	{ id: 'calls', label: words.tabs.calls, view: CallsOfToday, testid: 'tab-calls' },
	{ id: 'queues', label: words.tabs.queues, view: QueueDays, testid: 'tab-queues' },
];

const selected = signal(TABS[0].id);

export function ReportsPage() {
	useEffect(() => {
		setTitle(words.title);
		return close;
	}, []);
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	return html`<main class="page">
		<header class="page-head"><div><h1>${words.title}</h1><p class="muted">${words.zone(zone)}</p></div></header>
		<${Tabs} label=${words.title} tabs=${TABS} selected=${selected.value} onSelect=${(/** @type {string} */ id) => { selected.value = id; }} />
		<${DrillDrawer} />
	</main>`;
}
