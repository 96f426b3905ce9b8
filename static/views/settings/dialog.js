// The dialog of the settings: what each person chooses for these pages, in force at once.
import { text } from '../../core/text.js';
import { preferencesProblem } from '../../stores/preferences.js';
import { html } from '../../vendor/ui.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { Tabs } from '../parts/tabs.js';
import { openSettings, settingsSection } from './open.js';
import { SECTIONS } from './sections.js';

const close = () => { settingsSection.value = null; };

export function SettingsDialog() {
	return html`<${Dialog} title=${text.settings.title} wide=${true} onClose=${close} testid="settings">
		${preferencesProblem.value && html`<p class="notice tone-danger" role="alert"><${Icon} name="triangle-alert" />${text.settings.notKept(preferencesProblem.value)}</p>`}
		<${Tabs} label=${text.settings.title} side=${true} tabs=${SECTIONS} selected=${settingsSection.value ?? ''} onSelect=${openSettings} />
	<//>`;
}
