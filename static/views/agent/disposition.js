// What came of the call: a list that opens as a tree with a search; by touch as the device's own list.
import { bindAction, withKey } from '../../core/keys.js';
import { text } from '../../core/text.js';
import { dispositionRequired, draft, edit, fitting, missing } from '../../stores/work.js';
import { html, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { DispositionTree } from './disposition-tree.js';

const words = text.work;
const OPENING = ['ArrowDown', 'ArrowUp', 'Enter', ' ', 'F4'];

/** Each word with the groups it stands in. @param {import('../../stores/directory.js').Disposition[]} tree */
function leaves(tree) {
	const byId = new Map(tree.map((d) => [d.id, d]));
	const full = (/** @type {any} */ d) => {
		const up = byId.get(d.parentId ?? '');
		return /** @type {string} */ (up ? `${full(up)} › ${d.label}` : d.label);
	};
	return tree.filter((d) => d.selectable !== false).map((d) => ({ code: d.code, label: full(d) }));
}

export function DispositionField() {
	const select = useRef(/** @type {HTMLSelectElement | null} */ (null));
	const anchor = useRef(/** @type {HTMLElement | null} */ (null));
	const opened = useSignal(/** @type {string | null} */ (null));
	const byTouch = useRef(false);
	const tree = fitting.value;
	const { disposition, fieldProblem } = draft.value;
	const open = (typed = '') => { opened.value = typed; };
	const close = () => { opened.value = null; };
	useEffect(() => bindAction('disposition', open), []);
	useEffect(() => { if (missing.value) select.current?.focus(); }, [missing.value]);
	const choose = (/** @type {string} */ code) => {
		edit({ disposition: code });
		close();
		select.current?.focus();
	};
	// The browser's own list opens as the button goes down; the tree only once it is up, which would close it again.
	const pointed = (/** @type {MouseEvent} */ event) => {
		if (byTouch.current) return;
		event.preventDefault();
		select.current?.focus();
	};
	const clicked = () => {
		if (!byTouch.current) open();
	};
	const pressed = (/** @type {KeyboardEvent} */ event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const letter = event.key.length === 1 && event.key !== ' ';
		if (!letter && !OPENING.includes(event.key)) return;
		event.preventDefault();
		event.stopPropagation();
		open(letter ? event.key : '');
	};
	const known = !disposition || tree.some((d) => d.code === disposition);
	return html`<${Field} label=${words.disposition} problem=${fieldProblem} hint=${dispositionRequired.value ? words.dispositionRequired : undefined}>${(/** @type {any} */ attrs) => html`<span class="select" ref=${anchor}>
		<select ...${attrs} ref=${select} class="input" data-testid="disposition" aria-haspopup="tree" title=${withKey(words.disposition, 'disposition')} value=${disposition}
			onPointerDown=${(/** @type {PointerEvent} */ e) => { byTouch.current = e.pointerType === 'touch'; }} onMouseDown=${pointed} onClick=${clicked} onKeyDown=${pressed}
			onChange=${(/** @type {any} */ e) => edit({ disposition: e.target.value })}>
			<option value="">${words.chooseDisposition}</option>
			${!known && html`<option value=${disposition}>${disposition}</option>`}
			${leaves(tree).map((d) => html`<option key=${d.code} value=${d.code}>${d.label}</option>`)}
		</select><${Icon} name="chevron-down" size=${14} /></span>
		${opened.value !== null && html`<${DispositionTree} tree=${tree} chosen=${disposition} anchor=${anchor} begin=${opened.value} onChoose=${choose} onClose=${close} />`}`}<//>`;
}
