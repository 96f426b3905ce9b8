/* Agents and open calls as they were stored, put back into the model after a restart. */
#include "workers/amid/model.h"

#include "lib/err.h"
#include "lib/json.h"

#include <stdio.h>
#include <string.h>

/* The words that the model compares and stores; NULL for any other. */
static const char *word(const char *text)
{
	static const char *const words[] = {
		"ANSWERED",  "ABANDONED", "TIMEOUT",   "FULL",    "NO_AGENTS", "KEY",      "CLOSED",
		"NO_ANSWER", "REJECTED",  "CANCELLED", "BLIND",   "ATTENDED",  "COMPLETED", "REFUSED",
		"FAILED",
	};

	for (size_t i = 0; text && i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], text) == 0)
			return words[i];
	return NULL;
}

static const char *text(struct call *call, const struct json *v, const char *key)
{
	const char *found = json_get_string(v, key);

	return found ? mem_strdup(call, found) : NULL;
}

/* Every time that is stored of a call was heard of; the latest is how far that call is known. */
static int64_t time_of(struct tracker *t, const struct json *v, const char *key)
{
	int64_t at = json_get_int(v, key, 0);

	if (at > t->now_us)
		t->now_us = at;
	return at;
}

static struct agent *agent_of(struct tracker *t, const struct call *call, const struct json *v)
{
	const char *extension = json_get_string(v, "agent");

	return extension ? agent_get(t, call->tenant, str_of(extension)) : NULL;
}

static struct leg *living_leg(const struct call *call, const struct agent *agent)
{
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->agent == agent && leg_alive(leg))
			return leg;
	return NULL;
}

static void restore_leg(struct tracker *t, struct call *call, const struct json *v)
{
	const char *uniqueid = json_get_string(v, "uniqueid");
	const char *channel = json_get_string(v, "channel");
	const char *party = json_get_string(v, "party");
	struct leg *leg = leg_add(t, call, str_of(uniqueid), str_of(channel));

	/* Legs to come name one of these as their Linkedid, also when it is over. */
	call_note_linked_id(call, str_of(uniqueid));

	const char *number = json_get_string(v, "number");
	if (number)
		leg->number = mem_strdup(leg, number);
	leg->started_us = time_of(t, v, "startedAt");
	leg->answered_us = time_of(t, v, "answeredAt");
	leg->cause = (int)json_get_int(v, "cause", 0);
	leg->up = leg->answered_us != 0;
	if (party && strcmp(party, "SUPERVISOR") == 0)
		leg->party = PARTY_SUPERVISOR;
	if (!call->customer && leg->party == PARTY_CUSTOMER)
		call->customer = leg;
	leg->origin = json_get_bool(v, "origin", false);
	leg->dialled = json_get_bool(v, "dialled", false);
	const char *dialled_by = json_get_string(v, "dialledBy");
	if (dialled_by)
		leg->dialled_by = agent_get(t, call->tenant, str_of(dialled_by));
	const char *bridge = json_get_string(v, "bridge");
	int64_t ended = time_of(t, v, "endedAt");
	if (ended) {
		leg_detach(t, leg);
		leg->ended_us = ended;
	} else if (bridge) {
		bridge_enter(t, leg, str_of(bridge));
	}
}

static void restore_visit(struct tracker *t, struct call *call, const struct json *v, size_t i)
{
	call->visits.items[i] = (struct visit){
		.queue = text(call, v, "queue"),
		.joined_us = time_of(t, v, "joinedAt"),
		.left_us = time_of(t, v, "leftAt"),
		.outcome = word(json_get_string(v, "outcome")),
		.agent = agent_of(t, call, v),
	};
}

static void restore_offer(struct tracker *t, struct call *call, const struct json *v, size_t i)
{
	struct offer *offer = &call->offers.items[i];

	*offer = (struct offer){
		.agent = agent_of(t, call, v),
		.queue = text(call, v, "queue"),
		.started_us = time_of(t, v, "startedAt"),
		.ended_us = time_of(t, v, "endedAt"),
		.outcome = word(json_get_string(v, "outcome")),
	};
	if (offer->ended_us)
		return;
	offer->leg = living_leg(call, offer->agent);
	if (offer->leg)
		offer->leg->ringing = true;
}

static void restore_segment(struct tracker *t, struct call *call, const struct json *v, size_t i)
{
	struct segment *s = &call->segments.items[i];

	*s = (struct segment){
		.agent = agent_of(t, call, v),
		.queue = text(call, v, "queue"),
		.started_us = time_of(t, v, "startedAt"),
		.ended_us = time_of(t, v, "endedAt"),
		.hold_us = json_get_int(v, "holdUs", 0),
		.held_us = time_of(t, v, "heldAt"),
		.detached_us = time_of(t, v, "detachedAt"),
		.parked = json_get_bool(v, "parked", false),
	};
	if (!s->ended_us)
		s->leg = living_leg(call, s->agent);
}

