/* Who is with the customer: bridges, segments, hold, and what a transfer comes to. */
#include "workers/amid/model.h"

#include <string.h>

/* ---- bridges ---- */

static struct bridge *bridge_get(struct tracker *t, struct str id)
{
	struct bridge *bridge;

	HASH_FIND(hh, t->bridges, id.p, id.n, bridge);
	if (bridge)
		return bridge;
	bridge = mem_new(t, struct bridge);
	bridge->id = mem_strndup(bridge, id.p, id.n);
	HASH_ADD_KEYPTR(hh, t->bridges, bridge->id, id.n, bridge);
	return bridge;
}

bool bridge_is_empty(const struct tracker *t, struct str id)
{
	struct bridge *bridge;

	HASH_FIND(hh, t->bridges, id.p, id.n, bridge);
	return !bridge;
}

void bridge_leave(struct tracker *t, struct leg *leg)
{
	struct bridge *bridge = leg->bridge;

	if (!bridge)
		return;
	for (struct leg **p = &bridge->legs; *p; p = &(*p)->next_in_bridge)
		if (*p == leg) {
			*p = leg->next_in_bridge;
			break;
		}
	leg->bridge = NULL;
	leg->next_in_bridge = NULL;
	if (bridge->legs)
		return;
	HASH_DEL(t->bridges, bridge);
	talloc_free(bridge);
}

void bridge_enter(struct tracker *t, struct leg *leg, struct str id)
{
	if (leg->bridge && str_is(id, leg->bridge->id))
		return;
	bridge_leave(t, leg);
	leg->bridge = bridge_get(t, id);
	leg->next_in_bridge = leg->bridge->legs;
	leg->bridge->legs = leg;
}

/* Marks every bridge whose sound reaches this one: through the halves of Local channels. */
static void walk_from(struct tracker *t, struct bridge *bridge)
{
	if (bridge->seen == t->walk)
		return;
	bridge->seen = t->walk;
	for (struct leg *leg = bridge->legs; leg; leg = leg->next_in_bridge)
		if (leg->local_peer && leg->local_peer->bridge)
			walk_from(t, leg->local_peer->bridge);
}

/* ---- segments ---- */

int64_t ms_between(int64_t from_us, int64_t to_us)
{
	/* Asterisk's timestamps go back by a few ms now and then. */
	return to_us > from_us ? to_us / 1000 - from_us / 1000 : 0;
}

void segment_times(const struct segment *s, int64_t now_us, int64_t *talk_ms, int64_t *hold_ms)
{
	int64_t end = s->ended_us ? s->ended_us : now_us;
	int64_t since = s->held_us && s->detached_us
				? (s->held_us < s->detached_us ? s->held_us : s->detached_us)
				: s->held_us + s->detached_us;

	*hold_ms = (s->hold_us + (since && end > since ? end - since : 0) + 500) / 1000;
	*talk_ms = ms_between(s->started_us, end) - *hold_ms;
	if (*talk_ms < 0)
		*talk_ms = 0;
}

/* An exchange of channels (a transfer, a Local channel taken out) parts them for a moment only. */
enum { SWAP_US = 50000 };

void hold_settle(struct segment *s, int64_t end_us)
{
	int64_t since = s->held_us ? s->held_us : s->detached_us;

	if (s->held_us && s->detached_us && s->detached_us < since)
		since = s->detached_us;
	if (since && end_us > since && (s->held_us || end_us - since > SWAP_US))
		s->hold_us += end_us - since;
	s->held_us = s->detached_us = 0;
	s->parked = false;
}

/* Contexts in which a leg waits for the worker to bring it back: it has not left. */
static bool is_waiting_room(const struct leg *leg)
{
	static const char *const rooms[] = { "cc-idle", "cc-hold", "cc-consult",
					     "cc-consult-exit", "cc-consult-internal",
					     "cc-with", "cc-with-exit", "cc-join" };

	for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
		if (strcmp(leg->context, rooms[i]) == 0)
			return true;
	return false;
}

/* Held by the phone, or sent to wait by the server: the agent still has the customer. */
bool segment_is_parked(const struct call *call, const struct segment *s)
{
	if (s->ending)
		return false;
	return s->parked || s->held_us || (s->leg && is_waiting_room(s->leg)) ||
	       (call->customer && leg_alive(call->customer) && is_waiting_room(call->customer));
}

void segment_end(struct tracker *t, struct call *call, struct segment *s)
{
	int64_t end = s->left_us ? s->left_us : t->now_us;

	if (s->detached_us && !segment_is_parked(call, s)) {
		end = s->detached_us;
		s->detached_us = 0;
	}
	hold_settle(s, end);
	s->ended_us = end > s->started_us ? end : s->started_us;
	s->leg = NULL;
	s->dirty = true;
	call_changed(t, call);
	call_moment(t, call, "segment-ended", s->agent->extension);
	struct queue *queue = s->queue ? queue_get(t, call->tenant, s->queue) : NULL;
	agent_wrapup_begin(t, s->agent, call, s->ended_us,
			   queue ? queue->wrapup_us : t->options.outbound_wrapup_ms * 1000);
}

