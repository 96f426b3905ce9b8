// Who serves which queue, with penalties: seen from the queue, and from the agent.
import { text } from '../../core/text.js';
import { agentOptions, queueOptions } from '../../stores/admin/lookups.js';
import { html } from '../../vendor/ui.js';
import { IconButton } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { Group } from './choices.js';

const PENALTY_MAX = 100;

function Line({ option, entry, keyName, value, onInput, disabled, problem }) {
	const set = (/** @type {any} */ event) => {
		const penalty = Math.min(PENALTY_MAX, Math.max(0, Math.round(event.target.valueAsNumber || 0)));
		onInput(value.map((/** @type {any} */ v) => (v[keyName] === entry[keyName] ? { ...v, penalty } : v)));
	};
	const name = option?.label ?? entry[keyName];
	return html`<li class="member"><span class="member-name">${name}${option?.extension && html` <span class="muted number">${option.extension}</span>`}${problem && html` <span class="field-error">${problem}</span>`}</span>
		<input class="input numeric" type="number" min="0" max=${PENALTY_MAX} aria-label=${text.admin.members.penalty(name)} value=${entry.penalty} disabled=${disabled} onChange=${set} />
		<${IconButton} icon="x" label=${text.admin.remove(name)} disabled=${disabled} onClick=${() => onInput(value.filter((/** @type {any} */ v) => v[keyName] !== entry[keyName]))} /></li>`;
}

function Pairs({ label, hint, problem, value, onInput, disabled, errors, testid, options, keyName, add, none }) {
	const left = options.filter((/** @type {any} */ o) => !value.some((/** @type {any} */ v) => v[keyName] === o.value));
	const choose = (/** @type {any} */ event) => {
		if (event.target.value) onInput([...value, { [keyName]: event.target.value, penalty: 0 }]);
		event.target.value = '';
	};
	return html`<${Group} label=${label} hint=${hint} problem=${problem} testid=${testid}>
		${value.length === 0 ? html`<p class="muted">${none}</p>` : html`<ul class="members"><li class="member label" aria-hidden="true"><span></span><span>${text.admin.members.penaltyHead}</span></li>
			${value.map((/** @type {any} */ v, /** @type {number} */ i) => html`<${Line} key=${v[keyName]} option=${options.find((/** @type {any} */ o) => o.value === v[keyName])} entry=${v} keyName=${keyName} value=${value} onInput=${onInput} disabled=${disabled} problem=${errors?.[`/${i}/${keyName}`]} />`)}</ul>`}
		${!disabled && left.length > 0 && html`<span class="select"><select class="input" aria-label=${add} data-testid=${`${testid}-add`} onChange=${choose}>
			<option value="">${add}</option>${left.map((/** @type {any} */ o) => html`<option key=${o.value} value=${o.value}>${o.extension ? `${o.label} · ${o.extension}` : o.label}</option>`)}
		</select><${Icon} name="chevron-down" size=${14} /></span>`}
	<//>`;
}

export const Members = (/** @type {any} */ props) => html`<${Pairs} ...${props} options=${agentOptions()} keyName="agentId" add=${text.admin.members.add} none=${text.admin.members.nobody} />`;
export const Memberships = (/** @type {any} */ props) => html`<${Pairs} ...${props} options=${queueOptions()} keyName="queueId" add=${text.admin.members.addQueue} none=${text.admin.members.noQueue} />`;
