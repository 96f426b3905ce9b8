/* Preferences: what each person chose about the pages, by names that are the pages' own. */
#include "cgi-bin/site.h"

enum { VALUE_MAX = 4000 };

static const struct route routes[] = {
	{ HTTP_GET, "preferences", AGENT, "What the own user chose about the pages", 200,
	  .query = Q_PREFERENCES_GET, .schema = "Preferences" },
	{ HTTP_PUT, "preferences", AGENT,
	  "Keep what the own user chose: values are JSON in a text, an empty one is forgotten, "
	  "what is left out stays",
	  200, .query = Q_PREFERENCES_PUT, .schema = "Preferences",
	  .inputs = { { "values", PARAM_FIELDS, PARAM_BODY, .min = 0, .max = VALUE_MAX,
			.required = true, .example = "{\"theme\":\"\\\"dark\\\"\"}" } } },
};

const struct resource preferences_resource = { routes, ARRAY_LEN(routes), "preferences" };
