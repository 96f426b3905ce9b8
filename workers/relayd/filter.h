/*
 * Who may see what: one rule, for events and for the parts of a snapshot alike. Pure.
 *
 * Supervisors, managers and admins see everything of their tenant. Agents see what names their
 * extension, every presence:update, and queue:update of queues they are members of.
 */
#ifndef CB_FILTER_H
#define CB_FILTER_H

#include "lib/base.h"
#include "lib/json.h"

#include <stdbool.h>

struct audience {
	bool all; /* everything of the tenant; the rest is unused */
	struct str extension;
	struct str *queues;
	size_t queues_n;
};

/* What an event or an object of the live picture is about: the words of the header line. */
struct subject {
	struct str queue;      /* "-" for none */
	struct str extensions; /* comma-separated, "-" for none */
	struct str type;       /* of the event; of the event that would tell of the object */
};

/*
 * Reads role, extension and queues of a ticket; *out is a child of ctx.
 * Returns 0, or ERR_INVALID for a role or an extension it does not know what to do with.
 */
int audience_read(const void *ctx, const struct json *ticket, struct audience **out);

bool filter_sees(const struct audience *audience, const struct subject *subject);

#endif
