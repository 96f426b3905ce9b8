// The relay's word, applied at a pace at which a screen can be drawn and read: a change that comes by
// itself is shown at once, what comes in quick succession in one picture five times a second.
import { applyEvents, applySnapshot, clearFloor } from './floor.js';

const APART_MS = 200;

/** @type {{type: string, data: any}[]} in order, not applied yet */
let pending = [];
/** Runs while the last picture is younger than that. @type {any} */
let rest = null;

function apply() {
	const events = pending;
	pending = [];
	clearTimeout(rest);
	rest = setTimeout(rested, APART_MS);
	applyEvents(events);
}

function rested() {
	rest = null;
	if (pending.length) apply();
}

export function takeEvents(/** @type {{type: string, data: any}[]} */ events) {
	for (const event of events) pending.push(event);
	// A page that nobody sees draws nothing, and its timers come late: there is nothing to wait for.
	if (rest === null || document.hidden) apply();
}

/** What came before it is older, but not to be lost: an end, for one, is told only once. */
export function takeSnapshot(/** @type {Parameters<typeof applySnapshot>[0]} */ snapshot) {
	apply();
	applySnapshot(snapshot);
}

/** Forgets everything: nobody is signed in. */
export function clearFeed() {
	pending = [];
	clearFloor();
}