static void restore_transfer(struct tracker *t, struct call *call, const struct json *v, size_t i)
{
	call->transfers.items[i] = (struct transfer){
		.kind = word(json_get_string(v, "kind")),
		.from = text(call, v, "from"),
		.to = text(call, v, "to"),
		.result = word(json_get_string(v, "result")),
		.at_us = time_of(t, v, "at"),
	};
}

static void restore_moment(struct tracker *t, struct call *call, const struct json *v, size_t i)
{
	/* Only its place in the list matters: it is stored already. */
	call->moments.items[i] = (struct moment){ .at_us = time_of(t, v, "at") };
}

#define RESTORE_LIST(t, call, list, v, type, f)                                   \
	do {                                                                      \
		const struct json *array = json_get(v, #list);                    \
		(call)->list.n = (call)->list.cap = json_length(array);           \
		(call)->list.items = mem_array(call, type, (call)->list.n + 1);   \
		for (size_t i = 0; i < (call)->list.n; i++)                       \
			f(t, call, json_at(array, i), i);                         \
	} while (0)

static enum direction direction_of(const struct json *v)
{
	const char *name = json_get_string(v, "direction");

	if (name && strcmp(name, "OUTBOUND") == 0)
		return DIRECTION_OUTBOUND;
	return name && strcmp(name, "INTERNAL") == 0 ? DIRECTION_INTERNAL : DIRECTION_INBOUND;
}

int tracker_restore_call(struct tracker *t, const struct json *v)
{
	const char *pbx_id = json_get_string(v, "pbxId"), *tenant = json_get_string(v, "tenant");

	if (!pbx_id || !tenant)
		return ERR_INVALID;
	t->now_us = 1;
	struct call *call = call_new(t, tenant);
	call_identify(t, call, str_of(pbx_id));
	call->emitted = true;
	call->direction = direction_of(v);
	call->from = text(call, v, "from");
	call->from_name = text(call, v, "fromName");
	call->to = text(call, v, "to");
	call->did = text(call, v, "did");
	call->started_us = time_of(t, v, "startedAt");
	call->answered_us = time_of(t, v, "answeredAt");
	if (call->direction != DIRECTION_INBOUND)
		call->dialler = agent_of(t, call, v);
	const struct json *legs = json_get(v, "legs");
	for (size_t i = 0; i < json_length(legs); i++)
		restore_leg(t, call, json_at(legs, i));
	RESTORE_LIST(t, call, visits, v, struct visit, restore_visit);
	RESTORE_LIST(t, call, offers, v, struct offer, restore_offer);
	RESTORE_LIST(t, call, segments, v, struct segment, restore_segment);
	RESTORE_LIST(t, call, transfers, v, struct transfer, restore_transfer);
	RESTORE_LIST(t, call, moments, v, struct moment, restore_moment);
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		leg->seen_us = t->now_us;
	return ERR_OK;
}

static enum agent_status status_of(const char *name)
{
	int i = 0;

	while (i < AGENT__COUNT && strcmp(agent_status_names[i], name) != 0)
		i++;
	return i < AGENT__COUNT ? (enum agent_status)i : AGENT_OFFLINE;
}

void tracker_restore_agent(struct tracker *t, const struct tracker_agent *stored)
{
	struct agent *agent = agent_get(t, stored->tenant, str_of(stored->extension));

	agent->status = status_of(stored->status);
	agent->base = status_of(stored->next_status ? stored->next_status : stored->status);
	if (agent->base == AGENT_ON_CALL || agent->base == AGENT_WRAP_UP)
		agent->base = AGENT_AVAILABLE;
	agent->reason = stored->reason ? mem_strdup(agent, stored->reason) : NULL;
	agent->since_us = stored->since_us;
	if (stored->call_id)
		snprintf(agent->call_id, sizeof(agent->call_id), "%s", stored->call_id);
	agent->wrapup_us = stored->wrapup_until_us;
	agent->wrapup_length_us = stored->wrapup_ms * 1000;
	agent->wrapup_extended = stored->wrapup_extended;
	agent->help_us = stored->help_us;
	agent->unreachable = agent->status == AGENT_OFFLINE && agent->base != AGENT_OFFLINE;
	/* Whether the phone is still there is told by Asterisk, or it is not. */
	if (agent->base != AGENT_OFFLINE && !agent->unreachable)
		agent->lost_us = t->now_us + PHONE_LOST_US;
	talloc_free_children(t->scratch);
}
