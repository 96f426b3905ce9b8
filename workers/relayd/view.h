/*
 * How much of an object of the live picture, or of the event that tells of it, is shown: by lists of
 * the members that may be seen, so that a new member is shown to nobody by mistake. Pure.
 */
#ifndef CB_VIEW_H
#define CB_VIEW_H

#include "lib/base.h"
#include "lib/json.h"

enum view {
	VIEW_NONE,
	VIEW_WHOLE,
	VIEW_COLLEAGUE, /* what agents see of one another */
	VIEW_WALL,      /* what everybody in the room may see */
	VIEW__COUNT,
};

/*
 * What the view leaves of an object that events of this type tell of, as JSON text; *out is a child
 * of ctx. Only for views that leave out something. Returns 0, or ERR_MALFORMED.
 */
int view_object(const void *ctx, enum view view, struct str type, const struct json *object,
		struct str *out);
/* The same for the text of a whole event. */
int view_event(const void *ctx, enum view view, struct str type, struct str event, struct str *out);

#endif
