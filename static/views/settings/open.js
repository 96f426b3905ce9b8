// Which section of the settings is open, if any. Apart from the dialog, so that any page can open it.
import { signal } from '../../vendor/ui.js';

/** @type {import('../../vendor/ui.js').Signal<string | null>} */
export const settingsSection = signal(/** @type {string | null} */ (null));

/** Opens the settings at a section: see the table in sections.js. */
export const openSettings = (section = 'look') => { settingsSection.value = section; };
