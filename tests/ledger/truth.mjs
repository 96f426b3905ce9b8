// What must be in the database: worked out for each call of the ledger from what SIPp saw of its legs
// and from what the driver did, without a look at Asterisk's events or at any row.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { QUEUES } from './floor.mjs';

/** Things this near to each other may have been seen in either order. */
const CROSSING_MS = 300;
const CUT_RING_MS = 250;
/** A dialled call whose phone was never rung is over after this. */
const NEVER_RUNG_MS = 20_000;
const REFUSALS = { 486: 'BUSY', 603: 'BUSY', 404: 'FAILED', 503: 'FAILED', 480: 'NO_ANSWER' };

const near = (a, b, ms = CROSSING_MS) => a !== null && b !== null && Math.abs(a - b) <= ms;
const first = (...times) => Math.min(...times.filter((t) => t !== null && t !== undefined));
/** A phone that refers is out of the call; that it hangs up comes later. */
const gone = (leg) => leg.referAt ?? leg.byeAt;
const end_of = (leg) => gone(leg) ?? leg.refusedAt ?? leg.cancelAt;

/** Length of a recorded announcement (16-bit mono at 8 kHz). */
export const goodbye_ms = (root) => (readFileSync(path.join(root, 'usr/share/asterisk/sounds/en_US_f_Allison/vm-goodbye.wav')).length - 44) / 16;

/** All legs that SIPp saw, times as Asterisk can have seen them: what is sent to a stopped one waits. */
export function observe(floor, { stalls, stops, kills }) {
	const seen = (t) => stops.reduce((at, stop) => (at !== null && at >= stop.from && at < stop.to ? stop.to : at), t);
	const shift = (leg) => {
		for (const [key, value] of Object.entries(leg)) {
			// What was answered before Asterisk went on had come before it stopped.
			const answered = key === 'byeAt' && leg.byeDoneAt !== null && leg.byeDoneAt < seen(value);
			if (key.endsWith('At') && !answered) leg[key] = seen(value);
		}
		// A hang-up that a living Asterisk never answered did not reach it.
		if (leg.byeOurs && leg.byeDoneAt === null && kills.length === 0) Object.assign(leg, { byeAt: null, byeOurs: null });
		// An answer that came too late: the ring was given up, and the call taken back at once.
		if (near(leg.cancelAt, leg.answeredAt) && near(leg.byeAt, leg.answeredAt)) leg.answeredAt = null;
		return leg;
	};
	// On an idle machine Asterisk acknowledges both within a few ms.
	const late = (leg) => {
		if (leg.byeOurs) stalls.note(leg.byeAt, leg.byeDoneAt);
		if (!leg.outgoing) stalls.note(leg.answeredAt, leg.ackAt);
		return leg;
	};
	const read = (name) => floor.legs(name).map(shift).map(late);
	const agents = floor.agents.flatMap((agent) => read(agent.extension).map((leg) => ({ ...leg, agent })));
	return { agents, trunk: read('trunk'), own: (entry) => read(entry.log)[0] };
}

// ---- calls that come in ----

class Inbound {
	constructor(entry, caller, legs, { goodbye, stops }) {
		Object.assign(this, { entry, caller, legs, goodbye, stops, visits: [], offers: [], segments: [], transfers: [] });
		this.startedAt = caller.answeredAt;
		this.leftAt = caller.byeAt ?? Math.max(caller.answeredAt, ...legs.map(end_of));
	}

	action(what, leg) {
		return this.entry.actions.find((a) => a.what === what && a.done && (!leg || a.from === leg.agent.extension));
	}

	/** The consultation that this leg holds the customer for, or is asked in. */
	consult_of(leg) {
		return this.entry.actions.find((a) => a.what === 'consult' && a.done && a.to === leg.agent.extension && leg.inviteAt >= a.at - 50);
	}

	joins() {
		const again = this.action('requeue');
		return again ? [this.startedAt, again.at] : [this.startedAt];
	}

