import { text } from '../../core/text.js';
import { html, useId, useLayoutEffect, useRef } from '../../vendor/ui.js';
import { IconButton } from './button.js';

/**
 * A modal dialog for as long as it is drawn. Escape and the cross ask to close it; the focus goes
 * back to where it was.
 * @param {{title: string, onClose: () => void, children?: any, footer?: any, wide?: boolean, testid?: string}} props
 */
export function Dialog({ title, onClose, children, footer, wide = false, testid }) {
	const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
	const id = useId();
	useLayoutEffect(() => {
		const before = document.activeElement;
		const element = dialog.current;
		element?.showModal();
		return () => {
			element?.close();
			if (before instanceof HTMLElement && before.isConnected) before.focus();
		};
	}, []);
	// The page decides whether it closes, by not drawing it any more.
	const cancel = (/** @type {Event} */ event) => {
		if (event.target !== dialog.current) return;
		event.preventDefault();
		onClose();
	};
	return html`<dialog ref=${dialog} class=${`dialog ${wide ? 'wide' : ''}`} data-testid=${testid} aria-labelledby=${id} onCancel=${cancel}>
		<header class="dialog-head"><h2 id=${id}>${title}</h2><${IconButton} label=${text.common.close} icon="x" onClick=${onClose} /></header>
		<div class="dialog-body">${children}</div>
		${footer && html`<footer class="dialog-foot">${footer}</footer>`}
	</dialog>`;
}
