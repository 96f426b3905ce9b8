// The middle column: who is on the line and what happened before.
import { initials, phone as phoneText } from '../../core/format.js';
import { customer, loadCustomer } from '../../stores/customer.js';
import { subject } from '../../stores/work.js';
import { html } from '../../vendor/ui.js';
import { CallRow } from '../parts/call-row.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';

const CONTACT_LINES = [
	{ key: 'company', icon: 'building-2', label: 'Company' },
	{ key: 'email', icon: 'mail', label: 'E-mail' },
];

function Fields({ contact }) {
	const custom = Object.entries(contact.fields ?? {});
	const lines = CONTACT_LINES.filter((l) => contact[l.key]).map((l) => [l.label, contact[l.key]]);
	const all = [...lines, ...custom];
	if (!all.length) return null;
	return html`<dl class="fields">${all.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${String(value)}</dd></div>`)}</dl>`;
}

function Head({ name, number, known }) {
	return html`<header class="customer-head">
		<span class=${`avatar ${known ? '' : 'is-unknown'}`} aria-hidden="true">${known ? initials(name) : html`<${Icon} name="user" size=${20} />`}</span>
		<div><h2 data-testid="customer-name">${name}</h2><p class="muted number">${phoneText(number)}</p></div>
	</header>`;
}

const Tags = ({ tags }) => (tags?.length ? html`<ul class="tags" aria-label="Tags">${tags.map((t) => html`<li key=${t} class="tag">${t}</li>`)}</ul>` : null);

/** Of a number without a contact an agent sees the own calls only: the page must not say there were none. */
function History({ calls, own }) {
	const current = subject.value?.callId;
	const earlier = calls.filter((c) => c.id !== current);
	return html`<section class="panel-section"><h3 class="label">History</h3>
		${earlier.length
			? html`<ol class="timeline">${earlier.map((c) => html`<${CallRow} key=${c.id} call=${c} />`)}</ol>`
			: html`<p class="muted">${own ? 'You have had no earlier calls with this number.' : 'No earlier calls with this number.'}</p>`}
	</section>`;
}

/** What is known of a number, or why it is not. */
function Found({ found, number }) {
	if (!found || found.state === 'loading') return html`<${Skeleton} lines=${5} />`;
	if (found.state === 'failed') return html`<${Failure} text=${`The contact could not be read. ${found.problem}`} retry=${() => loadCustomer(number)} />`;
	return html`
		${found.contact ? html`<${Tags} tags=${found.contact.tags} /><${Fields} contact=${found.contact} />` : html`<p class="muted">No contact has this number.</p>`}
		<${History} calls=${found.calls} own=${!found.contact} />`;
}

/** The contact's name, else what the network said of a caller. */
const nameOf = (/** @type {import('../../stores/work.js').Subject} */ { number, name, outgoing }) =>
	customer.value?.contact?.name ?? (outgoing || name === number ? null : name) ?? 'Unknown customer';

export function CustomerPanel() {
	if (!subject.value) return html`<${Empty} icon="user" title="No customer yet" text="When your phone rings or you dial, the customer and the history with them appear here." />`;
	const { number } = subject.value;
	if (!number) return html`<${Empty} icon="user-x" title="The number is withheld" text="Without a number there is nothing to look up." />`;
	return html`
		<${Head} name=${nameOf(subject.value)} number=${number} known=${Boolean(customer.value?.contact)} />
		<${Found} found=${customer.value} number=${number} />`;
}
