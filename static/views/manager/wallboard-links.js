// The links of wallboards: made, copied once, taken back.
import { time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { queueInfo, queueName } from '../../stores/directory.js';
import { loadWallboards, makeWallboard, revokeWallboard, wallboards } from '../../stores/wallboard.js';
import { html, signal, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Field, SelectField, TextField } from '../parts/field.js';

const words = text.board.wallboards;
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const DAYS = [1, 7, 30, 90, 365];
const DEFAULT_DAYS = 30;

const opened = signal(false);
export const openWallboards = () => { opened.value = true; };
const close = () => { opened.value = false; };

function QueueChoice({ chosen, problem }) {
	const toggle = (/** @type {string} */ name) => {
		chosen.value = chosen.value.includes(name) ? chosen.value.filter((/** @type {string} */ n) => n !== name) : [...chosen.value, name];
	};
	return html`<fieldset class="field checks"><legend>${words.queues}</legend>
		<div class="check-list">${[...queueInfo.value.keys()].map((name) => html`<label key=${name} class="check"><input type="checkbox" checked=${chosen.value.includes(name)} onChange=${() => toggle(name)} />${queueName(name)}</label>`)}</div>
		${problem && html`<p class="field-error" role="alert">${problem}</p>`}
	</fieldset>`;
}

/** The address, which is shown this once. */
function Made({ address }) {
	const input = useRef(/** @type {HTMLInputElement | null} */ (null));
	const told = useSignal('');
	const copy = async () => {
		input.current?.select();
		told.value = await navigator.clipboard.writeText(address).then(() => words.copied, () => words.copyFailed);
	};
	return html`<div class="made-link notice tone-ready">
		<${Field} label=${words.link} hint=${told.value || words.made}>${(/** @type {any} */ attrs) => html`<span class="copy-line"><input ...${attrs} ref=${input} class="input" readonly value=${address} data-testid="wallboard-link" />
			<${Button} label=${words.copy} icon="copy" onClick=${copy} /></span>`}<//>
	</div>`;
}

function NewLink() {
	const name = useSignal('');
	const chosen = useSignal([...queueInfo.peek().keys()]);
	const days = useSignal(String(DEFAULT_DAYS));
	const problems = useSignal(/** @type {Record<string, string>} */ ({}));
	const failure = useSignal('');
	const busy = useSignal(false);
	const address = useSignal('');
	async function make(/** @type {Event} */ event) {
		event.preventDefault();
		problems.value = { ...(name.value.trim() ? {} : { name: words.nameMissing }), ...(chosen.value.length ? {} : { queues: words.queuesMissing }) };
		if (Object.keys(problems.value).length) return;
		busy.value = true;
		failure.value = '';
		try {
			address.value = await makeWallboard({ name: name.value.trim(), queues: chosen.value, days: Number(days.value) });
			name.value = '';
		} catch (error) {
			failure.value = /** @type {Error} */ (error).message;
		}
		busy.value = false;
	}
	return html`<form class="form" noValidate onSubmit=${make}>
		${failure.value && html`<${Failure} text=${failure.value} />`}
		<${TextField} label=${words.name} hint=${words.nameHint} value=${name.value} problem=${problems.value.name} maxLength=${80} testid="wallboard-name" onInput=${(/** @type {string} */ v) => { name.value = v; }} />
		<${QueueChoice} chosen=${chosen} problem=${problems.value.queues} />
		<${SelectField} label=${words.valid} value=${days.value} options=${DAYS.map((n) => ({ value: String(n), label: words.days(n) }))} onInput=${(/** @type {string} */ v) => { days.value = v; }} />
		<div class="form-foot"><${Button} label=${words.make} icon="link" kind="primary" type="submit" busy=${busy.value} testid="make-wallboard" /></div>
		${address.value && html`<${Made} key=${address.value} address=${address.value} />`}
	</form>`;
}

function LinkRow({ wallboard }) {
	const busy = useSignal(false);
	const problem = useSignal('');
	const revoke = async () => {
		busy.value = true;
		await revokeWallboard(wallboard.id).catch((error) => { problem.value = error.message; });
		busy.value = false;
	};
	return html`<li><span class="drill-main"><strong>${wallboard.name}</strong>
			<span class="muted">${wallboard.queues.map(queueName).join(', ')} · ${words.until(date.format(new Date(wallboard.expiresAt)))} · ${words.by(wallboard.createdBy)} · ${wallboard.lastUsedAt ? words.used(time(wallboard.lastUsedAt)) : words.unused}</span>
			${problem.value && html`<span class="field-error" role="alert">${problem.value}</span>`}</span>
		<${Button} label=${words.revoke} size="small" kind="plain" busy=${busy.value} onClick=${revoke} testid="revoke-wallboard" /></li>`;
}

function Links() {
	const { state, items, problem } = wallboards.value;
	return html`<section><h3>${words.list}</h3>
		${state === 'loading' && html`<${Skeleton} lines=${3} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${loadWallboards} />`}
		${state === 'ready' && !items.length && html`<p class="muted">${words.none}</p>`}
		<ul class="plain-list ruled">${items.map((w) => html`<${LinkRow} key=${w.id} wallboard=${w} />`)}</ul>
	</section>`;
}

function Content() {
	useEffect(() => { loadWallboards(); }, []);
	return html`<p class="muted">${words.intro}</p><${NewLink} /><${Links} />`;
}

export function Wallboards() {
	if (!opened.value) return null;
	return html`<${Dialog} title=${words.title} wide=${true} onClose=${close} testid="wallboards"><${Content} /><//>`;
}
