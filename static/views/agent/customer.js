// The middle column: who is on the line and what happened before.
import { initials } from '../../core/format.js';
import { text } from '../../core/text.js';
import { about, addContact, browse, changeContact, customer, isBrowsing, loadCustomer, screenPop } from '../../stores/customer.js';
import { contactFields, queueInfo } from '../../stores/directory.js';
import { html, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { CallRow } from '../parts/call-row.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { TextField } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { CallButton, Number } from '../parts/number.js';
import { Editable } from './editable.js';
import { Tags } from './tags.js';

const words = text.work;

const LINES = [
	{ key: 'company', label: words.company, type: 'text' },
	{ key: 'email', label: words.email, type: 'email' },
];

/** The fields that are defined, in their order, and what the contact has besides. */
function customLines(/** @type {any} */ contact) {
	const defined = contactFields.value;
	const others = Object.keys(contact.fields ?? {}).filter((name) => !defined.some((f) => f.name === name));
	return [...defined, ...others.map((name) => ({ name, label: name, type: 'text', choices: [] }))];
}

function Fields({ contact }) {
	return html`<dl class="fields" data-testid="customer-fields">
		${LINES.map(({ key, label, type }) => html`<div key=${key}><dt>${label}</dt><dd>
			<${Editable} label=${label} type=${type} value=${contact[key] ?? ''} toChange=${(/** @type {string} */ typed) => ({ [key]: typed })} testid=${`contact-${key}`} /></dd></div>`)}
		${customLines(contact).map(({ name, label, type, choices }) => html`<div key=${`field ${name}`}><dt>${label}</dt><dd>
			<${Editable} label=${label} type=${type} choices=${choices} value=${String(contact.fields?.[name] ?? '')} toChange=${(/** @type {string} */ typed) => ({ fields: { [name]: typed } })} testid="contact-field" /></dd></div>`)}
		${contact.numbers?.length > 1 && html`<div><dt>${words.numbers}</dt><dd class="numbers">${contact.numbers.map((/** @type {string} */ n) => html`<${Number} key=${n} number=${n} />`)}</dd></div>`}
	</dl>`;
}

/** The page of another program that the queue wants opened with its calls. */
function ScreenPop() {
	if (!about.value) return null;
	const address = screenPop(queueInfo.value.get(about.value.queue ?? '')?.screenPopUrl, about.value);
	return address && html`<a class="button small screen-pop" href=${address} target="_blank" rel="noopener noreferrer" data-testid="screen-pop"><${Icon} name="external-link" size=${14} /><span>${words.openPage(new URL(address).host)}</span></a>`;
}

function Head({ name, number, contact }) {
	return html`<header class="customer-head">
		<span class=${`avatar ${contact ? '' : 'is-unknown'}`} aria-hidden="true">${contact ? initials(name) : html`<${Icon} name="user" size=${20} />`}</span>
		<div class="customer-who">
			${contact
				? html`<h2 data-testid="customer-name"><${Editable} key=${contact.id} label=${words.name} value=${contact.name} toChange=${(/** @type {string} */ typed) => ({ name: typed })} testid="contact-name" /></h2>`
				: html`<h2 data-testid="customer-name">${name}</h2>`}
			<p class="muted"><${Number} number=${number} /></p>
		</div>
		<${ScreenPop} />
		${isBrowsing.value && html`<${IconButton} label=${words.closeContact} icon="x" onClick=${() => browse(null)} testid="close-contact" />`}
	</header>`;
}

/** Of a number without a contact an agent sees the own calls only: the page must not say there were none. */
function History({ calls, own }) {
	const current = about.value?.callId;
	const earlier = calls.filter((c) => c.id !== current);
	return html`<section class="panel-section" data-testid="customer-history"><h3 class="label">${words.history}</h3>
		${earlier.length
			? html`<ol class="timeline">${earlier.map((c) => html`<${CallRow} key=${c.id} call=${c} withAgent><${CallButton} number=${customer.value?.number} /><//>`)}</ol>`
			: html`<p class="muted">${own ? words.noOwnHistory : words.noHistory}</p>`}
	</section>`;
}

/** The contact that this number lacks, in one step. */
function AddContact({ name: known }) {
	const name = useSignal(known ?? '');
	const state = useSignal({ busy: false, problem: '' });
	const add = async (/** @type {Event} */ event) => {
		event.preventDefault();
		state.value = { busy: true, problem: '' };
		const outcome = await addContact({ name: name.value.trim() });
		state.value = { busy: false, problem: outcome.state === 'failed' ? outcome.problem : '' };
	};
	return html`<form class="add-contact" data-testid="add-contact" onSubmit=${add}>
		<p class="muted">${words.noContact}</p>
		<${TextField} label=${words.name} value=${name.value} onInput=${(/** @type {string} */ v) => { name.value = v; }} problem=${state.value.problem} maxlength="200" autocomplete="off" testid="new-contact-name" />
		<${Button} type="submit" label=${words.addContact} icon="user-plus" busy=${state.value.busy} disabled=${!name.value.trim()} testid="new-contact" />
	</form>`;
}

function ContactTags({ contact }) {
	const problem = useSignal('');
	const change = async (/** @type {string[]} */ tags) => {
		const outcome = await changeContact({ tags });
		problem.value = outcome.state === 'failed' ? outcome.problem : outcome.state === 'conflict' ? words.tagsConflict : '';
	};
	return html`<${Tags} tags=${contact.tags ?? []} onChange=${change} testid="contact-tags" />
		${problem.value && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} />${problem.value}</p>`}`;
}

/** What is known of a number, or why it is not. */
function Found({ found, number }) {
	if (!found || found.state === 'loading') return html`<${Skeleton} lines=${5} />`;
	if (found.state === 'failed') return html`<${Failure} text=${words.contactFailed(found.problem)} retry=${() => loadCustomer(number)} />`;
	const { contact } = found;
	return html`
		${contact ? html`<${ContactTags} key=${contact.id} contact=${contact} /><${Fields} key=${`fields ${contact.id}`} contact=${contact} />` : html`<${AddContact} key=${number} name=${sentName()} />`}
		<${History} calls=${found.calls} own=${!contact} />`;
}

/** What the network said of a caller, if that is a name. */
function sentName() {
	const { name, number, outgoing } = about.value ?? {};
	return outgoing || name === number ? null : name;
}

export function CustomerPanel() {
	if (!about.value) return html`<${Empty} icon="user" title=${words.noCustomerTitle} text=${words.noCustomerText} />`;
	const { number } = about.value;
	if (!number) return html`<${Empty} icon="user-x" title=${words.withheldTitle} text=${words.withheldText} />`;
	const found = customer.value?.number === number ? customer.value : null;
	const contact = found?.contact ?? null;
	return html`
		<${Head} name=${contact?.name ?? sentName() ?? words.unknownCustomer} number=${number} contact=${contact} />
		<${Found} found=${found} number=${number} />`;
}
