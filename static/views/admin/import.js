// A file of contacts: first what would come of it, line by line, then the import.
import { text } from '../../core/text.js';
import { importContacts } from '../../stores/admin/contacts.js';
import { html, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Failure } from '../parts/empty.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { toast } from '../parts/toast.js';
import { Wrongs } from './wrongs.js';

const MAX_BYTES = 8 * 1024 * 1024;
const WORDS = text.admin.contacts;

function Report({ result }) {
	return html`<div class="import-report" data-testid="import-report" role="status">
		<p>${WORDS.wouldDo(result)}</p>
		${result.failed === 0 ? html`<p class="notice tone-ready"><${Icon} name="circle-check" />${WORDS.allGood}</p>` : html`<${Wrongs} errors=${result.errors} count=${result.failed} />`}
	</div>`;
}

function Import({ onClose, onDone }) {
	const content = useSignal('');
	const result = useSignal(/** @type {any} */ (null));
	const busy = useSignal('');
	const problem = useSignal('');
	const attempt = async (/** @type {string} */ words, /** @type {() => Promise<void>} */ act) => {
		busy.value = words;
		problem.value = '';
		try {
			await act();
		} catch (error) {
			problem.value = /** @type {Error} */ (error).message;
		} finally {
			busy.value = '';
		}
	};
	const chosen = (/** @type {any} */ event) => {
		const file = event.target.files[0];
		result.value = null;
		if (!file) return;
		if (file.size > MAX_BYTES) {
			problem.value = WORDS.tooLarge;
			return;
		}
		attempt(WORDS.checking, async () => {
			content.value = await file.text();
			result.value = await importContacts(content.value, { dryRun: true });
		});
	};
	const run = () => attempt(WORDS.importing, async () => onDone(await importContacts(content.value, { skipErrors: result.value.failed > 0 })));
	const r = result.value;
	const good = r ? r.lines - r.failed : 0;
	const foot = html`<${Button} label=${text.common.cancel} onClick=${onClose} />
		<${Button} label=${r?.failed ? WORDS.importGood(good) : WORDS.importAll(good)} kind="primary" testid="import-run" busy=${busy.value === WORDS.importing} disabled=${good === 0 || busy.value !== ''} onClick=${run} />`;
	return html`<${Dialog} title=${WORDS.importTitle} wide onClose=${onClose} footer=${foot} testid="import">
		<${Field} label=${WORDS.chooseFile} hint=${WORDS.importHint}>${(/** @type {any} */ attrs) => html`<input ...${attrs} class="input" type="file" accept=".csv,text/csv" data-testid="import-file" onChange=${chosen} />`}<//>
		${busy.value && html`<p class="muted" role="status">${busy.value}</p>`}
		${problem.value && html`<${Failure} text=${problem.value} />`}
		${r && html`<${Report} result=${r} />`}
	<//>`;
}

export function ImportButton({ section }) {
	const open = useSignal(false);
	if (!section.mayImport.value) return null;
	const done = (/** @type {any} */ r) => {
		open.value = false;
		toast({ text: WORDS.imported(r), tone: 'ready' });
		section.load();
	};
	return html`<${Button} label=${WORDS.import} icon="file-up" testid="import-open" onClick=${() => { open.value = true; }} />
		${open.value && html`<${Import} onClose=${() => { open.value = false; }} onDone=${done} />`}`;
}
