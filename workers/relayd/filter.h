/*
 * Who may see what, and how much of it: one table of rules, for events and for the parts of a
 * snapshot alike. Pure.
 */
#ifndef CB_FILTER_H
#define CB_FILTER_H

#include "lib/base.h"
#include "lib/json.h"
#include "workers/relayd/view.h"

#include <stdbool.h>

struct rule;

struct audience {
	bool all; /* everything of the tenant, whole; the rest is unused */
	const struct rule *rules;
	struct str *extensions, *queues; /* its own */
	size_t extensions_n, queues_n;
};

/* What an event or an object of the live picture is about: the words of the header line. */
struct subject {
	struct str queue;      /* "-" for none */
	struct str extensions; /* comma-separated, "-" for none */
	struct str type;       /* of the event; of the event that would tell of the object */
};

/*
 * Reads role, extension, queues and agents of a ticket; *out is a child of ctx.
 * Returns 0, or ERR_INVALID for a role or an extension it does not know what to do with.
 */
int audience_read(const void *ctx, const struct json *ticket, struct audience **out);

enum view filter_view(const struct audience *audience, const struct subject *subject);

#endif
