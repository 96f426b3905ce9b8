/** Texts of the room "sign-in": the door, and what stands there while it is shut. */
export const signIn = {
	title: 'Sign in',
	lead: 'to your desk on this floor',
	extension: 'Extension',
	password: 'Password',
	submit: 'Sign in',
	busy: 'Signing in…',
	extensionWrong: 'Your extension is a number of 3 to 8 digits.',
	passwordMissing: 'Enter your password.',
	refused: 'Extension or password is wrong.',
	tooMany: (/** @type {number} */ seconds) => `Too many attempts. Try again in ${seconds} seconds.`,
	about: 'About Cordboard',
	claim: ['The whole floor,', 'on one board.'],
	promises: {
		phone: 'Your phone is this page: nothing to install.',
		state: 'Every state you see is the exchange’s own, as it happens.',
		keys: 'Every action has a key. Press ? to see them.',
	},
	unreachableTitle: 'Not reachable',
	unreachable: 'The server cannot be reached',
	unreachableHelp: 'Nothing on this page can be trusted until it answers. Check your network; if others have the same trouble, tell your administrator.',
};
