// Every text a person reads, in the language of the page. The pages know no other words.
export { en as text } from '../text/en.js';