/* The agent talks to somebody else while the customer waits: a consultation. */
void segment_park_if_consulting(struct leg *leg)
{
	struct segment *s = call_open_segment(leg->call, leg);

	if (s && s->detached_us)
		s->parked = true;
}

static const char *last_answered_queue(const struct call *call, const struct agent *agent)
{
	for (size_t i = call->visits.n; i-- > 0;)
		if (call->visits.items[i].agent == agent)
			return call->visits.items[i].queue;
	return NULL;
}

void call_answered(struct tracker *t, struct call *call)
{
	struct transfer *transfer = call_open_transfer(call);

	if (!call->answered_us) {
		call->answered_us = t->now_us;
		call_moment(t, call, "answered", NULL);
	}
	if (transfer) {
		transfer->result = "COMPLETED";
		transfer->dirty = true;
	}
	call_changed(t, call);
}

/* An event of Asterisk has already told of this transfer. */
static bool already_transferred(const struct call *call, const char *from)
{
	const struct transfer *last =
		call->transfers.n ? &call->transfers.items[call->transfers.n - 1] : NULL;

	return last && strcmp(last->kind, "ATTENDED") == 0 && strcmp(last->from, from) == 0;
}

void transfer_add(struct tracker *t, struct call *call, const char *kind, const char *from,
			 const char *to, const char *result)
{
	struct transfer *transfer = LIST_ADD(call, call->transfers, struct transfer);

	*transfer = (struct transfer){ kind, mem_strdup(call, from),
				       to ? mem_strdup(call, to) : NULL, result, t->now_us, true };
	call_moment(t, call, "transferred", transfer->to);
	call_changed(t, call);
}

/* Whether this agent had the customer and has no more. */
static bool has_let_go(const struct call *call, const struct agent *agent)
{
	const struct segment *last = NULL;

	for (size_t i = 0; i < call->segments.n; i++)
		if (call->segments.items[i].agent == agent)
			last = &call->segments.items[i];
	return last && last->ended_us;
}

/*
 * Whoever had put the customer on hold for this has now handed the customer over. After a consultation
 * no event of Asterisk says "transfer": that the target now has the customer does. The agent who dialled
 * the target may have left a moment before.
 */
static void hand_over_to(struct tracker *t, struct call *call, struct leg *target)
{
	const struct agent *from = target->dialled_by;

	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us && call->segments.items[i].detached_us)
			segment_end(t, call, &call->segments.items[i]);
	if (from && has_let_go(call, from) && !already_transferred(call, from->extension))
		transfer_add(t, call, "ATTENDED", from->extension, target->number, "COMPLETED");
	call->ended_by = ENDED_UNKNOWN;
}

/* That a waiting caller was given to an agent is known from their talking, if it was not heard. */
static void end_wait(struct tracker *t, struct call *call, const struct leg *leg)
{
	struct visit *visit = call_undecided_visit(call);

	if (!visit)
		return;
	visit->agent = leg->agent;
	visit_close(t, call, visit, "ANSWERED");
}

/* The agent's leg and the customer's are in one bridge: a new segment, or one that goes on. */
static void segment_attach(struct tracker *t, struct call *call, struct leg *leg)
{
	struct segment *s = call_open_segment(call, leg);

	if (s) {
		if (s->detached_us) {
			hold_settle(s, t->now_us);
			s->dirty = true;
			call->ended_by = ENDED_UNKNOWN;
			call_changed(t, call);
		}
		return;
	}
	end_wait(t, call, leg);
	hand_over_to(t, call, leg);
	s = LIST_ADD(call, call->segments, struct segment);
	s->agent = leg->agent;
	s->leg = leg;
	s->queue = last_answered_queue(call, leg->agent);
	s->started_us = t->now_us;
	s->dirty = true;
	call_moment(t, call, "segment-began", leg->agent->extension);
	call_answered(t, call);
	agent_refresh(t, leg->agent);
}

/* The customer has been put through to a number outside: nobody's segment, but a transfer come true. */
static void outside_attach(struct tracker *t, struct call *call, struct leg *leg)
{
	hand_over_to(t, call, leg);
	call_answered(t, call);
}

void segments_update(struct tracker *t, struct call *call)
{
	struct leg *customer = call->customer;

	if (!customer || !customer->bridge)
		return;
	t->walk++;
	walk_from(t, customer->bridge);
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (!leg->bridge || leg->bridge->seen != t->walk || leg == customer)
			continue;
		else if (leg->party == PARTY_AGENT)
			segment_attach(t, call, leg);
		else if (leg->party == PARTY_CUSTOMER)
			outside_attach(t, call, leg);
}

void segments_detach(struct tracker *t, struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->segments.n; i++) {
		struct segment *s = &call->segments.items[i];
		if (s->ended_us || s->detached_us || (leg != call->customer && s->leg != leg))
			continue;
		s->detached_us = t->now_us;
		s->ending = call->ended_by != ENDED_UNKNOWN;
		s->dirty = true;
		call_changed(t, call);
	}
}
