// The tree of dispositions with a search: by mouse, or from the search field with the arrow keys.
import { text } from '../../core/text.js';
import { html, useEffect, useId, useLayoutEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

/** @typedef {import('../../stores/directory.js').Disposition} Disposition */
/** @typedef {Disposition & {group: boolean, open: boolean, level: number}} Row */

const words = text.work;
const plain = (/** @type {string} */ s) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * The rows that are seen: while searching those that match, what stands in a group that does, and the groups above.
 * @param {Disposition[]} tree each right below its group @param {string} search @param {Set<string>} closed
 * @returns {Row[]}
 */
export function treeRows(tree, search, closed) {
	const byId = new Map(tree.map((d) => [d.id, d]));
	const parents = new Set(tree.map((d) => d.parentId).filter(Boolean));
	const above = (/** @type {Disposition} */ d) => {
		const chain = [];
		for (let up = byId.get(d.parentId ?? ''); up; up = byId.get(up.parentId ?? '')) chain.push(up);
		return chain;
	};
	const wanted = plain(search.trim());
	const hits = new Set(tree.filter((d) => plain(d.label).includes(wanted)).map((d) => d.id));
	const kept = new Set(tree.filter((d) => hits.has(d.id)).flatMap((d) => [d.id, ...above(d).map((a) => a.id)]));
	const seen = (/** @type {Disposition} */ d) => (wanted
		? kept.has(d.id) || above(d).some((a) => hits.has(a.id))
		: above(d).every((a) => !closed.has(a.id)));
	return tree.filter(seen).map((d) => ({ ...d, group: parents.has(d.id), open: Boolean(wanted) || !closed.has(d.id), level: above(d).length }));
}

const isLeaf = (/** @type {Row | undefined} */ row) => row !== undefined && !row.group && row.selectable !== false;

/** Puts the popover under what it belongs to, above where there is no room. */
function place(/** @type {HTMLElement} */ popover, /** @type {HTMLElement} */ anchor) {
	const a = anchor.getBoundingClientRect();
	popover.style.setProperty('inline-size', `${Math.round(a.width)}px`);
	const height = popover.getBoundingClientRect().height;
	const below = a.bottom + 4 + height <= innerHeight;
	popover.style.setProperty('inset-inline-start', `${Math.round(a.left)}px`);
	popover.style.setProperty('inset-block-start', `${Math.round(below ? a.bottom + 4 : Math.max(4, a.top - 4 - height))}px`);
}

function Item({ row, active, chosen, id, onPress, onPoint }) {
	const element = useRef(/** @type {HTMLElement | null} */ (null));
	useEffect(() => { if (active) element.current?.scrollIntoView({ block: 'nearest' }); }, [active]);
	return html`<li ref=${element} id=${id} role="treeitem" class=${`tree-item ${active ? 'is-active' : ''} ${row.group ? 'is-group' : ''}`} data-level=${row.level} aria-level=${row.level + 1}
		aria-expanded=${row.group ? String(row.open) : undefined} aria-selected=${String(chosen)} data-code=${row.code}
		onPointerMove=${onPoint} onClick=${onPress}>
		${row.group ? html`<${Icon} name=${row.open ? 'chevron-down' : 'chevron-right'} size=${14} />` : html`<${Icon} name=${chosen ? 'check' : 'circle'} size=${14} />`}<span>${row.label}</span>
	</li>`;
}

/**
 * @param {{tree: Disposition[], chosen: string, anchor: {current: HTMLElement | null}, begin: string, onChoose: (code: string) => void, onClose: () => void}} props
 * begin: what was typed to open it
 */
export function DispositionTree({ tree, chosen, anchor, begin, onChoose, onClose }) {
	const popover = useRef(/** @type {HTMLElement | null} */ (null));
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const search = useSignal(begin);
	const closed = useSignal(/** @type {Set<string>} */ (new Set()));
	const rows = treeRows(tree, search.value, closed.value);
	const firstLeaf = () => rows.find(isLeaf)?.id;
	const active = useSignal(/** @type {string | undefined} */ (rows.find((r) => r.code === chosen)?.id ?? firstLeaf()));
	const at = Math.max(0, rows.findIndex((r) => r.id === active.value));
	const id = useId();
	// At once: the next letter is for the search field.
	useLayoutEffect(() => {
		const element = popover.current;
		if (!element || !anchor.current) return undefined;
		element.showPopover();
		place(element, anchor.current);
		field.current?.focus();
		const toggled = (/** @type {any} */ event) => { if (event.newState === 'closed') onClose(); };
		const again = () => { if (anchor.current) place(element, anchor.current); };
		element.addEventListener('toggle', toggled);
		addEventListener('resize', again);
		return () => {
			element.removeEventListener('toggle', toggled);
			removeEventListener('resize', again);
		};
	}, []);
	const setOpen = (/** @type {Row} */ row, /** @type {boolean} */ open) => {
		const next = new Set(closed.value);
		if (open) next.delete(row.id);
		else next.add(row.id);
		closed.value = next;
	};
	const press = (/** @type {Row | undefined} */ row) => {
		if (row?.group) setOpen(row, !row.open);
		else if (row && isLeaf(row)) onChoose(row.code);
	};
	const go = (/** @type {number} */ to) => { active.value = rows[Math.min(Math.max(0, to), rows.length - 1)]?.id; };
	// Sideways the arrows move in the text, once there is any.
	/** @type {Record<string, () => void>} */
	const KEYS = {
		ArrowDown: () => go(at + 1),
		ArrowUp: () => go(at - 1),
		Home: () => go(0),
		End: () => go(rows.length - 1),
		Enter: () => press(rows[at]),
		...(search.value ? {} : {
			ArrowRight: () => { if (rows[at]?.group) setOpen(rows[at], true); },
			ArrowLeft: () => (rows[at]?.group && rows[at].open ? setOpen(rows[at], false) : go(rows.findIndex((r) => r.id === rows[at]?.parentId))),
		}),
	};
	const pressed = (/** @type {KeyboardEvent} */ event) => {
		if (!KEYS[event.key] || event.isComposing || event.ctrlKey) return;
		event.preventDefault();
		event.stopPropagation();
		KEYS[event.key]();
	};
	const typed = (/** @type {any} */ event) => {
		search.value = event.target.value;
		active.value = treeRows(tree, search.value, closed.value).find(isLeaf)?.id;
	};
	return html`<div ref=${popover} popover="auto" class="tree-popover" data-testid="disposition-tree">
		<div class="search"><${Icon} name="search" size=${14} /><input ref=${field} class="input" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls=${`${id}-tree`}
			aria-activedescendant=${rows[at] ? `${id}-${rows[at].id}` : undefined} aria-label=${words.searchDispositions} placeholder=${words.searchDispositions} value=${search.value} onInput=${typed} onKeyDown=${pressed} /></div>
		<ul class="tree" role="tree" id=${`${id}-tree`} aria-label=${words.disposition}>
			${rows.map((row) => html`<${Item} key=${row.id} id=${`${id}-${row.id}`} row=${row} active=${row.id === rows[at]?.id} chosen=${row.code === chosen}
				onPoint=${() => { active.value = row.id; }} onPress=${() => press(row)} />`)}
		</ul>
		${!rows.length && html`<p class="muted tree-none">${words.noDispositions}</p>`}
	</div>`;
}
