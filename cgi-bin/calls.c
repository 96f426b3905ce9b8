/* Calls: dialling, answering, hanging up, notes, history. */
#include "cgi-bin/command.h"
#include "cgi-bin/limit.h"
#include "cgi-bin/site.h"
#include "lib/secret.h"

#include <string.h>

enum { DIAL_MS = 5000, ANSWER_MS = 5000, HANGUP_MS = 2000, CONTROL_MS = 3000, DIGITS_MS = 8000 };

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

/* ---- control of a call that is up: amid lets an agent act on the own one only ---- */

/* What is asked of a call is the verb of the same name. */
static const struct control_row {
	const char *path, *verb;
} controls[] = {
	{ "calls/:id/hold", "hold" },
	{ "calls/:id/unhold", "unhold" },
	{ "calls/:id/mute", "mute" },
	{ "calls/:id/unmute", "unmute" },
	{ "calls/:id/consult/swap", "consult.swap" },
	{ "calls/:id/consult/join", "consult.join" },
	{ "calls/:id/consult/complete", "consult.complete" },
	{ "calls/:id/consult/cancel", "consult.cancel" },
};

static int control(struct request *r)
{
	size_t i = 0;
	int err = check_own(r);

	while (strcmp(controls[i].path, r->route->path) != 0)
		i++;
	return err ? err : send_for_call(r, controls[i].verb, CONTROL_MS);
}

static void open_args(struct request *r, struct json_out *o, struct buf *args)
{
	json_out_init(o, args);
	json_open(o, '{');
	json_put_text(o, "callId", request_input(r, "id"));
}

static int dtmf(struct request *r)
{
	struct buf *args = buf_new(r->ctx);
	struct json_out o;
	int err = check_own(r);

	if (err)
		return err;
	open_args(r, &o, args);
	json_put_text(&o, "digits", request_input(r, "digits"));
	json_close(&o, '}');
	return command_send(r, "dtmf", args, DIGITS_MS, NULL);
}

/* Why a number is not dialled; NULL: it may be. */
static int find_refusal(struct request *r, const char *number, const char **why)
{
	const char *params[] = { number };
	struct db_result *result;
	int err = request_exec(r, Q_DIAL_REFUSAL, params, DB_TEXT, &result);

	*why = !err && db_rows(result) ? db_text(result, 0, 0) : NULL;
	return err;
}

/* Whom to: a number as it is dialled, the rest as it stands. Lists what is wrong. */
static int read_target(struct request *r, const char **kind, const char **value)
{
	static const struct param_row number = { "value", PARAM_PHONE, .where = PARAM_BODY };
	const char *text = request_input(r, "to"), *wrong = NULL;
	const struct json *to;
	int err = 0;

	if (json_parse(r->ctx, text, strlen(text), &to))
		return ERR_INTERNAL;
	*kind = json_get_string(to, "kind");
	*value = json_get_string(to, "value");
	if (!*kind || !*value)
		return request_invalid(r, *kind ? "/to/value" : "/to/kind", "is required");
	if (strcmp(*kind, "NUMBER") == 0)
		wrong = param_check(r->ctx, &number, *value, value);
	if (strcmp(*kind, "NUMBER") == 0 && !wrong)
		err = find_refusal(r, *value, &wrong);
	return wrong ? request_invalid(r, "/to/value", wrong) : err;
}

/* How a colleague is called; NULL: not known. */
static int find_name(struct request *r, const char *kind, const char *value, const char **name)
{
	const char *params[] = { value };
	struct db_result *result;

	*name = NULL;
	if (strcmp(kind, "AGENT") != 0)
		return 0;
	int err = request_exec(r, Q_AGENT_NAME, params, DB_TEXT, &result);
	if (!err && db_rows(result))
		*name = db_text(result, 0, 0);
	return err;
}

