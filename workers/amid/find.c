/* Who is meant: names in Asterisk to tenants, agents, queues, legs and calls. */
#include "workers/amid/model.h"

#include <string.h>

static const char *pair_key(void *ctx, const char *tenant, const char *name)
{
	return mem_printf(ctx, "%s/%s", tenant, name);
}

struct agent *agent_find(struct tracker *t, const char *tenant, const char *extension)
{
	struct agent *agent;
	const char *key = pair_key(t->scratch, tenant, extension);

	HASH_FIND_STR(t->agents, key, agent);
	return agent;
}

struct agent *agent_get(struct tracker *t, const char *tenant, struct str extension)
{
	const char *text = mem_strndup(t->scratch, extension.p, extension.n);
	struct agent *agent = agent_find(t, tenant, text);

	if (agent)
		return agent;
	agent = mem_new(t, struct agent);
	agent->key = pair_key(agent, tenant, text);
	agent->tenant = mem_strdup(agent, tenant);
	agent->extension = mem_strdup(agent, text);
	agent->since_us = t->now_us;
	HASH_ADD_KEYPTR(hh, t->agents, agent->key, strlen(agent->key), agent);
	return agent;
}

struct queue *queue_get(struct tracker *t, const char *tenant, const char *name)
{
	struct queue *queue;
	const char *key = pair_key(t->scratch, tenant, name);

	HASH_FIND_STR(t->queues, key, queue);
	if (queue)
		return queue;
	queue = mem_new(t, struct queue);
	queue->key = pair_key(queue, tenant, name);
	queue->tenant = mem_strdup(queue, tenant);
	queue->name = mem_strdup(queue, name);
	HASH_ADD_KEYPTR(hh, t->queues, queue->key, strlen(queue->key), queue);
	return queue;
}

struct pbx_name pbx_name(struct tracker *t, struct str full)
{
	const char *dash = full.n ? memrchr(full.p, '-', full.n) : NULL;

	if (!dash)
		return (struct pbx_name){ t->options.default_tenant, full };
	size_t at = (size_t)(dash - full.p);
	return (struct pbx_name){ mem_strndup(t->scratch, full.p, at),
				  { dash + 1, full.n - at - 1 } };
}

/* "PJSIP/acme-1001-0000001c": the endpoint is what stands between the "/" and the last "-". */
struct str endpoint_of(struct str channel)
{
	const char *slash = channel.n ? memchr(channel.p, '/', channel.n) : NULL;
	const char *dash = channel.n ? memrchr(channel.p, '-', channel.n) : NULL;

	if (!slash || !dash || dash < slash)
		return (struct str){ "", 0 };
	return (struct str){ slash + 1, (size_t)(dash - slash - 1) };
}

bool is_extension(struct str s)
{
	if (s.n < 3 || s.n > 8)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool leg_alive(const struct leg *leg)
{
	return leg->ended_us == 0;
}

bool leg_refused(const struct leg *leg)
{
	enum { USER_BUSY = 17, CALL_REJECTED = 21 };

	return leg->cause == USER_BUSY || leg->cause == CALL_REJECTED;
}

struct leg *leg_find(struct tracker *t, struct str uniqueid)
{
	struct leg *leg;

	HASH_FIND(hh, t->legs, uniqueid.p, uniqueid.n, leg);
	return leg;
}

struct call *call_find(struct tracker *t, struct str pbx_id)
{
	struct call *call;

	HASH_FIND(hh, t->calls, pbx_id.p, pbx_id.n, call);
	return call;
}

struct call *call_by_id(struct tracker *t, const char *tenant, const char *id)
{
	for (struct call *call = t->all_calls; call; call = call->next_any)
		if (call->pbx_id && strcmp(call->id, id) == 0 && strcmp(call->tenant, tenant) == 0)
			return call;
	return NULL;
}

struct call *call_by_linked_id(struct tracker *t, struct str id)
{
	for (struct call *call = t->all_calls; id.n && call; call = call->next_any)
		for (size_t i = 0; !call->ended_us && i < call->linked_ids.n; i++)
			if (str_is(id, call->linked_ids.items[i]))
				return call;
	return NULL;
}
