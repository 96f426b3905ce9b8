// The agent's figures of today and the queues signed in to.
import { count, duration, share } from '../../core/format.js';
import { text } from '../../core/text.js';
import { people, queueName } from '../../stores/directory.js';
import { followOwnFigures, ownFigures } from '../../stores/own-figures.js';
import { agentExtension } from '../../stores/session.js';
import { html, useEffect } from '../../vendor/ui.js';

const words = text.work;
const TAGS = 2;

const FIGURES = [
	{ id: 'calls', label: words.calls, of: ({ own }) => count(own?.handled) },
	{ id: 'talk', label: words.talk, of: ({ own }) => duration(own?.talkMs) },
	{ id: 'aht', label: words.aht, title: words.ahtTitle, of: ({ own }) => duration(own?.ahtMs) },
	{ id: 'service-level', label: words.serviceLevel, title: words.serviceLevelTitle, of: ({ serviceLevel }) => share(serviceLevel) },
];

/** Each with what its own service level is: in the tooltip, for who wants to know. */
function Queues() {
	const names = people.value.get(agentExtension.value?.extension ?? '')?.queues ?? [];
	const level = (/** @type {string} */ name) => share(ownFigures.value.queues.find((q) => q.name === name)?.serviceLevel);
	const told = names.map((/** @type {string} */ name) => words.queueLevel(queueName(name), level(name))).join('\n');
	if (!names.length) return html`<p class="own-queues muted">${words.noQueues}</p>`;
	return html`<ul class="own-queues" aria-label=${words.queues} title=${told} data-testid="own-queues">
		${names.slice(0, TAGS).map((/** @type {string} */ name) => html`<li key=${name} class="tag">${queueName(name)}</li>`)}
		${names.length > TAGS && html`<li class="tag">+${names.length - TAGS}<span class="hidden">${names.slice(TAGS).map(queueName).join(', ')}</span></li>`}
	</ul>`;
}

export function OwnFigures() {
	useEffect(followOwnFigures, []);
	const { state, problem } = ownFigures.value;
	const stale = state === 'failed';
	return html`<div class="own" title=${stale ? words.figuresStale(problem) : words.figures}>
		<dl class=${`own-figures ${stale ? 'is-stale' : ''}`} data-testid="own-figures" data-state=${state}>
			${FIGURES.map((f) => html`<div key=${f.id} title=${f.title}><dt>${f.label}</dt><dd data-testid=${`own-${f.id}`}>${f.of(ownFigures.value)}</dd></div>`)}
		</dl>
		<${Queues} />
	</div>`;
}
