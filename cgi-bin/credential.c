/* Session tokens, API tokens and other platforms' tokens, from a header or a cookie. */
#include "cgi-bin/credential.h"

#include "lib/bearer.h"
#include "lib/secret.h"

#include <inttypes.h>
#include <strings.h>

/* session_adopt's parameters for a good token; NULL for any other. */
static const char *const *adopt(struct request *r, const char *token)
{
	struct jwt_claims claims;
	const char **params = mem_array(r->ctx, const char *, 7);

	if (!jwt_verify(r->ctx, &r->app->jwt, str_of(token), clock_wall_us() / 1000000, &claims))
		return NULL;
	params[0] = secret_sha256(r->ctx, str_of(token));
	params[1] = claims.tenant;
	params[2] = claims.user;
	params[3] = mem_printf(r->ctx, "%" PRId64, claims.expires_s);
	params[4] = http_variable(r->http, "REMOTE_ADDR");
	params[5] = http_variable(r->http, "HTTP_USER_AGENT");
	params[6] = r->http->id;
	return params;
}

static void read_header(struct request *r, const char *header)
{
	struct str token;

	switch (bearer_read(str_of(header), &token)) {
	case BEARER_NONE:
		return;
	case BEARER_JWT:
		r->adopt = adopt(r, token.p);
		r->token = r->adopt ? token.p : NULL;
		return;
	default:
		r->token = token.p;
		return;
	}
}

void credential_read(struct request *r, bool *by_cookie)
{
	const char *header = http_variable(r->http, "HTTP_AUTHORIZATION");
	const char *cookie = http_cookie(r->http, session_cookie_name(&r->app->settings));
	bool bearer = header && strncasecmp(header, "Bearer ", 7) == 0;

	*by_cookie = !bearer && cookie;
	if (bearer)
		read_header(r, header);
	else if (cookie && bearer_kind(str_of(cookie)) == BEARER_SESSION)
		r->token = cookie;
}
