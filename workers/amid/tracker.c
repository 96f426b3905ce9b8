/*
 * The tracker as the rest of the process sees it: inputs change the model, and at the end of each
 * one function hands what was marked to the sink.
 */
#include "workers/amid/model.h"

#include "lib/err.h"

#include <stdio.h>
#include <string.h>

/* The tables behind the hashes are uthash's own memory, not talloc's. */
static int free_tables(struct tracker *t)
{
	HASH_CLEAR(hh, t->legs);
	HASH_CLEAR(hh, t->calls);
	HASH_CLEAR(hh, t->agents);
	HASH_CLEAR(hh, t->queues);
	HASH_CLEAR(hh, t->bridges);
	return 0;
}

struct tracker *tracker_new(const void *ctx, const struct tracker_options *options)
{
	struct tracker *t = mem_new(ctx, struct tracker);

	talloc_set_destructor(t, free_tables);
	t->options = *options;
	t->now_us = 1;       /* no moment that anything happens at is 0, which means "not yet" */
	t->json = buf_new(t);
	t->printed = buf_new(t);
	t->scratch = talloc_new(t);
	t->told = recent_new(t);
	t->ended = recent_new(t);
	t->telling = mem_new(t, struct ami_message);
	t->gap = gap_new(t);
	return t;
}

/* ---- handing over what changed ---- */

static void call_free(struct tracker *t, struct call *call)
{
	struct agent *agent, *next;

	if (call->pbx_id)
		HASH_DEL(t->calls, call);
	HASH_ITER(hh, t->agents, agent, next)
		if (agent->call == call)
			agent->call = NULL;
	talloc_free(call);
}

static void forget(struct tracker *t, struct call *call)
{
	struct call **p = &t->all_calls;

	while (*p != call)
		p = &(*p)->next_any;
	*p = call->next_any;
	/* Who listens may still be there when the parties have gone. */
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg))
			leg_detach(t, leg);
	call_free(t, call);
}

static void hand_over_call(struct tracker *t, struct call *call)
{
	call->changed = false;
	/* Without an id of its own it is no call of ours: an echo test, a listening leg. */
	if (call->pbx_id && !(call->merged && !call->emitted)) {
		call->status = call_status_now(call);
		call->emitted = true;
		if (t->options.sink)
			record_call(t, call);
	}
	if (!call->ended_us)
		return;
	if (t->options.replay && call->pbx_id && !call->merged)
		print_call(call, t->now_us, t->printed);
	forget(t, call);
}

/* Hands over calls that have changed, all or those that have ended; the others stay marked. */
static void flush_calls(struct tracker *t, bool all)
{
	size_t left = 0;

	for (size_t i = 0; i < t->changed_calls.n; i++) {
		struct call *call = t->changed_calls.items[i];
		if (all || call->ended_us)
			hand_over_call(t, call);
		else
			t->changed_calls.items[left++] = call;
	}
	t->changed_calls.n = left;
	t->any_ended = false;
}

static void flush_agents(struct tracker *t)
{
	for (size_t i = 0; i < t->changed_agents.n; i++) {
		struct agent *agent = t->changed_agents.items[i];
		if (t->options.sink)
			record_agent(t, agent);
		if (t->options.sink && agent->presence_changed)
			record_presence(t, agent);
		agent->changed = agent->presence_changed = false;
	}
	t->changed_agents.n = 0;
}

static void flush_queues(struct tracker *t)
{
	for (size_t i = 0; i < t->changed_queues.n; i++) {
		if (t->options.sink)
			record_queue(t, t->changed_queues.items[i]);
		t->changed_queues.items[i]->changed = false;
	}
	t->changed_queues.n = 0;
}

void tracker_flush(struct tracker *t)
{
	flush_queues(t);
	flush_agents(t);
	flush_calls(t, true);
	talloc_free_children(t->scratch);
}

