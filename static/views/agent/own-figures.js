// The agent's figures of today and the queues signed in to.
import { count, duration } from '../../core/format.js';
import { people, queueName } from '../../stores/directory.js';
import { figures } from '../../stores/figures.js';
import { agentExtension } from '../../stores/session.js';
import { html } from '../../vendor/ui.js';

const FIGURES = [
	{ label: 'Calls', of: (own) => count(own.calls) },
	{ label: 'Talk', of: (own) => duration(own.talkMs) },
	{ label: 'Hold', of: (own) => duration(own.holdMs) },
];

export function OwnFigures() {
	const extension = agentExtension.value?.extension ?? '';
	const own = figures.value.agents.get(extension) ?? {};
	const queues = people.value.get(extension)?.queues ?? [];
	return html`<div class="own" title=${figures.value.state === 'failed' ? `Not current: ${figures.value.problem}` : 'Today'}>
		<dl class=${`own-figures ${figures.value.state === 'failed' ? 'is-stale' : ''}`}>
			${FIGURES.map((f) => html`<div key=${f.label}><dt>${f.label}</dt><dd>${f.of(own)}</dd></div>`)}
		</dl>
		<ul class="own-queues" aria-label="Your queues">${queues.map((q) => html`<li key=${q} class="tag">${queueName(q)}</li>`)}</ul>
	</div>`;
}
