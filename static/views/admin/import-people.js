// A file of people: what would come of it, line by line; then each is made, and their passwords are handed over.
import { text } from '../../core/text.js';
import { writeCsv } from '../../stores/admin/csv.js';
import { makePeople, tryPeople } from '../../stores/admin/people-import.js';
import { html, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { Wrongs } from './wrongs.js';

const WORDS = text.admin.people;
const DOWNLOAD_MS = 10_000;

/** The file of passwords lives in this page only, until it is left. */
function download(/** @type {any[]} */ made) {
	const content = writeCsv([['extension', 'name', 'password'], ...made.map((p) => [p.extension, p.displayName, p.password])]);
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
	link.download = WORDS.importFile;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
}

function Import({ section, onClose }) {
	const found = useSignal(/** @type {any} */ (null));
	const result = useSignal(/** @type {any} */ (null));
	const done = useSignal(-1);
	const chosen = async (/** @type {any} */ event) => {
		const file = event.target.files[0];
		found.value = file ? tryPeople(await file.text(), section.items.value ?? []) : null;
	};
	const run = async () => {
		done.value = 0;
		result.value = await makePeople(found.value.people, (n) => { done.value = n; });
		done.value = -1;
		await Promise.all([section.load(), section.row.after?.()]);
	};
	const r = result.value;
	const good = found.value?.people.length ?? 0;
	const busy = done.value >= 0;
	const foot = r ? html`<${Button} label=${WORDS.importDownload} icon="download" testid="import-download" disabled=${r.made.length === 0} onClick=${() => download(r.made)} /><${Button} label=${WORDS.done} kind="primary" testid="import-close" onClick=${onClose} />`
		: html`<${Button} label=${text.common.cancel} onClick=${onClose} disabled=${busy} /><${Button} label=${busy ? WORDS.importDone(done.value, good) : WORDS.importRun(good)} kind="primary" testid="import-run" busy=${busy} disabled=${good === 0} onClick=${run} />`;
	return html`<${Dialog} title=${WORDS.importTitle} wide onClose=${() => { if (!busy) onClose(); }} footer=${foot} testid="import">
		${!r && html`<${Field} label=${text.admin.contacts.chooseFile} hint=${WORDS.importHint}>${(/** @type {any} */ attrs) => html`<input ...${attrs} class="input" type="file" accept=".csv,text/csv" data-testid="import-file" disabled=${busy} onChange=${chosen} />`}<//>`}
		${found.value && !r && html`<div class="import-report" role="status" data-testid="import-report"><p>${WORDS.importGood(found.value.lines, good)}</p><${Wrongs} errors=${found.value.errors} /></div>`}
		${r && html`<div class="import-report" role="status" data-testid="import-result"><p class="notice tone-ready"><${Icon} name="circle-check" />${WORDS.importMade(r.made.length)}</p><${Wrongs} errors=${r.errors} /></div>`}
	<//>`;
}

export function ImportPeopleButton({ section }) {
	const open = useSignal(false);
	if (!section.mayMake.value) return null;
	return html`<${Button} label=${WORDS.import} icon="file-up" testid="import-open" onClick=${() => { open.value = true; }} />
		${open.value && html`<${Import} section=${section} onClose=${() => { open.value = false; }} />`}`;
}
