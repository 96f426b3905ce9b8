// Where this person is signed in, and the way to end it there.
import { agentName } from '../../core/agent-name.js';
import { fullTime, time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { endSession, loadSessions, sessions } from '../../stores/sessions.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Failure, Skeleton } from '../parts/empty.js';

const words = text.settings;

function Session({ session }) {
	const busy = useSignal(false);
	const problem = useSignal('');
	const end = async () => {
		busy.value = true;
		problem.value = await endSession(session.id).then(() => '', (error) => error.message);
		busy.value = false;
	};
	return html`<li class="session" data-testid="session">
		<div><p><strong>${agentName(session.userAgent) || words.unknownProgram}</strong>${session.current && html` <span class="tag tone-ready">${words.thisSession}</span>`}</p>
			<p class="muted">${session.address ?? words.unknownAddress} · <time datetime=${session.lastSeenAt} title=${fullTime(session.lastSeenAt)}>${words.lastSeen(time(session.lastSeenAt))}</time></p>
			${problem.value && html`<p class="field-error" role="alert">${problem.value}</p>`}</div>
		${!session.current && html`<${Button} label=${words.endSession} size="small" busy=${busy.value} onClick=${end} testid="end-session" />`}
	</li>`;
}

export function SessionsSection() {
	useEffect(() => { loadSessions(); }, []);
	const { state, items, problem } = sessions.value;
	return html`<div class="section">
		<p class="muted">${words.sessionsHint}</p>
		${state === 'failed' && html`<${Failure} text=${words.sessionsFailed(problem)} retry=${loadSessions} />`}
		${state === 'loading' && html`<${Skeleton} lines=${4} />`}
		<ul class="sessions">${items.map((s) => html`<${Session} key=${s.id} session=${s} />`)}</ul>
	</div>`;
}
