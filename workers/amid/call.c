/* A call, its legs and its visits to queues: how they begin, what they are, how they end. */
#include "workers/amid/model.h"

#include <stdio.h>
#include <string.h>

/* What one hang-up brings about comes within this. */
enum { STILL_LEAVING_US = 1000000 };

struct call *call_new(struct tracker *t, const char *tenant)
{
	struct call *call = mem_new(t, struct call);

	call->tenant = mem_strdup(call, tenant);
	call->started_us = t->now_us;
	call->next_any = t->all_calls;
	t->all_calls = call;
	return call;
}

static bool is_uuid(struct str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s.p[i] != '-' : !strchr("0123456789abcdef", s.p[i]) || !s.p[i])
			return false;
	}
	return true;
}

/* Ids are stored: this hash is not to change, as str_hash may. */
static uint64_t hash_fnv1a(struct str s, uint64_t hash)
{
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return hash;
}

/* Our dialplan's ids are UUIDs already; any other text is mapped to one (RFC 9562, version 8). */
static void uuid_of(struct str pbx_id, char out[37])
{
	if (is_uuid(pbx_id)) {
		memcpy(out, pbx_id.p, 36);
		out[36] = '\0';
		return;
	}
	uint64_t a = hash_fnv1a(pbx_id, 0xcbf29ce484222325u), b = hash_fnv1a(pbx_id, a ^ 0x9e3779b97f4a7c15u);
	snprintf(out, 37, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu,
		 0x8000u | ((unsigned)(b >> 48) & 0x3fffu),
		 (unsigned long long)(b & 0xffffffffffffu));
}

void call_identify(struct tracker *t, struct call *call, struct str pbx_id)
{
	if (call->pbx_id || pbx_id.n == 0 || call_find(t, pbx_id))
		return;
	call->pbx_id = mem_strndup(call, pbx_id.p, pbx_id.n);
	uuid_of(pbx_id, call->id);
	HASH_ADD_KEYPTR(hh, t->calls, call->pbx_id, pbx_id.n, call);
	call_mark(t, call);
}

void call_moment(struct tracker *t, struct call *call, const char *kind, const char *detail)
{
	struct moment *moment = LIST_ADD(call, call->moments, struct moment);

	*moment = (struct moment){ t->now_us, kind, detail ? mem_strdup(call, detail) : NULL, true };
}

void call_mark(struct tracker *t, struct call *call)
{
	if (call->changed)
		return;
	call->changed = true;
	*LIST_ADD(t, t->changed_calls, struct call *) = call;
}

void agent_changed(struct tracker *t, struct agent *agent)
{
	if (agent->changed)
		return;
	agent->changed = true;
	*LIST_ADD(t, t->changed_agents, struct agent *) = agent;
}

void queue_changed(struct tracker *t, struct queue *queue)
{
	if (queue->changed)
		return;
	queue->changed = true;
	*LIST_ADD(t, t->changed_queues, struct queue *) = queue;
}

void call_live(struct tracker *t, struct call *call, const char *event)
{
	call_mark(t, call);
	/* An announcement of a ring is not overtaken by a mere change in the same input. */
	if (!call->live_event || strcmp(event, "call:ended") == 0)
		call->live_event = event;
}

void call_changed(struct tracker *t, struct call *call)
{
	call_live(t, call, "call:state:changed");
}

struct visit *call_undecided_visit(struct call *call)
{
	struct visit *last = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;

	return last && !last->outcome ? last : NULL;
}

struct visit *call_open_visit(struct call *call)
{
	struct visit *last = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;

	return last && !last->left_us ? last : NULL;
}

struct segment *call_open_segment(struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (call->segments.items[i].leg == leg && !call->segments.items[i].ended_us)
			return &call->segments.items[i];
	return NULL;
}

struct offer *call_open_offer(struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->offers.n; i++)
		if (call->offers.items[i].leg == leg && !call->offers.items[i].ended_us)
			return &call->offers.items[i];
	return NULL;
}

struct transfer *call_open_transfer(struct call *call)
{
	struct transfer *last =
		call->transfers.n ? &call->transfers.items[call->transfers.n - 1] : NULL;

	return last && !last->result ? last : NULL;
}

void call_queue_changed(struct tracker *t, const struct call *call, const char *name)
{
	queue_changed(t, queue_get(t, call->tenant, name));
}

/* ---- status of a call: derived, in one place ---- */

static bool any_leg_up(const struct call *call)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->bridge)
			return true;
	return false;
}

enum call_status call_status_now(const struct call *call)
{
	bool talking = false, held = false;

