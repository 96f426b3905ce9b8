/* Channels: legs that come, meet in bridges, are held, and end. */
#include "workers/amid/event.h"

/* ChannelState of a leg that calls us, and of one that is answered (AST_STATE_…). */
enum { CHANNEL_STATE_RING = 4, CHANNEL_STATE_UP = 6 };

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
	struct str to = leg->party == PARTY_AGENT ? exten_number(t, exten) : exten;
	const char *dialled = to.n && !str_is(to, "s") ? mem_strndup(call, to.p, to.n) : NULL;

	if (leg->party == PARTY_AGENT) {
		call->direction = exten_is_outside(t, exten) ? DIRECTION_OUTBOUND : DIRECTION_INTERNAL;
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

void on_newchannel(struct tracker *t, const struct ami_message *m)
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

/* ---- bridges ---- */

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

void on_bridge_enter(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);
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

void on_bridge_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);

	if (!leg)
		return;
	bridge_leave(t, leg);
	leg->dirty = true;
	call_changed(t, leg->call);
	segments_detach(t, leg->call, leg);
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

void on_hold(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);
	struct segment *s = leg ? call_open_segment(leg->call, leg) : NULL;

	if (!s || s->held_us)
		return;
	s->held_us = t->now_us;
	s->dirty = true;
	call_moment(t, leg->call, "held", s->agent->extension);
	call_changed(t, leg->call);
	agent_changed(t, s->agent);
}

void on_unhold(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);
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

void on_hangup_request(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	struct segment *s = call_open_segment(leg->call, leg);
	if (s && s->detached_us && !s->left_us)
		s->left_us = t->now_us;
	note_who_ends(leg->call, leg);
}

void on_hangup(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	if (leg->dialled && leg->ringing)
		ring_end(t, leg, ring_status(leg));
	else if (leg->cause == 0)
		ring_explain_cancel(t, leg);
	leg_end(t, leg);
}