void tracker_ami(struct tracker *t, const struct ami_message *m)
{
	if (t->keeping) {
		gap_keep(t, m);
		return;
	}
	if (!event_handle(t, m))
		return;
	if (t->any_ended)
		flush_calls(t, false);
	talloc_free_children(t->scratch);
}

void tracker_emit_all(struct tracker *t)
{
	struct agent *agent, *next_agent;
	struct queue *queue, *next_queue;

	HASH_ITER(hh, t->agents, agent, next_agent)
		if (agent->configured)
			agent_changed(t, agent);
	HASH_ITER(hh, t->queues, queue, next_queue)
		if (queue->configured)
			queue_changed(t, queue);
	for (struct call *call = t->all_calls; call; call = call->next_any)
		call_changed(t, call);
	tracker_flush(t);
}

/* ---- time ---- */

static void agents_tick(struct tracker *t, int64_t now_us)
{
	struct agent *agent, *next;

	HASH_ITER(hh, t->agents, agent, next) {
		bool over = agent->wrapup_us && agent->wrapup_us <= now_us;
		bool lost = agent->lost_us && agent->lost_us <= now_us;
		if (!over && !lost)
			continue;
		/* It was over at its deadline, however late this is noticed. */
		t->now_us = over ? agent->wrapup_us : agent->lost_us;
		if (over)
			agent->wrapup_us = 0;
		if (lost) {
			agent->lost_us = 0;
			agent->unreachable = true;
		}
		agent_refresh(t, agent);
	}
	t->now_us = now_us;
}

/* It ended while nobody listened: no later than the last list that had it, no earlier than said. */
static void leg_lost(struct tracker *t, struct leg *leg, const char *reason)
{
	int64_t now_us = t->now_us;

	t->now_us = leg->seen_us > t->silent_us ? leg->seen_us : t->silent_us;
	leg->call->estimated = true;
	leg->call->end_reason = reason;
	if (leg->call->ended_by == ENDED_UNKNOWN)
		leg->call->ended_by = ENDED_SYSTEM;
	leg_end(t, leg);
	t->now_us = now_us;
}

/* Doubts that are due: the list was right, since no event has said otherwise meanwhile. */
static void doubts_tick(struct tracker *t)
{
	struct leg *leg, *next;

	if (!tracker_doubt_due(t, t->now_us))
		return;
	t->doubt_us = 0;
	HASH_ITER(hh, t->legs, leg, next) {
		if (!leg->doubt_us)
			continue;
		if (leg->doubt_us > t->now_us) {
			if (!t->doubt_us || leg->doubt_us < t->doubt_us)
				t->doubt_us = leg->doubt_us;
			continue;
		}
		t->differences++;
		leg->doubt_us = 0;
		if (!leg->found)
			leg_lost(t, leg, "lost");
		else
			leg->found = false;
	}
}

void tracker_tick(struct tracker *t, int64_t now_us)
{
	t->now_us = now_us;
	agents_tick(t, now_us);
	doubts_tick(t);
	tracker_flush(t);
}

int64_t tracker_next_tick(const struct tracker *t)
{
	int64_t soonest = t->doubt_us;

	for (const struct agent *agent = t->agents; agent; agent = agent->hh.next) {
		if (agent->wrapup_us && (!soonest || agent->wrapup_us < soonest))
			soonest = agent->wrapup_us;
		if (agent->lost_us && (!soonest || agent->lost_us < soonest))
			soonest = agent->lost_us;
	}
	return soonest;
}

/* ---- configuration ---- */

void tracker_config_begin(struct tracker *t, int64_t now_us)
{
	t->now_us = now_us;
	for (struct agent *agent = t->agents; agent; agent = agent->hh.next)
		agent->named = false;
	for (struct queue *queue = t->queues; queue; queue = queue->hh.next)
		queue->named = false;
}

