// To whom the call goes: colleagues with what they do now, queues, any number.
import { agentState } from '../../core/states.js';
import { phone as phoneText } from '../../core/format.js';
import { text } from '../../core/text.js';
import { consult, targets, transfer, transferring, transferProblem } from '../../stores/transfer.js';
import { html, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { StateMark } from '../parts/state.js';

/** What stands beside a target's name. */
function About({ target }) {
	if (target.kind === 'AGENT') return html`<${StateMark} state=${agentState(target.state)} />`;
	if (target.kind === 'QUEUE') return html`<span class="muted">${target.waiting === null ? '' : text.phone.waitingCallers(target.waiting)}</span>`;
	return null;
}

const shownName = (/** @type {any} */ target) => (target.kind === 'NUMBER' ? phoneText(target.value) : target.name);

function TargetRow({ target }) {
	const name = shownName(target);
	const busy = transferring.value !== '';
	return html`<li class="target" data-testid="transfer-target" data-kind=${target.kind} data-value=${target.value}>
		<span class="target-name">${name}${target.kind === 'AGENT' && html` <span class="muted number">${target.value}</span>`}</span>
		<span class="target-about"><${About} target=${target} /></span>
		<span class="target-acts">
			${target.kind !== 'QUEUE' && html`<${Button} label=${text.phone.consult} size="small" title=${text.phone.consultWith(name)} aria-label=${text.phone.consultWith(name)} testid="consult"
				disabled=${busy || !target.free} onClick=${() => consult(target)} />`}
			<${Button} label=${text.phone.transferNow} size="small" title=${text.phone.transferNowTo(name)} aria-label=${text.phone.transferNowTo(name)} testid="transfer-now"
				disabled=${busy || !target.free} onClick=${() => transfer(target)} />
		</span>
	</li>`;
}

function Group({ title, list }) {
	if (!list.length) return null;
	return html`<section><h2 class="label">${title}</h2><ul>${list.map((/** @type {any} */ t) => html`<${TargetRow} key=${t.value} target=${t} />`)}</ul></section>`;
}

/** One line that keeps its place: what is on its way, or why it did not go. */
function Outcome({ numberProblem }) {
	const problem = transferProblem.value || numberProblem;
	if (problem) return html`<p class="card-note tone-danger" role="alert" data-testid="transfer-problem"><${Icon} name="circle-alert" size=${14} />${problem}</p>`;
	return html`<p class="card-note" role="status">${transferring.value && text.phone.transferring}</p>`;
}

/** @param {{close: () => void}} props */
export function TransferPanel({ close }) {
	const typed = useSignal('');
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	useEffect(() => { field.current?.focus(); }, []);
	const found = targets(typed.value);
	const none = !found.colleagues.length && !found.queues.length && !found.number && !found.numberProblem;
	const escape = (/** @type {KeyboardEvent} */ e) => {
		if (e.key !== 'Escape') return;
		e.preventDefault();
		close();
	};
	return html`<section class="transfer" aria-label=${text.phone.transferTo} data-testid="transfer-panel" onKeyDown=${escape}>
		<div class="transfer-search"><span class="search"><${Icon} name="search" size=${14} />
			<input class="input" ref=${field} type="search" autocomplete="off" aria-label=${text.phone.searchTarget} placeholder=${text.phone.searchTarget} data-testid="transfer-search"
				value=${typed.value} onInput=${(/** @type {any} */ e) => { typed.value = e.target.value; }} /></span>
			<${IconButton} label=${text.phone.closeTransfer} icon="x" onClick=${close} /></div>
		<${Outcome} numberProblem=${found.numberProblem} />
		<div class="targets">
			<${Group} title=${text.phone.aNumber} list=${found.number ? [found.number] : []} />
			<${Group} title=${text.phone.colleagues} list=${found.colleagues} />
			<${Group} title=${text.phone.queues} list=${found.queues} />
			${none && html`<p class="muted">${text.phone.noTarget}</p>`}
		</div>
	</section>`;
}
