/* The documented answers: slug, HTTP status, sentence. */
#include "lib/err.h"

#include <string.h>

static const struct err_row rows[ERR__COUNT] = {
	[ERR_OK] = { "ok", 200, "Done." },
	[ERR_MALFORMED] = { "malformed", 400, "The request could not be read." },
	[ERR_INVALID] = { "invalid", 422, "Some fields are not valid." },
	[ERR_UNAUTHENTICATED] = { "unauthenticated", 401, "Sign in first." },
	[ERR_BAD_CREDENTIALS] = { "bad-credentials", 401, "Extension or password is wrong." },
	[ERR_FORBIDDEN] = { "forbidden", 403, "You may not do this." },
	[ERR_CROSS_SITE] = { "cross-site", 403, "The request did not come from this site." },
	[ERR_NOT_FOUND] = { "not-found", 404, "There is no such thing." },
	[ERR_METHOD] = { "method-not-allowed", 405, "This address does not take that method." },
	[ERR_CONFLICT] = { "conflict", 409, "The current state does not allow this." },
	[ERR_DUPLICATE] = { "duplicate", 409, "It exists already." },
	[ERR_PRECONDITION] = { "precondition-failed", 412,
			       "It is not in the state that you wanted to change." },
	[ERR_TOO_LARGE] = { "too-large", 413, "The request is too large." },
	[ERR_MEDIA_TYPE] = { "media-type", 415, "Send application/json." },
	[ERR_RATE_LIMITED] = { "rate-limited", 429, "Too many tries; wait a moment." },
	[ERR_PBX_REFUSED] = { "pbx-refused", 502, "The telephone system refused." },
	[ERR_PBX_UNAVAILABLE] = { "pbx-unavailable", 503,
				  "The telephone system cannot be reached." },
	[ERR_UNAVAILABLE] = { "unavailable", 503, "A part of the service is away; try again." },
	[ERR_TIMEOUT] = { "timeout", 504, "There was no answer in time; nothing was done." },
	[ERR_INTERNAL] = { "internal", 500, "Something went wrong on our side." },
};

const struct err_row *err_row(int err)
{
	return &rows[err > 0 && err < ERR__COUNT ? err : ERR_INTERNAL];
}

int err_by_name(const char *name)
{
	for (int i = 0; i < ERR__COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return ERR_INTERNAL;
}
