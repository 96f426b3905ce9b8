// When a queue warns and when it alarms: set from its tile, for everybody.
import { text } from '../../core/text.js';
import { setThresholds } from '../../stores/alerts.js';
import { queueInfo, queueName } from '../../stores/directory.js';
import { html, signal, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { NumberField } from '../parts/field.js';
import { Failure } from '../parts/empty.js';

const words = text.board.thresholds;
const SECOND_MS = 1000;

/** @type {import('../../vendor/ui.js').Signal<string | null>} whose thresholds are open */
const editing = signal(/** @type {string | null} */ (null));

export const editThresholds = (/** @type {string} */ name) => { editing.value = name; };
const close = () => { editing.value = null; };

/** One row a field: how it is stored, and what it may be. */
const FIELDS = [
	{ name: 'warnWaitMs', label: words.warn, unit: words.seconds, factor: SECOND_MS, hint: words.empty },
	{ name: 'alertWaitMs', label: words.alert, unit: words.seconds, factor: SECOND_MS, hint: words.empty },
	{ name: 'alertWaiting', label: words.waiting, unit: words.callers, factor: 1, hint: words.empty },
	{ name: 'serviceLevelTarget', label: words.target, unit: words.percent, factor: 0.01, share: true },
];

const shownOf = (/** @type {any} */ info) => Object.fromEntries(FIELDS.map(({ name, factor }) => {
	const value = info?.[name];
	return [name, value === null || value === undefined ? null : Math.round(value / factor)];
}));

const isCount = (/** @type {any} */ value) => value === null || (Number.isInteger(value) && value > 0);
const isShare = (/** @type {any} */ value) => value !== null && value >= 0 && value <= 100;

/** What is wrong with each field, by name. */
function problemsOf(/** @type {any} */ values) {
	/** @type {Record<string, string>} */
	const problems = {};
	for (const { name, share } of FIELDS) {
		if (share ? !isShare(values[name]) : !isCount(values[name])) problems[name] = share ? words.share : words.number;
	}
	if (values.warnWaitMs && values.alertWaitMs && values.alertWaitMs <= values.warnWaitMs) problems.alertWaitMs ??= words.order;
	return problems;
}

const storedOf = (/** @type {any} */ values) => Object.fromEntries(FIELDS.map(({ name, factor, share }) => {
	const value = values[name];
	return [name, value === null ? null : share ? value / 100 : value * factor];
}));

function Form({ name }) {
	const values = useSignal(shownOf(queueInfo.peek().get(name)));
	const problems = useSignal(/** @type {Record<string, string>} */ ({}));
	const failure = useSignal('');
	const busy = useSignal(false);

	function refused(/** @type {any} */ error) {
		const told = Object.fromEntries((error.errors ?? []).map((/** @type {any} */ e) => [e.pointer.slice(1), e.detail]));
		problems.value = told;
		failure.value = Object.keys(told).length ? '' : words.failed(error.message);
	}
	async function save(/** @type {Event} */ event) {
		event.preventDefault();
		problems.value = problemsOf(values.value);
		if (Object.keys(problems.value).length) return;
		busy.value = true;
		try {
			await setThresholds(name, storedOf(values.value));
			close();
		} catch (error) {
			refused(error);
		}
		busy.value = false;
	}
	return html`<form class="form" id="thresholds" noValidate onSubmit=${save}>
		<p class="muted">${words.everybody}</p>
		${failure.value && html`<${Failure} text=${failure.value} />`}
		${FIELDS.map((f) => html`<${NumberField} key=${f.name} label=${f.label} unit=${f.unit} hint=${f.hint} value=${values.value[f.name]} problem=${problems.value[f.name]}
			testid=${`threshold-${f.name}`} onInput=${(/** @type {number | null} */ value) => { values.value = { ...values.value, [f.name]: value }; }} />`)}
		<div class="form-foot"><${Button} label=${text.common.cancel} onClick=${close} /><${Button} label=${text.common.save} kind="primary" type="submit" busy=${busy.value} testid="save-thresholds" /></div>
	</form>`;
}

export function Thresholds() {
	const name = editing.value;
	if (name === null) return null;
	return html`<${Dialog} title=${words.title(queueName(name))} onClose=${close} testid="thresholds"><${Form} key=${name} name=${name} /><//>`;
}
