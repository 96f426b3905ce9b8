// The board on the wall: read from ten metres, touched by nobody.
import { duration, share, count } from '../../core/format.js';
import { AGENT_STATES, LINK_STATES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { setTitle } from '../../core/title.js';
import { now } from '../../core/clock.js';
import { alertAt } from '../../stores/alerts.js';
import { figures } from '../../stores/figures.js';
import { agents, boardState, queues } from '../../stores/floor.js';
import { wall, wallLink } from '../../stores/wallboard.js';
import { html, useEffect } from '../../vendor/ui.js';
import { Empty } from '../parts/empty.js';
import { Icon, Mark } from '../parts/icon.js';
import { Since } from '../parts/since.js';

const words = text.board.wall;
const DEFAULT_TARGET = 0.8;

const STATES = [
	{ label: words.ready, states: ['AVAILABLE'] },
	{ label: words.talking, states: ['ON_CALL', 'RINGING'] },
	{ label: words.wrapUp, states: ['WRAP_UP'] },
	{ label: words.away, states: ['AWAY', 'BUSY'] },
];

const waitingIn = (/** @type {string} */ name) => queues.value.get(name)?.value.waiting ?? [];
const oldestIn = (/** @type {any[]} */ callers) => callers.reduce((/** @type {string} */ first, c) => (!first || c.joinedAt < first ? c.joinedAt : first), '');

function statesOf(/** @type {string} */ queue) {
	const members = [...figures.value.agents.values()].filter((a) => a.queues?.includes(queue));
	const states = members.map((a) => {
		const live = agents.value.get(a.extension)?.value;
		return live ? boardState(live) : 'OFFLINE';
	});
	return STATES.map((s) => ({ ...s, shown: AGENT_STATES[s.states[0]], n: states.filter((state) => s.states.includes(state)).length }));
}

/** The oldest wait grows by itself: nothing else of the queue is drawn anew for it. */
function Longest({ oldest }) {
	return html`<strong class="time">${oldest ? duration(now.value - Date.parse(oldest)) : '–'}</strong>`;
}

/** Where the queue stands, second by second, as a class of its tile. */
function lookOf(/** @type {any} */ queue, /** @type {any[]} */ callers) {
	const oldest = oldestIn(callers);
	const alert = alertAt(queue, callers.length, oldest ? now.value - Date.parse(oldest) : 0);
	if (alert) return alert.startsWith('alert') ? 'is-alarm tone-danger' : 'is-warning tone-hold';
	return callers.length ? 'tone-ringing' : 'tone-offline';
}

function Queue({ queue }) {
	const callers = waitingIn(queue.name);
	const target = queue.serviceLevelTarget ?? DEFAULT_TARGET;
	const late = queue.serviceLevel !== null && queue.serviceLevel < target;
	const look = lookOf(queue, callers);
	return html`<article class=${`wall-queue ${look}`} data-testid=${`wall-${queue.name}`}>
		<h2>${queue.displayName}${look.startsWith('is-') && html`<${Icon} name="triangle-alert" size=${32} label=${text.board.queues.alerts['alert:wait']} />`}</h2>
		<dl class="wall-now">
			<div class="wall-waiting"><dt>${words.waiting}</dt><dd data-testid=${`wall-${queue.name}-waiting`}>${callers.length}</dd></div>
			<div><dt>${words.longest}</dt><dd><${Longest} oldest=${oldestIn(callers)} /></dd></div>
		</dl>
		<dl class="wall-day">
			<div class=${late ? 'tone-away is-late' : 'tone-ready'}><dt>${words.serviceLevel}</dt><dd>${late && html`<${Icon} name="triangle-alert" size=${28} label=${text.board.queues.belowTarget} />`}${share(queue.serviceLevel)}</dd></div>
			<div><dt>${words.answered}</dt><dd data-testid=${`wall-${queue.name}-answered`}>${count(queue.answered)}</dd></div>
			<div><dt>${words.abandoned}</dt><dd>${count(queue.abandoned)}</dd></div>
		</dl>
		<ul class="wall-agents">${statesOf(queue.name).map(({ label, shown, n }) => html`<li key=${label} class=${`tone-${shown.tone}`}><${Icon} name=${shown.icon} size=${28} /><strong>${n}</strong><span>${label}</span></li>`)}</ul>
	</article>`;
}

function Head() {
	const { state, since } = wallLink.value;
	const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(new Date(now.value));
	return html`<header class="wall-head"><span class="brand"><${Mark} size=${32} /><span>${text.common.product}</span></span>
		${state !== 'live' && html`<p class="notice tone-hold" role="status" data-testid="wall-stale"><${Icon} name=${LINK_STATES[state].icon} size=${24} />${words.old} <${Since} from=${since} /></p>`}
		<time class="wall-clock">${clock}</time></header>`;
}

/** @type {Record<string, {icon: string, title: string, text?: string}>} */
const INSTEAD = {
	opening: { icon: 'hourglass', title: words.connecting },
	gone: { icon: 'circle-off', title: words.gone, text: words.goneText },
	'no-token': { icon: 'circle-alert', title: words.noToken, text: words.noTokenText },
};

export function WallboardPage() {
	useEffect(() => setTitle(words.title), []);
	const instead = INSTEAD[wall.value];
	if (instead) return html`<main class="wall"><h1 class="hidden">${words.title}</h1><${Empty} icon=${instead.icon} title=${instead.title} text=${instead.text} /></main>`;
	const shown = [...figures.value.queues.values()];
	return html`<main class="wall" data-stale=${wallLink.value.state === 'live' ? undefined : 'true'}><h1 class="hidden">${words.title}</h1>
		<${Head} /><div class="wall-queues" data-count=${Math.min(shown.length, 7)}>${shown.map((queue) => html`<${Queue} key=${queue.name} queue=${queue} />`)}</div>
	</main>`;
}
