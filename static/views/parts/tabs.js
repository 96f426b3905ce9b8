import { html, useEffect, useId, useRef } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** @typedef {{id: string, label: string, icon?: string, badge?: string | number, view?: any, testid?: string}} Tab */

/** @type {Record<string, (n: number, at: number) => number>} */
const MOVES = {
	ArrowRight: (n, at) => (at + 1) % n,
	ArrowLeft: (n, at) => (at - 1 + n) % n,
	ArrowDown: (n, at) => (at + 1) % n,
	ArrowUp: (n, at) => (at - 1 + n) % n,
	Home: () => 0,
	End: (n) => n - 1,
};

/**
 * Tabs with one panel. Arrows move between them, and what they reach is shown.
 * @param {{label: string, tabs: Tab[], selected: string, onSelect: (id: string) => void, side?: boolean, testid?: string}} props
 * side: the tabs stand beside the panel where there is room
 */
export function Tabs({ label, tabs, selected, onSelect, side = false, testid }) {
	const list = useRef(/** @type {HTMLElement | null} */ (null));
	const id = useId();
	const current = tabs.find((tab) => tab.id === selected) ?? tabs[0];
	// Where the tabs do not fit beside each other, the chosen one is in sight.
	useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [selected]);
	const move = (/** @type {KeyboardEvent} */ event) => {
		const to = MOVES[event.key]?.(tabs.length, tabs.indexOf(current));
		if (to === undefined) return;
		event.preventDefault();
		onSelect(tabs[to].id);
		/** @type {HTMLElement | undefined} */ (list.current?.children[to])?.focus();
	};
	return html`<div class=${`tabbed ${side ? 'side' : ''}`} data-testid=${testid}>
		<div class="tab-list" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
			${tabs.map((tab) => html`<button key=${tab.id} type="button" role="tab" class="tab-button" id=${`${id}-${tab.id}`} aria-selected=${tab === current}
				aria-controls=${tab === current ? `${id}-panel` : undefined} tabIndex=${tab === current ? 0 : -1} data-testid=${tab.testid} onClick=${() => onSelect(tab.id)}>
				${tab.icon && html`<${Icon} name=${tab.icon} />`}<span>${tab.label}</span>${tab.badge !== undefined && tab.badge !== '' && html`<span class="badge">${tab.badge}</span>`}
			</button>`)}
		</div>
		<div class="tab-panel" role="tabpanel" id=${`${id}-panel`} aria-labelledby=${`${id}-${current?.id}`} tabIndex=${0}>${current?.view && html`<${current.view} key=${current.id} />`}</div>
	</div>`;
}
