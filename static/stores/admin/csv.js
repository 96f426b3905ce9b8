// A file of lines and cells, as spreadsheets write it: quotes, quotes within quotes, lines within quotes.

/** @typedef {{line: number, cells: string[]}} Line line: where it begins in the file, from 1 */

const SEPARATORS = [',', ';', '\t'];

/** What most of the first line's cells are parted by. */
function separatorOf(/** @type {string} */ content) {
	const [first = ''] = content.split('\n', 1);
	return SEPARATORS.reduce((best, s) => (first.split(s).length > first.split(best).length ? s : best));
}

/** Whether the text ends within a quoted cell. */
const isOpen = (/** @type {string} */ text) => (text.match(/"/g)?.length ?? 0) % 2 === 1;
const bare = (/** @type {string} */ quoted) => (/^\s*".*"\s*$/s.test(quoted) ? quoted.trim().slice(1, -1).replaceAll('""', '"') : quoted).trim();

/** Joins pieces again that were parted within quotes. */
function joined(/** @type {string[]} */ pieces, /** @type {string} */ glue) {
	/** @type {string[]} */
	const whole = [];
	let open = false;
	for (const piece of pieces) {
		if (open) whole[whole.length - 1] += glue + piece;
		else whole.push(piece);
		open = isOpen(whole[whole.length - 1]);
	}
	return whole;
}

/** @returns {Line[]} the lines that are not empty */
export function readCsv(/** @type {string} */ content) {
	const text = content.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
	const separator = separatorOf(text);
	let line = 1;
	const lines = [];
	for (const row of joined(text.split('\n'), '\n')) {
		lines.push({ line, cells: joined(row.split(separator), separator).map(bare) });
		line += row.split('\n').length;
	}
	return lines.filter((l) => l.cells.some(Boolean));
}

/** A cell that no spreadsheet takes for a formula. */
function cell(/** @type {string} */ value) {
	const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const writeCsv = (/** @type {string[][]} */ rows) => rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
