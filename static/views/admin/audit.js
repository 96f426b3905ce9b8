// The audit trail: what was done, newest first; each entry opens to what it changed.
import { fullTime, time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { differences, verifyAudit } from '../../stores/admin/audit.js';
import { personName } from '../../stores/directory.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { SelectField, TextField } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { toast } from '../parts/toast.js';

const WORDS = text.admin.audit;

const shown = (/** @type {any} */ value) => (value === undefined || value === null ? text.common.none : typeof value === 'string' ? value : JSON.stringify(value));

function Changes({ entry }) {
	const changes = differences(entry.before, entry.after);
	if (changes.length === 0) return html`<p class="muted">${WORDS.noDetails}</p>`;
	return html`<table class="table changes"><thead><tr><th scope="col">${WORDS.field}</th><th scope="col">${WORDS.before}</th><th scope="col">${WORDS.after}</th></tr></thead>
		<tbody>${changes.map((c) => html`<tr key=${c.name}><td>${c.name || text.common.none}</td><td class="wraps">${shown(c.before)}</td><td class="wraps">${shown(c.after)}</td></tr>`)}</tbody></table>`;
}

const who = (/** @type {any} */ entry) => (entry.actor ? `${personName(entry.actor)} · ${entry.actor}` : WORDS.system);
const what = (/** @type {any} */ entry) => entry.after?.displayName ?? entry.before?.displayName ?? entry.after?.label ?? entry.before?.label ?? entry.after?.name ?? entry.after?.did ?? entry.object ?? '';

function Entry({ entry }) {
	const open = useSignal(false);
	return html`<li class="audit-entry"><details onToggle=${(/** @type {any} */ e) => { open.value = e.target.open; }}>
		<summary><${Icon} name="chevron-right" size=${14} /><time class="muted" datetime=${entry.at} title=${fullTime(entry.at)}>${time(entry.at)}</time><span>${who(entry)}</span><strong title=${entry.action}>${text.admin.deed(entry.action)}</strong><span class="cell">${what(entry)}</span></summary>
		${open.value && html`<div class="audit-details"><${Changes} entry=${entry} />${entry.address && html`<p class="muted">${WORDS.from(entry.address)}</p>`}</div>`}
	</details></li>`;
}

function VerifyButton() {
	const busy = useSignal(false);
	const run = async () => {
		busy.value = true;
		try {
			const { entries, intact, firstBroken } = await verifyAudit();
			toast(intact ? { text: WORDS.intact(entries), tone: 'ready' } : { text: WORDS.broken(firstBroken), tone: 'danger' });
		} catch (error) {
			toast({ text: /** @type {Error} */ (error).message, tone: 'danger' });
		}
		busy.value = false;
	};
	return html`<${Button} label=${WORDS.verify} icon="check" busy=${busy.value} onClick=${run} />`;
}

const PAUSE_MS = 300;
/** @type {any} */
let pause = 0;

function Filters({ section }) {
	const set = (/** @type {string} */ name, /** @type {string} */ value) => {
		section.filters.value = { ...section.filters.value, [name]: value.trim() };
		clearTimeout(pause);
		pause = setTimeout(() => section.load(), PAUSE_MS);
	};
	const value = (/** @type {string} */ name) => section.filters.value[name] ?? '';
	return html`<div class="admin-tools">${section.row.filters.map((/** @type {any} */ f) => (f.type === 'choice'
		? html`<${SelectField} key=${f.name} label=${WORDS.filters[f.name]} value=${value(f.name)} options=${f.options.map((/** @type {string} */ o) => ({ value: o, label: text.admin.options[f.name][o] }))} onInput=${(/** @type {string} */ v) => set(f.name, v)} />`
		: html`<${TextField} key=${f.name} label=${WORDS.filters[f.name]} inputMode="numeric" maxLength=${8} value=${value(f.name)} onInput=${(/** @type {string} */ v) => set(f.name, v)} />`))}
		<span class="grow"></span><${VerifyButton} /></div>`;
}

export function AuditView({ section }) {
	useEffect(() => { section.load(); }, []);
	const entries = section.items.value;
	return html`<header class="admin-head"><div><h1>${WORDS.name}</h1><p class="muted">${WORDS.intro}</p></div></header>
		<${Filters} section=${section} />
		${section.problem.value && html`<${Failure} text=${section.problem.value} retry=${() => section.load()} />`}
		${entries === null ? !section.problem.value && html`<div class="card admin-card"><${Skeleton} lines=${8} /></div>`
			: entries.length === 0 ? html`<div class="card"><${Empty} icon="inbox" title=${text.admin.noMatch} text=${WORDS.emptyHint} /></div>`
				: html`<ul class="card audit" data-testid="audit">${entries.map((/** @type {any} */ e) => html`<${Entry} key=${e.id} entry=${e} />`)}</ul>`}
		${section.next.value && html`<${Button} label=${text.admin.more} onClick=${() => section.more()} />`}`;
}
