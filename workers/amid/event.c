/* AMI events: one row each; a handler changes the model and marks what it changed. */
#include "workers/amid/model.h"

#include <string.h>

/* ChannelState of a leg that calls us, and of one that is answered (AST_STATE_…). */
enum { CHANNEL_STATE_RING = 4, CHANNEL_STATE_UP = 6 };

/* An extension as the dialplan has it: a number outside stands behind a prefix. */
static bool is_outside(struct tracker *t, struct str exten)
{
	const char *prefix = t->options.outbound_prefix;
	size_t n = strlen(prefix);

	return exten.n > n && memcmp(exten.p, prefix, n) == 0 && !is_extension(exten);
}

static struct str number_of(struct tracker *t, struct str exten)
{
	size_t skip = is_outside(t, exten) ? strlen(t->options.outbound_prefix) : 0;

	return (struct str){ exten.p + skip, exten.n - skip };
}

/* A name within quotes is handed on as it stood in the From header: with backslashes before what they guard. */
static struct str plain_name(const void *ctx, struct str quoted)
{
	char *out = mem_array(ctx, char, quoted.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < quoted.n; i++) {
		if (quoted.p[i] == '\\' && i + 1 < quoted.n)
			i++;
		out[n++] = quoted.p[i];
	}
	return (struct str){ out, n };
}

static void first_leg(struct tracker *t, struct call *call, struct leg *leg,
		      const struct ami_message *m)
{
	struct str number = ami_known(ami_get(m, "CallerIDNum"));
	struct str shown = ami_unescape(t->scratch, ami_known(ami_get(m, "CallerIDName")));
	struct str name = plain_name(t->scratch, shown);
	struct str exten = ami_get(m, "Exten");
	struct str to = leg->party == PARTY_AGENT ? number_of(t, exten) : exten;
	const char *dialled = to.n && !str_is(to, "s") ? mem_strndup(call, to.p, to.n) : NULL;

	if (leg->party == PARTY_AGENT) {
		call->direction = is_outside(t, exten) ? DIRECTION_OUTBOUND : DIRECTION_INTERNAL;
		call->dialler = leg->agent;
		call->from = leg->agent->extension;
		call->to = dialled;
		return;
	}
	call->direction = leg->party == PARTY_CUSTOMER ? DIRECTION_INBOUND : DIRECTION_INTERNAL;
	call->from = number.n ? mem_strndup(call, number.p, number.n) : NULL;
	call->from_name = name.n ? mem_strndup(call, name.p, name.n) : NULL;
	call->to = dialled;
	call->did = leg->party == PARTY_CUSTOMER ? dialled : NULL;
	/* A copy of its own: the leg may go over to another call. */
	if (!leg->number && call->from)
		leg->number = mem_strdup(leg, call->from);
}

static const char *tenant_of(struct tracker *t, const struct leg *leg, const struct ami_message *m)
{
	struct str tenant = ami_get_variable(m, "ChanVariable", "CC_TENANT");

	if (tenant.n)
		return mem_strndup(t->scratch, tenant.p, tenant.n);
	return leg->agent ? leg->agent->tenant : t->options.default_tenant;
}

static struct leg *leg_new(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_add(t, NULL, ami_get(m, "Uniqueid"), ami_get(m, "Channel"));

	leg->origin = ami_get_int(m, "ChannelState", 0) == CHANNEL_STATE_RING;
	leg->up = ami_get_int(m, "ChannelState", 0) == CHANNEL_STATE_UP;
	leg->dirty = true;
	return leg;
}

/* A list or a late event does not bring back what is over. */
static bool has_ended(const struct tracker *t, struct str uniqueid)
{
	return recent_has(t->ended, str_hash(uniqueid, 0));
}

