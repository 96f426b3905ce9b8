/** Texts of the room "settings". */
export const settings = {
	title: 'Settings',
	sections: { look: 'Appearance', devices: 'Sound and devices', alerts: 'Sounds and notices', keys: 'Keys', sessions: 'Sessions' },
	theme: 'Theme',
	themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
	notKept: (/** @type {string} */ why) => `Not kept yet, trying again: ${why}`,
};
