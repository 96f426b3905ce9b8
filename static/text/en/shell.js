/** Texts of the room "shell": the frame of every page. */
export const shell = {
	pages: 'Pages',
	nav: { agent: 'Desktop', manager: 'Board', reports: 'Reports', admin: 'Admin' },
	link: {
		live: 'Connected: what you see is live.',
		stale: 'The live feed is interrupted: what you see is old.',
		waiting: 'Connection lost. Trying again; press to try now.',
		connecting: 'Connecting to the live feed.',
		off: 'Not connected.',
	},
	keysTitle: 'Keys',
	keysHelp: 'Keyboard shortcuts',
	keysOff: 'Single keys are turned off; those with Ctrl still work.',
	keysChange: 'Change keys…',
	account: (/** @type {string} */ name) => `${name}: account and settings`,
	settings: 'Settings…',
	signOut: 'Sign out',
	signOutAfterCall: 'Sign out (after the call)',
	signOutFailed: (/** @type {string} */ why) => `You are still signed in: ${why}`,
};
