// Every agent on one screen. Rows keep their place while somebody points at them or is in them: the
// new order waits until they have left.
import { AGENT_STATES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { queueName } from '../../stores/directory.js';
import { arrangement, boardAgents, held } from '../../stores/roster.js';
import { isManager } from '../../stores/session.js';
import { isFiltered, showAll, view } from '../../stores/views.js';
import { computed, html, useEffect, useLayoutEffect, useRef } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { AgentFilters } from './agent-filters.js';
import { keepTabStop, moveInGrid } from './agent-keys.js';
import { AgentTile } from './agent-tile.js';
import { openWallboards } from './wallboard-links.js';

const words = text.board.agents;
/** How dense the tiles stand, by how many there are: the most that keeps them on one screen. */
const DENSITIES = [{ from: 121, look: 'is-dense is-crowded', crowded: true }, { from: 61, look: 'is-dense', crowded: false }, { from: 0, look: '', crowded: false }];

/** @type {{readonly value: {look: string, crowded: boolean}}} */
export const density = computed(() => {
	const tiles = arrangement.value.reduce((sum, g) => sum + g.members.length, 0);
	return DENSITIES.find((d) => tiles >= d.from) ?? DENSITIES[0];
});

/** @type {Record<string, (id: string) => string>} */
const GROUP_LABELS = {
	none: () => '',
	state: (id) => AGENT_STATES[id]?.word ?? id,
	queue: (id) => (id ? queueName(id) : words.noQueue),
};

function GroupOf({ group }) {
	const { look, crowded } = density.value;
	const label = GROUP_LABELS[view.value.group]?.(group.id) ?? '';
	return html`<div class="agent-group" role=${label ? 'group' : undefined} aria-label=${label || undefined}>
		${label && html`<h3>${label}<span class="tag">${group.members.length}</span></h3>`}
		<ul class=${`agents ${look}`}>${group.members.map((/** @type {string} */ extension) => html`<${AgentTile} key=${extension} extension=${extension} group=${group.id} crowded=${crowded} />`)}</ul>
	</div>`;
}

function NoAgents() {
	if (!isFiltered.value) return html`<${Empty} icon="users" title=${words.none} text=${words.noneText} />`;
	return html`<${Empty} icon="users" title=${words.noMatch} text=${words.noMatchText}><${Button} label=${words.reset} onClick=${showAll} /><//>`;
}

/** How many different agents are shown: one in two queues stands in two groups, and counts once. */
const shownCount = () => new Set(arrangement.value.flatMap((g) => g.members)).size;

function Head() {
	return html`<header class="section-head agents-head"><h2>${words.label}</h2>
		<span class="tag" data-testid="agents-shown">${words.shown(shownCount(), boardAgents.value.length)}</span>
		${isFiltered.value && shownCount() > 0 && html`<${Button} label=${words.reset} icon="x" size="small" onClick=${showAll} />`}
		<span class="held-note muted">${held.value && words.held}</span>
		<${AgentFilters} />
		${isManager.value && html`<button type="button" class="button small-field" data-testid="open-wallboards" onClick=${openWallboards}><${Icon} name="tv" /><span>${text.board.wallboards.open}</span></button>`}
	</header>`;
}

export function AgentGrid() {
	const grid = useRef(/** @type {HTMLElement | null} */ (null));
	useLayoutEffect(() => keepTabStop(grid.current), [arrangement.value]);
	useEffect(() => () => { held.value = false; }, []);
	const keep = () => { held.value = true; };
	const release = () => { held.value = Boolean(grid.current?.matches(':hover, :focus-within')); };
	const left = (/** @type {FocusEvent} */ e) => { if (!grid.current?.contains(/** @type {Node | null} */ (e.relatedTarget))) release(); };
	return html`<section class="agents-section" aria-label=${words.label}>
		<${Head} />
		<div class="agent-groups" ref=${grid} onKeyDown=${moveInGrid} onPointerEnter=${keep} onPointerLeave=${() => setTimeout(release)}
			onFocusIn=${(/** @type {FocusEvent} */ e) => { keep(); keepTabStop(grid.current, /** @type {HTMLElement} */ (e.target).closest('.agent-tile')); }}
			onFocusOut=${(/** @type {FocusEvent} */ e) => setTimeout(left, 0, e)}>
			${arrangement.value.length ? arrangement.value.map((group) => html`<${GroupOf} key=${group.id} group=${group} />`) : html`<${NoAgents} />`}
		</div>
	</section>`;
}
