// Places the calls of a run and does by AMI what cordboard-amid will do for agents: blind transfers
// and consultations. Everything done is noted with its time; what came of it is read from SIPp.
import { setTimeout as pause } from 'node:timers/promises';
import * as h from '../e2e/harness.mjs';
import { Dice } from './dice.mjs';
import { DIALLED, TALK_MS } from './scenario.mjs';
import { QUEUES } from './floor.mjs';
import { Stalls } from './stalls.mjs';

/** What is placed how often. */
const KINDS = { plain: 30, patient: 14, impatient: 14, brief: 6, both: 6, held: 6, refer: 6, blind: 5, requeue: 4,
	consult: 6, consult_back: 4, consult_refused: 4, short: 7, full: 6, dial: 12, internal: 4 };
const LONG_TALK = TALK_MS.length - 1;
const SHORT_TALKS = [0, 1];
const SUFFIXES = { '': 6, 486: 1, 404: 1, 603: 1, 503: 1, 480: 1, 183: 2, 408: 1 };
/** Who gets nowhere tries again a little later. */
const REFUSED_PAUSE_MS = 1500;
/** No dial lasts longer. */
const DIAL_LIMIT_MS = 90_000;
const BREAK_EVERY_MS = [4000, 9000];
const BREAK_MS = [2000, 7000];
const PING_EVERY_MS = 100;

export class Driver {
	constructor(floor, seed) {
		this.floor = floor;
		this.seed = seed;
		this.dice = new Dice(seed);
		this.planned = 0;
		this.ledger = [];
		this.prefix = `1570${String(Date.now() % 1e5).padStart(5, '0')}`;
		this.free = new Set(floor.of('dialler'));
		this.waiting = new Map();
		this.stalls = new Stalls();
	}

	// ---- Asterisk, as a manager sees it ----

	async watch() {
		while (!this.over) {
			try {
				this.ami = await h.witness((event) => this.on_event(event));
				this.amiSince = Date.now();
				await this.ami.closed;
			} catch {
				await pause(50);
			}
			this.ami = null;
		}
	}

	/** How late Asterisk and this process are: a stopped or dead Asterisk gives no answer, and counts apart. */
	async feel_pulse() {
		while (!this.over) {
			const from = Date.now(), { ami } = this;
			await pause(PING_EVERY_MS);
			this.stalls.note(from + PING_EVERY_MS, Date.now());
			const asked = Date.now();
			if (ami && await ami.ask({ Action: 'Ping' }).catch(() => null)) this.stalls.note(asked, Date.now());
		}
	}

	on_event(event) {
		if (event.Event === 'AgentConnect') this.settle(`connect ${event.CallerIDNum}`, { caller: event.Channel, agent: event.DestChannel, extension: event.MemberName });
		if (event.Event === 'DialEnd' && event.Channel) this.settle(`dialled ${event.Channel}`, { status: event.DialStatus, channel: event.DestChannel });
		if (event.Event === 'Hangup') this.settle(`hangup ${event.Uniqueid}`, event);
		if (this.ami && this.ami.events.length > 1000) this.ami.events.length = 0;
	}

	settle(key, value) {
		this.waiting.get(key)?.(value);
		this.waiting.delete(key);
	}

	/** What Asterisk says of key, or null when the call is over first. */
	hears(key, ended) {
		return Promise.race([new Promise((resolve) => { this.waiting.set(key, resolve); }), ended.then(() => null)])
			.finally(() => this.waiting.delete(key));
	}

	// An action's time is between its being sent and its being answered: on this machine a few ms.
	async act(entry, what, action, more = {}) {
		const note = { what, at: Date.now(), ...more };
		try {
			note.done = (await this.ami.ask(action)).Response === 'Success';
		} catch {
			note.done = false;
		}
		note.until = Date.now();
		entry.actions.push(note);
		return note.done;
	}

	// ---- what is done in a call, once an agent talks ----

