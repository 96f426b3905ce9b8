// Numbers that look random and are the same for the same seed (mulberry32).
export class Dice {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	/** Not part of what is printed of a call. */
	toJSON() {
		return undefined;
	}

	next() {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	between(low, high) {
		return low + Math.floor(this.next() * (high - low + 1));
	}

	one_of(choices) {
		return choices[this.between(0, choices.length - 1)];
	}

	/** A key of { key: weight, … }. */
	weighed(weights) {
		let rest = this.next() * Object.values(weights).reduce((a, b) => a + b);
		for (const [key, weight] of Object.entries(weights))
			if ((rest -= weight) < 0) return key;
		return Object.keys(weights)[0];
	}
}
