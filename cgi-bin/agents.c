/* Agents: who is there, with which phone and queues, and in what state. */
#include "cgi-bin/command.h"
#include "cgi-bin/site.h"

#include <string.h>

enum { COMMAND_MS = 3000 };

static bool is_agent(const struct request *r)
{
	return strcmp(r->session.role, role_name(AGENT)) == 0;
}

struct target {
	const char *extension;
	bool unfiled;            /* wraps up a call whose queue wants a disposition first */
};

/* The agent behind the id, if the acting user may change its state. */
static int find_target(struct request *r, struct target *target)
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
	*target = (struct target){ db_text(result, 0, 0), db_int(result, 0, 2) };
	return 0;
}

/* Who wraps up a call takes no other one before it is filed. A supervisor may let them. */
static int check_filed(struct request *r, const struct target *target)
{
	if (!target->unfiled || !is_agent(r))
		return 0;
	r->detail = "Choose a disposition for the call first.";
	return ERR_CONFLICT;
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
	struct target target;
	const char *reason;
	const char *status = request_input(r, "status");
	int err = find_target(r, &target);

	if (!err && strcmp(status, "AVAILABLE") == 0)
		err = check_filed(r, &target);
	if (!err)
		err = find_reason(r, &reason);
	if (!err)
		err = send_change(r, "agent.status", target.extension, "status", status, reason);
	return err;
}

static int wrapup_post(struct request *r)
{
	const char *action = request_input(r, "action");
	struct target target;
	int err = find_target(r, &target);

	if (!err && strcmp(action, "FINISH") == 0)
		err = check_filed(r, &target);
	return err ? err : send_change(r, "agent.wrapup", target.extension, "action", action, NULL);
}

/* A POST asks for a supervisor, a DELETE needs none any more. */
static int help(struct request *r)
{
	const struct json *agent;
	struct buf *args = buf_new(r->ctx);
	struct json_out o;
	struct target target;
	int err = find_target(r, &target);

	if (err)
		return err;
	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "extension", target.extension);
	json_put_bool(&o, "on", r->route->method == HTTP_POST);
	json_close(&o, '}');
	err = command_send(r, "help", args, COMMAND_MS, &agent);
	if (!err)
		json_raw(&r->out, str_of(json_print(r->ctx, agent)));
	return err;
}

#define AGENT_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }
#define STATUSES "OFFLINE AVAILABLE BUSY AWAY"

static const struct param_row memberships[] = {
	{ "queueId", PARAM_UUID, PARAM_BODY, .required = true },
	{ "penalty", PARAM_INT, PARAM_BODY, .min = 0, .max = 100 },
	{ 0 },
};

#define AGENT_FIELDS(needed) \
	{ "displayName", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = needed, \
	  .example = "Amelia Hart" }, \
	{ "phoneKind", PARAM_CHOICE, PARAM_BODY, .choices = "WEBRTC SIP", .example = "SIP" }, \
	{ "autoAnswer", PARAM_BOOL, PARAM_BODY, .example = "false" }, \
	{ "enabled", PARAM_BOOL, PARAM_BODY, .example = "true" }, \
	{ "userId", PARAM_UUID, PARAM_BODY, .nullable = true }, \
	{ "queues", PARAM_OBJECTS, PARAM_BODY, .max = 100, .items = memberships, .example = "[]" }

static const struct route routes[] = {
	{ HTTP_GET, "agent-extensions", AGENT, "Agents and their states", 200,
	  .schema = "Agent", .query = Q_AGENT_LIST, .shape = LIST,
	  .inputs = { { "status", PARAM_CHOICE, PARAM_QUERY, .choices = STATUSES " ON_CALL WRAP_UP" },
		      { "search", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80 },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "agent-extensions", ADMIN,
	  "A new agent, of the user of that extension if there is one", 201,
	  .schema = "Agent", .query = Q_AGENT_POST, .once = true,
	  .inputs = { { "extension", PARAM_TEXT, PARAM_BODY, .min = 3, .max = 8, .required = true,
			.pattern = "^[0-9]{3,8}$", .example = "1999" },
		      AGENT_FIELDS(true) } },
	{ HTTP_GET, "agent-extensions/:id", AGENT, "One agent", 200, .object = "agent",
	  .schema = "Agent", .query = Q_AGENT_GET, .inputs = { AGENT_ID } },
	{ HTTP_PUT, "agent-extensions/:id", ADMIN, "Change an agent; what is left out stays", 200,
	  .object = "agent", .schema = "Agent", .query = Q_AGENT_PUT,
	  .inputs = { AGENT_ID, AGENT_FIELDS(false) } },
	{ HTTP_DELETE, "agent-extensions/:id", ADMIN,
	  "Retire an agent: phone and queues go, history stays", 204, .object = "agent",
	  .query = Q_AGENT_RETIRE, .shape = NOTHING, .inputs = { AGENT_ID } },
	{ HTTP_PUT, "agent-extensions/:id/status", AGENT,
	  "Change a state: the own one, or anybody's for supervisors", 200, .object = "agent",
	  .foreign = 403, .schema = "LiveAgent", .handler = status_put,
	  .inputs = { AGENT_ID,
		      { "status", PARAM_CHOICE, PARAM_BODY, .required = true, .choices = STATUSES,
			.example = "AWAY" },
		      { "reason", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 80, .example = "LUNCH" } } },
	{ HTTP_POST, "agent-extensions/:id/wrapup", AGENT, "Finish or extend a wrap-up", 200,
	  .object = "agent", .foreign = 403, .schema = "LiveAgent", .handler = wrapup_post,
	  .once = true,
	  .inputs = { AGENT_ID,
		      { "action", PARAM_CHOICE, PARAM_BODY, .required = true,
			.choices = "FINISH EXTEND", .example = "FINISH" } } },
	{ HTTP_POST, "agent-extensions/:id/help", AGENT, "Ask a supervisor for help", 200,
	  .object = "agent", .foreign = 403, .schema = "LiveAgent", .handler = help, .once = true,
	  .inputs = { AGENT_ID } },
	{ HTTP_DELETE, "agent-extensions/:id/help", AGENT, "Ask for help no more", 200,
	  .object = "agent", .foreign = 403, .schema = "LiveAgent", .handler = help,
	  .inputs = { AGENT_ID } },
};

const struct resource agents_resource = { routes, ARRAY_LEN(routes), "agents" };
