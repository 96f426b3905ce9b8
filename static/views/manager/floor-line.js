// The whole floor in one line. Live counts come from the feed, today's from the reports' own SQL;
// each opens the calls or agents behind it.
import { count, share } from '../../core/format.js';
import { AGENT_STATES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { open } from '../../stores/drill.js';
import { figures } from '../../stores/figures.js';
import { waiting } from '../../stores/floor.js';
import { summary } from '../../stores/roster.js';
import { html } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { Age } from './age.js';

const words = text.board.floor;
const today = (/** @type {string} */ key) => figures.value.floor?.[key];
const inState = (/** @type {string[]} */ states) => states.reduce((sum, s) => sum + (summary.value.states[s] ?? 0), 0);
const someWait = () => waiting.value.length > 0;

function LongestWait() {
	const oldest = waiting.value[0]?.joinedAt;
	return oldest ? html`<${Age} from=${oldest} />` : html`<span class="time">0:00</span>`;
}

/** @typedef {{id: string, label: string, of: () => any, open: () => void, today?: boolean, hot?: () => boolean, state?: import('../../core/states.js').State}} Figure */

const visits = (/** @type {string} */ figure) => () => open({ kind: 'visits', figure });

/** @type {Figure[]} */
const CALLS = [
	{ id: 'waiting', label: words.waiting, of: () => count(waiting.value.length), hot: someWait, open: () => open({ kind: 'waiting' }) },
	{ id: 'longest-wait', label: words.longestWait, of: () => html`<${LongestWait} />`, hot: someWait, open: () => open({ kind: 'waiting' }) },
	{ id: 'service-level', label: words.serviceLevel, of: () => share(today('serviceLevel')), today: true, open: visits('serviceLevelOf') },
	{ id: 'answered', label: words.answered, of: () => count(today('answered')), today: true, open: visits('answered') },
	{ id: 'abandoned', label: words.abandoned, of: () => count(today('abandoned')), today: true, open: visits('abandoned') },
];

const AGENTS = [
	{ id: 'ready', label: words.ready, states: ['AVAILABLE'] },
	{ id: 'ringing', label: words.ringing, states: ['RINGING'] },
	{ id: 'talking', label: words.talking, states: ['ON_CALL'] },
	{ id: 'wrap-up', label: words.wrapUp, states: ['WRAP_UP'] },
	{ id: 'away', label: words.away, states: ['AWAY', 'BUSY'] },
].map(({ id, label, states }) => ({
	id, label, state: AGENT_STATES[states[0]], of: () => inState(states), open: () => open({ kind: 'agents', states, title: label }),
}));

function Figure({ figure }) {
	const tone = figure.state?.tone ?? 'ringing';
	const when = figure.today ? words.today : words.now;
	return html`<li><button type="button" class=${`figure tone-${tone} ${figure.hot?.() ? 'is-hot' : ''}`} onClick=${figure.open} data-testid=${`figure-${figure.id}`}>
		<span class="figure-label">${figure.state && html`<${Icon} name=${figure.state.icon} size=${14} />`}${figure.label}</span>
		<span class="figure-value" data-testid=${`floor-${figure.id}`}>${figure.of()}</span>
		<span class="figure-note">${when}</span>
	</button></li>`;
}

export function FloorLine() {
	return html`<section class="floor" aria-label=${words.label}>
		<ul class="figures" aria-label=${words.calls}>${CALLS.map((f) => html`<${Figure} key=${f.id} figure=${f} />`)}</ul>
		<ul class="figures figures-agents" aria-label=${words.agents}>${AGENTS.map((f) => html`<${Figure} key=${f.id} figure=${f} />`)}</ul>
	</section>`;
}
