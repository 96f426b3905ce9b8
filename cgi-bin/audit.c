/* The audit log: what was done, and whether the log is whole. */
#include "cgi-bin/site.h"

static const struct route routes[] = {
	{ HTTP_GET, "audit", ADMIN, "What was done, newest first", 200, .schema = "AuditEntry",
	  .query = Q_AUDIT_LIST, .shape = LIST,
	  .inputs = { { "from", PARAM_TIME, .where = PARAM_QUERY },
		      { "until", PARAM_TIME, .where = PARAM_QUERY },
		      { "actor", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 8, .example = "2003" },
		      { "action", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 60,
			.example = "session.begin" },
		      { "kind", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 40, .example = "user" },
		      { "object", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80,
			.example = "1001" },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "100",
			.example = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_GET, "audit/verify", ADMIN, "Whether every entry is as it was written", 200,
	  .schema = "AuditState", .query = Q_AUDIT_VERIFY },
};

const struct resource audit_resource = { routes, ARRAY_LEN(routes), "audit" };
