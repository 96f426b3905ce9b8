// The settings are fetched when they are opened first.
import { bindAction } from '../../core/keys.js';
import { html, useEffect } from '../../vendor/ui.js';
import { lazy } from '../parts/lazy.js';
import { openSettings, settingsSection } from './open.js';

const SettingsDialog = lazy(() => import('./dialog.js').then((m) => m.SettingsDialog), () => null);

export function Settings() {
	useEffect(() => bindAction('settings', () => openSettings()), []);
	return settingsSection.value === null ? null : html`<${SettingsDialog} />`;
}
