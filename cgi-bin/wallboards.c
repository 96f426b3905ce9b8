/* Wallboards: links to a board that only shows. */
#include "cgi-bin/ended.h"
#include "cgi-bin/issue.h"
#include "cgi-bin/site.h"

static int wallboard_post(struct request *r)
{
	struct issued issued = issue_token(r);
	const char *params[] = { request_input(r, "name"), request_input(r, "queues"),
				 request_input(r, "validMs"), issued.hash };

	return issue_answer(r, &issued, Q_WALLBOARD_POST, params);
}

static int wallboard_delete(struct request *r)
{
	const char *params[] = { request_input(r, "id") };

	return ended_run(r, Q_WALLBOARD_DELETE, Q_WALLBOARD_ENDED, params);
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
