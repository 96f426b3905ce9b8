// What is configured: people and queues, to be read.
import { setTitle } from '../core/title.js';
import { directoryProblem, loadDirectory, people, queueInfo, queueName } from '../stores/directory.js';
import { html, useEffect } from '../vendor/ui.js';
import { Empty, Failure } from './parts/empty.js';

const ROLES = { AGENT: 'Agent', SUPERVISOR: 'Supervisor', MANAGER: 'Manager', ADMIN: 'Administrator' };
const STRATEGIES = {
	ringall: 'Ring all', leastrecent: 'Longest idle', fewestcalls: 'Fewest calls', random: 'Random', rrmemory: 'Round robin',
	linear: 'In order', wrandom: 'Weighted random', rrordered: 'Round robin, ordered',
};

const PEOPLE = [
	{ label: 'Extension', of: (p) => html`<span class="number">${p.extension}</span>` },
	{ label: 'Name', of: (p) => p.displayName },
	{ label: 'Role', of: (p) => ROLES[p.role] ?? p.role },
	{ label: 'Phone', of: (p) => (p.phoneKind === 'SIP' ? 'SIP phone' : 'Browser') },
	{ label: 'Queues', of: (p) => html`<span class="tags">${(p.queues ?? []).map((q) => html`<span key=${q} class="tag">${queueName(q)}</span>`)}</span>` },
	{ label: 'Sign-in', of: (p) => (p.enabled === false ? 'Disabled' : 'Enabled') },
];

const seconds = (/** @type {number | undefined} */ ms) => (ms === undefined || ms === null ? '–' : `${ms / 1000} s`);

const QUEUES = [
	{ label: 'Name', of: (q) => q.displayName },
	{ label: 'Strategy', of: (q) => STRATEGIES[q.strategy] ?? q.strategy },
	{ label: 'Ring', figure: true, of: (q) => seconds(q.ringMs) },
	{ label: 'Longest wait', figure: true, of: (q) => seconds(q.maxWaitMs) },
	{ label: 'Wrap-up', figure: true, of: (q) => seconds(q.wrapupMs) },
	{ label: 'Service level', figure: true, of: (q) => `${seconds(q.serviceLevelMs)} · ${q.serviceLevelFormula}` },
	{ label: 'Agents', figure: true, of: (q) => q.members ?? '–' },
];

function List({ title, columns, items, empty }) {
	return html`<section class="admin-section"><header class="section-head"><h2>${title}</h2><span class="tag">${items.length}</span></header>
		${items.length === 0 ? html`<${Empty} icon="inbox" title=${empty} />` : html`<div class="scroll card" tabIndex=${0} role="group" aria-label=${title}><table class="table">
			<thead><tr>${columns.map((c) => html`<th key=${c.label} scope="col" class=${c.figure ? 'figure-cell' : ''}>${c.label}</th>`)}</tr></thead>
			<tbody>${items.map((item) => html`<tr key=${item.id}>${columns.map((c) => html`<td key=${c.label} class=${c.figure ? 'figure-cell' : ''}>${c.of(item)}</td>`)}</tr>`)}</tbody>
		</table></div>`}
	</section>`;
}

export function AdminPage() {
	useEffect(() => {
		setTitle('Administration');
		loadDirectory();
	}, []);
	return html`<main class="page">
		<header class="page-head"><div><h1>Administration</h1><p class="muted">People and queues as the exchange has them. Changes are made in the database.</p></div></header>
		${directoryProblem.value && html`<${Failure} text=${directoryProblem.value} retry=${loadDirectory} />`}
		<${List} title="Queues" columns=${QUEUES} items=${[...queueInfo.value.values()]} empty="No queues yet" />
		<${List} title="People" columns=${PEOPLE} items=${[...people.value.values()]} empty="Nobody yet" />
	</main>`;
}