static void on_newchannel(struct tracker *t, const struct ami_message *m)
{
	struct str uniqueid = ami_get(m, "Uniqueid"), linkedid = ami_get(m, "Linkedid");
	struct leg *leg = leg_find(t, uniqueid);

	if (uniqueid.n == 0 || leg || has_ended(t, uniqueid))
		return;
	struct leg *elder = str_eq(uniqueid, linkedid) ? NULL : leg_find(t, linkedid);
	struct call *call = elder ? elder->call : call_by_linked_id(t, linkedid);
	leg = leg_new(t, m);
	if (leg->agent && leg->agent->contact)
		leg->contact = mem_strdup(leg, leg->agent->contact);
	if (!call) {
		call = call_find(t, uniqueid);    /* a dial of ours, announced before */
		if (!call)
			call = call_find(t, ami_get_variable(m, "ChanVariable", "CC_CALL_ID"));
	}
	if (!call) {
		call = call_new(t, tenant_of(t, leg, m));
		leg_append(call, leg);
		call_set_customer(call, leg);
		first_leg(t, call, leg, m);
	} else {
		leg_append(call, leg);
		if (leg->party == PARTY_CUSTOMER && call->direction == DIRECTION_INTERNAL)
			call->direction = DIRECTION_OUTBOUND;
		call_set_customer(call, leg);
	}
	call_note_linked_id(call, linkedid);
	call_mark(t, call);
	if (leg->origin)
		agent_refresh(t, leg->agent);
}

/* What every channel event says besides its own matter. Returns the leg, NULL if unknown. */
static struct leg *touch(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));

	if (!leg || !leg->call)
		return NULL;
	struct str context = ami_get(m, "Context");
	if (context.n && context.n < sizeof(leg->context)) {
		memcpy(leg->context, context.p, context.n);
		leg->context[context.n] = '\0';
	}
	leg->seen_us = t->now_us;
	leg->misplaced = false;
	if (leg->found) {
		leg->found = false;
		leg->doubt_us = 0;
	}
	if (!leg->call->emitted && (leg->party == PARTY_CUSTOMER || leg->call->legs == leg)) {
		struct str tenant = ami_get_variable(m, "ChanVariable", "CC_TENANT");
		if (tenant.n && !str_is(tenant, leg->call->tenant))
			leg->call->tenant = mem_strndup(leg->call, tenant.p, tenant.n);
	}
	if (!leg->call->pbx_id)
		call_identify(t, leg->call, ami_get_variable(m, "ChanVariable", "CC_CALL_ID"));
	call_note_linked_id(leg->call, ami_get(m, "Linkedid"));
	return leg;
}

static struct leg *dest(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "DestUniqueid"));

	if (leg && leg->call && !leg->call->pbx_id)
		call_identify(t, leg->call,
			      ami_get_variable(m, "DestChanVariable", "CC_CALL_ID"));
	return leg && leg->call ? leg : NULL;
}

static void dialled_number(struct tracker *t, struct call *call, struct leg *leg, struct str dial)
{
	const char *at = dial.n ? memchr(dial.p, '@', dial.n) : NULL;
	size_t n = at ? (size_t)(at - dial.p) : dial.n;
	const char *slash = n ? memrchr(dial.p, '/', n) : NULL;
	size_t skip = slash ? (size_t)(slash - dial.p) + 1 : 0;

	leg->number = mem_strndup(leg, dial.p + skip, n - skip);
	if (call->direction == DIRECTION_OUTBOUND && call->customer == leg) {
		call->to = mem_strdup(call, leg->number);
		call_changed(t, call);
	}
}

/*
 * A customer who goes on to somebody else though nobody has hung up was sent there by the server, with
 * a Redirect of which no event tells: the agent has lost the customer, but transferred nobody.
 */
static void leave_behind(struct tracker *t, struct call *call, const struct leg *leg)
{
	if (leg != call->customer || call->ended_by != ENDED_UNKNOWN || call->segments.n == 0)
		return;
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us && !call->segments.items[i].detached_us)
			return;
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us) {
			call->segments.items[i].left_us = t->now_us;
			segment_end(t, call, &call->segments.items[i]);
		}
}

static void on_dial_begin(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = touch(t, m), *leg = dest(t, m);

	/* A leg rings once, whoever tells of it: Asterisk's log, its list, its events. */
	if (!leg || (leg->dialled && leg->ringing))
		return;
	struct call *call = leg->call;
	/* Each ring is announced, also when two begin before the next flush. */
	if (call->offered_to)
		tracker_flush(t);
	leg->ringing = true;
	leg->dirty = true;
	call_changed(t, call);
	if (!caller) {
		/* An agent-first dial rings the agent's own phone: nobody is offered a call. */
		agent_refresh(t, leg->agent ? leg->agent : call->dialler);
		return;
	}
	leg->dialled = true;
	leg->dialled_by = caller->agent;
	if (leg->party == PARTY_CUSTOMER)
		dialled_number(t, call, leg, ami_get(m, "DialString"));
	struct visit *visit = call_open_visit(call);
	if (!visit)
		leave_behind(t, call, caller);
	if (!leg->agent)
		return;
	struct offer *offer = LIST_ADD(call, call->offers, struct offer);
	offer->agent = leg->agent;
	offer->leg = leg;
	offer->queue = visit ? visit->queue : NULL;
	offer->started_us = t->now_us;
	offer->dirty = true;
	call->offered_to = leg->agent;
	call->live_event = "call:incoming";
	call_moment(t, call, "ringing", leg->agent->extension);
	agent_refresh(t, leg->agent);
}

