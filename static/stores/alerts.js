// When a queue passes its thresholds, and what is heard of it.
import { now } from '../core/clock.js';
import { notify } from '../core/notify.js';
import { pref } from '../core/preferences.js';
import { playSound } from '../core/sounds.js';
import { text } from '../core/text.js';
import { api } from '../core/api.js';
import { computed, effect, signal, untracked } from '../vendor/ui.js';
import { personName, queueInfo, queueName } from './directory.js';
import { queues } from './floor.js';
import { link } from './live.js';
import { summary } from './roster.js';

/** @typedef {'' | 'warn:wait' | 'alert:wait' | 'alert:count'} Alert */

const NO_QUEUE = signal({ waiting: [] });

/** Callers who wait in a queue now. */
export const callersOf = (/** @type {string} */ name) => (queues.value.get(name) ?? NO_QUEUE).value.waiting;

/** When the one who waits longest has joined; empty: nobody waits. */
export const oldestOf = (/** @type {string} */ name) =>
	callersOf(name).reduce((/** @type {string} */ first, c) => (!first || c.joinedAt < first ? c.joinedAt : first), '');

/** What a queue's callers and its thresholds say at a moment. @returns {Alert} */
export function alertAt(/** @type {any} */ info, /** @type {number} */ waiting, /** @type {number} */ oldestMs) {
	const passed = (/** @type {number | null | undefined} */ limit) => Boolean(limit) && waiting > 0 && oldestMs >= Number(limit);
	if (passed(info?.alertWaitMs)) return 'alert:wait';
	if (info?.alertWaiting && waiting >= info.alertWaiting) return 'alert:count';
	return passed(info?.warnWaitMs) ? 'warn:wait' : '';
}

/** @type {Map<string, {readonly value: Alert}>} */
const alerts = new Map();

/** Where a queue stands; whoever reads it is redrawn when that changes, not each second. */
export function alertOf(/** @type {string} */ name) {
	if (!alerts.has(name)) {
		alerts.set(name, computed(() => {
			const oldest = oldestOf(name);
			return alertAt(queueInfo.value.get(name), callersOf(name).length, oldest ? now.value - Date.parse(oldest) : 0);
		}));
	}
	return /** @type {{readonly value: Alert}} */ (alerts.get(name)).value;
}

export const isAlarm = (/** @type {Alert} */ alert) => alert.startsWith('alert');

/** @type {{readonly value: string[]}} names of queues past their alarm */
export const alarmed = computed(() => [...queueInfo.value.keys()].filter((name) => isAlarm(alertOf(name))));

export const isMuted = (/** @type {string} */ name) => pref('mutedQueues').includes(name);

/** The queue's thresholds, for everybody. @throws {import('../core/api.js').Problem} */
export async function setThresholds(/** @type {string} */ name, /** @type {any} */ thresholds) {
	const answer = await api.put(`queues/${queueInfo.peek().get(name)?.id}/thresholds`, { body: thresholds });
	queueInfo.value = new Map(queueInfo.peek()).set(name, { ...queueInfo.peek().get(name), ...answer });
}

function soundQueue(/** @type {string} */ name) {
	const what = text.board.queues.alerts[alertOf(name)];
	playSound('alert');
	notify({ title: text.board.alerts.queue(queueName(name), what), text: text.board.alerts.waiting(callersOf(name).length), tag: `queue-${name}` });
}

function soundHelp(/** @type {string} */ extension) {
	playSound('help');
	notify({ title: text.board.agents.helpAsked(personName(extension)), tag: `help-${extension}` });
}

/** Calls f for what is in a list now and was not before; what was there at first is old news. */
function news(/** @type {() => string[]} */ list, /** @type {(item: string) => void} */ f) {
	/** @type {Set<string> | null} */
	let before = null;
	return effect(() => {
		const items = list();
		const come = before ? items.filter((item) => !before?.has(item)) : [];
		before = new Set(items);
		untracked(() => come.forEach(f));
	});
}

/** Makes alarms heard while the board is open; the result stops it. @param {(extension: string) => void} onHelp also told who asks for help */
export function followAlerts(onHelp) {
	const heard = () => alarmed.value.filter((name) => pref('queueAlerts') && !isMuted(name) && link.value.state === 'live');
	const stops = [
		news(heard, soundQueue),
		news(() => summary.value.help, (extension) => {
			onHelp(extension);
			if (pref('helpAlerts')) soundHelp(extension);
		}),
	];
	return () => stops.forEach((stop) => stop());
}
