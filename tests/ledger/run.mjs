// The ledger test as a command, with figures: see docs/ARCHITECTURE.md.
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: {
	calls: { type: 'string', default: '1000' },
	seed: { type: 'string', default: String(Date.now() % 1e6) },
	concurrency: { type: 'string', default: '50' },
	faults: { type: 'string', default: '' },
	outage: { type: 'string', default: '60' },
	home: { type: 'string', default: process.env.CORDBOARD_HOME ?? '' },
} });
process.env.CORDBOARD_HOME = values.home;

const { run } = await import('./engine.mjs');
const { FAULT_KINDS } = await import('./faults.mjs');
const { differences, figures, hard } = await import('./figures.mjs');

const faults = Object.fromEntries(values.faults.split(',').filter(Boolean).map((part) => part.split('=')).map(([kind, n]) => [kind, Number(n)]));
const unknown = Object.keys(faults).filter((kind) => !FAULT_KINDS.includes(kind));
if (unknown.length) throw new Error(`no such fault: ${unknown} (there are ${FAULT_KINDS})`);

const result = await run({ seed: Number(values.seed), calls: Number(values.calls), concurrency: Number(values.concurrency), faults, outageMs: Number(values.outage) * 1000 });
if (result.faulty.length) console.log(`${differences(result.faulty)}\n`);
console.log(figures(result));
// Without faults nothing may differ at all.
const strict = Object.keys(faults).length === 0;
process.exit(result.open || result.dead || (strict ? result.faulty.length : hard(result).length) ? 1 : 0);
