// Every text a person reads, in the language of the page. The pages know no other words.
export { en as text } from '../text/en.js';

/** Words that came as a part of a sentence, to stand by themselves. */
export const sentence = (/** @type {string} */ words) => words.charAt(0).toUpperCase() + words.slice(1);