/* DialStatus says NOANSWER of a refusal too; the cause of the leg tells them apart. */
static const char *offer_outcome(const struct leg *leg, struct str status)
{
	if (str_is(status, "ANSWER"))
		return "ANSWERED";
	if (str_is(status, "CANCEL"))
		return "CANCELLED";
	return leg_refused(leg) || str_is(status, "BUSY") ? "REJECTED" : "NO_ANSWER";
}

/* What a transfer came to when its target was not reached; NULL: it was, or nobody wanted it. */
static const char *transfer_failure(const struct leg *leg, struct str status)
{
	if (str_is(status, "ANSWER") || str_is(status, "CANCEL"))
		return NULL;
	if (str_is(status, "BUSY") || leg_refused(leg))
		return "REFUSED";
	return str_is(status, "NOANSWER") && (leg->cause == 0 || leg->cause == 19) ? "NO_ANSWER"
										 : "FAILED";
}

static struct segment *segment_of(struct call *call, const struct agent *agent)
{
	for (size_t i = call->segments.n; agent && i-- > 0;)
		if (call->segments.items[i].agent == agent && !call->segments.items[i].ended_us)
			return &call->segments.items[i];
	return NULL;
}

/* The target of a blind transfer or of a consultation did not take the call. */
static void target_not_reached(struct tracker *t, struct leg *leg, struct str status)
{
	struct call *call = leg->call;
	const char *failure = transfer_failure(leg, status);
	struct transfer *transfer = call_open_transfer(call);

	if (!failure)
		return;
	if (transfer) {
		transfer->result = failure;
		transfer->dirty = true;
		return;
	}
	struct segment *s = segment_of(call, leg->dialled_by);
	if (s && s->detached_us)
		transfer_add(t, call, "ATTENDED", s->agent->extension, leg->number, failure);
}

