/* Queues: callers who wait in them, and how each visit ended. */
#include "workers/amid/event.h"

#include <string.h>

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

void on_queue_join(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);

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
	call_leave_behind(t, leg->call, leg);
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

void on_queue_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);
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
void on_queue_entry(struct tracker *t, const struct ami_message *m)
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

void on_agent_connect(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = event_touch(t, m), *leg = event_dest(t, m);

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

void on_queue_exit(struct tracker *t, const struct ami_message *m, struct leg *leg)
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
