// Loudness of both sides. Drawn by the animation clock straight into the element: no state, no redraw.
import { text } from '../../core/text.js';
import { meter } from '../../phone/level.js';
import { html, useEffect, useRef } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

/** Draws how loud a stream is, for as long as it is there. */
export function LevelBar({ stream }) {
	const bar = useRef(/** @type {HTMLElement | null} */ (null));
	useEffect(() => {
		if (!stream) return undefined;
		const source = meter(stream);
		let frame = 0;
		const draw = () => {
			bar.current?.style.setProperty('--level', source.level().toFixed(2));
			frame = requestAnimationFrame(draw);
		};
		draw();
		return () => {
			cancelAnimationFrame(frame);
			source.close();
			bar.current?.style.setProperty('--level', '0');
		};
	}, [stream]);
	return html`<i class="loudness" ref=${bar}></i>`;
}

function Level({ stream, label, icon, silent }) {
	return html`<div class=${`level ${silent ? 'is-silent' : ''}`}><${Icon} name=${icon} size=${14} /><span>${label}</span><${LevelBar} stream=${stream} /></div>`;
}

export function Meters({ call }) {
	return html`<div class="levels">
		<${Level} stream=${call?.local} label=${call?.muted ? text.phone.youMuted : text.phone.you} icon=${call?.muted ? 'mic-off' : 'mic'} silent=${call?.muted} />
		<${Level} stream=${call?.remote} label=${call?.outgoing ? text.phone.otherSide : text.phone.caller} icon="volume-2" />
	</div>`;
}