	if (call->ended_us)
		return CALL_ENDED;
	for (size_t i = 0; i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		if (s->ended_us)
			continue;
		talking = true;
		held = held || s->held_us || s->detached_us;
	}
	if (talking)
		return held ? CALL_ON_HOLD : CALL_CONNECTED;
	if (call->direction == DIRECTION_INTERNAL && any_leg_up(call))
		return CALL_CONNECTED;
	if (call->transfers.n && !call->transfers.items[call->transfers.n - 1].result)
		return CALL_TRANSFERRING;
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->dialled && leg->ringing)
			return CALL_RINGING;
	return call->visits.n ? CALL_RINGING : CALL_INITIATED;
}

/* ---- legs ---- */

void leg_append(struct call *call, struct leg *leg)
{
	struct leg **end = &call->legs;

	while (*end)
		end = &(*end)->next;
	leg->next = NULL;
	*end = leg;
	leg->call = call;
	talloc_steal(call, leg);
}

void leg_remove(struct call *call, struct leg *leg)
{
	for (struct leg **p = &call->legs; *p; p = &(*p)->next)
		if (*p == leg) {
			*p = leg->next;
			break;
		}
	if (call->customer == leg)
		call->customer = NULL;
}

void call_note_linked_id(struct call *call, struct str id)
{
	if (id.n == 0)
		return;
	for (size_t i = 0; i < call->linked_ids.n; i++)
		if (str_is(id, call->linked_ids.items[i]))
			return;
	const char **slot = LIST_ADD(call, call->linked_ids, const char *);
	*slot = mem_strndup(call, id.p, id.n);
}

/* The outside party of a call, once known, stays: a second trunk leg is a transfer's target. */
void call_set_customer(struct call *call, struct leg *leg)
{
	if (!call->customer && leg->party == PARTY_CUSTOMER)
		call->customer = leg;
}

/* "Local/1002@agents-00000001;1" and "…;2" are two ends of one wire. */
static void pair_local(struct tracker *t, struct leg *leg)
{
	size_t n = strlen(leg->channel);
	const char *at = strchr(leg->channel, '@');

	if (strncmp(leg->channel, "Local/", 6) != 0 || n < 2 || leg->channel[n - 2] != ';')
		return;
	if (at)
		leg->number = mem_strndup(leg, leg->channel + 6, (size_t)(at - leg->channel) - 6);
	for (struct leg *other = t->legs; other; other = other->hh.next)
		if (other != leg && !other->local_peer && strlen(other->channel) == n &&
		    strncmp(other->channel, leg->channel, n - 1) == 0) {
			leg->local_peer = other;
			other->local_peer = leg;
			break;
		}
}

static void classify(struct tracker *t, struct leg *leg)
{
	struct str endpoint = endpoint_of(str_of(leg->channel));
	struct pbx_name name = pbx_name(t, endpoint);

	if (strncmp(leg->channel, "PJSIP/", 6) != 0) {
		leg->party = PARTY_OTHER;
		pair_local(t, leg);
	} else if (is_extension(name.name)) {
		leg->party = PARTY_AGENT;
		leg->agent = agent_get(t, name.tenant, name.name);
		leg->number = leg->agent->extension;
		leg->next_of_agent = leg->agent->legs;
		leg->agent->legs = leg;
	} else {
		leg->party = PARTY_CUSTOMER;
	}
}

struct leg *leg_add(struct tracker *t, struct call *call, struct str uniqueid, struct str channel)
{
	struct leg *leg = mem_new(t, struct leg);

	leg->uniqueid = mem_strndup(leg, uniqueid.p, uniqueid.n);
	leg->channel = mem_strndup(leg, channel.p, channel.n);
	leg->started_us = leg->seen_us = t->now_us;
	HASH_ADD_KEYPTR(hh, t->legs, leg->uniqueid, uniqueid.n, leg);
	classify(t, leg);
	if (call)
		leg_append(call, leg);
	return leg;
}

void offer_end(struct tracker *t, struct call *call, struct offer *offer,
		      const char *outcome)
{
	offer->ended_us = t->now_us;
	offer->outcome = outcome;
	offer->leg = NULL;
	offer->dirty = true;
	call_changed(t, call);
}

/* A ring that was cut short at this moment, by the end of the wait or by who called, is no miss. */
static void excuse_cut_rings(struct call *call, int64_t at_us)
{
	for (size_t i = 0; i < call->offers.n; i++) {
		struct offer *offer = &call->offers.items[i];
		if (offer->outcome && strcmp(offer->outcome, "NO_ANSWER") == 0 &&
		    at_us - offer->ended_us < SAME_MOMENT_US) {
			offer->outcome = "CANCELLED";
			offer->dirty = true;
		}
	}
}