static int send_to_target(struct request *r, const char *verb)
{
	struct buf *args = buf_new(r->ctx);
	const char *kind = NULL, *value = NULL, *name = NULL;
	struct json_out o;
	int err = read_target(r, &kind, &value);

	if (!err)
		err = find_name(r, kind, value, &name);
	if (err)
		return err;
	open_args(r, &o, args);
	json_put_text(&o, "kind", kind);
	json_put_text(&o, "value", value);
	json_put_text(&o, "name", name);
	json_close(&o, '}');
	err = command_send(r, verb, args, CONTROL_MS, NULL);
	return err == ERR_INVALID ? request_invalid(r, "/to/value", r->detail) : err;
}

static int send_transfer(struct request *r)
{
	return send_to_target(r, "transfer");
}

static int send_consult(struct request *r)
{
	return send_to_target(r, "consult");
}

static bool leaves_the_house(const struct request *r)
{
	const char *text = request_input(r, "to"), *kind;
	const struct json *to;

	if (json_parse(r->ctx, text, strlen(text), &to))
		return true;
	kind = json_get_string(to, "kind");
	return !kind || strcmp(kind, "NUMBER") == 0;
}

/* A number outside costs as much as one that is dialled, and counts as one. */
static int run_to_target(struct request *r, int (*send)(struct request *r))
{
	int err = check_own(r);

	if (err)
		return err;
	return leaves_the_house(r) ? limit_run(r, LIMIT_DIAL, send) : send(r);
}

static int transfer(struct request *r)
{
	return run_to_target(r, send_transfer);
}

static int consult(struct request *r)
{
	return run_to_target(r, send_consult);
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

#define TARGET_ITEMS(kinds) \
	{ "kind", PARAM_CHOICE, PARAM_BODY, .choices = kinds, .required = true, .example = "AGENT" }, \
	{ "value", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 40, .required = true, .example = "1002" }, \
	{ 0 }

static const struct param_row transfer_target[] = { TARGET_ITEMS("AGENT QUEUE NUMBER") };
static const struct param_row consult_target[] = { TARGET_ITEMS("AGENT NUMBER") };

#define CONTROL(name, about) \
	{ HTTP_POST, "calls/:id/" name, AGENT, about, 204, .object = "call", .foreign = 403, \
	  .handler = control, .once = true, .inputs = { CALL_ID } }

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
	CONTROL("hold", "Let the customer wait with music"),
	CONTROL("unhold", "Talk to the customer again"),
	CONTROL("mute", "Let nothing of the agent's voice through"),
	CONTROL("unmute", "Let the agent's voice through again"),
	{ HTTP_POST, "calls/:id/dtmf", AGENT, "Play digits to whom the agent talks to", 204,
	  .object = "call", .foreign = 403, .handler = dtmf, .once = true,
	  .inputs = { CALL_ID,
		      { "digits", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 32, .required = true,
			.pattern = "^[0-9*#A-D]{1,32}$", .example = "12#" } } },
	{ HTTP_POST, "calls/:id/transfer", AGENT, "Send the customer to somebody else", 204,
	  .object = "call", .foreign = 403, .handler = transfer, .once = true,
	  .inputs = { CALL_ID,
		      { "to", PARAM_OBJECT, PARAM_BODY, .items = transfer_target, .required = true,
			.example = "{\"kind\":\"AGENT\",\"value\":\"1002\"}" },
		      { "kind", PARAM_CHOICE, PARAM_BODY, .choices = "BLIND", .fallback = "BLIND" } } },
	{ HTTP_POST, "calls/:id/consult", AGENT, "Talk to somebody else while the customer waits",
	  204, .object = "call", .foreign = 403, .handler = consult, .once = true,
	  .inputs = { CALL_ID,
		      { "to", PARAM_OBJECT, PARAM_BODY, .items = consult_target, .required = true,
			.example = "{\"kind\":\"AGENT\",\"value\":\"1002\"}" } } },
	CONTROL("consult/swap", "Talk to the other of the two"),
	CONTROL("consult/join", "Talk to both"),
	CONTROL("consult/complete", "Put customer and target together, and leave"),
	CONTROL("consult/cancel", "Let the target go, back to the customer"),
	{ HTTP_PUT, "calls/:id/notes", AGENT, "Notes, disposition and tags of a call; an agent changes them until the day it ended on closes", 200,
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
