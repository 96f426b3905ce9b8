/* Agents: who is there, and in what state. */
#include "cgi-bin/command.h"
#include "cgi-bin/site.h"

#include <string.h>

enum { COMMAND_MS = 3000 };

static bool is_agent(const struct request *r)
{
	return strcmp(r->session.role, role_name(AGENT)) == 0;
}

/* The extension behind the id, if the acting user may change its state. */
static int find_target(struct request *r, const char **extension)
{
	const char *params[] = { request_input(r, "id") };
	struct db_result *result;
	int err = request_exec(r, Q_AGENT_TARGET, params, DB_TEXT, &result);

	if (err)
		return err;
	if (db_rows(result) == 0)
		return ERR_NOT_FOUND;
	if (is_agent(r) && !db_int(result, 0, 1))
		return ERR_FORBIDDEN;
	*extension = db_text(result, 0, 0);
	return 0;
}

/* A reason may be sent by its code or its label; what is kept is the code. */
static int find_reason(struct request *r, const char **reason)
{
	struct db_result *result;
	const char *params[] = { request_input(r, "reason") };

	*reason = NULL;
	if (!params[0] || !*params[0])
		return 0;
	int err = request_exec(r, Q_PAUSE_REASON_FIND, params, DB_TEXT, &result);
	if (err)
		return err;
	if (db_rows(result) == 0)
		return request_invalid(r, "/reason", "is not a known pause reason");
	*reason = db_text(result, 0, 0);
	return 0;
}

/* Sends {"extension":…, key: value, "reason":…?} and answers with the agent object. */
static int send_change(struct request *r, const char *verb, const char *extension, const char *key,
		       const char *value, const char *reason)
{
	const struct json *agent;
	struct buf *args = buf_new(r->ctx);
	struct json_out o;

	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "extension", extension);
	json_put_text(&o, key, value);
	if (reason)
		json_put_text(&o, "reason", reason);
	json_close(&o, '}');
	int err = command_send(r, verb, args, COMMAND_MS, &agent);
	if (!err)
		json_raw(&r->out, str_of(json_print(r->ctx, agent)));
	return err;
}

static int status_put(struct request *r)
{
	const char *extension, *reason;
	int err = find_target(r, &extension);

	if (!err)
		err = find_reason(r, &reason);
	if (!err)
		err = send_change(r, "agent.status", extension, "status",
				  request_input(r, "status"), reason);
	return err;
}

static int wrapup_post(struct request *r)
{
	const char *extension;
	int err = find_target(r, &extension);

	if (!err)
		err = send_change(r, "agent.wrapup", extension, "action",
				  request_input(r, "action"), NULL);
	return err;
}

static const struct route routes[] = {
	{ HTTP_GET, "agent-extensions", AGENT, "Agents and their states", 200,
	  .schema = "Agent", .query = Q_AGENT_LIST, .shape = LIST,
	  .inputs = { { "status", PARAM_CHOICE, PARAM_QUERY,
			.choices = "OFFLINE AVAILABLE BUSY AWAY ON_CALL WRAP_UP" },
		      { "search", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80 },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_GET, "agent-extensions/:id", AGENT, "One agent", 200,
	  .schema = "Agent", .query = Q_AGENT_GET,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
	{ HTTP_PUT, "agent-extensions/:id/status", AGENT,
	  "Change a state: the own one, or anybody's for supervisors", 200,
	  .schema = "LiveAgent", .handler = status_put,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true },
		      { "status", PARAM_CHOICE, PARAM_BODY, .required = true,
			.choices = "OFFLINE AVAILABLE BUSY AWAY" },
		      { "reason", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 80 } } },
	{ HTTP_POST, "agent-extensions/:id/wrapup", AGENT, "Finish or extend a wrap-up", 200,
	  .schema = "LiveAgent", .handler = wrapup_post,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true },
		      { "action", PARAM_CHOICE, PARAM_BODY, .required = true,
			.choices = "FINISH EXTEND" } } },
	{ HTTP_GET, "pause-reasons", AGENT, "Reasons for a pause", 200,
	  .schema = "PauseReason", .query = Q_PAUSE_REASON_LIST, .shape = LIST },
};

const struct resource agents_resource = { routes, ARRAY_LEN(routes), "agents" };
