// What happens to who dials a number at some time.
import { text } from '../../core/text.js';
import { previewRoute } from '../../stores/admin/routes.js';
import { queueName } from '../../stores/directory.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { TextField } from '../parts/field.js';
import { Icon } from '../parts/icon.js';

/** A moment as a field for date and time has it, by the clock of this browser. */
function localInput(/** @type {Date} */ at) {
	const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
	return shifted.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
}

const WORDS = text.admin.routes;

function sentence(/** @type {any} */ p) {
	if (p.open) return WORDS.previewOpen(p.localTime, queueName(p.queue));
	const why = p.exception ? WORDS.previewWhy(p.exception) : '';
	return p.action === 'QUEUE' ? WORDS.previewQueue(p.localTime, why, queueName(p.queue)) : WORDS.previewAnnouncement(p.localTime, why, p.announcement);
}

export function Preview({ form }) {
	const at = useSignal(localInput(new Date()));
	const found = useSignal(/** @type {any} */ (null));
	const problem = useSignal('');
	const ask = async (/** @type {string} */ value) => {
		at.value = value;
		const when = new Date(value);
		if (Number.isNaN(when.getTime())) return;
		try {
			const answer = await previewRoute(form.item.id, when);
			if (at.value !== value) return;
			found.value = answer;
			problem.value = '';
		} catch (error) {
			problem.value = /** @type {Error} */ (error).message;
		}
	};
	useEffect(() => { ask(at.value); }, []);
	const p = found.value;
	return html`<section class="form-group" data-testid="preview"><h3 class="group-title">${WORDS.preview}</h3>
		<${TextField} label=${WORDS.previewAt} type="datetime-local" value=${at.value} onInput=${ask} problem=${problem.value} hint=${form.dirty.value ? WORDS.previewUnsaved : ''} />
		${p && html`<p class=${`notice tone-${p.open ? 'ready' : 'offline'}`} role="status"><${Icon} name=${p.open ? 'circle-check' : 'circle-off'} /><span>${sentence(p)}</span></p>`}
	</section>`;
}
