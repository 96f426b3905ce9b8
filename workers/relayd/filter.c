/* Who may see what. */
#include "workers/relayd/filter.h"

#include "lib/err.h"

#include <string.h>

static const struct {
	const char *name;
	bool sees_all;
} roles[] = {
	{ "AGENT", false },
	{ "SUPERVISOR", true },
	{ "MANAGER", true },
	{ "ADMIN", true },
};

static struct str copy_string(const void *ctx, const struct json *value)
{
	size_t n = 0;
	const char *p = json_string(value, &n);

	return (struct str){ mem_strndup(ctx, p, n), p ? n : 0 };
}

static void read_own(struct audience *audience, const struct json *ticket)
{
	const struct json *queues = json_get(ticket, "queues");

	audience->extension = copy_string(audience, json_get(ticket, "extension"));
	audience->queues_n = json_length(queues);
	audience->queues = mem_array(audience, struct str, audience->queues_n);
	for (size_t i = 0; i < audience->queues_n; i++)
		audience->queues[i] = copy_string(audience, json_at(queues, i));
}

int audience_read(const void *ctx, const struct json *ticket, struct audience **out)
{
	struct str role = str_of(json_get_string(ticket, "role"));

	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (!str_is(role, roles[i].name))
			continue;
		struct audience *audience = mem_new(ctx, struct audience);
		audience->all = roles[i].sees_all;
		if (!audience->all)
			read_own(audience, ticket);
		*out = audience;
		return audience->all || audience->extension.n ? ERR_OK : ERR_INVALID;
	}
	return ERR_INVALID;
}

static bool list_names(struct str list, struct str word)
{
	while (list.n > 0) {
		const char *comma = memchr(list.p, ',', list.n);
		struct str item = { list.p, comma ? (size_t)(comma - list.p) : list.n };
		if (str_eq(item, word))
			return true;
		size_t used = item.n + (comma ? 1 : 0);
		list = (struct str){ list.p + used, list.n - used };
	}
	return false;
}

static bool is_member(const struct audience *audience, struct str queue)
{
	for (size_t i = 0; i < audience->queues_n; i++)
		if (str_eq(audience->queues[i], queue))
			return true;
	return false;
}

bool filter_sees(const struct audience *audience, const struct subject *subject)
{
	if (audience->all || str_is(subject->type, "presence:update"))
		return true;
	if (list_names(subject->extensions, audience->extension))
		return true;
	return str_is(subject->type, "queue:update") && is_member(audience, subject->queue);
}
