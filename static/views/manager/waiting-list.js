// Every caller who waits, longest first: the order never changes under the pointer, it only moves up.
import { phone as phoneText } from '../../core/format.js';
import { queueName } from '../../stores/directory.js';
import { waiting } from '../../stores/floor.js';
import { html } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Since } from '../parts/since.js';

function Row({ caller }) {
	const name = caller.fromName && caller.fromName !== caller.from ? caller.fromName : null;
	return html`<tr data-testid="waiting-caller" data-call-id=${caller.callId}>
		<td class="figure-cell">${caller.position}</td>
		<td><span class="number">${phoneText(caller.from)}</span>${name && html`<span class="muted caller-name">${name}</span>`}</td>
		<td>${queueName(caller.queue)}</td>
		<td class="figure-cell"><${Since} from=${caller.joinedAt} /></td>
	</tr>`;
}

export function WaitingList() {
	const callers = waiting.value;
	return html`<section class="card waiting" aria-label="Waiting callers">
		<header class="section-head"><h2>Waiting callers</h2><span class="tag">${callers.length}</span></header>
		${callers.length === 0
			? html`<${Empty} icon="check" title="Nobody is waiting" text="Callers appear here the moment they join a queue." />`
			: html`<div class="scroll" tabIndex=${0} role="group" aria-label="List of waiting callers"><table class="table">
				<thead><tr><th scope="col">#</th><th scope="col">Caller</th><th scope="col">Queue</th><th scope="col">Waiting</th></tr></thead>
				<tbody>${callers.map((c) => html`<${Row} key=${c.callId} caller=${c} />`)}</tbody>
			</table></div>`}
	</section>`;
}
