/* Whom to call: callbacks, which are promised by an agent or a queue, and callers who were missed. */
#include "cgi-bin/site.h"

#define STATES "PENDING DONE CANCELLED"
#define CALLBACK_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }

#define FOR_WHOM \
	{ "queueId", PARAM_UUID, .where = PARAM_BODY }, \
	{ "agentId", PARAM_UUID, .where = PARAM_BODY }
#define DUE(needed) \
	{ "dueAt", PARAM_TIME, .where = PARAM_BODY, .required = needed, \
	  .example = "2099-11-22T09:30:00Z" }
#define NOTES \
	{ "notes", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 8000, .nullable = true, \
	  .example = "Wants an offer" }

static const struct route routes[] = {
	{ HTTP_GET, "callbacks", AGENT,
	  "Callbacks by when they are due; agents see their own and those of their queues", 200,
	  .query = Q_CALLBACK_LIST, .shape = LIST, .schema = "Callback",
	  .inputs = { { "state", PARAM_CHOICE, PARAM_QUERY, .choices = STATES,
			.example = "PENDING" },
		      { "agentId", PARAM_UUID, .where = PARAM_QUERY },
		      { "queueId", PARAM_UUID, .where = PARAM_QUERY },
		      { "from", PARAM_TIME, .where = PARAM_QUERY },
		      { "until", PARAM_TIME, .where = PARAM_QUERY },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200, .fallback = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "callbacks", AGENT,
	  "Promise a callback: for an agent, or for whoever of a queue; without either, the own", 201,
	  .query = Q_CALLBACK_POST, .schema = "Callback", .once = true,
	  .inputs = { { "phoneNumber", PARAM_PHONE, PARAM_BODY, .required = true,
			.example = "15551230001" },
		      { "contactId", PARAM_UUID, .where = PARAM_BODY }, FOR_WHOM, DUE(true),
		      NOTES } },
	{ HTTP_GET, "callbacks/:id", AGENT, "One callback", 200, .query = Q_CALLBACK_GET,
	  .object = "callback", .foreign = 403, .schema = "Callback", .inputs = { CALLBACK_ID } },
	{ HTTP_PUT, "callbacks/:id", AGENT,
	  "Give it to somebody, put it off, or close it: DONE, by which call, or CANCELLED", 200,
	  .query = Q_CALLBACK_PUT, .object = "callback", .foreign = 403, .schema = "Callback",
	  .inputs = { CALLBACK_ID, FOR_WHOM, DUE(false), NOTES,
		      { "state", PARAM_CHOICE, PARAM_BODY, .choices = STATES,
			.example = "PENDING" },
		      { "callId", PARAM_UUID, .where = PARAM_BODY } } },
	{ HTTP_GET, "missed-calls", AGENT,
	  "Callers of the last 7 days who rang the own phone, were answered by nobody, and have not "
	  "been reached since; the last missed call of each, newest first",
	  200, .query = Q_MISSED_CALL_LIST, .shape = LIST, .schema = "MissedCall",
	  .inputs = { { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200, .fallback = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "missed-calls/:id/close", AGENT,
	  "Take a caller off the list without having reached them, until they are missed again", 204,
	  .query = Q_MISSED_CALL_CLOSE, .shape = NOTHING, .object = "missed-call", .foreign = 403,
	  .once = true, .inputs = { CALLBACK_ID } },
};

const struct resource callbacks_resource = { routes, ARRAY_LEN(routes), "callbacks" };
