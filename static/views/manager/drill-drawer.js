// What is behind a figure, at the side of the board: callers, agents, visits, one call.
import { duration, phone as phoneText, time } from '../../core/format.js';
import { AGENT_STATES, agentState, OUTCOMES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { personName, queueName } from '../../stores/directory.js';
import { back, close, loadVisits, openWithin, steps, top, turnTo, visits } from '../../stores/drill.js';
import { agents, boardState, shownSince, shownState } from '../../stores/floor.js';
import { boardAgents } from '../../stores/roster.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Drawer } from '../parts/drawer.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { StateMark } from '../parts/state.js';
import { AgentPanel } from './agent-panel.js';
import { doing } from './agent-tile.js';
import { Age } from './age.js';
import { CallDetail } from './call-detail.js';
import { WaitingTable } from './waiting-list.js';

const words = text.board.drill;

const Nothing = () => html`<${Empty} icon="inbox" title=${words.none} text=${words.noneText} />`;

function AgentRow({ extension }) {
	const agent = agents.value.get(extension)?.value;
	if (!agent) return null;
	const what = doing(agent);
	return html`<li><button type="button" class="row-button drill-row" data-testid="drill-agent" onClick=${() => openWithin({ kind: 'agent', extension })}>
		<span class="drill-main"><strong>${personName(extension)}</strong><span class="muted">${what || extension}</span></span>
		<span class="drill-end"><${StateMark} state=${agentState(shownState(agent))} /><${Age} from=${shownSince(agent)} /></span><${Icon} name="chevron-right" />
	</button></li>`;
}

function Agents({ step }) {
	const inThem = boardAgents.value.filter((extension) => {
		const agent = agents.value.get(extension)?.value;
		return agent && step.states.includes(boardState(agent));
	});
	if (!inThem.length) return html`<${Nothing} />`;
	return html`<ul class="plain-list">${inThem.map((extension) => html`<${AgentRow} key=${extension} extension=${extension} />`)}</ul>`;
}

const outcomeState = (/** @type {string} */ outcome) =>
	({ ...(OUTCOMES[outcome] ?? { icon: 'phone-forwarded', tone: 'away' }), word: text.board.outcomes[outcome] ?? outcome });

function VisitRow({ visit }) {
	const name = visit.contactName ?? (visit.fromName !== visit.from ? visit.fromName : null);
	return html`<li><button type="button" class="row-button drill-row" data-testid="drill-visit" data-call-id=${visit.callId} onClick=${() => openWithin({ kind: 'call', id: visit.callId })}>
		<span class="drill-main"><strong class="number">${phoneText(visit.from)}</strong><span class="muted">${[name, queueName(visit.queue), visit.agentName].filter(Boolean).join(' · ')}</span></span>
		<span class="drill-end"><${StateMark} state=${outcomeState(visit.outcome)} /><span class="muted">${words.waited(duration(visit.waitMs))} · ${visit.inServiceLevel ? words.inLevel : words.late} · <time datetime=${visit.leftAt}>${time(visit.leftAt)}</time></span></span><${Icon} name="chevron-right" />
	</button></li>`;
}

const LEVEL_PARTS = [{ figure: 'serviceLevelOf', label: words.all }, { figure: 'serviceLevelMissed', label: words.missed }];

/** The service level has two sides: all that it counts, and what missed it. */
function LevelParts({ step }) {
	if (!LEVEL_PARTS.some((p) => p.figure === step.figure)) return null;
	return html`<div class="parts-choice" role="group">${LEVEL_PARTS.map((p) => html`<button key=${p.figure} type="button" class="button small" aria-pressed=${String(p.figure === step.figure)}
		onClick=${() => turnTo({ ...step, figure: p.figure })}>${p.label}</button>`)}</div>`;
}

function Visits({ step }) {
	const { state, items, next, problem } = visits.value;
	return html`<${LevelParts} step=${step} />
		${state === 'loading' && html`<${Skeleton} lines=${8} />`}
		${state === 'failed' && html`<${Failure} text=${problem} retry=${() => loadVisits()} />`}
		${state === 'ready' && (items.length ? html`<p class="muted" data-testid="drill-count">${words.count(items.length, Boolean(next))}</p>` : html`<${Nothing} />`)}
		<ul class="plain-list">${items.map((v) => html`<${VisitRow} key=${`${v.callId} ${v.leftAt}`} visit=${v} />`)}</ul>
		${next && html`<${Button} label=${words.more} onClick=${() => loadVisits(next)} />`}`;
}

const where = (/** @type {string} */ what, /** @type {string | undefined} */ queue) => (queue ? words.titled(what, queueName(queue)) : what);

/** One row a kind of thing: what it is called, and how it looks. @type {Record<string, {title: (step: any) => string, view: any}>} */
const KINDS = {
	waiting: { title: (s) => where(words.waiting, s.queue), view: ({ step }) => html`<${WaitingTable} queue=${step.queue} within=${true} />` },
	agents: { title: (s) => words.agentsIn(s.title ?? AGENT_STATES[s.states[0]].word), view: Agents },
	visits: { title: (s) => where(s.when ? words.titled(words.ofDay[s.figure], s.when) : words.figures[s.figure], s.queue), view: Visits },
	agent: { title: (s) => personName(s.extension), view: AgentPanel },
	call: { title: () => text.board.call.title, view: CallDetail },
};

/** Escape closes it from anywhere on the board that has no use of its own for the key. */
function escapes(/** @type {KeyboardEvent} */ event) {
	const busy = event.target instanceof Element && event.target.matches('input, select, textarea');
	if (event.key === 'Escape' && !event.defaultPrevented && !busy && !document.querySelector('dialog:modal, [popover]:popover-open')) close();
}

function Open({ step }) {
	const { title, view } = KINDS[step.kind];
	useEffect(() => {
		document.addEventListener('keydown', escapes);
		return () => document.removeEventListener('keydown', escapes);
	}, []);
	return html`<${Drawer} key=${steps.value.length} title=${title(step)} onClose=${close} testid="drill">
		${steps.value.length > 1 && html`<div><${Button} label=${words.back} icon="arrow-left" size="small" onClick=${back} /></div>`}
		<${view} step=${step} />
	<//>`;
}

export function DrillDrawer() {
	const step = top();
	return step ? html`<${Open} step=${step} />` : null;
}
