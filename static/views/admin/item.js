// One thing in a drawer: read anew, changed, saved, or retired.
import { go, guardLeaving } from '../../core/router.js';
import { text } from '../../core/text.js';
import { Form } from '../../stores/admin/form.js';
import { html, useEffect, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Drawer } from '../parts/drawer.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { toast } from '../parts/toast.js';
import { Fields, shownValue } from './fields.js';
import { bringBack } from './list.js';
import { HandOver, ResetButton } from './passwords.js';
import { Preview } from './preview.js';
import { Sessions } from './sessions.js';

/** @typedef {import('../../stores/admin/section.js').Section} Section */

const NEW = 'new';
const NOT_FOUND = 404;

/** What else a section shows of a saved thing. @type {Record<string, any[]>} */
const MORE = { people: [Sessions], routes: [Preview] };

function Conflict({ form }) {
	const theirs = form.conflict.value;
	if (!theirs) return null;
	const words = text.admin[form.section.id].fields;
	return html`<div class="notice tone-hold" role="alert" data-testid="conflict"><${Icon} name="triangle-alert" />
		<div class="grow"><p><strong>${text.admin.conflict.title}</strong> ${text.admin.conflict.kept}</p>
			<ul>${Object.entries(theirs).map(([name, value]) => html`<li key=${name}>${text.admin.conflict.differs(words[name].label, shownValue(form, name, value))}</li>`)}</ul></div>
		<${Button} label=${text.admin.conflict.takeTheirs} size="small" onClick=${() => form.takeTheirs()} />
	</div>`;
}

/** Why fields are grey: they are for others to change. */
function Limits({ section, form }) {
	if (form.isNew) return null;
	const fixed = section.row.fields.some((/** @type {any} */ f) => !f.onlyNew && !section.mayEdit(f, false));
	if (!fixed) return null;
	return html`<p class="notice" data-testid="limits"><${Icon} name="eye" />${section.mayChange.value ? text.admin.partlyReadOnly : text.admin.readOnly}</p>`;
}

/** The form, with what is to be pressed below it. */
function Editor({ section, form, onSaved, leave, children }) {
	const submit = async (/** @type {Event} */ event) => {
		event.preventDefault();
		const done = await form.save();
		if (done) onSaved(done);
		else requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector('.admin-form [aria-invalid="true"]'))?.focus());
	};
	const mayEdit = form.isNew ? section.mayMake.value : section.mayChange.value && !form.item.retiredAt;
	const wrong = Object.keys(form.errors.value).length > 0;
	const label = form.isNew ? text.admin.create : form.conflict.value ? text.admin.conflict.saveMine : text.admin.saveChanges;
	return html`<form class="admin-form" noValidate onSubmit=${submit}>
		<${Conflict} form=${form} />
		<${Limits} section=${section} form=${form} />
		<${Fields} form=${form} disabled=${!mayEdit} />
		${children}
		<footer class="admin-foot">
			${(form.problem.value || wrong) && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} /><span>${form.problem.value || text.admin.check}</span></p>`}
			${mayEdit && html`<${Button} label=${label} kind="primary" type="submit" testid="admin-save" busy=${form.saving.value} disabled=${!form.isNew && !form.dirty.value} />`}
			<${Button} label=${mayEdit ? text.common.cancel : text.common.close} onClick=${leave} />
		</footer>
	</form>`;
}

function Retire({ section, item }) {
	const asking = useSignal(false);
	const busy = useSignal(false);
	const problem = useSignal('');
	const words = text.admin[section.id];
	const name = section.titleOf(item);
	if (item.retiredAt) return section.mayMake.value && html`<${Button} label=${text.admin.bringBack} icon="refresh-cw" testid="bring-back" onClick=${() => bringBack(section, item)} />`;
	if (!section.mayRetire.value) return null;
	const run = async () => {
		busy.value = true;
		try {
			await section.retire(item);
			toast({ text: words.retired(name), tone: 'ready' });
			go(`/admin/${section.id}`);
			await Promise.all([section.load(), section.row.after?.()]);
		} catch (error) {
			problem.value = text.admin.retire.failed(/** @type {Error} */ (error).message);
		} finally {
			busy.value = false;
		}
	};
	const foot = html`<${Button} label=${text.admin.retire.cancel} onClick=${() => { asking.value = false; }} />
		<${Button} label=${words.retireDo} kind="danger" testid="retire-do" busy=${busy.value} onClick=${run} />`;
	return html`<${Button} label=${words.retire} testid="retire" onClick=${() => { problem.value = ''; asking.value = true; }} />
		${asking.value && html`<${Dialog} title=${words.retireTitle(name)} footer=${foot} onClose=${() => { asking.value = false; }}>
			<p>${words.retireText}</p>${problem.value && html`<${Failure} text=${problem.value} />`}<//>`}`;
}

function Leave({ stay, leave }) {
	const foot = html`<${Button} label=${text.admin.leave.stay} onClick=${stay} /><${Button} label=${text.admin.leave.leave} kind="danger" testid="discard" onClick=${leave} />`;
	return html`<${Dialog} title=${text.admin.leave.title} footer=${foot} onClose=${stay}><p>${text.admin.leave.text}</p><//>`;
}

