/* Who is in a call, and how they are joined: what controlling it needs to know. */
#include "workers/amid/model.h"

#include "lib/err.h"

#include <string.h>

/* Somebody else whom this agent has called meanwhile. */
static struct leg *third_party(const struct call *call, const struct segment *s)
{
	struct leg *found = NULL;

	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg != call->customer && leg != s->leg && s->agent &&
		    leg->dialled_by == s->agent && leg->agent != s->agent &&
		    (leg->party == PARTY_AGENT || leg->party == PARTY_CUSTOMER) &&
		    (leg->ringing || leg->up))
			found = leg;
	return found;
}

static enum consult_state state_of(const struct call *call, const struct segment *s,
				   const struct leg *target)
{
	const struct bridge *customer = call->customer->bridge;

	if (!target->up)
		return CONSULT_RINGING;
	if (!customer || (customer != s->leg->bridge && customer != target->bridge))
		return CONSULT_TALKING;
	return customer == target->bridge ? CONSULT_JOINED : CONSULT_HELD;
}

struct consult call_consult(const struct call *call)
{
	for (size_t i = 0; call->customer && i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		struct leg *target = s->ended_us || !s->leg ? NULL : third_party(call, s);
		if (target)
			return (struct consult){ state_of(call, s, target), s, target };
	}
	return (struct consult){ 0 };
}

static struct segment *segment_of(struct call *call, const char *extension)
{
	for (size_t i = call->segments.n; i-- > 0;) {
		struct segment *s = &call->segments.items[i];
		if (!s->ended_us && s->leg && leg_alive(s->leg) &&
		    (!extension || strcmp(s->agent->extension, extension) == 0))
			return s;
	}
	return NULL;
}

static const char *name_of(const void *ctx, const struct leg *leg)
{
	return leg ? mem_strdup(ctx, leg->channel) : NULL;
}

/* Whose voice reaches the agent, or NULL. */
static const struct leg *heard_by(const struct call *call, const struct leg *agent,
				  const struct leg *target)
{
	if (!agent->bridge)
		return NULL;
	return target && target->bridge == agent->bridge ? target
	       : call->customer->bridge == agent->bridge ? call->customer
							 : NULL;
}

int tracker_parties(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		    const char *extension, struct parties *out)
{
	struct call *call = call_by_id(t, tenant, call_id);

	*out = (struct parties){ 0 };
	if (!call || call->ended_us)
		return ERR_NOT_FOUND;
	const struct segment *s = segment_of(call, extension);
	if (!s || !call->customer || !leg_alive(call->customer))
		return ERR_CONFLICT;
	struct consult consult = call_consult(call);
	const struct leg *target = consult.by == s ? consult.target : NULL;
	*out = (struct parties){
		.extension = mem_strdup(ctx, s->agent->extension),
		.agent = name_of(ctx, s->leg),
		.customer = name_of(ctx, call->customer),
		.target = name_of(ctx, target),
		.heard = name_of(ctx, heard_by(call, s->leg, target)),
		.consult = target ? consult.state : CONSULT_NONE,
		.together = s->leg->bridge && s->leg->bridge == call->customer->bridge,
		.held_by_phone = s->held_us != 0,
		.crowded = consult.state == CONSULT_JOINED && consult.by != s,
	};
	return ERR_OK;
}

int tracker_reachable(struct tracker *t, const char *tenant, const char *extension)
{
	const struct agent *agent = agent_find(t, tenant, extension);

	if (!agent || !agent->configured)
		return ERR_NOT_FOUND;
	return agent->registered && !agent->legs ? ERR_OK : ERR_CONFLICT;
}

bool tracker_has_queue(struct tracker *t, const char *tenant, const char *queue)
{
	for (const struct queue *q = t->queues; q; q = q->hh.next)
		if (q->configured && strcmp(q->tenant, tenant) == 0 && strcmp(q->name, queue) == 0)
			return true;
	return false;
}

void tracker_mute(struct tracker *t, const char *channel, bool on)
{
	for (struct leg *leg = t->legs; leg; leg = leg->hh.next)
		if (leg->agent && strcmp(leg->channel, channel) == 0) {
			leg->muted = on;
			agent_changed(t, leg->agent);
		}
	tracker_flush(t);
}

bool agent_is_muted(const struct agent *agent)
{
	for (const struct leg *leg = agent->legs; leg; leg = leg->next_of_agent)
		if (leg->muted && leg_alive(leg))
			return true;
	return false;
}

void tracker_transfer(struct tracker *t, const char *tenant, const char *call_id, const char *from,
		      const char *to, int64_t now_us)
{
	struct call *call = call_by_id(t, tenant, call_id);

	if (!call)
		return;
	t->now_us = now_us;
	transfer_add(t, call, "BLIND", from, to, NULL);
	tracker_flush(t);
}

void tracker_transfer_failed(struct tracker *t, const char *tenant, const char *call_id,
			     int64_t now_us)
{
	struct call *call = call_by_id(t, tenant, call_id);
	struct transfer *transfer = call ? call_open_transfer(call) : NULL;

	if (!transfer)
		return;
	t->now_us = now_us;
	transfer->result = "FAILED";
	transfer->dirty = true;
	call_changed(t, call);
	tracker_flush(t);
}

void tracker_name_target(struct tracker *t, const char *tenant, const char *call_id,
			 const char *name)
{
	struct call *call = call_by_id(t, tenant, call_id);

	if (!call)
		return;
	call->target_name = name ? mem_strdup(call, name) : NULL;
	call_changed(t, call);
}

/* ---- phones that go away in a call ---- */

/* What stands before the "@" of a contact is chosen anew by each program that registers; the rest is the way to it. */
static struct str user_of(const char *contact)
{
	return (struct str){ contact, strcspn(contact, "@") };
}

static enum phone_state phone_of(const struct leg *leg)
{
	const struct agent *agent = leg->agent;

	if (!agent->registered)
		return PHONE_GONE;
	return leg->contact && agent->contact &&
			       !str_eq(user_of(leg->contact), user_of(agent->contact))
		       ? PHONE_ELSEWHERE
		       : PHONE_THERE;
}

void tracker_each_talking(struct tracker *t, void (*f)(void *arg, const struct talking *who),
			  void *arg)
{
	for (const struct call *call = t->all_calls; call; call = call->next_any)
		for (size_t i = 0; call->customer && leg_alive(call->customer) && i < call->segments.n;
		     i++) {
			const struct segment *s = &call->segments.items[i];
			if (s->ended_us || !s->leg || !leg_alive(s->leg) || !s->agent->configured)
				continue;
			f(arg, &(struct talking){
				.tenant = call->tenant,
				.extension = s->agent->extension,
				.agent = s->leg->channel,
				.customer = call->customer->channel,
				.phone = phone_of(s->leg),
				.together = s->leg->bridge &&
					    s->leg->bridge == call->customer->bridge,
			});
		}
}