static void ring_end(struct tracker *t, struct leg *leg, struct str status)
{
	struct offer *offer = call_open_offer(leg->call, leg);

	if (offer)
		offer_end(t, leg->call, offer, offer_outcome(leg, status));
	if (leg->ringing)
		target_not_reached(t, leg, status);
	leg->ringing = false;
	leg->dirty = true;
	if (str_is(status, "ANSWER") && !leg->up) {
		leg->up = true;
		leg->answered_us = t->now_us;
	}
	call_changed(t, leg->call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

static void on_dial_end(struct tracker *t, const struct ami_message *m)
{
	touch(t, m);
	struct leg *leg = dest(t, m);

	if (leg)
		ring_end(t, leg, ami_get(m, "DialStatus"));
}

static struct call *call_of_customer_in(const struct bridge *bridge)
{
	for (const struct leg *leg = bridge->legs; leg; leg = leg->next_in_bridge)
		if (leg->call->customer == leg)
			return leg->call;
	return NULL;
}

/* A call whose only leg has become part of another one was never a call of its own. */
static void dissolve_if_empty(struct tracker *t, struct call *call)
{
	if (call->legs) {
		call_end_if_over(t, call);
		return;
	}
	call->merged = true;
	call->end_reason = "merged";
	call->ended_us = t->now_us;
	t->any_ended = true;
	call_live(t, call, "call:ended");
}

/* A leg of another call that joins a bridge with a customer belongs to the customer's call. */
static void adopt_into_bridge(struct tracker *t, struct leg *leg)
{
	struct call *old = leg->call, *call = call_of_customer_in(leg->bridge);

	if (!call || call == old || old->customer == leg || leg->party == PARTY_SUPERVISOR)
		return;
	struct segment *segment = call_open_segment(old, leg);
	if (segment)
		segment_end(t, old, segment);
	struct offer *offer = call_open_offer(old, leg);
	if (offer)
		offer_end(t, old, offer, "ANSWERED");
	leg_remove(old, leg);
	leg_append(call, leg);
	leg->dirty = true;
	dissolve_if_empty(t, old);
	call_changed(t, old);
}

static void on_bridge_enter(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct str bridge = ami_get(m, "BridgeUniqueid");

	if (!leg || bridge.n == 0)
		return;
	bridge_enter(t, leg, bridge);
	leg->dirty = true;
	if (!leg->up) {
		leg->up = true;
		leg->answered_us = t->now_us;
	}
	adopt_into_bridge(t, leg);
	segment_park_if_consulting(leg);
	call_note_linked_id(leg->call, ami_get(m, "Linkedid"));
	segments_update(t, leg->call);
	if (leg->call->direction == DIRECTION_INTERNAL && ami_get_int(m, "BridgeNumChannels", 0) > 1)
		call_answered(t, leg->call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
	call_changed(t, leg->call);
}

static void on_bridge_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	bridge_leave(t, leg);
	leg->dirty = true;
	call_changed(t, leg->call);
	segments_detach(t, leg->call, leg);
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

static void on_hold(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct segment *s = leg ? call_open_segment(leg->call, leg) : NULL;

	if (!s || s->held_us)
		return;
	s->held_us = t->now_us;
	s->dirty = true;
	call_moment(t, leg->call, "held", s->agent->extension);
	call_changed(t, leg->call);
	agent_changed(t, s->agent);
}

static void on_unhold(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct segment *s = leg ? call_open_segment(leg->call, leg) : NULL;

	if (!s || !s->held_us)
		return;
	if (!s->detached_us)
		hold_settle(s, t->now_us);
	s->dirty = true;
	call_moment(t, leg->call, "resumed", s->agent->extension);
	call_changed(t, leg->call);
	agent_changed(t, s->agent);
}

/* ---- ends ---- */

static bool anybody_else_has_customer(const struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us && call->segments.items[i].leg != leg)
			return true;
	return false;
}

/* Who hangs up first ends the call, if nothing but the other side's hang-up can follow from it. */
static void note_who_ends(struct call *call, const struct leg *leg)
{
	/* A phone that refuses a ring ends its leg, not the customer's call. */
	if (call->customer && leg->dialled && !leg->up && leg->agent)
		return;
	bool agent_left = call->ended_by == ENDED_AGENT && !call_open_transfer(call);
	if (leg == call->customer && !agent_left)
		call->ended_by = ENDED_CUSTOMER;
	else if (leg->party == PARTY_AGENT && call->ended_by == ENDED_UNKNOWN &&
		 !anybody_else_has_customer(call, leg))
		call->ended_by = ENDED_AGENT;
}

static void on_hangup_request(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	struct segment *s = call_open_segment(leg->call, leg);
	if (s && s->detached_us && !s->left_us)
		s->left_us = t->now_us;
	note_who_ends(leg->call, leg);
}

/* How a ring ended whose DialEnd was not heard: the cause of the leg that rang tells (Q.850). */
static struct str ring_status(const struct leg *leg)
{
	enum { CLEARED = 16, ELSEWHERE = 26 };

	if (leg_refused(leg))
		return STR("BUSY");
	if (leg->cause == ELSEWHERE || leg->cause == CLEARED ||
	    leg->call->ended_by != ENDED_UNKNOWN)
		return STR("CANCEL");
	return STR("NOANSWER");
}

/*
 * Asterisk ends an unanswered ring twice, as not answered and as cancelled. If only the second was
 * heard, that the caller still waits tells that nobody had cancelled it.
 */
static void explain_cancel(struct tracker *t, struct leg *leg)
{
	struct call *call = leg->call;

	if (!call_open_visit(call) || call->ended_by != ENDED_UNKNOWN)
		return;
	for (size_t i = 0; i < call->offers.n; i++) {
		struct offer *offer = &call->offers.items[i];
		if (offer->agent != leg->agent || !offer->outcome || !offer->queue ||
		    t->now_us - offer->ended_us > SAME_MOMENT_US ||
		    strcmp(offer->outcome, "CANCELLED") != 0)
			continue;
		offer->outcome = "NO_ANSWER";
		offer->dirty = true;
		call_changed(t, call);
	}
}

static void on_hangup(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	if (leg->dialled && leg->ringing)
		ring_end(t, leg, ring_status(leg));
	else if (leg->cause == 0)
		explain_cancel(t, leg);
	leg_end(t, leg);
}

/* ---- queues ---- */

static const char *queue_name(struct tracker *t, const struct ami_message *m)
{
	struct str name = pbx_name(t, ami_get(m, "Queue")).name;

	return mem_strndup(t->scratch, name.p, name.n);
}

/* Told twice, by Asterisk's log and by an event, while the caller has left again. */
static bool has_just_joined(const struct tracker *t, const struct call *call, const char *queue)
{
	const struct visit *last = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;

	return last && strcmp(last->queue, queue) == 0 && t->now_us - last->joined_us < SAME_MOMENT_US;
}

static void on_queue_join(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg || call_open_visit(leg->call) || has_just_joined(t, leg->call, queue_name(t, m)))
		return;
	/* Whoever waits anew had waited long enough before. */
	if (leg->call->visits.n && !leg->call->visits.items[leg->call->visits.n - 1].outcome)
		visit_close(t, leg->call, &leg->call->visits.items[leg->call->visits.n - 1],
			    "TIMEOUT");
	struct visit *visit = LIST_ADD(leg->call, leg->call->visits, struct visit);
	visit->queue = mem_strdup(leg->call, queue_name(t, m));
	visit->joined_us = t->now_us;
	visit->position = (int)ami_get_int(m, "Position", 0);
	visit->dirty = true;
	leave_behind(t, leg->call, leg);
	struct transfer *transfer = call_open_transfer(leg->call);
	if (transfer) {
		transfer->result = "COMPLETED";
		transfer->dirty = true;
	}
	leg->call->ended_by = ENDED_UNKNOWN;
	call_moment(t, leg->call, "queued", visit->queue);
	call_changed(t, leg->call);
	call_queue_changed(t, leg->call, visit->queue);
}

static void on_queue_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct visit *visit = leg ? call_open_visit(leg->call) : NULL;

	if (!visit)
		return;
	visit->left_us = t->now_us;
	call_queue_changed(t, leg->call, visit->queue);
	call_changed(t, leg->call);
}

