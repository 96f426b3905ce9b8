/* Asking a supervisor for help: who asks is shown on the board. */
#include "cgi-bin/command.h"
#include "cgi-bin/site.h"

#include <string.h>

enum { HELP_MS = 3000 };

/* An agent asks for the own self; a supervisor takes a request back, or makes one for somebody. */
static int find_extension(struct request *r, const char **extension)
{
	const char *params[] = { request_input(r, "id") };
	struct db_result *result;
	int err = request_exec(r, Q_AGENT_TARGET, params, DB_TEXT, &result);

	if (err)
		return err;
	if (db_rows(result) == 0)
		return ERR_NOT_FOUND;
	if (strcmp(r->session.role, role_name(AGENT)) == 0 && !db_int(result, 0, 1))
		return ERR_FORBIDDEN;
	*extension = db_text(result, 0, 0);
	return 0;
}

static int help_put(struct request *r)
{
	struct buf *args = buf_new(r->ctx);
	const struct json *agent;
	const char *extension;
	struct json_out o;
	int err = find_extension(r, &extension);

	if (err)
		return err;
	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "extension", extension);
	json_put_bool(&o, "on", strcmp(request_input(r, "on"), "true") == 0);
	json_close(&o, '}');
	err = command_send(r, "agent.help", args, HELP_MS, &agent);
	if (!err)
		json_raw(&r->out, str_of(json_print(r->ctx, agent)));
	return err;
}

static const struct route routes[] = {
	{ HTTP_PUT, "agent-extensions/:id/help", AGENT,
	  "Ask a supervisor for help, or no longer; the request ends with the call it was made in", 200,
	  .object = "agent", .foreign = 403, .schema = "LiveAgent", .handler = help_put,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true },
		      { "on", PARAM_BOOL, PARAM_BODY, .required = true, .example = "false" } } },
};

const struct resource help_resource = { routes, ARRAY_LEN(routes), "agents" };
