// How the pages look.
import { pref, setPref } from '../../core/preferences.js';
import { text } from '../../core/text.js';
import { html, useId } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

const THEMES = [
	{ value: 'system', icon: 'monitor' },
	{ value: 'light', icon: 'sun' },
	{ value: 'dark', icon: 'moon' },
];

export function LookSection() {
	const name = useId();
	return html`<fieldset class="choices"><legend>${text.settings.theme}</legend>
		${THEMES.map(({ value, icon }) => html`<label key=${value} class="choice">
			<input type="radio" name=${name} value=${value} checked=${pref('theme') === value} onChange=${() => setPref('theme', value)} />
			<${Icon} name=${icon} size=${20} /><span>${text.settings.themes[value]}</span>
		</label>`)}
	</fieldset>`;
}
