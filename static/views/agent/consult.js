// A consultation: with whom, who hears whom, and how it goes on.
import { text } from '../../core/text.js';
import { cancelConsult, complete, consultation, consultName, join, swap, transferProblem, transferring } from '../../stores/transfer.js';
import { html } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

const TONES = { RINGING: 'ringing', TALKING: 'talking', HELD: 'hold', JOINED: 'talking' };

export function ConsultCard() {
	const consult = consultation.value;
	if (!consult) return null;
	const name = consultName.value;
	const busy = transferring.value;
	const reached = consult.status !== 'RINGING';
	const joined = consult.status === 'JOINED';
	const swapTo = consult.status === 'HELD' ? text.phone.swapToTarget(name) : text.phone.swapToCustomer;
	return html`<section class=${`consult tone-${TONES[consult.status] ?? 'hold'}`} data-testid="consult-card" data-status=${consult.status} aria-label=${text.phone.transferTo}>
		<p class="consult-head"><strong>${name}</strong><${Since} from=${consult.since} /></p>
		<p class="consult-words" role="status">${text.phone.consultAnnounce[consult.status]?.(name)}</p>
		<p class="card-note tone-danger" role="alert">${transferProblem.value && html`<${Icon} name="circle-alert" size=${14} />${transferProblem.value}`}</p>
		<${Button} label=${text.phone.complete} icon="phone-forwarded" kind="primary" wide=${true} testid="complete-transfer" disabled=${!reached || busy !== ''} busy=${busy === 'complete'} onClick=${complete} />
		<div class="trio">
			<${Button} label=${text.phone.swap} title=${swapTo} testid="swap" disabled=${!reached || joined || busy !== ''} onClick=${swap} />
			<${Button} label=${text.phone.join} testid="join" disabled=${!reached || joined || busy !== ''} onClick=${join} />
			<${Button} label=${text.phone.cancelConsult} testid="cancel-consult" disabled=${busy !== ''} onClick=${cancelConsult} />
		</div>
	</section>`;
}
