import { text } from '../../core/text.js';
import { html, signal } from '../../vendor/ui.js';
import { IconButton } from './button.js';
import { Icon } from './icon.js';

const SHOWN_MS = 6_000;
const WITH_ACTION_MS = 12_000;
const AT_MOST = 3;

/** @typedef {{text: string, tone?: 'ready' | 'danger' | 'hold' | 'offline', action?: {label: string, run: () => void}}} Toast */

/** @type {Record<string, string>} */
const ICONS = { ready: 'circle-check', danger: 'triangle-alert', hold: 'clock', offline: 'circle-alert' };

/** @type {import('../../vendor/ui.js').Signal<(Toast & {id: number})[]>} */
const shown = signal(/** @type {any[]} */ ([]));
/** @type {Map<number, any>} */
const timers = new Map();
let lastId = 0;

function take(/** @type {number} */ id) {
	clearTimeout(timers.get(id));
	timers.delete(id);
	shown.value = shown.value.filter((t) => t.id !== id);
}

// A failure stays until it is read: only the person takes it away.
function keep(/** @type {Toast} */ { tone, action }, /** @type {number} */ id) {
	if (tone !== 'danger') timers.set(id, setTimeout(take, action ? WITH_ACTION_MS : SHOWN_MS, id));
}

/** Says in passing what has happened, with one thing to do about it at most; the result takes it away. */
export function toast(/** @type {Toast} */ what) {
	const id = ++lastId;
	shown.value = [...shown.value.slice(1 - AT_MOST), { tone: 'offline', ...what, id }];
	keep(what, id);
	return () => take(id);
}

const hold = () => timers.forEach((timer) => clearTimeout(timer));
const goOn = () => shown.value.forEach((t) => keep(t, t.id));

/** Where they stand; drawn once. */
export function Toasts() {
	return html`<div class="toasts" role="status" data-testid="toasts" onPointerEnter=${hold} onPointerLeave=${goOn} onFocusIn=${hold} onFocusOut=${goOn}>
		${shown.value.map((t) => html`<div key=${t.id} class=${`toast tone-${t.tone}`}>
			<${Icon} name=${ICONS[t.tone ?? 'offline']} /><p>${t.text}</p>
			${t.action && html`<button type="button" class="button small" onClick=${() => { take(t.id); t.action?.run(); }}>${t.action.label}</button>`}
			<${IconButton} label=${text.common.dismiss} icon="x" onClick=${() => take(t.id)} />
		</div>`)}
	</div>`;
}
