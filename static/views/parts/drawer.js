import { text } from '../../core/text.js';
import { html, useEffect, useId, useRef } from '../../vendor/ui.js';
import { IconButton } from './button.js';

/**
 * A sheet at the right side; the page beside it goes on. Escape within it closes it.
 * @param {{title: string, onClose: () => void, children?: any, testid?: string}} props
 */
export function Drawer({ title, onClose, children, testid }) {
	const heading = useRef(/** @type {HTMLElement | null} */ (null));
	const id = useId();
	useEffect(() => {
		const before = document.activeElement;
		heading.current?.focus();
		return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
	}, []);
	const escape = (/** @type {KeyboardEvent} */ event) => {
		if (event.key !== 'Escape' || event.defaultPrevented) return;
		event.preventDefault();
		onClose();
	};
	return html`<section class="drawer" role="dialog" aria-labelledby=${id} data-testid=${testid} onKeyDown=${escape}>
		<header class="dialog-head"><h2 id=${id} ref=${heading} tabIndex=${-1}>${title}</h2><${IconButton} label=${text.common.close} icon="x" onClick=${onClose} /></header>
		<div class="drawer-body">${children}</div>
	</section>`;
}
