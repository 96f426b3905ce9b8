// Every caller who waits, longest first: the order never changes under the pointer, it only moves up.
import { phone as phoneText } from '../../core/format.js';
import { text } from '../../core/text.js';
import { queueName } from '../../stores/directory.js';
import { openWithin, open } from '../../stores/drill.js';
import { waiting } from '../../stores/floor.js';
import { html } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Age } from './age.js';

const words = text.board.waiting;

function Row({ caller, within }) {
	const name = caller.fromName && caller.fromName !== caller.from ? caller.fromName : null;
	const show = () => (within ? openWithin : open)({ kind: 'call', id: caller.callId });
	return html`<tr data-testid=${within ? 'waiting-row' : 'waiting-caller'} data-call-id=${caller.callId}>
		<td class="figure-cell">${caller.position}</td>
		<td><button type="button" class="link-button" onClick=${show}><span class="number">${phoneText(caller.from)}</span>${name && html`<span class="muted caller-name">${name}</span>`}</button></td>
		<td>${queueName(caller.queue)}</td>
		<td class="figure-cell">${caller.priority ?? 0}</td>
		<td class="figure-cell"><${Age} from=${caller.joinedAt} /></td>
	</tr>`;
}

/** The list by itself; queue: of that one only. @param {{queue?: string, within?: boolean}} props within: in the drawer */
export function WaitingTable({ queue, within = false }) {
	const callers = waiting.value.filter((c) => !queue || c.queue === queue);
	if (!callers.length) return html`<${Empty} icon="check" title=${words.none} text=${words.noneText} />`;
	return html`<div class="scroll" tabIndex=${0} role="group" aria-label=${words.list}><table class="table">
		<thead><tr><th scope="col">${words.position}</th><th scope="col">${words.caller}</th><th scope="col">${words.queue}</th><th scope="col" class="figure-cell"><abbr title=${words.priority}>${words.priorityShort}</abbr></th><th scope="col" class="figure-cell">${words.waited}</th></tr></thead>
		<tbody>${callers.map((c) => html`<${Row} key=${c.callId} caller=${c} within=${within} />`)}</tbody>
	</table></div>`;
}

export function WaitingList() {
	return html`<section class="card waiting" aria-label=${words.title}>
		<header class="section-head"><h2>${words.title}</h2><span class="tag">${waiting.value.length}</span></header>
		<${WaitingTable} />
	</section>`;
}
