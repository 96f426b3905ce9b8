// Faults at random moments of a run, one after another, each with what shows that it is over.
import { setTimeout as pause } from 'node:timers/promises';
import * as h from '../e2e/harness.mjs';

const GAP_MS = [500, 5000];
const RESYNC_LIMIT_MS = 60_000;
const STOP_MS = 5000;

const resynced = () => [...h.log('amid').matchAll(/^\S+ (\S+Z) info amid resync done/gm)].map((m) => Date.parse(m[1]));

/** Who is connected as the worker: cordboard-amid's own backends. */
const worker_backends = async () => (await h.sql(`SELECT pid FROM pg_stat_activity WHERE usename = 'cordboard_worker'`)).split('\n').filter(Boolean);

const database_up = () => h.until(() => h.sql('SELECT 1').catch(() => null), 'PostgreSQL', 60_000);

/**
 * A row a fault: does it, and returns when, if a resync follows; possibleAt is the moment from which
 * one can be expected, when that comes later.
 */
const FAULTS = {
	amid: async () => {
		const at = Date.now();
		await h.service('kill', 'amid');
		return { at };
	},
	redis: async () => {
		await h.service('kill', 'redis');
		await h.until(async () => Number(await h.redis('HLEN', 'cb:node1:demo:agents')) > 0, 'the picture in Redis', RESYNC_LIMIT_MS);
	},
	backend: async (faults) => {
		const pids = await h.until(async () => {
			const list = await worker_backends();
			return list.length > 0 && list;
		}, 'a backend of the worker');
		await h.kill_inside(faults.dice.one_of(pids)); // the postmaster then restarts all of its backends
		await database_up();
	},
	postgres: async (faults) => {
		await h.service('down', 'postgres');
		await pause(faults.outageMs);
		await h.service('up', 'postgres');
		await database_up();
	},
	asterisk: async (faults) => {
		const from = Date.now();
		await h.service('kill', 'asterisk');
		const at = Date.now();
		faults.kills.push({ from, to: at });
		await h.until(() => faults.driver.ami && faults.driver.amiSince > at, 'Asterisk to be booted', RESYNC_LIMIT_MS);
		const possibleAt = faults.driver.amiSince;
		await faults.floor.register_all();
		return { at, possibleAt };
	},
	stop: async (faults) => {
		const from = Date.now();
		await h.service('pause', 'asterisk');
		await pause(STOP_MS);
		await h.service('cont', 'asterisk');
		faults.stops.push({ from, to: Date.now() });
		return { at: Date.now() };
	},
	cut: async (faults) => {
		const at = Date.now();
		faults.line.cut();
		return { at };
	},
};

export const FAULT_KINDS = Object.keys(FAULTS);

export class Faults {
	/** wanted: how often each kind. outageMs: how long PostgreSQL stays stopped. */
	constructor(floor, driver, dice, wanted, outageMs) {
		Object.assign(this, { floor, driver, dice, outageMs, stops: [], kills: [], resyncs: [], done: {} });
		this.list = Object.entries(wanted).flatMap(([kind, count]) => Array(count).fill(kind));
		for (let i = this.list.length - 1; i > 0; i--) {
			const j = dice.between(0, i);
			[this.list[i], this.list[j]] = [this.list[j], this.list[i]];
		}
	}

	async open() {
		if (this.list.includes('cut')) this.line = await h.ami_line();
	}

	async measure(kind, { at, possibleAt = at }) {
		const done = await h.until(() => resynced().find((ms) => ms >= at), `a resync after ${kind}`, RESYNC_LIMIT_MS).catch(() => null);
		this.resyncs.push({ kind, ms: done && Math.max(0, done - possibleAt) });
	}

	async run() {
		this.driver.faulty = this.list.length > 0;
		try {
			for (const kind of this.list) {
				await pause(this.dice.between(...GAP_MS));
				const moment = await FAULTS[kind](this);
				if (moment) await this.measure(kind, moment);
				this.done[kind] = (this.done[kind] ?? 0) + 1;
			}
		} finally {
			this.driver.faulty = false;
		}
	}

	async close() {
		await this.line?.close();
	}
}
