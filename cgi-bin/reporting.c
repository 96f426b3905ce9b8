/* Figures. */
#include "cgi-bin/site.h"

static const struct route routes[] = {
	{ HTTP_GET, "reporting/realtime", AGENT,
	  "Today's figures of floor, queues and agents; agents see their own", 200,
	  .schema = "Realtime", .query = Q_REPORTING_REALTIME },
};

const struct resource reporting_resource = { routes, ARRAY_LEN(routes), "reporting" };
