/* Users: who may sign in, as what, and with which extension. */
#include "cgi-bin/ended.h"
#include "cgi-bin/password.h"
#include "cgi-bin/site.h"

#define ROLES "AGENT SUPERVISOR MANAGER ADMIN"
#define USER_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }

/* User, extension and queues in one transaction. */
static int user_post(struct request *r)
{
	const char *hash;
	int err = password_take(r, "password", &hash);

	if (err)
		return err;
	const char *params[] = { request_input(r, "extension"), request_input(r, "displayName"),
				 request_input(r, "role"),      request_input(r, "email"),
				 hash,                          request_input(r, "agentExtension") };
	const char *extension[] = { params[0] };
	const struct db_step steps[] = { { Q_USER_POST, params, DB_TEXT },
					 { Q_USER_BY_EXTENSION, extension, DB_BINARY } };
	struct db_result *results[ARRAY_LEN(steps)];
	err = request_run(r, steps, ARRAY_LEN(steps), results);
	return err ? err : request_put(r, results[1]);
}

enum { PUT_USER, PUT_GET, PUT_ENDED, PUT_TOKENS, PUT_COUNT };

static int change(struct request *r, const char *const *params, struct db_result **results)
{
	const struct db_step steps[PUT_COUNT] = {
		[PUT_USER] = { Q_USER_PUT, params, DB_TEXT },
		[PUT_GET] = { Q_USER_GET, params, DB_BINARY },
		[PUT_ENDED] = { Q_SESSIONS_ENDED, params, DB_TEXT },
		[PUT_TOKENS] = { Q_USER_TOKENS, params, DB_TEXT },
	};
	int err = request_run(r, steps, PUT_COUNT, results);

	if (err)
		return err;
	ended_tell(r, results[PUT_ENDED]);
	/* A program may come back, with the rights that it has now. */
	if (db_int(results[PUT_USER], 0, 0))
		ended_tell(r, results[PUT_TOKENS]);
	return 0;
}

static int user_put(struct request *r)
{
	const char *params[] = { request_input(r, "id"), request_input(r, "displayName"),
				 request_input(r, "role"), request_input(r, "email"),
				 request_input(r, "enabled") };
	struct db_result *results[PUT_COUNT];
	int err = change(r, params, results);

	return err ? err : request_put(r, results[PUT_GET]);
}

/* History keeps the user. */
static int user_delete(struct request *r)
{
	const char *params[] = { request_input(r, "id"), NULL, NULL, NULL, "false" };
	struct db_result *results[PUT_COUNT];

	return change(r, params, results);
}

static int password_put(struct request *r)
{
	const char *hash;
	int err = password_take(r, "password", &hash);

	if (err)
		return err;
	const char *params[] = { request_input(r, "id"), hash };

	return ended_run(r, Q_PASSWORD_RESET, Q_SESSIONS_ENDED, params);
}

/* The user is looked for as well: somebody without a session is not nobody. */
static int sessions_get(struct request *r)
{
	const char *params[] = { request_input(r, "id") };
	const struct db_step steps[] = { { Q_USER_GET, params, DB_TEXT },
					 { Q_USER_SESSIONS, params, DB_BINARY } };
	struct db_result *results[ARRAY_LEN(steps)];
	int err = request_run(r, steps, ARRAY_LEN(steps), results);

	if (err)
		return err;
	return db_rows(results[0]) ? request_put_list(r, results[1]) : ERR_NOT_FOUND;
}

static int sessions_delete(struct request *r)
{
	const char *params[] = { request_input(r, "id") };

	return ended_run(r, Q_SESSIONS_END, Q_SESSIONS_ENDED, params);
}

/* What the form says of the agent extension that a new user gets. */
static const struct param_row agent_rows[] = {
	{ "phoneKind", PARAM_CHOICE, PARAM_BODY, .choices = "WEBRTC SIP", .example = "WEBRTC" },
	{ "autoAnswer", PARAM_BOOL, PARAM_BODY, .example = "false" },
	{ "queues", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 40, .example = "[\"support\"]" },
	{ 0 }
};

static const struct route routes[] = {
	{ HTTP_GET, "users", ADMIN, "Users, by extension", 200, .schema = "User",
	  .query = Q_USER_LIST, .shape = LIST,
	  .inputs = { { "role", PARAM_CHOICE, PARAM_QUERY, .choices = ROLES, .example = "AGENT" },
		      { "enabled", PARAM_BOOL, PARAM_QUERY, .example = "true" },
		      { "search", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80, .example = "Hart" },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200",
			.example = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "users", ADMIN,
	  "A new user, who can sign in at once; with agentExtension also an agent in queues", 201,
	  .schema = "User", .handler = user_post,
	  .inputs = { { "extension", PARAM_TEXT, PARAM_BODY, .min = 3, .max = 8, .required = true,
			.pattern = "^[0-9]+$", .example = "1999" },
		      { "displayName", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80,
			.required = true, .example = "Nora Example" },
		      { "role", PARAM_CHOICE, PARAM_BODY, .choices = ROLES, .required = true,
			.example = "AGENT" },
		      { "email", PARAM_TEXT, PARAM_BODY, .max = 254, .pattern = PARAM_EMAIL,
			.nullable = true, .example = "nora@example.com" },
		      { "password", PARAM_TEXT, PARAM_BODY, .min = PASSWORD_MIN,
			.max = PASSWORD_MAX, .required = true,
			.example = "seven grey herons over the weir" },
		      { "agentExtension", PARAM_OBJECT, PARAM_BODY, .items = agent_rows,
			.example = "{\"phoneKind\":\"WEBRTC\",\"queues\":[\"support\"]}" } } },
	{ HTTP_GET, "users/:id", ADMIN, "One user", 200, .schema = "User", .object = "user",
	  .query = Q_USER_GET, .inputs = { USER_ID } },
	{ HTTP_PUT, "users/:id", ADMIN,
	  "Change a user; another role, or being disabled, ends all of the user's sessions", 200,
	  .schema = "User", .object = "user", .handler = user_put,
	  .inputs = { USER_ID,
		      { "displayName", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80,
			.example = "Nora Example" },
		      { "role", PARAM_CHOICE, PARAM_BODY, .choices = ROLES, .example = "AGENT" },
		      { "email", PARAM_TEXT, PARAM_BODY, .max = 254, .pattern = PARAM_EMAIL,
			.nullable = true, .example = "nora@example.com" },
		      { "enabled", PARAM_BOOL, PARAM_BODY, .example = "true" } } },
	{ HTTP_DELETE, "users/:id", ADMIN, "Disable a user: history keeps them", 204,
	  .object = "user", .handler = user_delete, .inputs = { USER_ID } },
	{ HTTP_PUT, "users/:id/password", ADMIN,
	  "Set another user's password, which ends all of the user's sessions", 204,
	  .object = "user", .handler = password_put,
	  .inputs = { USER_ID,
		      { "password", PARAM_TEXT, PARAM_BODY, .min = PASSWORD_MIN,
			.max = PASSWORD_MAX, .required = true,
			.example = "seven grey herons over the weir" } } },
	{ HTTP_GET, "users/:id/sessions", ADMIN, "Open sessions of a user", 200,
	  .schema = "Session", .object = "user", .handler = sessions_get, .shape = LIST,
	  .inputs = { USER_ID } },
	{ HTTP_DELETE, "users/:id/sessions", ADMIN, "End all sessions of a user", 204,
	  .object = "user", .handler = sessions_delete, .inputs = { USER_ID } },
};

const struct resource users_resource = { routes, ARRAY_LEN(routes), "users" };
