// One tab has the phone. A second one waits its turn, or takes over when the person says so.

/**
 * @param {string} extension
 * @param {{onHeld: () => void, onElsewhere: () => void}} listeners
 *   onHeld: this tab has the phone now; onElsewhere: another tab has it, or took it
 */
export function phoneLock(extension, { onHeld, onElsewhere }) {
	const name = `cordboard-phone-${extension}`;
	/** @type {(() => void) | null} */
	let letGo = null;
	let queue = new AbortController();
	let closed = false;

	/** Keeps the lock until release() or until another tab steals it. */
	const hold = () => new Promise((/** @type {(v?: any) => void} */ resolve) => {
		letGo = resolve;
		onHeld();
	});

	const lost = () => {
		letGo = null;
		if (closed) return;
		onElsewhere();
		wait();
	};

	/** Gets the phone as soon as the other tab closes. */
	function wait() {
		queue = new AbortController();
		navigator.locks.request(name, { signal: queue.signal }, hold).catch(() => {
			if (letGo) lost();
		});
	}

	async function start() {
		const state = await navigator.locks.query();
		if (closed) return;
		if (state.held?.some((lock) => lock.name === name)) onElsewhere();
		wait();
	}

	function takeOver() {
		queue.abort();
		navigator.locks.request(name, { steal: true }, hold).catch(lost);
	}

	function release() {
		closed = true;
		queue.abort();
		letGo?.();
		letGo = null;
	}

	return { start, takeOver, release };
}
