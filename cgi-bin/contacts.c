/* Contacts. */
#include "cgi-bin/site.h"

#define CONTACT_FIELDS(needed) \
	{ "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 200, .required = needed }, \
	{ "company", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 200 }, \
	{ "email", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 254 }, \
	{ "tags", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 40 }, \
	{ "fields", PARAM_FIELDS, PARAM_BODY, .min = 0, .max = 1000 }, \
	{ "numbers", PARAM_PHONES, .where = PARAM_BODY }

static const struct route routes[] = {
	{ HTTP_GET, "contacts", AGENT, "Contacts by name; search takes names, numbers, tags", 200,
	  .schema = "Contact", .query = Q_CONTACT_LIST, .shape = LIST,
	  .inputs = { { "search", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80 },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200, .fallback = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "contacts", AGENT, "A new contact", 201,
	  .schema = "Contact", .query = Q_CONTACT_POST, .once = true,
	  .inputs = { CONTACT_FIELDS(true) } },
	{ HTTP_GET, "contacts/:id", AGENT, "One contact", 200,
	  .schema = "Contact", .query = Q_CONTACT_GET,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
	{ HTTP_PUT, "contacts/:id", AGENT, "Change a contact; what is left out stays", 200,
	  .schema = "Contact", .query = Q_CONTACT_PUT,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true }, CONTACT_FIELDS(false) } },
	{ HTTP_GET, "contacts/by-number/:number", AGENT,
	  "The contact of a number, with its last calls", 200,
	  .schema = "ContactCalls", .query = Q_CONTACT_BY_NUMBER,
	  .inputs = { { "number", PARAM_PHONE, PARAM_PATH, .required = true } } },
};

const struct resource contacts_resource = { routes, ARRAY_LEN(routes), "contacts" };
