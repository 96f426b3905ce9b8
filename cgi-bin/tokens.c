/* API tokens: what programs sign in with. */
#include "cgi-bin/ended.h"
#include "cgi-bin/rows.h"
#include "cgi-bin/site.h"
#include "lib/bearer.h"
#include "lib/secret.h"

enum { TOKEN_BYTES = 32 };

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

/* The token is shown this once. */
static int token_post(struct request *r)
{
	const char *token = mem_printf(r->ctx, "%s%s", BEARER_API_PREFIX,
				       secret_token(r->ctx, TOKEN_BYTES));
	const char *params[] = { request_input(r, "name"), request_input(r, "scopes"),
				 request_input(r, "expiresAt"),
				 secret_sha256(r->ctx, str_of(token)), known_scopes(r) };
	struct db_result *result;
	int err = request_exec(r, Q_TOKEN_POST, params, DB_BINARY, &result);

	if (err)
		return err;
	json_open(&r->out, '{');
	json_put_text(&r->out, "token", token);
	err = rows_put_members(&r->out, result, 0);
	json_close(&r->out, '}');
	return err;
}

static int token_delete(struct request *r)
{
	const char *params[] = { request_input(r, "id") };
	const struct db_step steps[] = { { Q_TOKEN_DELETE, params, DB_TEXT },
					 { Q_TOKEN_ENDED, params, DB_TEXT } };
	struct db_result *results[ARRAY_LEN(steps)];
	int err = request_run(r, steps, ARRAY_LEN(steps), results);

	if (!err)
		ended_tell(r, results[1]);
	return err;
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
