/*
 * The state of an agent. A person chooses OFFLINE, AVAILABLE, BUSY or AWAY (the base); a call and
 * the wrap-up after it cover that until they are over. What is shown is worked out in one place.
 */
#include "workers/amid/model.h"

#include "lib/err.h"

#include <string.h>

const char *const agent_status_names[AGENT__COUNT] = {
	[AGENT_OFFLINE] = "OFFLINE", [AGENT_AVAILABLE] = "AVAILABLE", [AGENT_BUSY] = "BUSY",
	[AGENT_AWAY] = "AWAY",       [AGENT_ON_CALL] = "ON_CALL",     [AGENT_WRAP_UP] = "WRAP_UP",
};

struct leg *agent_leg_up(const struct agent *agent)
{
	for (struct leg *leg = agent->legs; leg; leg = leg->next_of_agent)
		if (leg->party == PARTY_AGENT && leg_alive(leg) && (leg->up || leg->origin))
			return leg;
	return NULL;
}

struct leg *agent_leg_ringing(const struct agent *agent)
{
	for (struct leg *leg = agent->legs; leg; leg = leg->next_of_agent)
		if (leg->party == PARTY_AGENT && leg_alive(leg) && leg->ringing && !leg->up)
			return leg;
	return NULL;
}

/* What the activity log calls a change. */
static const char *activity_of(enum agent_status from, enum agent_status to)
{
	if (to == AGENT_ON_CALL)
		return "CALL_STARTED";
	if (from == AGENT_ON_CALL)
		return "CALL_ENDED";
	if (from == AGENT_OFFLINE)
		return "LOGIN";
	if (to == AGENT_OFFLINE)
		return "LOGOUT";
	if (to == AGENT_AWAY || to == AGENT_BUSY)
		return "PAUSE";
	if (to == AGENT_AVAILABLE && (from == AGENT_AWAY || from == AGENT_BUSY))
		return "RESUME";
	return "STATUS_CHANGE";
}

const char *agent_reason(const struct agent *agent)
{
	if (agent->status == agent->base)
		return agent->reason;
	return agent->status == AGENT_OFFLINE ? "PHONE_LOST" : NULL;
}

void agent_refresh(struct tracker *t, struct agent *agent)
{
	if (!agent)
		return;
	struct leg *up = agent_leg_up(agent), *ringing = agent_leg_ringing(agent);
	enum agent_status status = up			? AGENT_ON_CALL
				   : agent->wrapup_us	? AGENT_WRAP_UP
				   : agent->unreachable ? AGENT_OFFLINE
							: agent->base;
	char about[sizeof(agent->call_id)];

	memcpy(about, agent->call_id, sizeof(about));
	if (up || ringing)
		agent->call = up ? up->call : ringing->call;
	else if (status != AGENT_WRAP_UP)
		agent->call = NULL;
	if (agent->call && agent->call->pbx_id)
		memcpy(agent->call_id, agent->call->id, sizeof(agent->call_id));
	else if (!up && !ringing && status != AGENT_WRAP_UP)
		agent->call_id[0] = '\0';
	agent_changed(t, agent);
	if (status == agent->status)
		return;
	/* What was asked for in a call is for that call and its wrap-up. */
	bool busy = status == AGENT_ON_CALL || status == AGENT_WRAP_UP;
	bool was_busy = agent->status == AGENT_ON_CALL || agent->status == AGENT_WRAP_UP;
	if ((was_busy && !busy) || status == AGENT_OFFLINE)
		agent->help_us = 0;
	const char *activity = activity_of(agent->status, status);
	agent->status = status;
	agent->since_us = t->now_us;
	const char *call_id = agent->call_id[0] ? agent->call_id : about;
	record_activity(t, agent, activity, *call_id ? call_id : NULL);
}

void agent_wrapup_begin(struct tracker *t, struct agent *agent, struct call *call, int64_t from_us,
			int64_t length_us)
{
	if (agent->base == AGENT_OFFLINE || length_us <= 0)
		return;
	agent->wrapup_us = from_us + length_us;
	agent->wrapup_length_us = length_us;
	agent->wrapup_extended = false;
	agent->call = call;
	agent_refresh(t, agent);
}

void agent_phone(struct tracker *t, struct agent *agent, bool registered, struct str contact)
{
	if (agent->contact && !str_is(contact, agent->contact)) {
		talloc_free((void *)(uintptr_t)agent->contact);
		agent->contact = NULL;
	}
	if (!agent->contact && contact.n)
		agent->contact = mem_strndup(agent, contact.p, contact.n);
	if (agent->registered == registered)
		return;
	agent->registered = registered;
	agent->lost_us = registered ? 0 : t->now_us + PHONE_LOST_US;
	agent->presence_changed = true;
	if (registered)
		agent->unreachable = false;
	agent_refresh(t, agent);
}

