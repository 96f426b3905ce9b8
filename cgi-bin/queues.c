/* Queues. */
#include "cgi-bin/site.h"

static const struct route routes[] = {
	{ HTTP_GET, "queues", AGENT, "Queues", 200,
	  .schema = "Queue", .query = Q_QUEUE_LIST, .shape = LIST,
	  .inputs = { { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_GET, "queues/:id", AGENT, "One queue", 200, .schema = "Queue", .query = Q_QUEUE_GET,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
	{ HTTP_GET, "queues/:id/status", AGENT, "A queue now: waiting calls, agents, today", 200,
	  .schema = "QueueStatus", .query = Q_QUEUE_STATUS,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
};

const struct resource queues_resource = { routes, ARRAY_LEN(routes), "queues" };
