// One run: a floor, calls, faults if any, and the ledger compared with the database.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as h from '../e2e/harness.mjs';
import { compare, leftovers, read_calls } from './compare.mjs';
import { Dice } from './dice.mjs';
import { Driver } from './driver.mjs';
import { Faults } from './faults.mjs';
import { Floor } from './floor.mjs';
import { expectations, goodbye_ms, observe } from './truth.mjs';

const QUIET_MS = 30_000;
const LIB = fileURLToPath(new URL('../../scripts/lib.sh', import.meta.url));

/** What a row of a call that was not placed is known by. */
const PARTY = { INBOUND: (entry) => entry.number, OUTBOUND: (entry) => `+${entry.to}`, INTERNAL: (entry) => `${entry.from} ${entry.to}` };

const asterisk_root = () => execFileSync('bash', ['-c', `. ${LIB}; asterisk_root`], { encoding: 'utf8' }).trim();

const count = (list, key) => list.reduce((sums, item) => ({ ...sums, [key(item)]: (sums[key(item)] ?? 0) + 1 }), {});

/** Every thing that happened, counted: a run in which something never happened has not tested it. */
function tally(calls) {
	const parts = (name, key) => count(calls.flatMap((call) => call[name]), key);
	return { kinds: count(calls, (call) => call.entry.kind), outcomes: count(calls, (call) => call.outcome[0]), endedBy: count(calls, (call) => call.endedBy[0]),
		visits: parts('visits', (v) => v.outcome[0]), offers: parts('offers', (o) => o.outcome[0]),
		transfers: parts('transfers', (t) => `${t.kind} ${t.result[0]}`), held: calls.flatMap((c) => c.segments).filter((s) => s.holdMs > 0).length };
}

/** Runs { seed, calls, concurrency, faults: { kind: count }, outageMs }; gives the figures and every difference. */
export async function run({ seed, calls, concurrency, faults: wanted = {}, outageMs = 60_000 }) {
	const begun = Date.now(), faulty = Object.keys(wanted).length > 0;
	const floor = new Floor(new Dice(seed ^ 1), Math.max(5, Math.ceil(concurrency / 3)));
	const driver = new Driver(floor, seed), faults = new Faults(floor, driver, new Dice(seed ^ 2), wanted, outageMs);
	try {
		await faults.open();
		await floor.open();
		const ms = Date.now();
		await Promise.all([driver.run(calls, concurrency), faults.run()]);
		const placedMs = Date.now() - ms;
		driver.stalls.forget(faults.stops);
		const known = { goodbye: goodbye_ms(asterisk_root()), kills: faults.kills, stops: faults.stops, stalls: driver.stalls };
		const list = expectations(driver.ledger, observe(floor, known), known);
		const placed = new Set(list.map((call) => call.entry));
		const missing = driver.ledger.filter((entry) => !placed.has(entry)), refused = new Set(missing.map((entry) => PARTY[entry.direction](entry)));
		const limits = faulty ? { limit: 1000, durationLimit: 1000 } : { limit: 500, durationLimit: 500 };
		let found;
		// What is still in the journal comes by itself; what is lost or open then stays so.
		await h.until(async () => {
			found = { ...compare(list, await read_calls(begun), refused, limits), ...await leftovers(begun) };
			return found.lost === 0 && found.open === 0;
		}, 'everything to be stored', QUIET_MS).catch((error) => {
			if (!found) throw error;
		});
		return { seed, calls: list.length, notPlaced: count(missing, (entry) => entry.kind), seconds: Math.round(placedMs / 1000), ...tally(list), ...found, lateTimes: driver.stalls.list.length, lateLongest: driver.stalls.longest, resyncs: faults.resyncs, done: faults.done };
	} finally {
		driver.stop();
		await faults.close().finally(() => floor.close());
	}
}