/*
 * Who waits, as a list says: news of a caller whose joining was not heard. A list is ahead of the
 * events, so it is believed the second time.
 */
static void on_queue_entry(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));

	if (!leg || !leg->call || leg->bridge || call_open_visit(leg->call))
		return;
	if (!leg->waits_unheard) {
		leg->waits_unheard = true;
		return;
	}
	int64_t now_us = t->now_us;
	t->now_us -= ami_get_int(m, "Wait", 0) * 1000000;
	t->differences++;
	leg->call->estimated = true;
	on_queue_join(t, m);
	t->now_us = now_us;
}

/* Behind a Local channel stands whoever answered the ring that went through it. */
static struct agent *last_to_answer(const struct call *call)
{
	for (size_t i = call->offers.n; i-- > 0;) {
		const struct offer *offer = &call->offers.items[i];
		if (offer->outcome && strcmp(offer->outcome, "ANSWERED") == 0)
			return offer->agent;
	}
	return NULL;
}

static void on_agent_connect(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = touch(t, m), *leg = dest(t, m);

	if (!caller || caller->call->visits.n == 0)
		return;
	struct visit *visit = &caller->call->visits.items[caller->call->visits.n - 1];
	if (visit->outcome)
		return;
	visit->agent = leg && leg->agent ? leg->agent : last_to_answer(caller->call);
	visit_close(t, caller->call, visit, "ANSWERED");
}

/* QUEUESTATUS, or what our dialplan says in its place, to our outcome; a queue nobody knows is closed. */
static const struct {
	const char *status, *outcome;
} queue_exits[] = {
	{ "TIMEOUT", "TIMEOUT" },     { "FULL", "FULL" },
	{ "JOINEMPTY", "NO_AGENTS" }, { "LEAVEEMPTY", "NO_AGENTS" },
	{ "JOINUNAVAIL", "NO_AGENTS" }, { "LEAVEUNAVAIL", "NO_AGENTS" },
	{ "CLOSED", "CLOSED" },       { "UNKNOWN", "CLOSED" },
	{ "WITHDRAW", "KEY" },
	{ "CONTINUE", "KEY" },        { "", "KEY" },
};

