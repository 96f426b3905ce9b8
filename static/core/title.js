// The title tells the state to whoever looks at another tab.
export function setTitle(/** @type {string} */ text) {
	const title = text ? `${text} — Cordboard` : 'Cordboard';
	if (document.title !== title) document.title = title;
}
