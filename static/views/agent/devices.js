// Which devices are used and how: in the settings, and from the phone at once.
import { text } from '../../core/text.js';
import { canChooseOutput } from '../../phone/outlets.js';
import { audio, devices, microphone, openTestStream, playTest, setAudio, tryMicrophone } from '../../stores/devices.js';
import { changeMicrophone } from '../../stores/phone-call.js';
import { phoneCall } from '../../stores/phone.js';
import { html, useEffect, useId, useSignal } from '../../vendor/ui.js';
import { Button } from '../parts/button.js';
import { Field, SelectField, Toggle } from '../parts/field.js';
import { Icon } from '../parts/icon.js';
import { LevelBar } from './meters.js';

/** What can be chosen: the system's own, what is plugged in, and what was chosen but is not there. */
function optionsOf(/** @type {import('../../stores/devices.js').Device[]} */ list, /** @type {string} */ chosen) {
	const known = list.map(({ id, label }) => ({ value: id, label }));
	const missing = chosen && !list.some((d) => d.id === chosen) ? [{ value: chosen, label: text.phone.notPluggedIn }] : [];
	return [{ value: '', label: text.phone.systemDevice }, ...known, ...missing];
}

function Volume({ label, name }) {
	return html`<${Field} label=${label}>${(/** @type {any} */ attrs) => html`<input ...${attrs} type="range" class="range" min="0" max="1" step="0.05" data-testid=${name}
		value=${audio.value[name]} onInput=${(/** @type {any} */ e) => setAudio({ [name]: Number(e.target.value) })} />`}<//>`;
}

/** The microphone's loudness right now: of the call, or opened for the look. */
function InputLevel() {
	const stream = useSignal(/** @type {MediaStream | null} */ (null));
	const call = phoneCall.value?.local ?? null;
	useEffect(() => {
		if (call) return undefined;
		return openTestStream((opened) => { stream.value = opened; });
	}, [call, audio.value.microphone]);
	return html`<div class="level input-level" data-testid="input-level"><${Icon} name="mic" size=${14} /><span>${text.phone.inputLevel}</span><${LevelBar} stream=${call ?? stream.value} /></div>`;
}

function MicrophonePart() {
	const choose = (/** @type {string} */ id) => {
		setAudio({ microphone: id });
		changeMicrophone();
	};
	return html`<div class="device">
		<${SelectField} label=${text.phone.microphone} value=${audio.value.microphone} options=${optionsOf(devices.value.microphones, audio.value.microphone)} onInput=${choose} testid="device-microphone" />
		${microphone.value.state === 'refused'
			? html`<p class="notice tone-danger" role="alert"><${Icon} name="mic-off" /><span class="notice-text">${microphone.value.reason}</span><${Button} label=${text.phone.checkAgain} size="small" onClick=${tryMicrophone} /></p>`
			: html`<${InputLevel} />`}
	</div>`;
}

function OutputPart({ which, label, volume, volumeLabel }) {
	const hint = canChooseOutput() ? undefined : text.phone.chosenByBrowser;
	return html`<div class="device device-output">
		<${SelectField} label=${label} hint=${hint} value=${audio.value[which]} options=${optionsOf(devices.value.speakers, audio.value[which])} disabled=${!canChooseOutput()}
			onInput=${(/** @type {string} */ id) => setAudio({ [which]: id })} testid=${`device-${which}`} />
		<${Volume} label=${volumeLabel} name=${volume} />
		<${Button} label=${text.phone.playTest} icon="volume-2" testid=${`test-${which}`} aria-label=${text.phone.playTestOf(label)} onClick=${() => playTest(which)} />
	</div>`;
}

const SWITCHES = ['echoCancellation', 'noiseSuppression', 'autoGainControl'];

function Processing() {
	const id = useId();
	return html`<div class="device" role="group" aria-labelledby=${id}><h3 id=${id} class="label">${text.phone.processing}</h3>
		${SWITCHES.map((name) => html`<${Toggle} key=${name} label=${text.phone[name]} value=${audio.value[name]} onInput=${(/** @type {boolean} */ on) => setAudio({ [name]: on })} testid=${name} />`)}
	</div>`;
}

const CODEC_OPTIONS = Object.entries(text.phone.codecs).map(([value, label]) => ({ value, label }));

export function DevicesSection() {
	return html`<div class="devices" data-testid="devices">
		<${MicrophonePart} />
		<${OutputPart} which="speaker" label=${text.phone.speaker} volume="volume" volumeLabel=${text.phone.volume} />
		<${OutputPart} which="ring" label=${text.phone.ringDevice} volume="ringVolume" volumeLabel=${text.phone.ringVolume} />
		<${Processing} />
		<${SelectField} label=${text.phone.codec} hint=${text.phone.codecHint} value=${audio.value.codec} options=${CODEC_OPTIONS} onInput=${(/** @type {string} */ codec) => setAudio({ codec })} testid="codec" />
	</div>`;
}
