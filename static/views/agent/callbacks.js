// Promised call-backs: when, whom, what about; called, put off or done by one press.
import { dialable } from '../../core/dialable.js';
import { now } from '../../core/clock.js';
import { duration, fullTime, phone as phoneText, time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { callBack, callbacks, change, loadCallbacks, promise, take } from '../../stores/callbacks.js';
import { queueName } from '../../stores/directory.js';
import { subject } from '../../stores/work.js';
import { html, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { TextField } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { Menu } from '../parts/menu.js';
import { CallButton, Number } from '../parts/number.js';
import { toast } from '../parts/toast.js';

const words = text.work;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const COUNTED_MS = 12 * HOUR_MS;

const inMs = (/** @type {number} */ ms) => new Date(Date.now() + ms);
const tomorrowAt = (/** @type {number} */ hour) => {
	const at = new Date();
	at.setDate(at.getDate() + 1);
	at.setHours(hour, 0, 0, 0);
	return at;
};

const QUICK = [
	{ label: words.in15, at: () => inMs(15 * MINUTE_MS) },
	{ label: words.in60, at: () => inMs(HOUR_MS) },
	{ label: words.in180, at: () => inMs(3 * HOUR_MS) },
	{ label: words.tomorrow, at: () => tomorrowAt(9) },
];

/** As a field for date and time has it: on the clock of this place. */
function localText(/** @type {Date} */ at) {
	const shifted = new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS);
	return shifted.toISOString().slice(0, 16);
}

const whoIs = (/** @type {import('../../stores/callbacks.js').Callback} */ c) => c.contactName ?? phoneText(c.phoneNumber);
const failed = (/** @type {any} */ error) => toast({ text: error.errors?.[0] ? `${error.errors[0].detail}` : error.message, tone: 'danger' });

const FIELD_OF = /** @type {Record<string, string>} */ ({ '/phoneNumber': 'number', '/dueAt': 'when', '/notes': 'notes' });

/** A new promise: for who is on the line, unless another number is typed. */
function Promise_({ onDone }) {
	const number = useSignal(subject.value?.number ?? '');
	const when = useSignal(localText(inMs(HOUR_MS)));
	const notes = useSignal('');
	const busy = useSignal(false);
	const problems = useSignal(/** @type {Record<string, string>} */ ({}));
	const submit = async (/** @type {Event} */ event) => {
		event.preventDefault();
		const checked = dialable(number.value);
		if (checked.problem || !when.value) {
			problems.value = { number: checked.problem ?? '', when: when.value ? '' : words.whenMissing };
			return;
		}
		busy.value = true;
		try {
			await promise({ phoneNumber: checked.number ?? '', dueAt: new Date(when.value).toISOString(), notes: notes.value });
			onDone();
		} catch (error) {
			const { errors, message } = /** @type {import('../../core/api.js').Problem} */ (error);
			problems.value = Object.fromEntries(errors.map((e) => [FIELD_OF[e.pointer] ?? 'notes', e.detail]));
			if (!errors.length) problems.value = { notes: message };
			busy.value = false;
		}
	};
	return html`<form class="promise" data-testid="callback-form" onSubmit=${submit} noValidate>
		<${TextField} label=${words.callbackNumber} type="tel" value=${number.value} onInput=${(/** @type {string} */ v) => { number.value = v; }} problem=${problems.value.number} autocomplete="off" testid="callback-number" />
		<${TextField} label=${words.callbackWhen} type="datetime-local" value=${when.value} onInput=${(/** @type {string} */ v) => { when.value = v; }} problem=${problems.value.when} testid="callback-when" />
		<div class="quick" role="group" aria-label=${words.callbackQuick}>${QUICK.map((q) => html`<button key=${q.label} type="button" class="button small" onClick=${() => { when.value = localText(q.at()); }}>${q.label}</button>`)}</div>
		<${TextField} label=${words.callbackNotes} value=${notes.value} onInput=${(/** @type {string} */ v) => { notes.value = v; }} problem=${problems.value.notes} maxlength="8000" testid="callback-notes" />
		<div class="promise-foot"><${Button} label=${text.common.cancel} onClick=${onDone} /><${Button} type="submit" label=${words.callbackPromise} kind="primary" busy=${busy.value} testid="callback-promise" /></div>
	</form>`;
}

/** When it is due: counted where that is soon; only this redraws as time goes by. */
function Due({ at }) {
	const leftMs = Date.parse(at) - now.value;
	const soon = Math.abs(leftMs) < COUNTED_MS;
	const counted = leftMs > 0 ? words.dueIn(duration(leftMs)) : words.dueSince(duration(-leftMs));
	return html`<span class=${`due ${leftMs <= 0 ? 'tone-danger' : ''}`}>${leftMs <= 0 && html`<${Icon} name="bell-ring" size=${12} />`}<time datetime=${at} title=${fullTime(at)}>${time(at)}</time>${soon && html` · <span class="time">${counted}</span>`}</span>`;
}

function Row({ callback }) {
	const act = (/** @type {Promise<void>} */ done) => done.catch(failed);
	const who = whoIs(callback);
	const items = [
		...(callback.agent === null ? [{ label: words.take, icon: 'user', run: () => act(take(callback)), testid: 'callback-take' }] : []),
		{ label: words.later, icon: 'clock', run: () => act(change(callback, { dueAt: inMs(15 * MINUTE_MS).toISOString() })), testid: 'callback-later' },
		{ label: words.cancelCallback, icon: 'x', danger: true, run: () => act(change(callback, { state: 'CANCELLED' })), testid: 'callback-cancel' },
	];
	return html`<li class="list-row" data-testid="callback" data-id=${callback.id}>
		<div class="list-row-main">
			<p class="list-row-who">${callback.contactName && html`<strong>${callback.contactName}</strong>`}<${Number} number=${callback.phoneNumber} /></p>
			<p class="list-row-facts"><${Due} at=${callback.dueAt} />${callback.agent === null && html`<span class="tag">${words.ofQueue(queueName(callback.queue))}</span>`}</p>
			${callback.notes && html`<p class="list-row-notes">${callback.notes}</p>`}
		</div>
		<div class="list-row-acts">
			<${CallButton} number=${callback.phoneNumber} onCall=${() => callBack(callback)} testid="callback-dial" />
			<${IconButton} label=${words.done} icon="check" onClick=${() => act(change(callback, { state: 'DONE' }))} testid="callback-done" />
			<${Menu} label=${words.callbackActions(who)} icon="ellipsis" items=${items} testid="callback-more" />
		</div>
	</li>`;
}

export function Callbacks() {
	const adding = useSignal(false);
	const { state, items, problem } = callbacks.value;
	return html`<div class="list" data-testid="callbacks">
		${adding.value ? html`<${Promise_} onDone=${() => { adding.value = false; }} />` : html`<${Button} label=${words.callbackAdd} icon="plus" size="small" onClick=${() => { adding.value = true; }} testid="callback-add" />`}
		${state === 'loading' && html`<${Skeleton} lines=${3} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${loadCallbacks} />`}
		${state === 'ready' && !items.length && html`<p class="muted list-none">${words.noCallbacks}</p>`}
		<ul>${items.map((c) => html`<${Row} key=${c.id} callback=${c} />`)}</ul>
	</div>`;
}