	visit() {
		const joins = this.joins(), rings = this.legs.filter((leg) => leg.agent.queue);
		joins.forEach((joinedAt, i) => {
			const until = joins[i + 1] ?? Infinity;
			const taken = rings.find((leg) => leg.answeredAt && leg.inviteAt >= joinedAt - 50 && leg.inviteAt < until);
			this.visits.push({ queue: this.entry.queue, joinedAt, ...(taken ? this.taken(taken) : this.left(joinedAt)) });
		});
	}

	// An answer and the caller's going may cross: then it is told either way.
	taken(leg) {
		const crossing = this.caller.byeOurs && near(leg.answeredAt, this.caller.byeAt);
		return { leftAt: leg.answeredAt, outcome: crossing ? ['ANSWERED', 'ABANDONED'] : ['ANSWERED'], agent: crossing ? undefined : leg.agent.extension };
	}

	left(joinedAt) {
		if (this.caller.byeOurs) return { leftAt: this.leftAt, outcome: this.may_have_been_told_off(joinedAt) ? ['ABANDONED', 'TIMEOUT', 'FULL'] : ['ABANDONED'] };
		const leftAt = this.leftAt - this.goodbye;
		const full = QUEUES[this.entry.queue].max_waiting && leftAt - joinedAt < 1000;
		return { leftAt: full ? joinedAt : leftAt, outcome: [full ? 'FULL' : 'TIMEOUT'] };
	}

	// A caller who leaves during the last announcement; a stopped Asterisk begins it when it goes on.
	may_have_been_told_off(joinedAt) {
		return this.leftAt - joinedAt > QUEUES[this.entry.queue].max_wait * 1000 - CROSSING_MS
			|| this.stops.some((stop) => stop.from <= this.leftAt && stop.to >= joinedAt - CROSSING_MS);
	}

	ring_outcome(leg) {
		if (leg.answeredAt) return this.caller.byeOurs && near(leg.answeredAt, this.caller.byeAt) ? ['ANSWERED', 'CANCELLED'] : ['ANSWERED'];
		if (leg.refusedWith === 486) return near(leg.refusedAt, this.leftAt) ? ['REJECTED', 'CANCELLED'] : ['REJECTED'];
		const visit = this.visits.find((v) => v.joinedAt <= leg.inviteAt + 50 && v.leftAt >= leg.inviteAt);
		const over = visit ? visit.leftAt : this.leftAt;
		if (near(leg.cancelAt, over, CUT_RING_MS)) return leg.agent.queue && leg.cancelAt - leg.inviteAt > QUEUES[leg.agent.queue].ring * 1000 - 1200 ? ['CANCELLED', 'NO_ANSWER'] : ['CANCELLED'];
		return ['NO_ANSWER'];
	}

	offer(leg) {
		const endAt = leg.answeredAt ?? first(leg.cancelAt, leg.refusedAt);
		this.offers.push({ agent: leg.agent.extension, queue: leg.agent.queue ?? null, startAt: leg.inviteAt, endAt, outcome: this.ring_outcome(leg) });
	}

	segment(leg) {
		if (!leg.answeredAt) return;
		const asked = this.consult_of(leg), complete = this.action('complete');
		if (asked && !complete) return;
		const startAt = asked ? complete.at : leg.answeredAt;
		const handed = !asked && complete ? complete.at : null;
		const endAt = first(gone(leg), this.leftAt, handed);
		this.segments.push({ agent: leg.agent.extension, startAt, endAt, holdMs: this.held(leg, endAt), crossing: this.caller.byeOurs && near(startAt, this.leftAt),
			hungUp: leg.byeOurs && !leg.referAt && near(leg.byeAt, this.leftAt) });
	}

	held(leg, endAt) {
		const holds = leg.holds.map((hold) => ({ from: hold.from, to: hold.to ?? endAt }));
		const consult = this.action('consult', leg);
		if (consult) holds.push({ from: consult.at, to: first(this.action('back')?.at, endAt) });
		return holds.reduce((sum, hold) => sum + Math.max(0, Math.min(hold.to, endAt) - hold.from), 0);
	}

