/* Queues and who serves them. */
#include "cgi-bin/site.h"

#define QUEUE_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }
#define MEMBER_ID { "agentId", PARAM_UUID, PARAM_PATH, .required = true }
#define MS(field, from, to, value) \
	{ field, PARAM_INT, PARAM_BODY, .min = (from) * 1000, .max = (to) * 1000, .step = 1000, \
	  .example = value }
#define PENALTY(...) { "penalty", PARAM_INT, PARAM_BODY, .min = 0, .max = 100, __VA_ARGS__ }

/* Behind the host only, so that who calls does not choose whose page opens. */
#define SCREEN_POP_URL \
	"^https?://[0-9A-Za-z.:-]+([/?#]([!#-;=?-z|~]|" \
	"[{](number|name|queue|did|callId|contactId)[}])*)?$"

#define THRESHOLD_MS(field, value) \
	{ field, PARAM_INT, PARAM_BODY, .min = 1000, .max = 7200000, .step = 1000, .nullable = true, \
	  .example = value }
#define THRESHOLDS \
	THRESHOLD_MS("warnWaitMs", "30000"), THRESHOLD_MS("alertWaitMs", "120000"), \
	{ "alertWaiting", PARAM_INT, PARAM_BODY, .min = 1, .max = 1000, .nullable = true, \
	  .example = "5" }, \
	{ "serviceLevelTarget", PARAM_NUMBER, PARAM_BODY, .min = 0, .max = 1, .example = "0.8" }

#define QUEUE_FIELDS(needed) \
	{ "displayName", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = needed, \
	  .example = "Orders" }, \
	{ "strategy", PARAM_CHOICE, PARAM_BODY, .example = "rrmemory", \
	  .choices = "ringall leastrecent fewestcalls random rrmemory linear wrandom rrordered" }, \
	MS("ringMs", 3, 300, "15000"), MS("maxWaitMs", 5, 7200, "300000"), \
	{ "maxWaiting", PARAM_INT, PARAM_BODY, .min = 0, .max = 1000, .example = "0" }, \
	MS("wrapupMs", 0, 3600, "30000"), MS("serviceLevelMs", 1, 3600, "20000"), \
	{ "serviceLevelFormula", PARAM_CHOICE, PARAM_BODY, .choices = "S1 S2 S3 S4 S5", \
	  .example = "S1" }, \
	MS("shortAbandonMs", 0, 60, "5000"), \
	{ "weight", PARAM_INT, PARAM_BODY, .min = 0, .max = 100, .example = "0" }, \
	{ "musicClass", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 40, .pattern = "^[a-z0-9_]{1,40}$", \
	  .example = "default" }, \
	{ "dispositionRequired", PARAM_BOOL, PARAM_BODY, .example = "false" }, \
	{ "timezone", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 64, .nullable = true, \
	  .example = "Europe/Berlin" }, \
	{ "screenPopUrl", PARAM_TEXT, PARAM_BODY, .max = 500, .nullable = true, \
	  .pattern = SCREEN_POP_URL, .example = "https://crm.example.com/find?number={number}" }, \
	THRESHOLDS

static const struct param_row members[] = {
	{ "agentId", PARAM_UUID, PARAM_BODY, .required = true },
	PENALTY(),
	{ 0 },
};

static const struct route routes[] = {
	{ HTTP_GET, "queues", AGENT, "Queues", 200,
	  .schema = "Queue", .query = Q_QUEUE_LIST, .shape = LIST,
	  .inputs = { { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "queues", ADMIN, "A new queue", 201, .schema = "Queue", .query = Q_QUEUE_POST,
	  .once = true,
	  .inputs = { { "name", PARAM_TEXT, PARAM_BODY, .min = 2, .max = 40, .required = true,
			.pattern = "^[a-z][a-z0-9_]{1,39}$", .example = "orders" },
		      QUEUE_FIELDS(true) } },
	{ HTTP_GET, "queues/:id", AGENT, "One queue", 200, .object = "queue",
	  .schema = "Queue", .query = Q_QUEUE_GET, .inputs = { QUEUE_ID } },
	{ HTTP_PUT, "queues/:id", ADMIN, "Change a queue; what is left out stays", 200,
	  .object = "queue", .schema = "Queue", .query = Q_QUEUE_PUT,
	  .inputs = { QUEUE_ID, QUEUE_FIELDS(false) } },
	{ HTTP_PUT, "queues/:id/thresholds", MANAGER,
	  "Say when a queue's board warns, and what service level it promises", 200,
	  .object = "queue", .schema = "Queue", .query = Q_QUEUE_THRESHOLDS_PUT,
	  .inputs = { QUEUE_ID, THRESHOLDS } },
	{ HTTP_DELETE, "queues/:id", ADMIN,
	  "Retire a queue that no caller waits in and no route leads to; history stays", 204,
	  .object = "queue", .query = Q_QUEUE_RETIRE, .shape = NOTHING, .inputs = { QUEUE_ID } },
	{ HTTP_GET, "queues/:id/status", AGENT, "A queue now: waiting calls, agents, today", 200,
	  .object = "queue", .schema = "QueueStatus", .query = Q_QUEUE_STATUS,
	  .inputs = { QUEUE_ID } },
	{ HTTP_GET, "queues/:id/members", SUPERVISOR, "Who serves a queue", 200, .object = "queue",
	  .schema = "Member", .query = Q_MEMBER_LIST, .shape = LIST,
	  .inputs = { QUEUE_ID,
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_PUT, "queues/:id/members", MANAGER, "Say at once who serves a queue", 200,
	  .object = "queue", .schema = "Member", .query = Q_MEMBERS_PUT, .shape = LIST,
	  .inputs = { QUEUE_ID,
		      { "members", PARAM_OBJECTS, PARAM_BODY, .max = 500, .required = true,
			.items = members, .example = "[]" } } },
	{ HTTP_POST, "queues/:id/members", MANAGER, "One more who serves a queue", 201,
	  .object = "queue", .schema = "Member", .query = Q_MEMBER_POST, .once = true,
	  .inputs = { QUEUE_ID,
		      { "agentId", PARAM_UUID, PARAM_BODY, .required = true },
		      PENALTY(.fallback = "0", .example = "0") } },
	{ HTTP_PUT, "queues/:id/members/:agentId", MANAGER, "Change the penalty of who serves a queue",
	  200, .object = "queue", .schema = "Member", .query = Q_MEMBER_PUT,
	  .inputs = { QUEUE_ID, MEMBER_ID, PENALTY(.required = true, .example = "1") } },
	{ HTTP_DELETE, "queues/:id/members/:agentId", MANAGER, "One less who serves a queue", 204,
	  .object = "queue", .query = Q_MEMBER_DELETE, .shape = NOTHING,
	  .inputs = { QUEUE_ID, MEMBER_ID } },
};

const struct resource queues_resource = { routes, ARRAY_LEN(routes), "queues" };
