// The arrows in the grid of agents: it is one stop for Tab, and each tile is reached from its neighbours.

const tilesOf = (/** @type {Element} */ grid) => /** @type {HTMLElement[]} */ ([...grid.querySelectorAll('.agent-tile')]);

/** The nearest tile in the next row up or down, by where it stands. */
function vertical(/** @type {HTMLElement[]} */ tiles, /** @type {number} */ at, /** @type {1 | -1} */ way) {
	const here = tiles[at].getBoundingClientRect();
	/** @type {number | null} */
	let row = null;
	let best = at;
	for (let i = at + way; i >= 0 && i < tiles.length; i += way) {
		const box = tiles[i].getBoundingClientRect();
		if (Math.abs(box.top - here.top) < here.height / 2) continue;
		if (row !== null && Math.abs(box.top - row) > here.height / 2) break;
		row ??= box.top;
		if (best === at || Math.abs(box.left - here.left) < Math.abs(tiles[best].getBoundingClientRect().left - here.left)) best = i;
	}
	return best;
}

/** @type {Record<string, (tiles: HTMLElement[], at: number) => number>} */
const MOVES = {
	ArrowRight: (tiles, at) => Math.min(at + 1, tiles.length - 1),
	ArrowLeft: (tiles, at) => Math.max(at - 1, 0),
	ArrowDown: (tiles, at) => vertical(tiles, at, 1),
	ArrowUp: (tiles, at) => vertical(tiles, at, -1),
	Home: () => 0,
	End: (tiles) => tiles.length - 1,
};

/** Which tile Tab comes to: the one that had the focus last, or the first. */
export function keepTabStop(/** @type {Element | null} */ grid, /** @type {HTMLElement | null} */ wanted = null) {
	if (!grid) return;
	const before = grid.querySelector('.agent-tile[tabindex="0"]');
	const stop = wanted ?? before ?? grid.querySelector('.agent-tile');
	if (before === stop) return;
	before?.setAttribute('tabindex', '-1');
	stop?.setAttribute('tabindex', '0');
}

export function moveInGrid(/** @type {KeyboardEvent} */ event) {
	const grid = /** @type {Element} */ (event.currentTarget);
	const tile = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest('.agent-tile')) : null;
	const move = MOVES[event.key];
	if (!tile || !move || event.ctrlKey || event.metaKey || event.altKey) return;
	event.preventDefault();
	const tiles = tilesOf(grid);
	const next = tiles[move(tiles, tiles.indexOf(tile))];
	keepTabStop(grid, next);
	next?.focus();
}