void visit_close(struct tracker *t, struct call *call, struct visit *visit,
			const char *outcome)
{
	if (!visit->left_us)
		visit->left_us = t->now_us;
	visit->outcome = outcome;
	visit->dirty = true;
	if (strcmp(outcome, "TIMEOUT") == 0 || strcmp(outcome, "ABANDONED") == 0)
		excuse_cut_rings(call, visit->left_us);
	call_moment(t, call, "left-queue", outcome);
	call_changed(t, call);
	call_queue_changed(t, call, visit->queue);
}

/*
 * Asterisk announces an abandon at the end of every wait. It was one if the caller hung up then; a
 * caller who went on in the dialplan had waited long enough; else the house closed on them.
 */
static const char *unexplained_exit(struct tracker *t, const struct call *call,
				    const struct visit *visit)
{
	int64_t went_on_us = visit->left_us ? t->now_us - visit->left_us : 0;

	if (call->ended_by == ENDED_CUSTOMER && went_on_us < STILL_LEAVING_US)
		return "ABANDONED";
	return went_on_us > SAME_MOMENT_US ? "TIMEOUT" : "CLOSED";
}

/*
 * A call with a customer is over when the customer has left, whatever legs are left over; what is
 * taken down in the same moment is part of its end.
 */
static int64_t end_of(const struct tracker *t, const struct call *call)
{
	const struct leg *customer = call->customer;
	bool left_over = customer && customer->ended_us &&
			 t->now_us - customer->ended_us > SAME_MOMENT_US;
	int64_t end = left_over ? customer->ended_us : t->now_us;

	return end > call->started_us ? end : call->started_us;
}

/* Whether anything was dialled: a phone that is not there is not even rung. */
static bool anyone_rung_since(const struct call *call, int64_t at_us)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->started_us > at_us - SAME_MOMENT_US)
			return true;
	return false;
}

void call_end(struct tracker *t, struct call *call)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us)
			segment_end(t, call, &call->segments.items[i]);
	for (size_t i = 0; i < call->offers.n; i++)
		if (!call->offers.items[i].ended_us)
			offer_end(t, call, &call->offers.items[i], "CANCELLED");
	for (size_t i = 0; i < call->visits.n; i++)
		if (!call->visits.items[i].outcome)
			visit_close(t, call, &call->visits.items[i],
				    unexplained_exit(t, call, &call->visits.items[i]));
	if (call->ended_by == ENDED_CUSTOMER || call->ended_by == ENDED_AGENT)
		excuse_cut_rings(call, t->now_us);
	struct transfer *transfer = call_open_transfer(call);
	if (transfer) {
		transfer->result = anyone_rung_since(call, transfer->at_us) ? "NO_ANSWER" : "FAILED";
		transfer->dirty = true;
	}
	call->ended_us = end_of(t, call);
	if (call->ended_by == ENDED_UNKNOWN)
		call->ended_by = ENDED_SYSTEM;
	call_moment(t, call, "ended", NULL);
	t->any_ended = true;
	call_live(t, call, "call:ended");
}

static bool has_living_leg(const struct call *call)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->party != PARTY_SUPERVISOR)
			return true;
	return false;
}

void call_end_if_over(struct tracker *t, struct call *call)
{
	if (!call->ended_us && !has_living_leg(call))
		call_end(t, call);
}

void leg_detach(struct tracker *t, struct leg *leg)
{
	bridge_leave(t, leg);
	if (leg->local_peer)
		leg->local_peer->local_peer = NULL;
	HASH_DEL(t->legs, leg);
	for (struct leg **p = leg->agent ? &leg->agent->legs : NULL; p && *p;
	     p = &(*p)->next_of_agent)
		if (*p == leg) {
			*p = leg->next_of_agent;
			break;
		}
}

void leg_end(struct tracker *t, struct leg *leg)
{
	struct call *call = leg->call;

	leg->ended_us = t->now_us;
	leg->ringing = false;
	leg->dirty = true;
	recent_note(t->ended, str_hash(str_of(leg->uniqueid), 0));
	struct offer *offer = call_open_offer(call, leg);
	if (offer)
		offer_end(t, call, offer, leg_refused(leg) ? "REJECTED" : "CANCELLED");
	struct segment *segment = call_open_segment(call, leg);
	if (segment)
		segment_end(t, call, segment);
	if (leg == call->customer)
		for (size_t i = 0; i < call->segments.n; i++)
			if (!call->segments.items[i].ended_us)
				segment_end(t, call, &call->segments.items[i]);
	leg_detach(t, leg);
	call_end_if_over(t, call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
	call_changed(t, call);
}