static void on_queue_exit(struct tracker *t, const struct ami_message *m, struct leg *leg)
{
	struct call *call = leg->call;
	struct str status = ami_get(m, "QueueStatus");
	const char *outcome = "CLOSED";

	for (size_t i = 0; i < ARRAY_LEN(queue_exits); i++)
		if (str_is(status, queue_exits[i].status))
			outcome = queue_exits[i].outcome;
	struct visit *visit = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;
	if (visit && visit->outcome && strcmp(visit->outcome, outcome) == 0 &&
	    t->now_us - visit->left_us < SAME_MOMENT_US)
		return;
	/* News of a queue that the caller has left for this one. */
	if (visit && !visit->outcome && strcmp(visit->queue, queue_name(t, m)) != 0)
		return;
	if (!visit || (visit->outcome && strcmp(visit->outcome, "ANSWERED") != 0) ||
	    (visit->outcome && str_is(status, "FULL"))) {
		/* A queue that is full or has nobody lets no one join: the visit begins and ends. */
		visit = LIST_ADD(call, call->visits, struct visit);
		visit->queue = mem_strdup(call, queue_name(t, m));
		visit->joined_us = t->now_us;
	}
	if (visit->outcome)
		return;
	visit_close(t, call, visit, outcome);
}

/* Nobody has taken a customer who was transferred; if no ring has told why, none could be rung. */
static void on_return(struct tracker *t, struct call *call)
{
	struct transfer *transfer = call_open_transfer(call);

	if (transfer) {
		transfer->result = "FAILED";
		transfer->dirty = true;
	}
	call->ended_by = ENDED_UNKNOWN;
	call_moment(t, call, "returned", NULL);
	call_changed(t, call);
}

static void on_user_event(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (leg && str_is(ami_get(m, "UserEvent"), "CCQueueExit"))
		on_queue_exit(t, m, leg);
	else if (leg && str_is(ami_get(m, "UserEvent"), "CCReturn"))
		on_return(t, leg->call);
}

/* ---- transfers and supervision ---- */

/* A leg may be gone when Asterisk tells of its transfer: its name is not, nor is the customer. */
static const char *extension_in(struct tracker *t, const struct ami_message *m, const char *channel)
{
	struct str name = pbx_name(t, endpoint_of(ami_get(m, channel))).name;

	return is_extension(name) ? mem_strndup(t->scratch, name.p, name.n) : NULL;
}

static struct call *transferred_call(struct tracker *t, const struct ami_message *m,
				     const char *transferer_uniqueid)
{
	const struct leg *leg = leg_find(t, ami_get(m, transferer_uniqueid));

	if (!leg || !leg->call)
		leg = leg_find(t, ami_get(m, "TransfereeUniqueid"));
	return leg ? leg->call : NULL;
}

static bool had_customer_since(const struct call *call, const char *extension, int64_t at_us)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (call->segments.items[i].started_us > at_us &&
		    strcmp(call->segments.items[i].agent->extension, extension) == 0)
			return true;
	return false;
}

/* The transfer that was seen before Asterisk told of it; NULL: it is news. */
static struct transfer *seen_before(struct call *call, const char *kind, const char *from)
{
	for (size_t i = call->transfers.n; i-- > 0;) {
		struct transfer *x = &call->transfers.items[i];
		/* After a consultation that failed the agent still has the customer. */
		bool stayed = strcmp(x->kind, "ATTENDED") == 0 && x->result &&
			      strcmp(x->result, "COMPLETED") != 0;
		if (strcmp(x->kind, kind) == 0 && strcmp(x->from, from) == 0 && !stayed &&
		    !had_customer_since(call, from, x->at_us))
			return x;
	}
	return NULL;
}

/* When the customer was brought back after this moment; INT64_MAX: was not. */
static int64_t returned_us(const struct call *call, int64_t after_us)
{
	for (size_t i = 0; i < call->moments.n; i++) {
		const struct moment *m = &call->moments.items[i];
		if (m->at_us > after_us && m->kind && strcmp(m->kind, "returned") == 0)
			return m->at_us;
	}
	return INT64_MAX;
}

/* What a transfer had come to before it was told of; NULL: nothing yet. */
static const char *told_too_late(const struct tracker *t, const struct call *call)
{
	const struct visit *last = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;
	int64_t returned = returned_us(call, t->now_us);
	const struct leg *rung = NULL;

	if (last && last->joined_us > t->now_us && last->joined_us < returned)
		return "COMPLETED";
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->dialled && leg->started_us > t->now_us && leg->started_us < returned)
			rung = leg;
	if (!rung)
		return returned == INT64_MAX ? NULL : "FAILED";
	if (rung->ringing)
		return NULL;
	return rung->up ? "COMPLETED" : transfer_failure(rung, ring_status(rung));
}

