// The agent's own last calls, each one press away from calling back.
import { dialable } from '../../core/dialable.js';
import { phone as phoneText } from '../../core/format.js';
import { loadOwnCalls, ownCalls } from '../../stores/history.js';
import { cannotDial, dial } from '../../stores/phone.js';
import { html } from '../../vendor/ui.js';
import { CallRow } from '../parts/call-row.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';

function CallBack({ call }) {
	const number = call.direction === 'OUTBOUND' ? call.to : call.from;
	if (!number || !dialable(number).number) return null;
	const label = `Call ${phoneText(number)}`;
	return html`<button class="icon-button" aria-label=${label} title=${cannotDial.value || label} disabled=${cannotDial.value !== ''} onClick=${() => dial(number)}><${Icon} name="phone" size=${14} /></button>`;
}

export function OwnCalls() {
	const { state, items, problem } = ownCalls.value;
	return html`<section class="panel-section own-calls" data-testid="own-calls"><h2 class="label">Your last calls</h2>
		${state === 'loading' && html`<${Skeleton} lines=${4} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${loadOwnCalls} />`}
		${state === 'ready' && !items.length && html`<p class="muted">No calls yet today. The first one appears here as soon as it has ended.</p>`}
		<ol class="timeline">${items.map((call) => html`<${CallRow} key=${call.id} call=${call} withNumber><${CallBack} call=${call} /><//>`)}</ol>
	</section>`;
}
