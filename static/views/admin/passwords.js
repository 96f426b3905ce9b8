// Passwords: generated or typed, handed over once, replaced.
import { text } from '../../core/text.js';
import { generatePassword } from '../../stores/admin/password.js';
import { setPassword } from '../../stores/admin/people.js';
import { checkValue } from '../../stores/admin/values.js';
import { html, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { TextField } from '../parts/field.js';
import { toast } from '../parts/toast.js';

const RULE = { name: 'password', type: 'text', required: true, min: 12, max: 128 };

/** Readable, since it is there to be handed over. */
export function PasswordField({ value, onInput, disabled, ...props }) {
	return html`<${TextField} ...${props} value=${value} onInput=${onInput} disabled=${disabled} autocomplete="off" spellcheck=${false} autocapitalize="off"
		aside=${html`<${Button} label=${text.admin.people.generate} icon="refresh-cw" size="small" onClick=${() => onInput(generatePassword())} />`} />`;
}

async function copy(/** @type {string} */ words) {
	try {
		await navigator.clipboard.writeText(words);
		toast({ text: text.admin.people.copied, tone: 'ready' });
	} catch {
		toast({ text: text.admin.people.copyFailed, tone: 'danger' });
	}
}

/** What a person needs to sign in, shown this once. */
export function HandOver({ person, onClose }) {
	const words = text.admin.people;
	const foot = html`<${Button} label=${words.copy} icon="copy" onClick=${() => copy(`${person.extension} ${person.password}`)} /><${Button} label=${words.done} kind="primary" testid="hand-over-done" onClick=${onClose} />`;
	return html`<${Dialog} title=${words.handOver} footer=${foot} onClose=${onClose} testid="hand-over">
		<p>${words.handOverText(person.displayName)}</p>
		<dl class="hand-over"><div><dt>${words.fields.extension.label}</dt><dd class="number">${person.extension}</dd></div>
			<div><dt>${words.fields.password.label}</dt><dd data-testid="hand-over-password">${person.password}</dd></div></dl>
	<//>`;
}

function Reset({ item, onClose, onDone }) {
	const password = useSignal(generatePassword());
	const problem = useSignal('');
	const busy = useSignal(false);
	const words = text.admin.people;
	const run = async () => {
		problem.value = checkValue(RULE, password.value);
		if (problem.value) return;
		busy.value = true;
		try {
			await setPassword(item.id, password.value);
			onDone({ ...item, password: password.value });
		} catch (error) {
			const { errors, message } = /** @type {any} */ (error);
			problem.value = errors?.[0]?.detail ?? message;
		} finally {
			busy.value = false;
		}
	};
	const foot = html`<${Button} label=${text.common.cancel} onClick=${onClose} /><${Button} label=${words.resetDo} kind="primary" testid="reset-do" busy=${busy.value} onClick=${run} />`;
	return html`<${Dialog} title=${words.resetTitle(item.displayName)} footer=${foot} onClose=${onClose}>
		<p>${words.resetText}</p><${PasswordField} label=${words.fields.password.label} required testid="reset-password" problem=${problem.value} value=${password.value} onInput=${(/** @type {string} */ v) => { password.value = v; }} />
	<//>`;
}

export function ResetButton({ section, item }) {
	const open = useSignal(false);
	const done = useSignal(/** @type {any} */ (null));
	if (!section.mayMake.value || item.agent === item) return null;
	return html`<${Button} label=${text.admin.people.reset} testid="reset" onClick=${() => { open.value = true; }} />
		${open.value && html`<${Reset} item=${item} onClose=${() => { open.value = false; }} onDone=${(/** @type {any} */ person) => { open.value = false; done.value = person; }} />`}
		${done.value && html`<${HandOver} person=${done.value} onClose=${() => { done.value = null; }} />`}`;
}
