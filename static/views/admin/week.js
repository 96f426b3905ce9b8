// A timetable: the times of each day of the week, and the days that differ.
import { text } from '../../core/text.js';
import { html } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Group } from './choices.js';

/** @typedef {{opens: string, closes: string}} Span */

const MORNING = { opens: '09:00', closes: '17:00' };
const MONDAY = 1;
const FRIDAY = 5;
const MIDNIGHT = '24:00';

// A time field has no 24:00; what ends at 00:00 ends there.
const shown = (/** @type {string} */ closes) => (closes === MIDNIGHT ? '00:00' : closes);
const meant = (/** @type {string} */ closes) => (closes === '00:00' ? MIDNIGHT : closes);

/** One time of a day. */
function SpanRow({ span, day, onChange, onRemove, disabled, errors }) {
	return html`<span class="span">
		<input class="input" type="time" required aria-label=${text.admin.hours.opens(day)} aria-invalid=${errors.opens ? 'true' : undefined} value=${span.opens} disabled=${disabled} onInput=${(/** @type {any} */ e) => onChange({ ...span, opens: e.target.value })} />
		<span aria-hidden="true">–</span>
		<input class="input" type="time" required aria-label=${text.admin.hours.closes(day)} aria-invalid=${errors.closes ? 'true' : undefined} value=${shown(span.closes)} disabled=${disabled} onInput=${(/** @type {any} */ e) => onChange({ ...span, closes: meant(e.target.value) })} />
		${!disabled && html`<${IconButton} icon="x" label=${text.admin.hours.removeSpan(day)} onClick=${onRemove} />`}
		${(errors.opens || errors.closes) && html`<span class="field-error">${errors.opens || errors.closes}</span>`}
	</span>`;
}

const errorsAt = (/** @type {Record<string, string>} */ errors, /** @type {string} */ at) => ({ opens: errors[`${at}/opens`], closes: errors[`${at}/closes`] });
const without = (/** @type {any[]} */ list, /** @type {number} */ i) => list.filter((_, at) => at !== i);
const replaced = (/** @type {any[]} */ list, /** @type {number} */ i, /** @type {any} */ by) => list.map((x, at) => (at === i ? by : x));

function Day({ weekday, value, onInput, disabled, errors }) {
	const day = text.admin.days[weekday - 1];
	const own = value.map((/** @type {any} */ span, /** @type {number} */ i) => ({ span, i })).filter((/** @type {any} */ x) => x.span.weekday === weekday);
	return html`<div class="day"><span class="day-name">${day}</span><div class="spans">
		${own.length === 0 && html`<span class="muted">${text.admin.hours.closedDay}</span>`}
		${own.map((/** @type {any} */ { span, i }) => html`<${SpanRow} key=${i} span=${span} day=${day} disabled=${disabled} errors=${errorsAt(errors, `/${i}`)}
			onChange=${(/** @type {any} */ next) => onInput(replaced(value, i, next))} onRemove=${() => onInput(without(value, i))} />`)}
	</div>${!disabled && html`<${IconButton} icon="plus" label=${text.admin.hours.addSpan(day)} onClick=${() => onInput([...value, { weekday, ...MORNING }])} />`}</div>`;
}

export function Week({ label, hint, problem, value, onInput, disabled, errors, testid }) {
	const copy = () => {
		const monday = value.filter((/** @type {any} */ s) => s.weekday === MONDAY);
		const kept = value.filter((/** @type {any} */ s) => s.weekday === MONDAY || s.weekday > FRIDAY);
		const others = [2, 3, 4, 5].flatMap((weekday) => monday.map((/** @type {any} */ s) => ({ ...s, weekday })));
		onInput([...kept, ...others].sort((a, b) => a.weekday - b.weekday));
	};
	return html`<${Group} label=${label} hint=${hint} problem=${problem} testid=${testid}><div class="week">
		${text.admin.days.map((_, i) => html`<${Day} key=${i} weekday=${i + 1} value=${value} onInput=${onInput} disabled=${disabled} errors=${errors} />`)}</div>
		${!disabled && html`<${Button} label=${text.admin.hours.copyDay} icon="copy" size="small" onClick=${copy} />`}
	<//>`;
}

function Exception({ entry, onChange, onRemove, disabled, errors, at }) {
	const { date, name, spans } = entry;
	const day = name || date || text.admin.hours.why;
	const wrong = errors[`${at}/date`] ?? errors[`${at}/name`];
	return html`<li class="exception"><div class="span">
			<input class="input" type="date" required aria-label=${text.admin.hours.date} aria-invalid=${errors[`${at}/date`] ? 'true' : undefined} value=${date} disabled=${disabled} onInput=${(/** @type {any} */ e) => onChange({ ...entry, date: e.target.value })} />
			<input class="input grow" maxLength=${80} placeholder=${text.admin.hours.why} aria-label=${text.admin.hours.why} aria-invalid=${errors[`${at}/name`] ? 'true' : undefined} value=${name} disabled=${disabled} onInput=${(/** @type {any} */ e) => onChange({ ...entry, name: e.target.value })} />
			${!disabled && html`<${IconButton} icon="x" label=${text.admin.remove(day)} onClick=${onRemove} />`}</div>
		${wrong && html`<p class="field-error">${wrong}</p>`}
		<div class="spans">${spans.length === 0 && html`<span class="muted">${text.admin.hours.closedDay}</span>`}
			${spans.map((/** @type {Span} */ span, /** @type {number} */ i) => html`<${SpanRow} key=${i} span=${span} day=${day} disabled=${disabled} errors=${errorsAt(errors, `${at}/spans/${i}`)}
				onChange=${(/** @type {any} */ next) => onChange({ ...entry, spans: replaced(spans, i, next) })} onRemove=${() => onChange({ ...entry, spans: without(spans, i) })} />`)}
			${!disabled && html`<${Button} label=${text.admin.hours.openThatDay} icon="plus" size="small" onClick=${() => onChange({ ...entry, spans: [...spans, MORNING] })} />`}</div>
	</li>`;
}

export function Exceptions({ label, hint, problem, value, onInput, disabled, errors, testid }) {
	return html`<${Group} label=${label} hint=${hint} problem=${problem} testid=${testid}>
		<ul class="exceptions">${value.map((/** @type {any} */ entry, /** @type {number} */ i) => html`<${Exception} key=${i} entry=${entry} disabled=${disabled} errors=${errors} at=${`/${i}`}
			onChange=${(/** @type {any} */ next) => onInput(replaced(value, i, next))} onRemove=${() => onInput(without(value, i))} />`)}</ul>
		${!disabled && html`<${Button} label=${text.admin.hours.addException} icon="plus" size="small" testid="add-exception" onClick=${() => onInput([...value, { date: '', name: '', spans: [] }])} />`}
	<//>`;
}
