// The last hour of a queue in twelve bars: what was offered, and of it what was abandoned.
import { now } from '../../core/clock.js';
import { time } from '../../core/format.js';
import { text } from '../../core/text.js';
import { recent } from '../../stores/figures.js';
import { computed, html } from '../../vendor/ui.js';

const STEPS = 12;
const WIDTH = 8;
const GAP = 2;
const HEIGHT = 24;
const LEAST = 1;

/** The step that is open now: it moves on by itself, whether or not anything happens. */
const openStep = computed(() => (recent.value.stepMs ? Math.floor(now.value / recent.value.stepMs) : 0));

const NOTHING = { offered: 0, answered: 0, abandoned: 0 };

function barsOf(/** @type {string} */ name) {
	const { stepMs, queues } = recent.value;
	const steps = new Map((queues.get(name) ?? []).map((s) => [Math.floor(Date.parse(s.at) / stepMs), s]));
	return Array.from({ length: STEPS }, (_, i) => {
		const n = openStep.value - STEPS + 1 + i;
		return { n, atMs: n * stepMs, ...(steps.get(n) ?? NOTHING) };
	});
}

function Bar({ bar, i, most }) {
	const height = (/** @type {number} */ n) => (n ? Math.max(LEAST, (n / most) * HEIGHT) : 0);
	const offered = height(bar.offered);
	const lost = height(bar.abandoned);
	const x = i * (WIDTH + GAP);
	return html`<g><title>${text.board.queues.step(time(new Date(bar.atMs).toISOString()), bar.offered, bar.answered, bar.abandoned)}</title>
		<rect class="bar-room" x=${x} y=${0} width=${WIDTH} height=${HEIGHT} />
		<rect class="bar-offered" x=${x} y=${HEIGHT - offered} width=${WIDTH} height=${offered - lost} />
		<rect class="bar-lost" x=${x} y=${HEIGHT - lost} width=${WIDTH} height=${lost} />
	</g>`;
}

export function Sparkline({ name }) {
	const bars = barsOf(name);
	const sum = (/** @type {'offered' | 'abandoned'} */ key) => bars.reduce((total, b) => total + b[key], 0);
	const most = Math.max(LEAST, ...bars.map((b) => b.offered));
	const width = STEPS * (WIDTH + GAP) - GAP;
	return html`<svg class="sparkline" viewBox=${`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" data-testid=${`queue-${name}-hour`}
		aria-label=${text.board.queues.lastHour(sum('offered'), sum('abandoned'))}>${bars.map((bar, i) => html`<${Bar} key=${bar.n} bar=${bar} i=${i} most=${most} />`)}</svg>`;
}
