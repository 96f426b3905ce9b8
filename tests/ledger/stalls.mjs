// When the machine itself was late. Of a call at that moment nobody knows what Asterisk can have seen
// when, so its times and its outcome are no evidence. Measured during the run, never assumed.
const NOTICED_MS = 150;
/** What was late may show this long before and after. */
const AROUND_MS = 1000;

export class Stalls {
	constructor() {
		this.list = [];
	}

	/** Something that is done at once on an idle machine took from one moment to the other. */
	note(from, to) {
		if (from !== null && to !== null && to - from > NOTICED_MS) this.list.push({ from, to });
	}

	/** Forgets what is known otherwise: while Asterisk is stopped on purpose nothing is late. */
	forget(spans) {
		this.list = this.list.filter((stall) => !spans.some((span) => stall.from < span.to && stall.to > span.from));
	}

	/** Whether anything was late while a call was up. */
	touch(from, to) {
		return this.list.some((stall) => stall.from < to + AROUND_MS && stall.to > from - AROUND_MS);
	}

	get longest() {
		return this.list.reduce((longest, stall) => Math.max(longest, stall.to - stall.from), 0);
	}
}
