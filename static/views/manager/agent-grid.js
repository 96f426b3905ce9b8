// Every agent, dense. A tile listens to its own agent only: two hundred of them cost one redraw a change.
import { phone as phoneText } from '../../core/format.js';
import { AGENT_STATES, agentState } from '../../core/states.js';
import { people, personName, queueName, reasonLabel } from '../../stores/directory.js';
import { agents, boardState, shownState } from '../../stores/floor.js';
import { computed, html, signal } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Since } from '../parts/since.js';
import { StateMark } from '../parts/state.js';

const search = signal('');
const only = signal('');
const order = signal('name');

const RANK = ['RINGING', 'ON_CALL', 'WRAP_UP', 'AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE'];

const byName = (/** @type {any} */ a, /** @type {any} */ b) => personName(a.extension).localeCompare(personName(b.extension));

/** @type {Record<string, {label: string, compare: (a: any, b: any) => number}>} */
const ORDERS = {
	name: { label: 'Name', compare: byName },
	extension: { label: 'Extension', compare: (a, b) => a.extension.localeCompare(b.extension) },
	state: { label: 'State', compare: (a, b) => RANK.indexOf(boardState(a)) - RANK.indexOf(boardState(b)) || byName(a, b) },
	longest: { label: 'Time in state', compare: (a, b) => (a.since ?? '9').localeCompare(b.since ?? '9') },
};

/** Supervisors and managers have a phone too, but are no agents of a queue. */
const isAgent = (/** @type {string} */ extension) => people.value.get(extension)?.role === 'AGENT' || Boolean(people.value.get(extension)?.queues?.length);

const matches = (/** @type {any} */ agent) => {
	const wanted = search.value.trim().toLowerCase();
	const text = `${personName(agent.extension)} ${agent.extension}`.toLowerCase();
	return (!wanted || text.includes(wanted)) && (!only.value || boardState(agent) === only.value);
};

const shown = computed(() => [...agents.value.values()].map((s) => s.value)
	.filter((agent) => isAgent(agent.extension) && matches(agent))
	.sort(ORDERS[order.value].compare)
	.map((agent) => agent.extension)
	.join(' '));

/** What the agent is doing, in one line: the customer, or the reason. */
function doing(/** @type {any} */ agent) {
	const customer = agent.peerName && agent.peerName !== agent.peer ? agent.peerName : agent.peer && phoneText(agent.peer);
	if (agent.ringing || agent.status === 'ON_CALL' || agent.status === 'WRAP_UP') return [customer, queueName(agent.queue)].filter(Boolean).join(' · ');
	if (agent.reason && agent.status !== 'AVAILABLE') return reasonLabel(agent.reason);
	return agent.phone === 'UNREGISTERED' && agent.status !== 'OFFLINE' ? 'Phone not registered' : '';
}

function Tile({ extension }) {
	const agent = agents.value.get(extension)?.value;
	if (!agent) return null;
	const state = agentState(shownState(agent));
	const text = doing(agent);
	return html`<li class=${`agent tone-${state.tone}`} data-testid=${`agent-${extension}`} data-state=${boardState(agent)} title=${text || undefined}>
		<p class="agent-name"><strong title=${personName(extension)}>${personName(extension)}</strong><span class="muted">${extension}</span></p>
		<p class="agent-state"><${StateMark} state=${state} /><${Since} from=${agent.since} /></p>
		<p class="agent-doing">${text}</p>
	</li>`;
}

function Filters() {
	return html`<div class="filters">
		<div class="search"><${Icon} name="search" size=${14} /><input class="input" type="search" aria-label="Find an agent" placeholder="Find an agent" value=${search.value} onInput=${(/** @type {any} */ e) => { search.value = e.target.value; }} /></div>
		<div class="select"><select class="input" aria-label="Show" value=${only.value} onChange=${(/** @type {any} */ e) => { only.value = e.target.value; }}>
			<option value="">All states</option>
			${RANK.map((s) => html`<option key=${s} value=${s}>${AGENT_STATES[s].word}</option>`)}
		</select><${Icon} name="chevron-down" size=${14} /></div>
		<div class="select"><select class="input" aria-label="Order" value=${order.value} onChange=${(/** @type {any} */ e) => { order.value = e.target.value; }}>
			${Object.entries(ORDERS).map(([key, o]) => html`<option key=${key} value=${key}>By ${o.label.toLowerCase()}</option>`)}
		</select><${Icon} name="chevron-down" size=${14} /></div>
	</div>`;
}

function Grid() {
	const list = shown.value ? shown.value.split(' ') : [];
	if (!list.length) {
		const filtered = search.value || only.value;
		return html`<${Empty} icon="users" title=${filtered ? 'No agent matches' : 'No agents yet'} text=${filtered ? 'Change the filter to see the others.' : 'Agents appear here once they exist.'} />`;
	}
	return html`<ul class=${`agents ${list.length > 60 ? 'is-dense' : ''}`}>${list.map((extension) => html`<${Tile} key=${extension} extension=${extension} />`)}</ul>`;
}

export function AgentGrid() {
	return html`<section aria-label="Agents">
		<header class="section-head"><h2>Agents</h2><${Filters} /></header>
		<${Grid} />
	</section>`;
}