	async after_connect(entry, call) {
		const legs = await this.hears(`connect ${entry.number}`, call.ended);
		if (legs) await this[`do_${entry.kind}`]?.(entry, call, legs);
	}

	async do_both(entry, call) {
		await pause(TALK_MS[entry.talk] + entry.dice.between(-15, 15));
		call.hang_up();
	}

	async do_blind(entry, call, legs) {
		await pause(entry.delayMs);
		const to = entry.dice.one_of([...this.floor.of('target'), ...this.floor.of('busy')]).extension;
		await this.act(entry, 'blind', { Action: 'BlindTransfer', Channel: legs.agent, Context: 'agents', Exten: to }, { from: legs.extension, to });
	}

	// The caller's own Gosub arguments name the queue: it joins the same one again.
	async do_requeue(entry, call, legs) {
		await pause(entry.delayMs);
		await this.act(entry, 'requeue', { Action: 'BlindTransfer', Channel: legs.agent, Context: 'cc-queue', Exten: 's' }, { from: legs.extension, to: 's' });
	}

	async consult(entry, call, legs, temper) {
		await pause(entry.delayMs);
		const to = entry.dice.one_of(this.floor.of(temper)).extension;
		const answer = this.hears(`dialled ${legs.agent}`, call.ended);
		if (!await this.act(entry, 'consult', { Action: 'Redirect', Channel: legs.caller, Context: 'cc-hold', Exten: 's', Priority: 1,
			ExtraChannel: legs.agent, ExtraContext: 'cc-consult', ExtraExten: to, ExtraPriority: 1 }, { from: legs.extension, to })) return null;
		const target = await answer;
		await pause(entry.delayMs);
		return target;
	}

	/** As cordboard-amid leaves it: music goes on for as long as the agent who holds the customer is there. */
	async bridge(entry, what, legs, other) {
		await this.ami.ask({ Action: 'Setvar', Channel: legs.caller, Variable: 'CC_HOLDER', Value: legs.agent }).catch(() => null);
		return this.act(entry, what, { Action: 'Bridge', Channel1: legs.caller, Channel2: other, Tone: 'no' });
	}

	async do_consult(entry, call, legs) {
		const target = await this.consult(entry, call, legs, 'target');
		if (target?.status === 'ANSWER') await this.bridge(entry, 'complete', legs, target.channel);
	}

	async do_consult_back(entry, call, legs) {
		if (await this.consult(entry, call, legs, 'target')) await this.bridge(entry, 'back', legs, legs.agent);
	}

	async do_consult_refused(entry, call, legs) {
		if (await this.consult(entry, call, legs, 'busy')) await this.bridge(entry, 'back', legs, legs.agent);
	}

	// ---- the calls ----

	/** Each call has dice of its own: what it is like depends on the seed and its number alone. */
	entry(kind, dice, more = {}) {
		const number = `${this.prefix}${String(this.ledger.length).padStart(4, '0')}`;
		const entry = { number, kind, dice, direction: 'INBOUND', queue: 'main', actions: [], talk: dice.between(1, LONG_TALK),
			stayMs: dice.between(15_000, 25_000), delayMs: dice.between(700, 1800), placedAt: Date.now(), ...more, ...this.plan(kind, dice) };
		this.ledger.push(entry);
		return entry;
	}

	plan(kind, dice) {
		const long = { talk: LONG_TALK };
		const plans = {
			patient: () => ({ stayMs: dice.between(20_000, 40_000) }),
			impatient: () => ({ stayMs: dice.between(200, 6000) }),
			brief: () => ({ talk: dice.one_of(SHORT_TALKS) }),
			both: () => ({ talk: dice.between(1, 3) }),
			held: () => ({ talk: dice.between(0, 3) }),
			refer: () => ({ talk: dice.between(1, 3) }),
			blind: () => long, requeue: () => long, consult: () => long, consult_back: () => long, consult_refused: () => long,
			short: () => ({ queue: 'short', stayMs: dice.between(8000, 14_000) }),
			full: () => ({ queue: 'full', stayMs: dice.between(3000, 6000) }),
			internal: () => ({ stayMs: dice.between(1500, 8000) }),
		};
		return plans[kind]?.() ?? {};
	}

