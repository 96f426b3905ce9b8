/* Calls: dialling, answering, hanging up, notes, history. */
#include "cgi-bin/command.h"
#include "cgi-bin/site.h"
#include "lib/secret.h"

#include <string.h>

enum { DIAL_MS = 5000, ANSWER_MS = 5000, HANGUP_MS = 2000 };

static int dial(struct request *r)
{
	const char *call_id = secret_uuid(r->ctx);
	struct buf *args = buf_new(r->ctx);
	const char *number[] = { request_input(r, "phoneNumber") };
	struct db_result *checked;
	struct json_out o;
	int err = request_exec(r, Q_DIAL_CHECK, number, DB_TEXT, &checked);

	if (err)
		return err;
	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "number", request_input(r, "phoneNumber"));
	json_put_text(&o, "callId", call_id);
	if (request_input(r, "contactId"))
		json_put_text(&o, "contactId", request_input(r, "contactId"));
	json_close(&o, '}');
	err = command_send(r, "dial", args, DIAL_MS, NULL);
	if (err)
		return err;
	json_open(&r->out, '{');
	json_put_text(&r->out, "callId", call_id);
	json_put_text(&r->out, "status", "INITIATED");
	json_close(&r->out, '}');
	return 0;
}

/*
 * A call that history does not know yet is still asked for: amid, which knows it first, hangs up
 * nobody's leg but the actor's.
 */
static int check_own(struct request *r)
{
	const char *params[] = { request_input(r, "id") };
	struct db_result *result;
	int err = request_exec(r, Q_CALL_OWNER, params, DB_TEXT, &result);

	if (err || db_rows(result) == 0 || db_int(result, 0, 0))
		return err;
	if (strcmp(r->session.role, role_name(AGENT)) != 0)
		return 0;
	r->detail = "That call is not yours.";
	return ERR_FORBIDDEN;
}

static int send_for_call(struct request *r, const char *verb, int timeout_ms)
{
	struct buf *args = buf_new(r->ctx);
	struct json_out o;

	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "callId", request_input(r, "id"));
	json_close(&o, '}');
	return command_send(r, verb, args, timeout_ms, NULL);
}

static int hangup(struct request *r)
{
	int err = check_own(r);

	return err ? err : send_for_call(r, "hangup", HANGUP_MS);
}

/* Whose phone rings is known to amid before it is history. */
static int answer(struct request *r)
{
	int err = request_begin(r);

	return err ? err : send_for_call(r, "answer", ANSWER_MS);
}

/* Whether an agent may see the call is asked first, so that a foreign one is 403 and not 404. */
static int session_get(struct request *r)
{
	const char *params[] = { request_input(r, "id") };
	const struct db_step steps[] = { { Q_CALL_CHECK, params, DB_TEXT },
					 { Q_CALL_GET, params, DB_BINARY } };
	struct db_result *results[ARRAY_LEN(steps)];
	int err = request_run(r, steps, ARRAY_LEN(steps), results);

	return err ? err : request_put(r, results[1]);
}

#define CALL_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }

static const struct route routes[] = {
	{ HTTP_POST, "calls/dial", AGENT, "Ring the own phone, then call a number", 202,
	  .schema = "Dialled", .handler = dial, .once = true, .limit = LIMIT_DIAL,
	  .inputs = { { "phoneNumber", PARAM_PHONE, PARAM_BODY, .required = true,
			.example = "+493012345678" },
		      { "contactId", PARAM_UUID, .where = PARAM_BODY } } },
	{ HTTP_POST, "calls/:id/answer", AGENT,
	  "Have the own phone, which rings for this call, answer it; where the phone can", 204,
	  .object = "call", .handler = answer, .once = true, .inputs = { CALL_ID } },
	{ HTTP_POST, "calls/:id/hangup", AGENT, "Hang up", 204, .object = "call", .foreign = 403,
	  .handler = hangup, .once = true,
	  .inputs = { CALL_ID } },
	{ HTTP_PUT, "calls/:id/notes", AGENT, "Notes, disposition and tags of a call", 200,
	  .schema = "Call", .query = Q_CALL_NOTE_PUT, .object = "call", .foreign = 403,
	  .inputs = { CALL_ID,
		      { "notes", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 8000,
			.nullable = true, .example = "Asks for an offer" },
		      { "disposition", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 40,
			.nullable = true },
		      { "tags", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 40,
			.example = "[\"offer\"]" } } },
	{ HTTP_GET, "calls/sessions", AGENT, "Calls, newest first; agents see their own", 200,
	  .schema = "Call", .query = Q_CALL_LIST, .shape = LIST,
	  .inputs = { { "agentId", PARAM_UUID, .where = PARAM_QUERY },
		      { "queueId", PARAM_UUID, .where = PARAM_QUERY },
		      { "status", PARAM_CHOICE, PARAM_QUERY,
			.choices = "INITIATED RINGING CONNECTED ON_HOLD TRANSFERRING ENDED" },
		      { "direction", PARAM_CHOICE, PARAM_QUERY,
			.choices = "INBOUND OUTBOUND INTERNAL" },
		      { "from", PARAM_TIME, .where = PARAM_QUERY },
		      { "until", PARAM_TIME, .where = PARAM_QUERY },
		      { "search", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80 },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200, .fallback = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_GET, "calls/sessions/:id", AGENT, "One call with everything in it", 200,
	  .schema = "CallDetail", .handler = session_get, .object = "call", .foreign = 403,
	  .inputs = { CALL_ID } },
};

const struct resource calls_resource = { routes, ARRAY_LEN(routes), "calls" };
