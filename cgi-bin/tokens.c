/* API tokens: what programs sign in with. */
#include "cgi-bin/ended.h"
#include "cgi-bin/issue.h"
#include "cgi-bin/site.h"

/* Every scope there is, as an array for a statement. */
static const char *known_scopes(const struct request *r)
{
	struct buf *b = buf_new(r->ctx);

	for (const struct resource *const *in = site; *in; in++)
		if ((*in)->scope)
			buf_printf(b, "%s%s:read,%s:write", b->n ? "," : "{", (*in)->scope,
				   (*in)->scope);
	buf_addc(b, '}');
	return buf_text(b);
}

static int token_post(struct request *r)
{
	struct issued issued = issue_token(r);
	const char *params[] = { request_input(r, "name"), request_input(r, "scopes"),
				 request_input(r, "expiresAt"), issued.hash, known_scopes(r) };

	return issue_answer(r, &issued, Q_TOKEN_POST, params);
}

static int token_delete(struct request *r)
{
	const char *params[] = { request_input(r, "id") };

	return ended_run(r, Q_TOKEN_DELETE, Q_TOKEN_ENDED, params);
}

static const struct route routes[] = {
	{ HTTP_GET, "tokens", AGENT, "Own API tokens; for admins also another user's", 200,
	  .schema = "Token", .query = Q_TOKEN_LIST, .shape = LIST,
	  .inputs = { { "userId", PARAM_UUID, .where = PARAM_QUERY } } },
	{ HTTP_POST, "tokens", AGENT,
	  "A new API token, shown this once: it acts as its user, within its scopes", 201,
	  .schema = "NewApiToken", .handler = token_post,
	  .inputs = { { "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = true,
			.example = "Nightly export" },
		      { "scopes", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 40, .required = true,
			.example = "[\"calls:read\"]" },
		      { "expiresAt", PARAM_TIME, .where = PARAM_BODY,
			.example = "2099-01-01T00:00:00Z" } } },
	{ HTTP_DELETE, "tokens/:id", AGENT, "Take an API token back: an own one, or anybody's for admins",
	  204, .object = "token", .foreign = 404, .over = ADMIN, .handler = token_delete,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
};

/* No token makes tokens. */
const struct resource tokens_resource = { routes, ARRAY_LEN(routes), NULL };
