/* What may not be dialled: refused prefixes with their reasons. */
#include "cgi-bin/site.h"

static const struct route routes[] = {
	{ HTTP_GET, "dial-rules", AGENT, "Prefixes that are not dialled, and why", 200,
	  .schema = "DialRule", .query = Q_DIAL_RULE_LIST, .shape = LIST,
	  .inputs = { { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "500" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "dial-rules", ADMIN,
	  "Refuse numbers that begin like this; extensions of the house are not meant", 201,
	  .schema = "DialRule", .query = Q_DIAL_RULE_POST, .once = true,
	  .inputs = { { "prefix", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 16, .required = true,
			.pattern = "^[+]?[0-9]{1,15}$", .example = "+4990" },
		      { "reason", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 200, .required = true,
			.example = "Premium-rate numbers are not dialled from here." } } },
	{ HTTP_DELETE, "dial-rules/:id", ADMIN, "Let these numbers be dialled again", 204,
	  .object = "dial-rule", .query = Q_DIAL_RULE_DELETE, .shape = NOTHING,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
};

const struct resource dialling_resource = { routes, ARRAY_LEN(routes), "catalogue" };