void tracker_config_queue(struct tracker *t, const char *tenant, const char *name,
			  int64_t wrapup_ms)
{
	struct queue *queue = queue_get(t, tenant, name);

	queue->wrapup_us = wrapup_ms * 1000;
	queue->named = true;
	if (!queue->configured)
		queue_changed(t, queue);
	queue->configured = true;
}

enum phone_news tracker_config_agent(struct tracker *t, const char *tenant, const char *extension,
				     int64_t phone)
{
	struct agent *agent = agent_get(t, tenant, str_of(extension));
	enum phone_news news = !agent->configured       ? PHONE_NEW
			       : agent->phone != phone ? PHONE_CHANGED
						       : PHONE_SAME;

	agent->named = true;
	if (!agent->configured)
		agent_changed(t, agent);
	agent->configured = true;
	agent->phone = phone;
	if (!agent->since_us)
		agent->since_us = t->now_us;
	return news;
}

void tracker_config_end(struct tracker *t)
{
	for (struct agent *agent = t->agents; agent; agent = agent->hh.next)
		if (agent->configured && !agent->named) {
			agent->configured = false;
			agent_leave(t, agent);
			agent_changed(t, agent);
		}
	for (struct queue *queue = t->queues; queue; queue = queue->hh.next)
		if (queue->configured && !queue->named) {
			queue->configured = false;
			queue_changed(t, queue);
		}
	tracker_flush(t);
}

/* ---- dials and hang-ups of ours ---- */

int tracker_dial(struct tracker *t, const char *tenant, const char *extension, const char *call_id,
		 const char *number, int64_t now_us)
{
	struct agent *agent = agent_find(t, tenant, extension);

	if (!agent || !agent->configured)
		return ERR_NOT_FOUND;
	if (agent->legs || call_find(t, str_of(call_id)))
		return ERR_CONFLICT;
	t->now_us = now_us;
	struct call *call = call_new(t, tenant);
	call->direction = DIRECTION_OUTBOUND;
	call->dialler = agent;
	call->from = agent->extension;
	call->to = mem_strdup(call, number);
	call_identify(t, call, str_of(call_id));
	call_moment(t, call, "dialled", number);
	call_changed(t, call);
	tracker_flush(t);
	return ERR_OK;
}

void tracker_dial_failed(struct tracker *t, const char *call_id, int64_t now_us)
{
	struct call *call = call_find(t, str_of(call_id));

	if (!call || call->legs)
		return;
	t->now_us = now_us;
	call_end(t, call);
	tracker_flush(t);
}

int tracker_hangup(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		   const char *extension, const char **channel)
{
	struct call *call = call_by_id(t, tenant, call_id);
	struct leg *found = NULL;

	if (!call)
		return ERR_NOT_FOUND;
	for (struct leg *leg = call->legs; leg; leg = leg->next) {
		bool wanted = extension ? leg->agent && strcmp(leg->agent->extension, extension) == 0
					: leg == call->customer || !found;
		if (leg_alive(leg) && wanted)
			found = leg;
	}
	if (!found)
		return ERR_NOT_FOUND;
	if (call->ended_by == ENDED_UNKNOWN)
		call->ended_by = extension ? ENDED_AGENT : ENDED_SYSTEM;
	*channel = mem_strdup(ctx, found->channel);
	return ERR_OK;
}

/* ---- resync ---- */

/* How long the event that explains a list may be behind it. */
enum { DOUBT_US = 2000000 };

static void doubt(struct tracker *t, struct leg *leg)
{
	if (!leg->doubt_us)
		leg->doubt_us = t->now_us + DOUBT_US;
	if (!t->doubt_us || leg->doubt_us < t->doubt_us)
		t->doubt_us = leg->doubt_us;
}

void tracker_checked(struct tracker *t, int64_t now_us)
{
	t->silent_us = now_us;
}

void tracker_resync_begin(struct tracker *t)
{
	for (struct leg *leg = t->legs; leg; leg = leg->hh.next)
		leg->listed = false;
}

