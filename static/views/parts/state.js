import { html } from '../../vendor/ui.js';
import { Icon } from './icon.js';

/** A state as a word, a shape and a colour. @param {{state: import('../../core/states.js').State, children?: any, title?: string}} props */
export function StateMark({ state, children, title }) {
	return html`<span class=${`state tone-${state.tone}`} title=${title}>
		<${Icon} name=${state.icon} size=${14} /><span class="word">${state.word}</span>${children}
	</span>`;
}
