// The whole floor in one line. Live counts come from the feed, today's from the reports' own SQL.
import { count, duration, share } from '../../core/format.js';
import { now } from '../../core/clock.js';
import { AGENT_STATES } from '../../core/states.js';
import { figures } from '../../stores/figures.js';
import { stateCounts, waiting } from '../../stores/floor.js';
import { html } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

const today = (/** @type {string} */ key) => figures.value.floor?.[key];
const inState = (/** @type {string[]} */ ...states) => states.reduce((sum, s) => sum + (stateCounts.value[s] ?? 0), 0);

function longestWait() {
	const oldest = waiting.value[0];
	return duration(oldest ? now.value - Date.parse(oldest.joinedAt) : 0);
}

const FIGURES = [
	{ id: 'waiting', label: 'Waiting', of: () => count(waiting.value.length), hot: () => waiting.value.length > 0 },
	{ id: 'longest-wait', label: 'Longest wait', of: longestWait },
	{ id: 'service-level', label: 'Service level', of: () => share(today('serviceLevel')), today: true },
	{ id: 'answered', label: 'Answered', of: () => count(today('answered')), today: true },
	{ id: 'abandoned', label: 'Abandoned', of: () => count(today('abandoned')), today: true },
];

const AGENTS = [
	{ id: 'ready', label: 'Ready', state: AGENT_STATES.AVAILABLE, of: () => inState('AVAILABLE') },
	{ id: 'ringing', label: 'Ringing', state: AGENT_STATES.RINGING, of: () => inState('RINGING') },
	{ id: 'talking', label: 'Talking', state: AGENT_STATES.ON_CALL, of: () => inState('ON_CALL') },
	{ id: 'wrap-up', label: 'Wrap-up', state: AGENT_STATES.WRAP_UP, of: () => inState('WRAP_UP') },
	{ id: 'away', label: 'Away', state: AGENT_STATES.AWAY, of: () => inState('AWAY', 'BUSY') },
];

function Figure({ figure }) {
	const tone = figure.state?.tone ?? 'ringing';
	return html`<div class=${`figure tone-${tone} ${figure.hot?.() ? 'is-hot' : ''}`}>
		<dt>${figure.state && html`<${Icon} name=${figure.state.icon} size=${14} />`}${figure.label}</dt>
		<dd data-testid=${`floor-${figure.id}`}>${figure.of()}</dd>
		<dd class="figure-note">${figure.today ? 'today' : 'now'}</dd>
	</div>`;
}

export function FloorLine() {
	return html`<section class="floor" aria-label="The floor now">
		<dl class="figures">${FIGURES.map((f) => html`<${Figure} key=${f.id} figure=${f} />`)}</dl>
		<dl class="figures figures-agents">${AGENTS.map((f) => html`<${Figure} key=${f.id} figure=${f} />`)}</dl>
	</section>`;
}
