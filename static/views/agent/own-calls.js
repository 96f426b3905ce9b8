// The agent's own calls: searched, filtered, called back, and written about until the day closes.
import { text } from '../../core/text.js';
import { dispositions } from '../../stores/directory.js';
import { loadOwnList, noteLater, ownList, ownWanted } from '../../stores/history.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { CallRow } from '../parts/call-row.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { SelectField, TextField } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { CallButton } from '../parts/number.js';

const words = text.work;
const TYPING_MS = 250;

const FILTERS = [
	{ key: 'direction', label: words.direction, options: [['', words.anyDirection], ['INBOUND', words.inbound], ['OUTBOUND', words.outbound], ['INTERNAL', words.internal]] },
	{ key: 'period', label: words.period, options: [['all', words.ever], ['today', words.today], ['week', words.week]] },
];

/** @type {any} */
let timer = null;

function want(/** @type {Partial<import('../../stores/history.js').Wanted>} */ change, waitMs = 0) {
	ownWanted.value = { ...ownWanted.value, ...change };
	clearTimeout(timer);
	timer = setTimeout(loadOwnList, waitMs);
}

function Filters() {
	return html`<div class="list-filters">
		<div class="search"><${Icon} name="search" size=${14} /><input class="input" type="search" aria-label=${words.searchCalls} placeholder=${words.searchCalls} maxlength="80" data-testid="own-calls-search"
			value=${ownWanted.value.search} onInput=${(/** @type {any} */ e) => want({ search: e.target.value }, TYPING_MS)} /></div>
		${FILTERS.map((f) => html`<span key=${f.key} class="select"><select class="input" aria-label=${f.label} data-testid=${`own-calls-${f.key}`} onChange=${(/** @type {any} */ e) => want({ [f.key]: e.target.value })}>
			${f.options.map(([value, label]) => html`<option key=${value} value=${value} selected=${ownWanted.value[f.key] === value}>${label}</option>`)}</select><${Icon} name="chevron-down" size=${14} /></span>`)}
	</div>`;
}

/** A note and a disposition after the fact; whether it still may be is the server's to say. */
function LateNote({ call, onDone }) {
	const notes = useSignal(call.notes ?? '');
	const disposition = useSignal(call.disposition ?? '');
	const busy = useSignal(false);
	const problem = useSignal({ notes: '', disposition: '' });
	const put = async (/** @type {Event} */ event) => {
		event.preventDefault();
		busy.value = true;
		const changed = disposition.value === (call.disposition ?? '') ? {} : { disposition: disposition.value };
		try {
			await noteLater(call.id, { notes: notes.value, ...changed });
			onDone();
		} catch (error) {
			const { errors, message } = /** @type {import('../../core/api.js').Problem} */ (error);
			const wrong = errors.find((e) => e.pointer === '/disposition')?.detail;
			problem.value = wrong ? { notes: '', disposition: words.dispositionWrong(wrong) } : { notes: errors[0]?.detail ?? message, disposition: '' };
			busy.value = false;
		}
	};
	const options = [{ value: '', label: words.chooseNone }, ...dispositions.value.map((d) => ({ value: d.code, label: d.label }))];
	return html`<form class="late-note" data-testid="late-note" onSubmit=${put}>
		<${TextField} label=${words.note} rows="3" maxlength="8000" value=${notes.value} onInput=${(/** @type {string} */ v) => { notes.value = v; }} problem=${problem.value.notes} testid="late-note-text" />
		<${SelectField} label=${words.disposition} value=${disposition.value} options=${options} onInput=${(/** @type {string} */ v) => { disposition.value = v; }} problem=${problem.value.disposition} testid="late-disposition" />
		<div class="promise-foot"><${Button} label=${text.common.cancel} size="small" onClick=${onDone} /><${Button} type="submit" label=${words.putNote} size="small" kind="primary" busy=${busy.value} testid="late-note-put" /></div>
	</form>`;
}

function Row({ call }) {
	const writing = useSignal(false);
	const other = call.direction === 'OUTBOUND' ? call.to : call.from;
	return html`<${CallRow} call=${call} withNumber>
		<div class="list-row-acts">
			<${CallButton} number=${other} />
			${call.endedAt && html`<${IconButton} label=${call.notes ? words.editNote : words.addNote} icon="pen-line" aria-expanded=${String(writing.value)} onClick=${() => { writing.value = !writing.value; }} testid="note-later" />`}
		</div>
		${writing.value && html`<${LateNote} call=${call} onDone=${() => { writing.value = false; }} />`}
	<//>`;
}

export function OwnCalls() {
	const { state, items, next, problem } = ownList.value;
	useEffect(() => { loadOwnList(); }, []);
	const { search, direction, period } = ownWanted.value;
	const filtered = search || direction || period !== 'all';
	return html`<div class="list own-calls" data-testid="own-calls">
		<${Filters} />
		${state === 'loading' && html`<${Skeleton} lines=${4} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${() => loadOwnList()} />`}
		${state === 'ready' && !items.length && html`<p class="muted list-none">${filtered ? words.noneFound : words.noOwnCalls}</p>`}
		<ol class="timeline">${items.map((call) => html`<${Row} key=${call.id} call=${call} />`)}</ol>
		${next && html`<${Button} label=${words.moreCalls} size="small" onClick=${() => loadOwnList(true)} testid="own-calls-more" />`}
	</div>`;
}
