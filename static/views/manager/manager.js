// The board: the floor in one line, its queues, who waits, every agent.
import { LINK_STATES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { setTitle } from '../../core/title.js';
import { alarmed, followAlerts } from '../../stores/alerts.js';
import { personName, queueName } from '../../stores/directory.js';
import { close } from '../../stores/drill.js';
import { figures, followRecent, loadFigures } from '../../stores/figures.js';
import { known, waiting } from '../../stores/floor.js';
import { link, reconnect } from '../../stores/live.js';
import { followRoster } from '../../stores/roster.js';
import { html, useEffect, useSignalEffect } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';
import { toast } from '../parts/toast.js';
import { AgentGrid, density } from './agent-grid.js';
import { openAgent } from './agent-tile.js';
import { DrillDrawer } from './drill-drawer.js';
import { FloorLine } from './floor-line.js';
import { Thresholds } from './queue-thresholds.js';
import { QueueTiles } from './queue-tiles.js';
import { WaitingList } from './waiting-list.js';
import { Wallboards } from './wallboard-links.js';

const words = text.board;
const namesOf = (/** @type {string[]} */ queues) => [...new Set(queues)].map(queueName).join(', ');

function useBoardTitle() {
	useSignalEffect(() => {
		if (waiting.value.length) setTitle(words.waitingTitle(waiting.value.length, namesOf(waiting.value.map((c) => c.queue))));
		else setTitle(alarmed.value.length ? words.alertTitle(namesOf(alarmed.value)) : words.title);
	});
}

const sayHelp = (/** @type {string} */ extension) =>
	toast({ text: words.agents.helpAsked(personName(extension)), tone: 'danger', action: { label: words.agents.show, run: () => openAgent(extension) } });

/** What the board needs to be kept up to date for as long as it is open. */
function useBoard() {
	useEffect(() => {
		const stops = [followRoster(), followAlerts(sayHelp), followRecent(), close];
		return () => stops.forEach((stop) => stop());
	}, []);
}

/** Old figures are not passed off as the floor: they are grey, and their age is said. */
function StaleNotice() {
	const { state, since } = link.value;
	if (state === 'live' || !known.value) return null;
	return html`<div class="notice tone-hold" role="status" data-testid="stale">
		<${Icon} name=${LINK_STATES[state].icon} />
		<p><strong>${LINK_STATES[state].word}.</strong> ${words.staleAge} <${Since} from=${since} /> ${words.staleOld}</p>
		<${Button} label=${words.reconnect} size="small" onClick=${reconnect} />
	</div>`;
}

function Loading() {
	return html`<div class="board-loading"><p class="hidden">${words.loading}</p><${Skeleton} lines=${2} /><${Skeleton} lines=${4} /><${Skeleton} lines=${6} /></div>`;
}

export function ManagerPage() {
	useBoardTitle();
	useBoard();
	if (!known.value) return html`<main class="board" aria-busy="true"><h1 class="hidden">${words.title}</h1><${Loading} /></main>`;
	return html`<main class=${`board ${density.value.crowded ? 'is-full' : ''}`} data-stale=${link.value.state === 'live' ? undefined : 'true'}>
		<h1 class="hidden">${words.title}</h1>
		<${StaleNotice} />
		${figures.value.state === 'failed' && html`<${Failure} text=${words.figuresOld(figures.value.problem)} retry=${loadFigures} />`}
		<${FloorLine} />
		<div class="board-middle"><${QueueTiles} /><${WaitingList} /></div>
		<${AgentGrid} />
		<${DrillDrawer} /><${Thresholds} /><${Wallboards} />
	</main>`;
}
