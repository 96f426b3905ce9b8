// A password to hand over: easy to read aloud and to type, hard to guess.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP = 4;

/** A random letter, each as likely as the next. */
function letter() {
	const limit = 256 - (256 % LETTERS.length);
	const byte = new Uint8Array(1);
	do crypto.getRandomValues(byte); while (byte[0] >= limit);
	return LETTERS[byte[0] % LETTERS.length];
}

export const generatePassword = () => Array.from({ length: GROUPS }, () => Array.from({ length: GROUP }, letter).join('')).join('-');