/* ---- commands ---- */

static struct agent *known(struct tracker *t, const char *tenant, const char *extension)
{
	struct agent *agent = agent_find(t, tenant, extension);

	return agent && agent->configured ? agent : NULL;
}

static void settle(struct tracker *t, struct agent *agent)
{
	agent_refresh(t, agent);
	tracker_flush(t);
}

static void choose(struct agent *agent, enum agent_status base, const char *reason)
{
	const char *old = agent->reason;

	agent->base = base;
	agent->reason = reason ? mem_strdup(agent, reason) : NULL;
	talloc_free((void *)(uintptr_t)old);
}

void agent_leave(struct tracker *t, struct agent *agent)
{
	choose(agent, AGENT_OFFLINE, NULL);
	agent->wrapup_us = 0;
	agent_refresh(t, agent);
}

int tracker_agent_status(struct tracker *t, const char *tenant, const char *extension,
			 const char *status, const char *reason, int64_t now_us)
{
	struct agent *agent = known(t, tenant, extension);
	int base = 0;

	if (!agent)
		return ERR_NOT_FOUND;
	while (base < AGENT_ON_CALL && strcmp(agent_status_names[base], status) != 0)
		base++;
	if (base == AGENT_ON_CALL)
		return ERR_INVALID;
	t->now_us = now_us;
	bool changed = agent->base != (enum agent_status)base;
	choose(agent, (enum agent_status)base, base == AGENT_AVAILABLE ? NULL : reason);
	if (base == AGENT_AVAILABLE || base == AGENT_OFFLINE)
		agent->wrapup_us = 0;
	/* From one break to another: the time in state begins anew. */
	if (changed && agent->status == agent->base)
		agent->since_us = now_us;
	settle(t, agent);
	return ERR_OK;
}

int tracker_wrapup(struct tracker *t, const char *tenant, const char *extension, bool extend,
		   int64_t now_us)
{
	struct agent *agent = known(t, tenant, extension);

	if (!agent)
		return ERR_NOT_FOUND;
	if (!agent->wrapup_us || (extend && agent->wrapup_extended))
		return ERR_CONFLICT;
	t->now_us = now_us;
	if (extend) {
		agent->wrapup_us += agent->wrapup_length_us;
		agent->wrapup_extended = true;
	} else {
		agent->wrapup_us = 0;
	}
	settle(t, agent);
	return ERR_OK;
}

int tracker_agent_help(struct tracker *t, const char *tenant, const char *extension, bool on,
		       int64_t now_us)
{
	struct agent *agent = known(t, tenant, extension);

	if (!agent)
		return ERR_NOT_FOUND;
	t->now_us = now_us;
	if (!on)
		agent->help_us = 0;
	else if (!agent->help_us)
		agent->help_us = now_us;
	settle(t, agent);
	return ERR_OK;
}

int tracker_agent_login(struct tracker *t, const char *tenant, const char *extension, bool phone,
			int64_t now_us)
{
	struct agent *agent = known(t, tenant, extension);

	if (!agent)
		return ERR_NOT_FOUND;
	t->now_us = now_us;
	/* Who comes anew is there to take calls; a page that is only reloaded changes nothing. */
	if (phone && (agent->base == AGENT_OFFLINE || agent->unreachable))
		choose(agent, AGENT_AVAILABLE, NULL);
	settle(t, agent);
	return ERR_OK;
}

int tracker_agent_logout(struct tracker *t, const char *tenant, const char *extension,
			 int64_t now_us)
{
	return tracker_agent_status(t, tenant, extension, "OFFLINE", NULL, now_us);
}

bool tracker_has_agent(struct tracker *t, const char *tenant, const char *extension)
{
	return known(t, tenant, extension) != NULL;
}

int tracker_agent_json(struct tracker *t, const char *tenant, const char *extension,
		       struct buf *out)
{
	struct agent *agent = known(t, tenant, extension);

	if (!agent)
		return ERR_NOT_FOUND;
	write_agent(t, agent, out);
	return ERR_OK;
}

int tracker_answer(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		   const char *extension, const char **uniqueid, const char **channel)
{
	const struct call *call = call_by_id(t, tenant, call_id);
	const struct leg *found = NULL;

	if (!call)
		return ERR_NOT_FOUND;
	for (const struct leg *leg = call->legs; leg && !(found && found->up); leg = leg->next)
		if (leg->party == PARTY_AGENT && leg->agent && leg_alive(leg) &&
		    (leg->up || leg->ringing) && strcmp(leg->agent->extension, extension) == 0)
			found = leg;
	if (!found)
		return ERR_CONFLICT;
	*uniqueid = found->up ? NULL : mem_strdup(ctx, found->uniqueid);
	*channel = found->up ? NULL : mem_strdup(ctx, found->channel);
	return ERR_OK;
}
