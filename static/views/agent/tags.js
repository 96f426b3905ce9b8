// Tags as chips that can be taken off, and a field for another one.
import { text } from '../../core/text.js';
import { html, useSignal } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

const words = text.work;
const MOST = 40;

/** The server's normal form: small letters, single spaces. */
const normal = (/** @type {string} */ tag) => tag.trim().replace(/\s+/g, ' ').toLowerCase().slice(0, MOST);

/**
 * @param {{tags: string[], onChange: (tags: string[]) => void, label?: string, testid?: string, disabled?: boolean}} props
 */
export function Tags({ tags, onChange, label = words.tags, testid, disabled = false }) {
	const typed = useSignal('');
	const add = () => {
		const tag = normal(typed.value);
		typed.value = '';
		if (tag && !tags.includes(tag)) onChange([...tags, tag]);
	};
	const pressed = (/** @type {KeyboardEvent} */ event) => {
		if (event.isComposing || event.ctrlKey || event.metaKey) return;
		if (event.key === 'Enter' || event.key === ',') {
			event.preventDefault();
			add();
		} else if (event.key === 'Backspace' && !typed.value && tags.length) {
			onChange(tags.slice(0, -1));
		}
	};
	return html`<ul class="tags" aria-label=${label} data-testid=${testid}>
		${tags.map((tag) => html`<li key=${tag} class="tag">${tag}<button type="button" class="tag-off" disabled=${disabled} aria-label=${words.removeTag(tag)} title=${words.removeTag(tag)}
			onClick=${() => onChange(tags.filter((t) => t !== tag))}><${Icon} name="x" size=${12} /></button></li>`)}
		<li><input class="tag-new" aria-label=${`${label}: ${words.newTag}`} placeholder=${words.addTag} maxlength=${MOST} value=${typed.value} disabled=${disabled}
			onInput=${(/** @type {any} */ e) => { typed.value = e.target.value; }} onKeyDown=${pressed} onBlur=${add} /></li>
	</ul>`;
}
