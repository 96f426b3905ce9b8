import { shownKey, withKey } from '../../core/keys.js';
import { html } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** @type {Record<string, string>} */
const KINDS = { primary: 'primary', positive: 'positive', danger: 'danger', refusal: 'refusal', plain: '' };

/** The key as assistive technology is told of it. */
const ariaKey = (/** @type {string | undefined} */ action) => (action && shownKey(action).replace('Ctrl', 'Control')) || undefined;

/**
 * A button with words. Its key, if it has one, stands in the tooltip; while busy it keeps its place
 * and width and takes no second press.
 * @param {{label: string, icon?: string, kind?: 'primary' | 'positive' | 'danger' | 'refusal' | 'plain', keyFor?: string, busy?: boolean,
 *   disabled?: boolean, onClick?: (event: any) => void, testid?: string, size?: 'small' | 'large', wide?: boolean, title?: string,
 *   type?: 'button' | 'submit', [rest: string]: any}} props
 */
export function Button({ label, icon, kind = 'plain', keyFor, busy = false, disabled = false, onClick, testid, size, wide = false, title, type = 'button', ...rest }) {
	const tip = withKey(title ?? label, keyFor);
	const look = ['button', KINDS[kind], size, wide && 'wide', busy && 'is-busy'].filter(Boolean).join(' ');
	return html`<button type=${type} class=${look} data-testid=${testid} title=${tip === label ? undefined : tip} aria-keyshortcuts=${ariaKey(keyFor)}
		aria-busy=${busy ? 'true' : undefined} disabled=${disabled || busy} onClick=${onClick} ...${rest}>
		${icon && html`<${Icon} name=${icon} />`}<span>${label}</span>
	</button>`;
}

/**
 * A button that is only an icon: its name is in the tooltip and for those who hear it.
 * @param {{label: string, icon: string, keyFor?: string, busy?: boolean, disabled?: boolean, danger?: boolean, onClick?: (event: any) => void,
 *   testid?: string, [rest: string]: any}} props
 */
export function IconButton({ label, icon, keyFor, busy = false, disabled = false, danger = false, onClick, testid, ...rest }) {
	return html`<button type="button" class=${`icon-button ${danger ? 'tone-danger' : ''}`} data-testid=${testid} title=${withKey(label, keyFor)} aria-label=${label}
		aria-keyshortcuts=${ariaKey(keyFor)} disabled=${disabled || busy} onClick=${onClick} ...${rest}><${Icon} name=${icon} /></button>`;
}
