import { html, useEffect, useId, useRef, useSignal } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** @typedef {{label: string, icon?: string, run: () => void, disabled?: boolean, danger?: boolean, testid?: string, checked?: boolean}} MenuItem */

/** @type {Record<string, (n: number, at: number) => number>} */
const MOVES = {
	ArrowDown: (n, at) => (at + 1) % n,
	ArrowUp: (n, at) => (at - 1 + n) % n,
	Home: () => 0,
	End: (n) => n - 1,
};

const itemsOf = (/** @type {HTMLElement | null} */ menu) =>
	/** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll('[role^="menuitem"]:not(:disabled)') ?? [])]);

function moveFocus(/** @type {KeyboardEvent} */ event, /** @type {HTMLElement | null} */ menu) {
	const items = itemsOf(menu);
	const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
	const byLetter = event.key.length === 1
		? items.findIndex((item) => item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase())) : -1;
	const to = MOVES[event.key]?.(items.length, at) ?? byLetter;
	if (to < 0 || !items[to]) return;
	event.preventDefault();
	event.stopPropagation();
	items[to].focus();
}

const GAP = 4;

/** Puts the menu under its button, above where there is no room, and never past an edge. */
function place(/** @type {HTMLElement} */ menu, /** @type {HTMLElement} */ button) {
	const b = button.getBoundingClientRect();
	const m = menu.getBoundingClientRect();
	const below = b.bottom + GAP + m.height <= innerHeight;
	const left = Math.min(Math.max(GAP, b.right - m.width), innerWidth - m.width - GAP);
	menu.style.setProperty('inset-inline-start', `${Math.round(left)}px`);
	menu.style.setProperty('inset-block-start', `${Math.round(below ? b.bottom + GAP : Math.max(GAP, b.top - GAP - m.height))}px`);
}

function Item({ item, close }) {
	const checkable = item.checked !== undefined;
	return html`<button type="button" role=${checkable ? 'menuitemradio' : 'menuitem'} aria-checked=${checkable ? String(item.checked) : undefined} tabIndex=${-1}
		class=${`menu-item ${item.danger ? 'tone-danger' : ''}`} disabled=${item.disabled} data-testid=${item.testid} onClick=${() => { close(); item.run(); }}>
		${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.label}</span>${item.checked && html`<${Icon} name="check" />`}
	</button>`;
}

/**
 * A button that opens a list of acts. children: what the button shows instead of its label.
 * @param {{label: string, icon?: string, items: MenuItem[], testid?: string, children?: any, look?: string, title?: string, head?: any}} props
 */
export function Menu({ label, icon, items, testid, children, look, title = label, head }) {
	const open = useSignal(false);
	const button = useRef(/** @type {HTMLElement | null} */ (null));
	const menu = useRef(/** @type {HTMLElement | null} */ (null));
	const id = useId();
	useEffect(() => {
		const element = menu.current;
		if (!open.value || !element || !button.current) return undefined;
		element.showPopover();
		place(element, button.current);
		itemsOf(element)[0]?.focus();
		// Clicks elsewhere and Escape are the browser's: it closes the popover and says so.
		const toggled = (/** @type {any} */ event) => { if (event.newState === 'closed') open.value = false; };
		const again = () => { if (button.current) place(element, button.current); };
		element.addEventListener('toggle', toggled);
		addEventListener('resize', again);
		return () => {
			element.removeEventListener('toggle', toggled);
			removeEventListener('resize', again);
		};
	}, [open.value]);
	const close = () => {
		open.value = false;
		button.current?.focus();
	};
	const iconOnly = icon && !children;
	return html`<span class="menu-anchor">
		<button type="button" ref=${button} class=${look ?? (iconOnly ? 'icon-button' : 'button')} data-testid=${testid} title=${title} aria-label=${iconOnly ? label : undefined}
			aria-haspopup="menu" aria-expanded=${open.value} aria-controls=${open.value ? id : undefined} onClick=${() => { open.value = !open.value; }}>
			${icon && html`<${Icon} name=${icon} />`}${children ?? (iconOnly ? null : html`<span>${label}</span><${Icon} name="chevron-down" size=${14} />`)}
		</button>
		${open.value && html`<div class="menu" popover="auto" ref=${menu} onKeyDown=${(/** @type {KeyboardEvent} */ e) => (e.key === 'Tab' ? close() : moveFocus(e, menu.current))}>
			${head && html`<div class="menu-head">${head}</div>`}
			<div id=${id} role="menu" aria-label=${label}>${items.map((item) => html`<${Item} key=${item.label} item=${item} close=${close} />`)}</div>
		</div>`}
	</span>`;
}
