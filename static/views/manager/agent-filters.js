// Whom the grid shows and how: search, state, queue, order, groups, and views saved under a name.
import { bindAction } from '../../core/keys.js';
import { AGENT_STATES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { queueInfo, queueName } from '../../stores/directory.js';
import { GROUPING_NAMES, ORDER_NAMES, RANK } from '../../stores/roster.js';
import { isOpen, look, MAX_VIEWS, openView, removeView, savedViews, saveView, view } from '../../stores/views.js';
import { html, signal, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { TextField } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { Menu } from '../parts/menu.js';

const words = text.board.agents;
const viewWords = text.board.views;

/** @type {import('../../vendor/ui.js').Signal<'' | 'save' | 'remove'>} */
const dialog = signal(/** @type {any} */ (''));
const close = () => { dialog.value = ''; };

/** One row a choice. */
const CHOICES = [
	{ key: 'state', label: words.state, options: () => [['', words.allStates], ...RANK.map((s) => [s, AGENT_STATES[s].word])] },
	{ key: 'queue', label: words.queue, options: () => [['', words.allQueues], ...[...queueInfo.value.keys()].map((name) => [name, queueName(name)])] },
	{ key: 'order', label: words.order, options: () => ORDER_NAMES.map((name) => [name, words.orders[name]]) },
	{ key: 'group', label: words.group, options: () => GROUPING_NAMES.map((name) => [name, words.groups[name]]) },
];

function Choice({ choice }) {
	const { key, label, options } = choice;
	return html`<div class="select"><select class="input" aria-label=${label} data-testid=${`agents-${key}`} value=${view.value[key]} onChange=${(/** @type {any} */ e) => look({ [key]: e.target.value })}>
		${options().map(([value, shown]) => html`<option key=${value} value=${value} selected=${value === view.value[key]}>${shown}</option>`)}
	</select><${Icon} name="chevron-down" size=${14} /></div>`;
}

function Search() {
	const input = useRef(/** @type {HTMLInputElement | null} */ (null));
	useEffect(() => bindAction('filter', () => input.current?.focus()), []);
	return html`<div class="search"><${Icon} name="search" size=${14} /><input ref=${input} class="input" type="search" aria-label=${words.find} placeholder=${words.find}
		value=${view.value.search} onInput=${(/** @type {any} */ e) => look({ search: e.target.value })} /></div>`;
}

function Views() {
	const saved = savedViews();
	const items = [
		...saved.map((v) => ({ label: v.name, checked: isOpen(v), run: () => openView(v) })),
		{ label: viewWords.save, icon: 'bookmark', run: () => { dialog.value = 'save'; }, testid: 'save-view' },
		...(saved.length ? [{ label: viewWords.manage, icon: 'trash-2', run: () => { dialog.value = 'remove'; } }] : []),
	];
	return html`<${Menu} label=${viewWords.label} icon="bookmark" look="button small-field" items=${items} testid="views"><span>${saved.find(isOpen)?.name ?? viewWords.label}</span><//>`;
}

function SaveView() {
	const name = useSignal('');
	const problem = useSignal('');
	const save = (/** @type {Event} */ event) => {
		event.preventDefault();
		const given = name.value.trim();
		const full = savedViews().length >= MAX_VIEWS && !savedViews().some((v) => v.name === given);
		problem.value = !given ? viewWords.nameMissing : full ? viewWords.full : '';
		if (problem.value) return;
		saveView(given);
		close();
	};
	return html`<${Dialog} title=${viewWords.saveTitle} onClose=${close} testid="save-view-dialog"><form class="form" noValidate onSubmit=${save}>
		<${TextField} label=${viewWords.name} hint=${viewWords.nameHint} value=${name.value} problem=${problem.value} maxLength=${40} onInput=${(/** @type {string} */ v) => { name.value = v; }} />
		<div class="form-foot"><${Button} label=${text.common.cancel} onClick=${close} /><${Button} label=${text.common.save} kind="primary" type="submit" /></div>
	</form><//>`;
}

function RemoveView() {
	return html`<${Dialog} title=${viewWords.manageTitle} onClose=${close}>
		${savedViews().length ? html`<ul class="plain-list">${savedViews().map((v) => html`<li key=${v.name}><span>${v.name}</span>
			<${IconButton} label=${viewWords.remove(v.name)} icon="trash-2" danger=${true} onClick=${() => removeView(v.name)} /></li>`)}</ul>` : html`<p class="muted">${viewWords.none}</p>`}
	<//>`;
}

/** @type {Record<string, any>} */
const DIALOGS = { save: SaveView, remove: RemoveView };

export function AgentFilters() {
	const open = DIALOGS[dialog.value];
	return html`<div class="filters">
		<${Search} />
		${CHOICES.map((choice) => html`<${Choice} key=${choice.key} choice=${choice} />`)}
		<${Views} />
		${open && html`<${open} />`}
	</div>`;
}
