// The board: the floor in one line, its queues, who waits, every agent.
import { setTitle } from '../../core/title.js';
import { LINK_STATES } from '../../core/states.js';
import { known, waiting } from '../../stores/floor.js';
import { link, reconnect } from '../../stores/live.js';
import { queueName } from '../../stores/directory.js';
import { figures, loadFigures } from '../../stores/figures.js';
import { html, useSignalEffect } from '../../vendor/ui.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';
import { AgentGrid } from './agent-grid.js';
import { FloorLine } from './floor-line.js';
import { QueueTiles } from './queue-tiles.js';
import { WaitingList } from './waiting-list.js';

function useBoardTitle() {
	useSignalEffect(() => {
		const names = [...new Set(waiting.value.map((caller) => queueName(caller.queue)))];
		setTitle(names.length ? `● ${waiting.value.length} waiting · ${names.join(', ')}` : 'Board');
	});
}

/** Old figures are not passed off as the floor: they are grey, and their age is said. */
function StaleNotice() {
	const { state, since } = link.value;
	if (state === 'live' || !known.value) return null;
	return html`<div class="notice tone-hold" role="status" data-testid="stale">
		<${Icon} name=${LINK_STATES[state].icon} />
		<p><strong>${LINK_STATES[state].word}.</strong> What you see is <${Since} from=${since} /> old.</p>
		<button class="button small" onClick=${reconnect}>Reconnect now</button>
	</div>`;
}

function Loading() {
	return html`<div class="board-loading"><p class="hidden">The board is loading.</p><${Skeleton} lines=${2} /><${Skeleton} lines=${4} /><${Skeleton} lines=${6} /></div>`;
}

export function ManagerPage() {
	useBoardTitle();
	if (!known.value) return html`<main class="board" aria-busy="true"><h1 class="hidden">Board</h1><${Loading} /></main>`;
	return html`<main class=${`board ${link.value.state === 'live' ? '' : 'is-stale'}`}>
		<h1 class="hidden">Board</h1>
		<${StaleNotice} />
		${figures.value.state === 'failed' && html`<${Failure} text=${`Today’s figures are not current. ${figures.value.problem}`} retry=${loadFigures} />`}
		<${FloorLine} />
		<div class="board-middle"><${QueueTiles} /><${WaitingList} /></div>
		<${AgentGrid} />
	</main>`;
}