/* A queue has a letter before it, and in Asterisk its tenant. */
static struct str transferred_to(struct tracker *t, const struct ami_message *m)
{
	struct str exten = ami_get(m, "Extension");

	if (!str_is(ami_get(m, "Context"), "cc-transfer-queue") || exten.n < 2)
		return number_of(t, exten);
	return pbx_name(t, (struct str){ exten.p + 1, exten.n - 1 }).name;
}

static void on_blind_transfer(struct tracker *t, const struct ami_message *m)
{
	struct call *call = transferred_call(t, m, "TransfererUniqueid");
	const char *from = extension_in(t, m, "TransfererChannel");
	struct str to = transferred_to(t, m);

	if (!call || !from)
		return;
	struct transfer *seen = seen_before(call, "BLIND", from);
	if (!seen) {
		transfer_add(t, call, "BLIND", from, mem_strndup(t->scratch, to.p, to.n),
			     told_too_late(t, call));
		return;
	}
	seen->to = mem_strndup(call, to.p, to.n);
	seen->dirty = true;
	call_changed(t, call);
}

/* A target that still rings is behind a Local channel whose other half talks to nobody. */
static const char *attended_result(const struct ami_message *m, const struct leg *target)
{
	if (!str_is(ami_get(m, "Result"), "Success"))
		return "FAILED";
	return target && target->local_peer && !target->local_peer->bridge ? NULL : "COMPLETED";
}

static void on_attended_transfer(struct tracker *t, const struct ami_message *m)
{
	struct call *call = transferred_call(t, m, "OrigTransfererUniqueid");
	const char *from = extension_in(t, m, "OrigTransfererChannel");
	const struct leg *to = leg_find(t, ami_get(m, "TransferTargetUniqueid"));

	if (call && from && !seen_before(call, "ATTENDED", from))
		transfer_add(t, call, "ATTENDED", from,
			     to ? to->number : extension_in(t, m, "TransferTargetChannel"),
			     attended_result(m, to));
}

/* A leg that listens is no party of any call: its agent's own state stays as it was. */
static void listens(struct tracker *t, struct leg *leg)
{
	if (!leg || !leg->call)
		return;
	leg->party = PARTY_SUPERVISOR;
	if (leg->call->legs == leg && !leg->next)
		leg->call->merged = true;
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

static void on_spy_start(struct tracker *t, const struct ami_message *m)
{
	listens(t, leg_find(t, ami_get(m, "SpyerUniqueid")));
}

/* ---- phones and dials ---- */

/* An originated leg's own events do not say what it is to dial once it is answered. */
static void on_originate_response(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));
	struct str exten = ami_get(m, "Exten"), number = number_of(t, exten);

	if (str_is(ami_get(m, "Application"), "ChanSpy") || str_is(ami_get(m, "Context"), "cc-spy"))
		listens(t, leg);
	if (!leg || leg->call->to || exten.n == 0)
		return;
	leg->call->to = mem_strndup(leg->call, number.p, number.n);
	if (is_outside(t, exten))
		leg->call->direction = DIRECTION_OUTBOUND;
	call_changed(t, leg->call);
}

static void on_contact_status(struct tracker *t, const struct ami_message *m)
{
	struct pbx_name name = pbx_name(t, ami_get(m, "EndpointName"));
	struct str uri = ami_get(m, "URI");

	if (!is_extension(name.name))
		return;
	struct agent *agent = agent_get(t, name.tenant, name.name);
	bool removed = str_is(ami_get(m, "ContactStatus"), "Removed");
	/* One that answers no question is there in name only. */
	bool gone = removed || str_is(ami_get(m, "ContactStatus"), "Unreachable");
	/* A phone that registers anew replaces its contact: the old one's end is no news. */
	if (gone && agent->contact && !str_is(uri, agent->contact))
		return;
	agent->parted = gone;
	agent_phone(t, agent, !gone, removed ? (struct str){ "", 0 } : uri);
}

/* A device in use may be a channel whose phone has gone: only one that is idle is surely there. */
static void device_seen(struct tracker *t, struct agent *agent, bool there, bool idle)
{
	if (there && !idle && agent->parted)
		return;
	if (idle)
		agent->parted = false;
	agent_phone(t, agent, there, str_of(agent->contact));
}

