// One click tells the supervisors that this agent needs help; another takes it back.
import { bindAction } from '../../core/keys.js';
import { text } from '../../core/text.js';
import { helpRequest, self, toggleHelp } from '../../stores/self.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Since } from '../parts/since.js';
import { toast } from '../parts/toast.js';

const words = text.work;

async function press() {
	await toggleHelp();
	const { problem } = helpRequest.value;
	if (problem) toast({ text: words.helpFailed(problem), tone: 'danger', action: { label: text.common.tryAgain, run: press } });
}

export function HelpButton() {
	useEffect(() => bindAction('askHelp', press), []);
	const since = self.value?.help;
	return html`<span class=${`help-request ${since ? 'tone-ringing is-asked' : ''}`} data-testid="help-request" data-asked=${since ? 'yes' : 'no'}>
		<${Button} label=${since ? words.helpAsked : words.askHelp} title=${since ? words.helpBack : words.helpTitle} icon="bell-ring" size="small" keyFor="askHelp"
			busy=${helpRequest.value.busy} aria-pressed=${String(Boolean(since))} onClick=${press} testid="ask-help" />
		${since && html`<${Since} from=${since} />`}
	</span>`;
}
