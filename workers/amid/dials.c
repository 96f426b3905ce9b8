/* Dials: whom a call goes to, and how each ring of a phone ended. */
#include "workers/amid/event.h"

#include <string.h>

/* An extension as the dialplan has it: a number outside stands behind a prefix. */
bool exten_is_outside(struct tracker *t, struct str exten)
{
	const char *prefix = t->options.outbound_prefix;
	size_t n = strlen(prefix);

	return exten.n > n && memcmp(exten.p, prefix, n) == 0 && !is_extension(exten);
}

struct str exten_number(struct tracker *t, struct str exten)
{
	size_t skip = exten_is_outside(t, exten) ? strlen(t->options.outbound_prefix) : 0;

	return (struct str){ exten.p + skip, exten.n - skip };
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
void call_leave_behind(struct tracker *t, struct call *call, const struct leg *leg)
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

void on_dial_begin(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = event_touch(t, m), *leg = event_dest(t, m);

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
		call_leave_behind(t, call, caller);
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
const char *ring_failure(const struct leg *leg, struct str status)
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
	const char *failure = ring_failure(leg, status);
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

void ring_end(struct tracker *t, struct leg *leg, struct str status)
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

void on_dial_end(struct tracker *t, const struct ami_message *m)
{
	event_touch(t, m);
	struct leg *leg = event_dest(t, m);

	if (leg)
		ring_end(t, leg, ami_get(m, "DialStatus"));
}

/* How a ring ended whose DialEnd was not heard: the cause of the leg that rang tells (Q.850). */
struct str ring_status(const struct leg *leg)
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
void ring_explain_cancel(struct tracker *t, struct leg *leg)
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

/* An originated leg's own events do not say what it is to dial once it is answered. */
void on_originate_response(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));
	struct str exten = ami_get(m, "Exten"), number = exten_number(t, exten);

	if (str_is(ami_get(m, "Application"), "ChanSpy") || str_is(ami_get(m, "Context"), "cc-spy"))
		leg_listens(t, leg);
	if (!leg || leg->call->to || exten.n == 0)
		return;
	leg->call->to = mem_strndup(leg->call, number.p, number.n);
	if (exten_is_outside(t, exten))
		leg->call->direction = DIRECTION_OUTBOUND;
	call_changed(t, leg->call);
}
