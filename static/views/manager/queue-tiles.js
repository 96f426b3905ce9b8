// One tile a queue: who waits now, how the day goes, what its agents do.
import { count, share } from '../../core/format.js';
import { AGENT_STATES } from '../../core/states.js';
import { people, queueInfo, queueName } from '../../stores/directory.js';
import { figures } from '../../stores/figures.js';
import { agents, boardState, queues } from '../../stores/floor.js';
import { html } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';

const TARGET = 0.8;
const BAR_ORDER = ['AVAILABLE', 'RINGING', 'ON_CALL', 'WRAP_UP', 'BUSY', 'AWAY', 'OFFLINE'];

/** How many members of a queue are in each state, in the order of the bar. */
function memberStates(/** @type {string} */ name) {
	/** @type {Record<string, number>} */
	const counts = {};
	for (const person of people.value.values()) {
		if (!person.queues?.includes(name)) continue;
		const agent = agents.value.get(person.extension)?.value;
		const state = agent ? boardState(agent) : 'OFFLINE';
		counts[state] = (counts[state] ?? 0) + 1;
	}
	return BAR_ORDER.filter((s) => counts[s]).map((s) => ({ state: s, n: counts[s] }));
}

function StateBar({ name }) {
	const parts = memberStates(name);
	const words = parts.map(({ state, n }) => `${n} ${AGENT_STATES[state].word}`).join(', ');
	return html`<div class="state-bar">
		<div class="bar" role="img" aria-label=${words ? `Agents: ${words}` : 'No agents'}>${parts.map(({ state, n }) => html`<i key=${state} class=${`tone-${AGENT_STATES[state].tone}`} style=${{ flexGrow: n }}></i>`)}</div>
		<ul aria-hidden="true">${parts.map(({ state, n }) => html`<li key=${state} class=${`tone-${AGENT_STATES[state].tone}`} title=${AGENT_STATES[state].word}><${Icon} name=${AGENT_STATES[state].icon} size=${12} />${n}</li>`)}</ul>
	</div>`;
}

function ServiceLevel({ value, seconds }) {
	const known = value !== null && value !== undefined;
	const level = known ? (value >= TARGET ? 'ready' : 'away') : 'offline';
	const text = share(value);
	return html`<div class=${`service-level tone-${level}`}>
		<p><span class="muted">Service level${seconds ? ` in ${seconds} s` : ''}</span><strong>${level === 'away' && html`<${Icon} name="triangle-alert" size=${14} label="Below target" />`}${text}</strong></p>
		<div class="level-bar" role="img" aria-label=${`Service level ${text}, target ${share(TARGET)}`}><i style=${{ inlineSize: `${known ? value * 100 : 0}%` }}></i><b style=${{ insetInlineStart: `${TARGET * 100}%` }} title=${`Target ${share(TARGET)}`}></b></div>
	</div>`;
}

const DAY = [
	{ key: 'offered', label: 'Offered' },
	{ key: 'answered', label: 'Answered' },
	{ key: 'abandoned', label: 'Abandoned' },
];

function QueueTile({ name }) {
	const callers = queues.value.get(name)?.value.waiting ?? [];
	const day = figures.value.queues.get(name) ?? {};
	const oldest = callers.reduce((first, c) => (!first || c.joinedAt < first ? c.joinedAt : first), '');
	return html`<article class=${`card queue-tile ${callers.length ? 'has-waiting' : ''}`} data-testid=${`queue-${name}`}>
		<header><h2>${queueName(name)}</h2>${callers.length > 0 && html`<span class="tag tone-ringing"><${Icon} name="clock" size=${12} />oldest <${Since} from=${oldest} /></span>`}</header>
		<div class="queue-now"><strong data-testid=${`queue-${name}-waiting`}>${callers.length}</strong><span class="muted">waiting now</span></div>
		<${ServiceLevel} value=${day.serviceLevel} seconds=${day.serviceLevelMs ? day.serviceLevelMs / 1000 : null} />
		<dl class="queue-day">${DAY.map((d) => html`<div key=${d.key}><dt>${d.label}</dt><dd>${count(day[d.key])}</dd></div>`)}</dl>
		<${StateBar} name=${name} />
	</article>`;
}

export function QueueTiles() {
	const names = [...new Set([...queueInfo.value.keys(), ...queues.value.keys()])].sort();
	if (!names.length) return html`<${Empty} icon="inbox" title="No queues yet" text="As soon as a queue exists, its callers and figures appear here." />`;
	return html`<section class="queue-tiles" aria-label="Queues">${names.map((name) => html`<${QueueTile} key=${name} name=${name} />`)}</section>`;
}