/** Nobody loses what was typed unasked: not by a link, the way back, nor by closing the page. */
function useGuard(/** @type {import('../../vendor/ui.js').Signal<Form | null>} */ form) {
	/** @type {import('../../vendor/ui.js').Signal<string | null>} where to go once it may be lost */
	const wanted = useSignal(/** @type {string | null} */ (null));
	useEffect(() => {
		const undo = guardLeaving((to) => {
			if (!form.value?.dirty.value) return true;
			wanted.value = to;
			return false;
		});
		const closing = (/** @type {Event} */ event) => { if (form.value?.dirty.value) event.preventDefault(); };
		addEventListener('beforeunload', closing);
		return () => {
			undo();
			globalThis.removeEventListener('beforeunload', closing);
		};
	}, []);
	return wanted;
}

const titleOf = (/** @type {Section} */ section, /** @type {string} */ id, /** @type {Form | null} */ form) =>
	(id === NEW ? text.admin[section.id].create : form ? section.titleOf(form.item) : text.admin[section.id].name);

/** What a saved thing has beside its fields, and what can be done with all of it. */
function More({ section, form }) {
	const views = form.item.retiredAt ? [] : MORE[section.id] ?? [];
	return html`${views.map((View) => html`<${View} key=${View.name} form=${form} section=${section} />`)}
		<div class="form-acts">${section.id === 'people' && html`<${ResetButton} section=${section} item=${form.item} />`}<${Retire} section=${section} item=${form.item} /></div>`;
}

export function ItemDrawer({ section, id, onClose }) {
	const form = useSignal(/** @type {Form | null} */ (null));
	const problem = useSignal('');
	const made = useSignal(/** @type {any} */ (null));
	const wanted = useGuard(form);
	const load = async () => {
		problem.value = '';
		if (id === NEW) {
			form.value = section.mayMake.value ? new Form(section, null) : null;
			return;
		}
		try {
			form.value = new Form(section, await section.read(id));
		} catch (error) {
			const { status, message } = /** @type {any} */ (error);
			problem.value = status === NOT_FOUND ? text.admin.gone : message;
		}
	};
	useEffect(() => { load(); }, []);
	const saved = async (/** @type {any} */ done) => {
		const isNew = form.value?.isNew;
		form.value?.settle(section.row.fields.map((f) => f.name));
		if (isNew && done.password) made.value = done;
		else {
			toast({ text: (isNew ? text.admin.made : text.admin.saved)(section.titleOf(done)), tone: 'ready' });
			onClose();
		}
		await Promise.all([section.load(), section.row.after?.()]);
	};
	const leaveFor = () => {
		const to = wanted.value;
		form.value?.takeTheirs();
		wanted.value = null;
		if (to) go(to);
	};
	const now = form.value;
	return html`<${Drawer} title=${titleOf(section, id, now)} onClose=${onClose} testid="admin-drawer">
		${problem.value && html`<${Failure} text=${problem.value} retry=${load} />`}
		${!now && !problem.value && html`<${Skeleton} lines=${9} />`}
		${now && html`<${Editor} section=${section} form=${now} onSaved=${saved} leave=${onClose}>
			${!now.isNew && html`<${More} section=${section} form=${now} />`}
		<//>`}
		${wanted.value && html`<${Leave} stay=${() => { wanted.value = null; }} leave=${leaveFor} />`}
		${made.value && html`<${HandOver} person=${made.value} onClose=${() => { made.value = null; onClose(); }} />`}
	<//>`;
}
