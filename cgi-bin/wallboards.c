/* Wallboards: links to a board that only shows. */
#include "cgi-bin/ended.h"
#include "cgi-bin/rows.h"
#include "cgi-bin/site.h"
#include "lib/bearer.h"
#include "lib/secret.h"

enum { TOKEN_BYTES = 32 };

/* The token is shown this once. */
static int wallboard_post(struct request *r)
{
	const char *token = mem_printf(r->ctx, "%s%s", BEARER_API_PREFIX,
				       secret_token(r->ctx, TOKEN_BYTES));
	const char *params[] = { request_input(r, "name"), request_input(r, "queues"),
				 request_input(r, "validMs"),
				 secret_sha256(r->ctx, str_of(token)) };
	struct db_result *result;
	int err = request_exec(r, Q_WALLBOARD_POST, params, DB_BINARY, &result);

	if (err)
		return err;
	json_open(&r->out, '{');
	json_put_text(&r->out, "token", token);
	err = rows_put_members(&r->out, result, 0);
	json_close(&r->out, '}');
	return err;
}

static int wallboard_delete(struct request *r)
{
	const char *params[] = { request_input(r, "id") };
	const struct db_step steps[] = { { Q_WALLBOARD_DELETE, params, DB_TEXT },
					 { Q_WALLBOARD_ENDED, params, DB_TEXT } };
	struct db_result *results[ARRAY_LEN(steps)];
	int err = request_run(r, steps, ARRAY_LEN(steps), results);

	if (!err)
		ended_tell(r, results[1]);
	return err;
}

static const struct route routes[] = {
	{ HTTP_GET, "wallboards", MANAGER, "Wallboards that are good", 200,
	  .schema = "Wallboard", .query = Q_WALLBOARD_LIST, .shape = LIST },
	{ HTTP_POST, "wallboards", MANAGER,
	  "A link to a board that only shows these queues, for a time; its token is shown this once", 201,
	  .schema = "NewWallboard", .handler = wallboard_post,
	  .inputs = { { "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = true,
			.example = "Screen by the door" },
		      { "queues", PARAM_TEXTS, PARAM_BODY, .min = 2, .max = 40, .required = true,
			.example = "[\"support\"]" },
		      { "validMs", PARAM_INT, PARAM_BODY, .min = 3600 * 1000,
			.max = INT64_C(366) * 24 * 3600 * 1000, .required = true,
			.example = "2592000000" } } },
	{ HTTP_DELETE, "wallboards/:id", MANAGER, "Take a wallboard back: it goes dark at once", 204,
	  .object = "wallboard", .handler = wallboard_delete,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
};

/* No token makes tokens. */
const struct resource wallboards_resource = { routes, ARRAY_LEN(routes), NULL };
