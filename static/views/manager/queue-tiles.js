// One tile a queue: who waits now, how the day and the last hour go, what its agents do.
import { count, share } from '../../core/format.js';
import { AGENT_STATES } from '../../core/states.js';
import { text } from '../../core/text.js';
import { alertOf, callersOf, isAlarm, isMuted, oldestOf } from '../../stores/alerts.js';
import { queueInfo, queueName } from '../../stores/directory.js';
import { open } from '../../stores/drill.js';
import { figures } from '../../stores/figures.js';
import { queues } from '../../stores/floor.js';
import { pref, setPref } from '../../stores/preferences.js';
import { RANK, summary } from '../../stores/roster.js';
import { isManager } from '../../stores/session.js';
import { html } from '../../vendor/ui.js';
import { IconButton } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { Age } from './age.js';
import { editThresholds } from './queue-thresholds.js';
import { Sparkline } from './sparkline.js';

const words = text.board.queues;
const DEFAULT_TARGET = 0.8;
const BAR_ORDER = ['AVAILABLE', ...RANK.filter((state) => state !== 'AVAILABLE')];

export const targetOf = (/** @type {string} */ name) => queueInfo.value.get(name)?.serviceLevelTarget ?? DEFAULT_TARGET;

/** The parts of a bar as one word, so that a bar is drawn anew only when it looks otherwise. */
const barOf = (/** @type {string} */ name) => {
	const counts = summary.value.queues.get(name) ?? {};
	return BAR_ORDER.filter((s) => counts[s]).map((s) => `${s}:${counts[s]}`).join(' ');
};

function StateBar({ bar }) {
	const parts = bar.split(' ').filter(Boolean).map((/** @type {string} */ part) => {
		const [state, n] = part.split(':');
		return { state, n: Number(n), shown: AGENT_STATES[state] };
	});
	const said = parts.map(({ shown, n }) => `${n} ${shown.word}`).join(', ');
	return html`<div class="state-bar">
		<div class="bar" role="img" aria-label=${words.agents(said)}>${parts.map(({ state, shown, n }) => html`<i key=${state} class=${`tone-${shown.tone}`} style=${{ flexGrow: n }}></i>`)}</div>
		${parts.length
			? html`<ul aria-hidden="true">${parts.map(({ state, shown, n }) => html`<li key=${state} class=${`tone-${shown.tone}`} title=${shown.word}><${Icon} name=${shown.icon} size=${12} />${n}</li>`)}</ul>`
			: html`<p class="muted">${words.noAgents}</p>`}
	</div>`;
}

export function ServiceLevel({ value, seconds, target }) {
	const known = value !== null && value !== undefined;
	const level = known ? (value >= target ? 'ready' : 'away') : 'offline';
	const shown = share(value);
	return html`<div class=${`service-level tone-${level}`}>
		<p><span class="muted">${seconds ? words.serviceLevelIn(seconds) : words.serviceLevel}</span><strong>${level === 'away' && html`<${Icon} name="triangle-alert" size=${14} label=${words.belowTarget} />`}${shown}</strong></p>
		<div class="level-bar" role="img" aria-label=${words.level(shown, share(target))}><i style=${{ inlineSize: `${known ? value * 100 : 0}%` }}></i><b style=${{ insetInlineStart: `${target * 100}%` }} title=${words.target(share(target))}></b></div>
	</div>`;
}

const DAY = ['offered', 'answered', 'abandoned'];

/** Today's counts, each of which opens its calls. */
function Day({ name, day }) {
	return html`<ul class="queue-day">${DAY.map((key) => html`<li key=${key}><button type="button" onClick=${() => open({ kind: 'visits', figure: key, queue: name })}
		data-testid=${`queue-${name}-${key}`} title=${words.open(queueName(name))}>
			<span class="muted">${words[key]}</span><strong>${count(day[key])}</strong></button></li>`)}</ul>`;
}

const toggleMute = (/** @type {string} */ name) => {
	const muted = pref('mutedQueues');
	setPref('mutedQueues', muted.includes(name) ? muted.filter((/** @type {string} */ n) => n !== name) : [...muted, name]);
};

function Tools({ name }) {
	const shown = queueName(name);
	return html`<span class="queue-tools">
		${isMuted(name) && html`<${IconButton} label=${text.board.alerts.unmute(shown)} icon="volume-x" onClick=${() => toggleMute(name)} />`}
		${!isMuted(name) && isAlarm(alertOf(name)) && html`<${IconButton} label=${text.board.alerts.mute(shown)} icon="volume-2" onClick=${() => toggleMute(name)} />`}
		${isManager.value && html`<${IconButton} label=${words.edit(shown)} icon="bell-ring" onClick=${() => editThresholds(name)} testid=${`queue-${name}-thresholds`} />`}
	</span>`;
}

function Waiting({ name }) {
	const n = callersOf(name).length;
	const alert = alertOf(name);
	return html`<button type="button" class="queue-now" onClick=${() => open({ kind: 'waiting', queue: name })} title=${words.openWaiting(queueName(name))}>
		<strong data-testid=${`queue-${name}-waiting`}>${n}</strong>
		<span class="queue-now-words"><span class="muted">${words.waitingNow}</span>
			${n > 0 && html`<span class="queue-oldest">${alert ? html`<${Icon} name="triangle-alert" size=${14} />${words.alerts[alert]}` : words.oldest} <${Age} from=${oldestOf(name)} testid=${`queue-${name}-oldest`} /></span>`}</span>
	</button>`;
}

/** @type {Record<string, string>} */
const LOOKS = { 'warn:wait': 'is-warning tone-hold', 'alert:wait': 'is-alarm tone-danger', 'alert:count': 'is-alarm tone-danger' };

function QueueTile({ name }) {
	const day = figures.value.queues.get(name) ?? {};
	const alert = alertOf(name);
	const look = LOOKS[alert] ?? (callersOf(name).length ? 'has-waiting tone-ringing' : '');
	return html`<article class=${`card queue-tile ${look}`} aria-label=${queueName(name)} data-testid=${`queue-${name}`} data-alert=${alert || 'none'}>
		<header><h2 title=${queueName(name)}>${queueName(name)}</h2><${Tools} name=${name} /></header>
		<div class="queue-top"><${Waiting} name=${name} /><figure class="queue-hour"><${Sparkline} name=${name} /><figcaption class="muted">${words.lastHourShort}</figcaption></figure></div>
		<${ServiceLevel} value=${day.serviceLevel} seconds=${day.serviceLevelMs ? day.serviceLevelMs / 1000 : null} target=${targetOf(name)} />
		<${Day} name=${name} day=${day} />
		<${StateBar} bar=${barOf(name)} />
	</article>`;
}

export function QueueTiles() {
	const names = [...new Set([...queueInfo.value.keys(), ...queues.value.keys()])].sort((a, b) => queueName(a).localeCompare(queueName(b)));
	if (!names.length) return html`<${Empty} icon="inbox" title=${words.none} text=${words.noneText} />`;
	return html`<section class="queue-tiles" aria-label=${words.label}>${names.map((name) => html`<${QueueTile} key=${name} name=${name} />`)}</section>`;
}
