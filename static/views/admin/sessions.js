// Where a person is signed in, and the way to end that.
import { fullTime, time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { endSessions, readSessions } from '../../stores/admin/people.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { toast } from '../parts/toast.js';

export function Sessions({ form, section }) {
	const sessions = useSignal(/** @type {any[] | null} */ (null));
	const problem = useSignal('');
	const { item } = form;
	const words = text.admin.people;
	const load = () => readSessions(item.id).then((found) => { sessions.value = found; problem.value = ''; }, (error) => { problem.value = error.message; });
	const mayKnow = section.mayMake.value && item.agent !== item;
	useEffect(() => { if (mayKnow) load(); }, []);
	if (!mayKnow) return null;
	const end = async () => {
		try {
			await endSessions(item.id);
			toast({ text: words.sessionsEnded(item.displayName), tone: 'ready' });
		} catch (error) {
			problem.value = /** @type {Error} */ (error).message;
		}
		await load();
	};
	return html`<section class="form-group" data-testid="sessions"><h3 class="group-title">${words.sessions}</h3>
		${problem.value && html`<${Failure} text=${problem.value} retry=${load} />`}
		${sessions.value === null ? !problem.value && html`<${Skeleton} lines=${2} />` : sessions.value.length === 0 ? html`<p class="muted">${words.noSessions}</p>`
			: html`<ul class="admin-sessions">${sessions.value.map((s) => html`<li key=${s.id}><span>${s.address ?? text.common.none}</span><span class="muted" title=${fullTime(s.lastSeenAt)}>${words.sessionSeen(time(s.lastSeenAt))}</span><span class="muted agent-string">${s.userAgent}</span></li>`)}</ul>
				<${Button} label=${words.endSessions} size="small" testid="end-sessions" onClick=${end} />`}
	</section>`;
}