/* Device states of DeviceStateList and QueueMemberStatus; 4 and 5 mean that no phone is there. */
static void on_member_status(struct tracker *t, const struct ami_message *m)
{
	struct str interface = ami_get(m, "Interface");
	const char *slash = interface.n ? memchr(interface.p, '/', interface.n) : NULL;

	if (!slash)
		return;
	size_t skip = (size_t)(slash - interface.p) + 1;
	struct pbx_name name = pbx_name(t, (struct str){ slash + 1, interface.n - skip });
	int64_t status = ami_get_int(m, "Status", 0);
	if (!is_extension(name.name) || status == 0)
		return;
	device_seen(t, agent_get(t, name.tenant, name.name), status != 5 && status != 4, status == 1);
}

static void on_device_state(struct tracker *t, const struct ami_message *m)
{
	struct str device = ami_get(m, "Device"), state = ami_get(m, "State");

	if (device.n < 7 || memcmp(device.p, "PJSIP/", 6) != 0)
		return;
	struct pbx_name name = pbx_name(t, (struct str){ device.p + 6, device.n - 6 });
	if (!is_extension(name.name))
		return;
	bool registered = !str_is(state, "UNAVAILABLE") && !str_is(state, "INVALID") &&
			  !str_is(state, "UNKNOWN");
	device_seen(t, agent_get(t, name.tenant, name.name), registered, str_is(state, "NOT_INUSE"));
}

/* ---- the table ---- */

#define KEY(text) { text, sizeof(text) - 1 }

static const struct event_row {
	struct str name;
	void (*handle)(struct tracker *t, const struct ami_message *m);
} events[] = {
	{ KEY("AgentConnect"), on_agent_connect },
	{ KEY("AttendedTransfer"), on_attended_transfer },
	{ KEY("BlindTransfer"), on_blind_transfer },
	{ KEY("BridgeEnter"), on_bridge_enter },
	{ KEY("BridgeLeave"), on_bridge_leave },
	{ KEY("ChanSpyStart"), on_spy_start },
	{ KEY("ContactStatus"), on_contact_status },
	{ KEY("DeviceStateChange"), on_device_state },
	{ KEY("DialBegin"), on_dial_begin },
	{ KEY("DialEnd"), on_dial_end },
	{ KEY("Hangup"), on_hangup },
	{ KEY("HangupRequest"), on_hangup_request },
	{ KEY("Hold"), on_hold },
	{ KEY("Newchannel"), on_newchannel },
	{ KEY("OriginateResponse"), on_originate_response },
	{ KEY("QueueCallerJoin"), on_queue_join },
	{ KEY("QueueCallerLeave"), on_queue_leave },
	{ KEY("QueueEntry"), on_queue_entry },
	{ KEY("QueueMember"), on_member_status },
	{ KEY("QueueMemberStatus"), on_member_status },
	{ KEY("Unhold"), on_unhold },
	{ KEY("UserEvent"), on_user_event },
};

static const struct event_row *row_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (str_eq(events[i].name, name))
			return &events[i];
	return NULL;
}

/* ---- repeats ---- */

/* Whether a header tells one event of a name from another. */
static bool tells_apart(struct str key)
{
	static const struct str keys[] = {
		KEY("Timestamp"), KEY("Uniqueid"),  KEY("DestUniqueid"), KEY("BridgeUniqueid"),
		KEY("Queue"),     KEY("Interface"), KEY("EndpointName"), KEY("DialStatus"),
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_eq(key, keys[i]))
			return true;
	return false;
}

/* A message that comes again, to the microsecond and the channel, changes nothing. */
static bool is_repeat(struct tracker *t, const struct ami_message *m, struct str event)
{
	uint64_t hash = str_hash(event, 0);

	if (ami_get(m, "Timestamp").n == 0)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (tells_apart(m->headers[i].key))
			hash = str_hash(m->headers[i].value, hash);
	return recent_note(t->told, hash);
}

bool event_handle(struct tracker *t, const struct ami_message *m)
{
	struct str name = ami_get(m, "Event");
	const struct event_row *row = row_of(name);

	if (!row || is_repeat(t, m, name))
		return false;
	int64_t at = ami_timestamp_us(m);
	if (at)
		t->now_us = at;
	if (at > t->heard_us)
		t->heard_us = at;
	row->handle(t, m);
	return true;
}

struct leg *event_channel(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));

	if (leg)
		return leg;
	on_newchannel(t, m);
	return touch(t, m);
}
