// The search everywhere: contacts, colleagues, queues and everything that can be done here.
import { bindAction, shownKey, withKey } from '../core/keys.js';
import { text } from '../core/text.js';
import { foundContacts, searchContacts } from '../stores/palette.js';
import { html, signal, useEffect, useId, useRef, useSignal } from '../vendor/ui.js';
import { paletteGroups } from './palette-rows.js';
import { Dialog } from './parts/dialog.js';
import { Icon } from './parts/icon.js';
import { Keys } from './parts/keys.js';
import { StateMark } from './parts/state.js';

const words = text.work;

const open = signal(false);
export const openPalette = () => { open.value = true; };
const close = () => { open.value = false; };

/** The way in for the mouse. */
export function PaletteButton() {
	return html`<button type="button" class="palette-open" data-testid="open-search" title=${withKey(words.search, 'search')} aria-keyshortcuts=${shownKey('search').replace('Ctrl', 'Control') || undefined} onClick=${openPalette}>
		<${Icon} name="search" /><span>${words.search}</span><kbd aria-hidden="true">${shownKey('search')}</kbd></button>`;
}

function Item({ row, id, active, onPoint, onPress }) {
	const element = useRef(/** @type {HTMLElement | null} */ (null));
	useEffect(() => { if (active) element.current?.scrollIntoView({ block: 'nearest' }); }, [active]);
	return html`<div ref=${element} id=${id} role="option" class=${`palette-item ${active ? 'is-active' : ''}`} aria-selected=${String(active)} aria-disabled=${row.run ? undefined : 'true'} data-row=${row.id}
		onPointerMove=${onPoint} onClick=${onPress}>
		<${Icon} name=${row.icon} /><span class="palette-words"><span>${row.label}</span>${row.detail && html`<span class="muted">${row.detail}</span>`}</span>
		<span class="palette-end">${row.state && html`<${StateMark} state=${row.state} />`}${row.key && html`<${Keys} of=${row.key} />`}</span>
	</div>`;
}

/** @type {Record<string, (n: number, at: number) => number>} */
const MOVES = {
	ArrowDown: (n, at) => (at + 1) % n,
	ArrowUp: (n, at) => (at - 1 + n) % n,
	PageDown: (n, at) => Math.min(n - 1, at + 6),
	PageUp: (_, at) => Math.max(0, at - 6),
};

function note(/** @type {number} */ found) {
	const { state, problem } = foundContacts.value;
	if (state === 'failed') return words.searchFailed(problem);
	if (state === 'searching') return words.searching;
	return found ? '' : words.nothingFound;
}

function Search() {
	const typed = useSignal('');
	const chosen = useSignal('');
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const id = useId();
	useEffect(() => {
		searchContacts('');
		field.current?.focus();
	}, []);
	const groups = paletteGroups(typed.value);
	const rows = groups.flatMap((g) => g.rows);
	const at = Math.max(0, rows.findIndex((r) => r.id === chosen.value));
	const press = (/** @type {import('./palette-rows.js').Row | undefined} */ row, shift = false) => {
		const run = (shift && row?.call) || row?.run;
		if (!run) return;
		close();
		// Once the dialog is gone and the focus is back: what is run may move it.
		setTimeout(run);
	};
	const pressed = (/** @type {KeyboardEvent} */ event) => {
		if (event.isComposing) return;
		if (event.key === 'Enter') press(rows[at], event.shiftKey);
		else if (MOVES[event.key] && rows.length) chosen.value = rows[MOVES[event.key](rows.length, at)].id;
		else return;
		event.preventDefault();
	};
	const type = (/** @type {any} */ event) => {
		typed.value = event.target.value;
		chosen.value = '';
		searchContacts(typed.value);
	};
	const optionId = (/** @type {string} */ row) => `${id}-${row.replace(/\W/g, '-')}`;
	return html`<div class="palette">
		<div class="search"><${Icon} name="search" /><input ref=${field} class="input" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls=${`${id}-list`} aria-label=${words.searchHint} placeholder=${words.searchHint}
			aria-activedescendant=${rows[at] ? optionId(rows[at].id) : undefined} data-testid="search-field" autofocus autocomplete="off" spellcheck=${false} value=${typed.value} onInput=${type} onKeyDown=${pressed} /></div>
		<div class="palette-list" role="listbox" id=${`${id}-list`} aria-label=${words.search} tabIndex=${-1}>
			${groups.map((g) => html`<div key=${g.id} class="palette-group" role="group" aria-label=${g.label} data-group=${g.id}><p class="label" aria-hidden="true">${g.label}</p>
				${g.rows.map((row) => html`<${Item} key=${row.id} row=${row} id=${optionId(row.id)} active=${row.id === rows[at]?.id} onPoint=${() => { chosen.value = row.id; }} onPress=${(/** @type {MouseEvent} */ e) => press(row, e.shiftKey)} />`)}</div>`)}
		</div>
		<p class="palette-note" role="status">${note(rows.length) || (rows[at]?.call ? words.showOrCall : '')}</p>
	</div>`;
}

export function Palette() {
	useEffect(() => bindAction('search', openPalette), []);
	if (!open.value) return null;
	return html`<${Dialog} title=${words.search} onClose=${close} testid="palette" wide><${Search} /><//>`;
}
