// How good the line is: a dot, a word, and the figures for who asks.
import { text } from '../../core/text.js';
import { quality } from '../../stores/quality.js';
import { html } from '../../vendor/ui.js';

const TONES = { good: 'ready', fair: 'hold', poor: 'danger' };

export function Quality() {
	const q = quality.value;
	if (!q) return html`<span class="quality tone-offline" data-testid="quality" title=${text.phone.lineQuality(text.phone.measuring)}><i class="dot"></i>${text.phone.measuring}</span>`;
	const word = q.silent ? text.phone.silentLine : text.phone.qualities[q.grade];
	return html`<span class=${`quality tone-${TONES[q.grade]}`} data-testid="quality" data-grade=${q.grade} tabIndex=${0} role="note"
		title=${text.phone.qualityFigures(q)} aria-label=${`${text.phone.lineQuality(word)}. ${text.phone.qualityFigures(q)}`}>
		<i class=${`dot dot-${q.grade}`}></i>${word}</span>`;
}