/* A leg that no event has told of: it is as old as the list says. */
static struct leg *leg_found(struct tracker *t, const struct ami_message *m)
{
	int64_t now_us = t->now_us;
	struct str did = ami_get(m, "DNID");

	t->now_us -= ami_get_int(m, "Seconds", 0) * 1000000;
	struct leg *leg = event_channel(t, m);
	t->now_us = now_us;
	if (!leg)
		return NULL;
	if (leg == leg->call->customer && did.n && leg->call->legs == leg) {
		leg->call->did = mem_strndup(leg->call, did.p, did.n);
		leg->call->to = leg->call->did;
	}
	leg->found = true;
	doubt(t, leg);
	return leg;
}

static void place(struct tracker *t, struct leg *leg, struct str bridge)
{
	leg->misplaced = false;
	t->differences += !leg->found;
	leg->dirty = true;
	call_changed(t, leg->call);
	if (bridge.n) {
		leg->up = true;
		bridge_enter(t, leg, bridge);
	} else {
		bridge_leave(t, leg);
		segments_detach(t, leg->call, leg);
	}
}

/*
 * A list is ahead of the events: that it has a known leg in another bridge is believed the second
 * time, when no event has come in between.
 */
void tracker_resync_channel(struct tracker *t, const struct ami_message *m, int64_t now_us)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));
	struct str bridge = ami_get(m, "BridgeID");

	t->now_us = now_us;
	if (!leg)
		leg = leg_found(t, m);
	if (!leg)
		return;
	leg->listed = true;
	if (str_is(ami_get(m, "Application"), "ChanSpy"))
		leg->party = PARTY_SUPERVISOR;
	if (str_is(bridge, leg->bridge ? leg->bridge->id : ""))
		leg->misplaced = false;
	else if (leg->found || leg->misplaced)
		place(t, leg, bridge);
	else
		leg->misplaced = true;
}

/* A dial of ours that was under way when the link was lost may never have become a channel. */
static void end_dials_without_leg(struct tracker *t)
{
	enum { DIAL_US = 5000000 };

	for (struct call *call = t->all_calls; call; call = call->next_any) {
		if (call->legs || call->ended_us || t->now_us - call->started_us < DIAL_US)
			continue;
		call->estimated = true;
		call->end_reason = "lost";
		call_end(t, call);
	}
}

void tracker_resync_end(struct tracker *t, int64_t boot_us, int64_t now_us)
{
	struct leg *leg, *next;

	t->now_us = now_us;
	HASH_ITER(hh, t->legs, leg, next) {
		if (leg->listed || !leg->call)
			continue;
		if (leg->started_us < boot_us)
			leg_lost(t, leg, "pbx_restart");
		else
			doubt(t, leg);
	}
	end_dials_without_leg(t);
	for (struct call *call = t->all_calls; call; call = call->next_any)
		segments_update(t, call);
	tracker_flush(t);
}

int64_t tracker_heard_us(const struct tracker *t)
{
	return t->heard_us;
}

bool tracker_doubt_due(const struct tracker *t, int64_t now_us)
{
	return t->doubt_us && t->doubt_us <= now_us;
}

uint64_t tracker_differences(const struct tracker *t)
{
	return t->differences;
}

void tracker_forget_leg(struct tracker *t, const char *uniqueid)
{
	recent_note(t->ended, str_hash(str_of(uniqueid), 0));
}

/* ---- replay ---- */

void tracker_print_ended(struct tracker *t, struct buf *out)
{
	buf_add(out, t->printed->p, t->printed->n);
	t->printed->n = 0;
}

/* all_calls runs from the newest to the oldest. */
static void print_open(const struct call *call, int64_t now_us, struct buf *out)
{
	if (!call)
		return;
	print_open(call->next_any, now_us, out);
	if (call->pbx_id && !call->merged)
		print_call(call, now_us, out);
}

void tracker_print_open(struct tracker *t, struct buf *out)
{
	print_open(t->all_calls, t->now_us, out);
}
