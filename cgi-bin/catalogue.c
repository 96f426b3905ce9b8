/* The words of records: what calls are filed as, what pauses are for. */
#include "cgi-bin/site.h"

#define WORD_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }
#define UUID_PATTERN "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
#define CODE(value) \
	{ "code", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 40, .required = true, \
	  .pattern = "^[A-Z][A-Z0-9_]{0,39}$", .example = value }
#define LABEL(needed, value) \
	{ "label", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = needed, .example = value }
#define POSITION { "position", PARAM_INT, PARAM_BODY, .min = 0, .max = 9999, .example = "1" }
#define PAGE \
	{ "retired", PARAM_BOOL, PARAM_QUERY, .fallback = "false" }, \
	{ "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "500" }, \
	{ "cursor", PARAM_CURSOR, .where = PARAM_QUERY }

#define DISPOSITION_FIELDS(needed) \
	LABEL(needed, "Refunded"), \
	{ "parentId", PARAM_UUID, PARAM_BODY, .nullable = true }, POSITION, \
	{ "queueIds", PARAM_TEXTS, PARAM_BODY, .min = 36, .max = 36, .pattern = UUID_PATTERN, \
	  .example = "[]" }

#define REASON_FIELDS(needed) \
	LABEL(needed, "Coaching"), { "paid", PARAM_BOOL, PARAM_BODY, .example = "true" }, \
	{ "limitMs", PARAM_INT, PARAM_BODY, .min = 1000, .max = 86400000, .step = 1000, \
	  .nullable = true, .example = "900000" }, \
	POSITION

static const struct route routes[] = {
	{ HTTP_GET, "dispositions", AGENT,
	  "What a call can be filed as, each below its group; with queueId: a call of that queue", 200,
	  .schema = "Disposition", .query = Q_DISPOSITION_LIST, .shape = LIST,
	  .inputs = { { "queueId", PARAM_UUID, .where = PARAM_QUERY }, PAGE } },
	{ HTTP_POST, "dispositions", ADMIN, "A new disposition", 201,
	  .schema = "Disposition", .query = Q_DISPOSITION_POST, .once = true,
	  .inputs = { CODE("REFUNDED"), DISPOSITION_FIELDS(true) } },
	{ HTTP_GET, "dispositions/:id", AGENT, "One disposition", 200, .object = "disposition",
	  .schema = "Disposition", .query = Q_DISPOSITION_GET, .inputs = { WORD_ID } },
	{ HTTP_PUT, "dispositions/:id", ADMIN, "Change a disposition; what is left out stays", 200,
	  .object = "disposition", .schema = "Disposition", .query = Q_DISPOSITION_PUT,
	  .inputs = { WORD_ID, DISPOSITION_FIELDS(false) } },
	{ HTTP_DELETE, "dispositions/:id", ADMIN, "Retire a disposition that none stands below", 204,
	  .object = "disposition", .query = Q_DISPOSITION_RETIRE, .shape = NOTHING,
	  .inputs = { WORD_ID } },
	{ HTTP_GET, "pause-reasons", AGENT, "Reasons for a pause", 200,
	  .schema = "PauseReason", .query = Q_PAUSE_REASON_LIST, .shape = LIST, .inputs = { PAGE } },
	{ HTTP_POST, "pause-reasons", ADMIN, "A new reason", 201,
	  .schema = "PauseReason", .query = Q_PAUSE_REASON_POST, .once = true,
	  .inputs = { CODE("COACHING"), REASON_FIELDS(true) } },
	{ HTTP_GET, "pause-reasons/:id", AGENT, "One reason", 200, .object = "pause-reason",
	  .schema = "PauseReason", .query = Q_PAUSE_REASON_GET, .inputs = { WORD_ID } },
	{ HTTP_PUT, "pause-reasons/:id", ADMIN, "Change a reason; what is left out stays", 200,
	  .object = "pause-reason", .schema = "PauseReason", .query = Q_PAUSE_REASON_PUT,
	  .inputs = { WORD_ID, REASON_FIELDS(false) } },
	{ HTTP_DELETE, "pause-reasons/:id", ADMIN, "Retire a reason", 204, .object = "pause-reason",
	  .query = Q_PAUSE_REASON_RETIRE, .shape = NOTHING, .inputs = { WORD_ID } },
};

const struct resource catalogue_resource = { routes, ARRAY_LEN(routes), "catalogue" };
