/* Who may see what. */
#include "workers/relayd/filter.h"

#include "lib/err.h"

#include <string.h>

enum about { NO_MORE, ANYBODY, OWN_EXTENSION, OWN_QUEUE };

/* The first rule that fits says how much is seen; what none fits is not seen. */
struct rule {
	enum about about;
	const char *type; /* NULL: any */
	enum view view;
};

static const struct rule everything[] = {
	{ ANYBODY, NULL, VIEW_WHOLE },
	{ 0 },
};

static const struct rule of_agents[] = {
	{ OWN_EXTENSION, NULL, VIEW_WHOLE },
	{ OWN_QUEUE, "queue:update", VIEW_WHOLE },
	{ ANYBODY, "presence:update", VIEW_WHOLE },
	{ ANYBODY, "agent:status:updated", VIEW_COLLEAGUE },
	{ 0 },
};

/* Anybody may stand before one: no caller is on it. */
static const struct rule of_wallboards[] = {
	{ OWN_QUEUE, "queue:update", VIEW_WALL },
	{ OWN_EXTENSION, "agent:status:updated", VIEW_WALL },
	{ OWN_EXTENSION, "presence:update", VIEW_WALL },
	{ 0 },
};

static const struct {
	const char *name;
	const struct rule *rules;
	bool has_extension; /* it is somebody's phone that it sees with */
} roles[] = {
	{ "AGENT", of_agents, true },
	{ "SUPERVISOR", everything, false },
	{ "MANAGER", everything, false },
	{ "ADMIN", everything, false },
	{ "WALLBOARD", of_wallboards, false },
};

static struct str copy_string(const void *ctx, const struct json *value)
{
	size_t n = 0;
	const char *p = json_string(value, &n);

	return (struct str){ mem_strndup(ctx, p, n), p ? n : 0 };
}

static struct str *copy_list(const void *ctx, const struct json *list, size_t *n)
{
	struct str *copy = mem_array(ctx, struct str, json_length(list) + 1);

	for (size_t i = 0; i < json_length(list); i++) {
		copy[*n] = copy_string(copy, json_at(list, i));
		*n += copy[*n].n > 0;
	}
	return copy;
}

static void read_own(struct audience *audience, const struct json *ticket, bool has_extension)
{
	audience->queues = copy_list(audience, json_get(ticket, "queues"), &audience->queues_n);
	if (!has_extension) {
		audience->extensions =
			copy_list(audience, json_get(ticket, "agents"), &audience->extensions_n);
		return;
	}
	audience->extensions = mem_array(audience, struct str, 1);
	audience->extensions[0] = copy_string(audience, json_get(ticket, "extension"));
	audience->extensions_n = audience->extensions[0].n > 0;
}

int audience_read(const void *ctx, const struct json *ticket, struct audience **out)
{
	struct str role = str_of(json_get_string(ticket, "role"));

	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (!str_is(role, roles[i].name))
			continue;
		struct audience *audience = mem_new(ctx, struct audience);
		audience->rules = roles[i].rules;
		audience->all = roles[i].rules == everything;
		if (!audience->all)
			read_own(audience, ticket, roles[i].has_extension);
		*out = audience;
		return roles[i].has_extension && !audience->extensions_n ? ERR_INVALID : ERR_OK;
	}
	return ERR_INVALID;
}

static bool is_among(const struct str *list, size_t n, struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], word))
			return true;
	return false;
}

static bool names_own(const struct audience *audience, struct str list)
{
	while (list.n > 0) {
		const char *comma = memchr(list.p, ',', list.n);
		struct str item = { list.p, comma ? (size_t)(comma - list.p) : list.n };
		if (is_among(audience->extensions, audience->extensions_n, item))
			return true;
		size_t used = item.n + (comma ? 1 : 0);
		list = (struct str){ list.p + used, list.n - used };
	}
	return false;
}

static bool is_about(const struct audience *audience, const struct subject *subject,
		     enum about about)
{
	switch (about) {
	case OWN_EXTENSION:
		return names_own(audience, subject->extensions);
	case OWN_QUEUE:
		return is_among(audience->queues, audience->queues_n, subject->queue);
	default:
		return about == ANYBODY;
	}
}

enum view filter_view(const struct audience *audience, const struct subject *subject)
{
	if (audience->all)
		return VIEW_WHOLE;
	for (const struct rule *rule = audience->rules; rule->about != NO_MORE; rule++)
		if ((!rule->type || str_is(subject->type, rule->type)) &&
		    is_about(audience, subject, rule->about))
			return rule->view;
	return VIEW_NONE;
}