	transfer() {
		for (const leg of this.legs.filter((l) => l.referAt)) this.blind(leg.agent.extension, leg.referTo, leg.referAt);
		for (const action of this.entry.actions.filter((a) => a.done && a.what === 'blind')) this.blind(action.from, action.to, action.at);
		const requeue = this.action('requeue'), consult = this.action('consult');
		if (requeue) this.transfers.push({ kind: 'BLIND', from: requeue.from, to: 's', result: ['COMPLETED'] });
		if (!consult) return;
		const target = this.legs.find((leg) => this.consult_of(leg));
		if (this.action('complete')) this.transfers.push({ kind: 'ATTENDED', from: consult.from, to: consult.to, result: ['COMPLETED'] });
		else if (target?.refusedWith === 486) this.transfers.push({ kind: 'ATTENDED', from: consult.from, to: consult.to, result: ['REFUSED'] });
	}

	blind(from, to, at) {
		const target = this.legs.find((leg) => leg.agent.extension === to && leg.inviteAt >= at - 50);
		if (!target && this.caller.byeOurs && near(at, this.leftAt)) return;
		const crossing = this.caller.byeOurs && near(end_of(target ?? this.caller), this.leftAt);
		const result = target?.answeredAt ? 'COMPLETED' : target?.refusedWith === 486 ? 'REFUSED' : target ? 'NO_ANSWER' : 'FAILED';
		this.transfers.push({ kind: 'BLIND', from, to, result: crossing ? [result, 'NO_ANSWER'] : [result] });
	}

	ended_by() {
		const last = this.segments.some((s) => s.hungUp);
		// Who leaves a customer on hold has hung up first, whatever the customer does then.
		const left_alone = this.legs.some((leg) => leg.byeOurs && this.action('consult', leg) && !this.action('complete'));
		if (this.caller.byeOurs) return last || left_alone ? ['CUSTOMER', 'AGENT'] : ['CUSTOMER'];
		return last ? ['AGENT'] : ['SYSTEM'];
	}

	outcome() {
		if (this.segments.some((s) => !s.crossing)) return ['ANSWERED'];
		return this.segments.length ? ['ANSWERED', 'ABANDONED'] : this.visits.at(-1).outcome.map((outcome) => (outcome === 'ABANDONED' ? outcome : 'NO_ANSWER'));
	}

	work_out() {
		this.visit();
		for (const leg of this.legs) this.offer(leg);
		for (const leg of this.legs) this.segment(leg);
		this.segments.sort((a, b) => a.startAt - b.startAt);
		this.transfer();
		return { startedAt: this.caller.inviteAt, startedBy: this.caller.answeredAt, endedAt: Math.max(this.leftAt, ...this.legs.map((leg) => end_of(leg) ?? 0)), endedBy: this.ended_by(), outcome: this.outcome(),
			from: this.entry.number, to: QUEUES[this.entry.queue].did, visits: this.visits, offers: this.offers,
			segments: this.segments, transfers: this.transfers, legs: [this.caller, ...this.legs] };
	}
}

function inbound(entry, seen, known_of) {
	const caller = seen.own(entry);
	if (!caller?.answeredAt) return null;
	const [known] = seen.agents.filter((leg) => leg.number === entry.number);
	const legs = known ? seen.agents.filter((leg) => leg.callId === known.callId).sort((a, b) => a.inviteAt - b.inviteAt) : [];
	return { id: known?.callId ?? null, ...new Inbound(entry, caller, legs, known_of).work_out() };
}

// ---- calls that agents make ----

const bare = { visits: [], offers: [], segments: [], transfers: [] };

