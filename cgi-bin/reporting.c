/* Figures, by docs/METRICS.md. */
#include "cgi-bin/site.h"

#define PERIOD \
	{ "from", PARAM_TIME, .where = PARAM_QUERY, .example = "2026-11-22T00:00:00+01:00" }, \
	{ "until", PARAM_TIME, .where = PARAM_QUERY, .example = "2026-11-23T00:00:00+01:00" }, \
	{ "timezone", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 64, .example = "Europe/Berlin" }

static const struct route routes[] = {
	{ HTTP_GET, "reporting/realtime", AGENT,
	  "Today's figures of floor, queues and agents; agents see their own", 200,
	  .schema = "Realtime", .query = Q_REPORTING_REALTIME },
	{ HTTP_GET, "reporting/agent/:id/metrics", AGENT,
	  "An agent's figures for a period, today so far unless told; agents see their own", 200,
	  .query = Q_REPORTING_AGENT, .object = "agent", .foreign = 403, .schema = "AgentMetrics",
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true }, PERIOD } },
	{ HTTP_GET, "reporting/queue/:id/metrics", SUPERVISOR,
	  "A queue's figures for a period, its today so far unless told", 200,
	  .query = Q_REPORTING_QUEUE, .object = "queue", .schema = "QueueMetrics",
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true }, PERIOD } },
	{ HTTP_GET, "reporting/team/metrics", SUPERVISOR,
	  "The figures of all queues and agents for a period, and their total", 200,
	  .query = Q_REPORTING_TEAM, .schema = "TeamMetrics", .inputs = { PERIOD } },
};

const struct resource reporting_resource = { routes, ARRAY_LEN(routes), "reporting" };
