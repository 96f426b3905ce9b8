// Ages of two hundred agents and everybody who waits: one ticker writes into those that are in
// sight, and nothing is drawn anew for a second that passes.
import { now } from '../../core/clock.js';
import { duration } from '../../core/format.js';
import { effect, html, useLayoutEffect, useRef } from '../../vendor/ui.js';

/** @type {Map<Element, number>} when each began */
const starts = new Map();
/** @type {Set<Element>} */
const inSight = new Set();
/** @type {IntersectionObserver | null} */
let observer = null;

function write(/** @type {Element} */ element, /** @type {number} */ nowMs) {
	const start = starts.get(element);
	if (start === undefined) return;
	const words = Number.isNaN(start) ? '–' : duration(nowMs - start);
	const node = element.firstChild;
	if (node) {
		if (node.nodeValue !== words) node.nodeValue = words;
	} else {
		element.textContent = words;
	}
}

function seen(/** @type {IntersectionObserverEntry[]} */ entries) {
	for (const { target, isIntersecting } of entries) {
		if (isIntersecting) {
			inSight.add(target);
			write(target, now.peek());
		} else {
			inSight.delete(target);
		}
	}
}

function begin() {
	observer = new IntersectionObserver(seen);
	effect(() => {
		const nowMs = now.value;
		for (const element of inSight) write(element, nowMs);
	});
}

function watch(/** @type {Element} */ element) {
	if (!observer) begin();
	observer?.observe(element);
	return () => {
		observer?.unobserve(element);
		inSight.delete(element);
		starts.delete(element);
	};
}

const at = (/** @type {string | number | null | undefined} */ time) => (typeof time === 'string' ? Date.parse(time) : time ?? NaN);

/** The time since a moment, counting up. @param {{from: string | number | null | undefined, testid?: string}} props */
export function Age({ from, testid }) {
	const element = useRef(/** @type {Element | null} */ (null));
	useLayoutEffect(() => watch(/** @type {Element} */ (element.current)), []);
	useLayoutEffect(() => {
		if (!element.current) return;
		starts.set(element.current, at(from));
		write(element.current, now.peek());
	}, [from]);
	return html`<span class="time" data-testid=${testid} ref=${element}></span>`;
}
