// Loudness of both sides. Drawn by the animation clock straight into the element: no state, no redraw.
import { meter } from '../../phone/audio.js';
import { html, useEffect, useRef } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';

function Level({ stream, label, icon, silent }) {
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
		};
	}, [stream]);
	return html`<div class=${`level ${silent ? 'is-silent' : ''}`}><${Icon} name=${icon} size=${14} /><span>${label}</span><i ref=${bar}></i></div>`;
}

export function Meters({ call }) {
	return html`<div class="levels">
		<${Level} stream=${call.local} label=${call.muted ? 'You (muted)' : 'You'} icon=${call.muted ? 'mic-off' : 'mic'} silent=${call.muted} />
		<${Level} stream=${call.remote} label=${call.outgoing ? 'Other side' : 'Caller'} icon="volume-2" />
	</div>`;
}