	name_of(entry) {
		const onto = entry.kind === 'refer' ? `x${entry.dice.one_of(this.floor.of('target')).extension}` : '';
		return `t${entry.talk}${entry.kind === 'held' ? 'h' : onto}`;
	}

	async inbound(entry) {
		const call = await this.floor.call({ number: entry.number, name: this.name_of(entry), did: QUEUES[entry.queue].did, stayMs: entry.stayMs });
		entry.log = call.log;
		const [refused] = await Promise.all([call.ended, this.after_connect(entry, call)]);
		if (refused) await pause(REFUSED_PAUSE_MS);
	}

	// The first one fills the queue, the second finds it full.
	async full(dice) {
		const first = this.inbound(this.entry('full', dice));
		await pause(1000);
		await Promise.all([first, this.inbound(this.entry('full', dice))]);
	}

	async with_dialler(run) {
		const [agent] = this.free;
		if (!agent) return;
		this.free.delete(agent);
		await run(agent).finally(() => this.free.add(agent));
	}

	async dial(agent, dice) {
		const entry = this.entry('dial', dice, { direction: 'OUTBOUND', from: agent.extension });
		entry.to = `${DIALLED}${entry.number.slice(-6)}${entry.talk}${dice.weighed(SUFFIXES)}`;
		const reply = await h.api(agent.token, 'POST', '/calls/dial', { phoneNumber: `+${entry.to}` }).catch(() => ({}));
		if (reply.status !== 202) {
			entry.refused = true;
			await pause(REFUSED_PAUSE_MS);
			return;
		}
		entry.callId = reply.body.callId;
		entry.acceptedAt = Date.now();
		await this.hears(`hangup ${entry.callId}`, Promise.race([this.ami?.closed, pause(DIAL_LIMIT_MS, null, { ref: false })]));
	}

	async internal(agent, dice) {
		const to = dice.one_of([...this.floor.of('target'), ...this.floor.of('busy')]).extension;
		const entry = this.entry('internal', dice, { direction: 'INTERNAL', from: agent.extension, to });
		const call = this.floor.internal(agent, to, entry.stayMs);
		entry.log = call.log;
		await call.ended;
	}

	async one() {
		const dice = new Dice(this.seed + Math.imul(++this.planned, 0x9e3779b1)), kind = dice.weighed(KINDS);
		if (kind === 'full') await this.full(dice);
		else if (kind === 'dial' || kind === 'internal') await this.with_dialler((agent) => this[kind](agent, dice));
		else await this.inbound(this.entry(kind, dice));
	}

	async slot(calls) {
		await pause(this.dice.between(0, 3000));
		while (!this.over && (this.ledger.length < calls || this.faulty)) {
			await this.one();
			await pause(this.dice.between(50, 800));
		}
	}

	async breaks() {
		const members = this.floor.of('member');
		while (!this.over) {
			await pause(this.dice.between(...BREAK_EVERY_MS));
			const agent = this.dice.one_of(members);
			await this.floor.status(agent, 'AWAY', 'BREAK').catch(() => null);
			await pause(this.dice.between(...BREAK_MS));
			await h.until(async () => this.over || (await this.floor.status(agent, 'AVAILABLE').catch(() => ({}))).status === 200, 'the break to end', 120_000).catch(() => null);
		}
	}

	async run(calls, concurrency) {
		const watching = this.watch(), breaks = this.breaks(), pulse = this.feel_pulse();
		await h.until(() => this.ami, 'the manager');
		await Promise.all(Array.from({ length: concurrency }, () => this.slot(calls)));
		this.stop();
		await Promise.all([watching, breaks, pulse]);
	}

	stop() {
		this.over = true;
		this.ami?.close();
	}
}
