// Callers who rang in vain: called back by one press, off the list once they are reached.
import { fullTime, phone as phoneText, time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { queueName } from '../../stores/directory.js';
import { closeMissed, loadMissed, missed } from '../../stores/missed.js';
import { html } from '../../vendor/ui.js';
import { IconButton } from '../parts/button.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { CallButton, Number } from '../parts/number.js';
import { toast } from '../parts/toast.js';

const words = text.work;

/** @param {{entry: import('../../stores/missed.js').Missed}} props */
function Row({ entry }) {
	const name = entry.contactName ?? (entry.name === entry.number ? null : entry.name);
	const close = () => closeMissed(entry).catch((error) => toast({ text: error.message, tone: 'danger' }));
	return html`<li class="list-row" data-testid="missed-call" data-id=${entry.id}>
		<${Icon} name="phone-missed" />
		<div class="list-row-main">
			<p class="list-row-who">${name && html`<strong>${name}</strong>`}<${Number} number=${entry.number} /></p>
			<p class="list-row-facts"><span class="tone-danger">${words.missedHow[entry.outcome]}</span>${entry.count > 1 && html`<span class="tag">${words.missedTimes(entry.count)}</span>`}${entry.queue && html`<span>${queueName(entry.queue)}</span>`}
				<time datetime=${entry.missedAt} title=${fullTime(entry.missedAt)}>${time(entry.missedAt)}</time></p>
		</div>
		<div class="list-row-acts">
			<${CallButton} number=${entry.number} testid="missed-dial" />
			<${IconButton} label=${words.closeMissed(name ?? phoneText(entry.number))} icon="x" onClick=${close} testid="missed-close" />
		</div>
	</li>`;
}

export function MissedCalls() {
	const { state, items, problem } = missed.value;
	return html`<div class="list" data-testid="missed-calls">
		${state === 'loading' && html`<${Skeleton} lines=${3} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${loadMissed} />`}
		${state === 'ready' && !items.length && html`<p class="muted list-none">${words.noMissed}</p>`}
		<ul>${items.map((entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}</ul>
	</div>`;
}