function outbound(entry, seen) {
	if (entry.refused) return null;
	const leg = seen.agents.find((l) => l.callId === entry.callId);
	const far = seen.trunk.find((l) => l.to?.replace('+', '') === entry.to);
	const common = { ...bare, id: entry.callId, from: entry.from, to: `+${entry.to}`, startedAt: entry.placedAt, startedBy: entry.acceptedAt, legs: [leg, far].filter(Boolean) };
	if (!leg) return { ...common, endedAt: null, outcome: ['FAILED'], endedBy: ['SYSTEM'] };
	const endedAt = Math.max(end_of(leg), far ? end_of(far) : 0);
	if (far?.answeredAt) {
		const both = leg.byeOurs && far.byeOurs;
		return { ...common, endedAt, outcome: ['ANSWERED'], endedBy: both ? ['AGENT', 'CUSTOMER'] : [leg.byeOurs ? 'AGENT' : 'CUSTOMER'],
			segments: [{ agent: entry.from, startAt: far.answeredAt, endAt: first(leg.byeAt, far.byeAt), holdMs: 0 }] };
	}
	const refused = REFUSALS[far?.refusedWith];
	return { ...common, endedAt, outcome: [refused ?? 'CANCELLED'], endedBy: refused ? ['SYSTEM', 'CUSTOMER'] : ['AGENT'] };
}

function internal(entry, seen) {
	const leg = seen.own(entry);
	if (!leg) return null;
	const target = seen.agents.find((l) => l.agent.extension === entry.to && l.number === entry.from && near(l.inviteAt, leg.inviteAt, 1500));
	if (!target) return null;
	const endedAt = Math.max(end_of(leg), end_of(target));
	const [outcome, offer] = leg.answeredAt ? ['ANSWERED', 'ANSWERED'] : target.refusedWith === 486 ? ['BUSY', 'REJECTED'] : ['CANCELLED', 'CANCELLED'];
	return { ...bare, id: target.callId, from: entry.from, to: entry.to, startedAt: leg.inviteAt, endedAt, endedBy: outcome === 'BUSY' ? ['AGENT', 'SYSTEM'] : ['AGENT'],
		outcome: [outcome], legs: [leg, target],
		offers: [{ agent: entry.to, queue: null, startAt: target.inviteAt, endAt: target.answeredAt ?? end_of(target), outcome: [offer] }] };
}

const DIRECTIONS = { INBOUND: inbound, OUTBOUND: outbound, INTERNAL: internal };

/** The last moment at which it can have ended for Asterisk: a hang-up of ours counts from its being acknowledged, or died with it. */
function latest_end(call, kills) {
	const of = (leg) => (leg.byeOurs && !leg.referAt ? leg.byeDoneAt ?? kills.find((kill) => kill.to >= leg.byeAt)?.to : null) ?? end_of(leg) ?? 0;
	return call.endedAt && Math.max(call.endedAt, ...call.legs.map(of));
}

const over = (call) => call.endedAt ?? call.startedAt + NEVER_RUNG_MS;

/** Asterisk's death under this call, if there was one. */
const cut_of = (call, kills) => kills.find((kill) => kill.from > (call.startedBy ?? call.startedAt) && kill.to <= over(call)) ?? null;

// Asterisk answers a BYE before it has told anybody of the end.
const LAST_WORD_MS = 150;
const crossed_of = (call, kills) => kills.find((kill) => kill.from - LAST_WORD_MS <= call.endedLatest && kill.to >= (call.startedBy ?? call.startedAt)) ?? null;

/** Each call of the ledger that was placed, with what must be known of it. */
export function expectations(ledger, seen, known) {
	return ledger.flatMap((entry) => {
		const call = DIRECTIONS[entry.direction](entry, seen, known);
		if (!call) return [];
		const whole = { entry, direction: entry.direction, ...call, endedLatest: latest_end(call, known.kills) };
		return [{ ...whole, cut: cut_of(whole, known.kills), crossed: crossed_of(whole, known.kills), late: known.stalls.touch(whole.startedAt, over(whole)) }];
	});
}
