/* Figures, by docs/METRICS.md. */
#include "cgi-bin/site.h"

#define PERIOD \
	{ "from", PARAM_TIME, .where = PARAM_QUERY, .example = "2026-11-22T00:00:00+01:00" }, \
	{ "until", PARAM_TIME, .where = PARAM_QUERY, .example = "2026-11-23T00:00:00+01:00" }, \
	{ "timezone", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 64, .example = "Europe/Berlin" }

/* Those of visit_counts(). */
#define FIGURES \
	"offered answered abandoned shortAbandoned flowOut timeout full noAgents key closed callback " \
	"answeredIn abandonedIn serviceLevelMet serviceLevelOf serviceLevelMissed"

static const struct route routes[] = {
	{ HTTP_GET, "reporting/realtime", WALLBOARD,
	  "Today's figures of floor, queues and agents; agents see their own, a wallboard its queues'", 200,
	  .schema = "Realtime", .query = Q_REPORTING_REALTIME },
	{ HTTP_GET, "reporting/recent", SUPERVISOR,
	  "The last hour of each queue in twelve steps of five minutes, the last of them still open", 200,
	  .schema = "Recent", .query = Q_REPORTING_RECENT },
	{ HTTP_GET, "reporting/visits", SUPERVISOR,
	  "The queue visits that a figure counts, the newest first: of today so far unless told", 200,
	  .schema = "Visit", .query = Q_REPORTING_VISITS, .shape = LIST,
	  .inputs = { { "figure", PARAM_CHOICE, PARAM_QUERY, .choices = FIGURES, .fallback = "offered" },
		      { "queueId", PARAM_UUID, .where = PARAM_QUERY },
		      { "from", PARAM_TIME, .where = PARAM_QUERY, .example = "2026-11-22T00:00:00+01:00" },
		      { "until", PARAM_TIME, .where = PARAM_QUERY, .example = "2026-11-23T00:00:00+01:00" },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "100" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
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
