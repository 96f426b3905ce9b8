/* Contacts: who calls, found by anything known of them, one by one or from a file. */
#include "cgi-bin/import.h"
#include "cgi-bin/site.h"
#include "lib/json.h"

#include <string.h>

enum { IMPORT_MS = 60000 };

/* ---- import ---- */

/* The custom fields that are defined, which columns may be named after. */
static int find_fields(struct request *r, struct import_field **fields, size_t *n)
{
	struct db_result *result;
	int err = request_exec(r, Q_CONTACT_FIELD_NAMES, NULL, DB_TEXT, &result);

	if (err)
		return err;
	*n = db_rows(result);
	*fields = mem_array(r->ctx, struct import_field, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*fields)[i] = (struct import_field){ db_text(result, i, 0), db_text(result, i, 1) };
	return 0;
}

/* One statement, which may take longer than others: it is on nobody's way but the importer's. */
static int store_lines(struct request *r, struct import *import, struct db_result **result)
{
	const char *patience[] = { mem_printf(r->ctx, "%d", IMPORT_MS) };
	const char *params[] = { buf_text(import->lines), buf_text(import->errors),
				 request_input(r, "dryRun"), request_input(r, "skipErrors") };
	const struct db_step steps[] = { { Q_CONTACT_IMPORT_PATIENCE, patience, DB_TEXT },
					 { Q_CONTACT_IMPORT, params, DB_TEXT } };
	struct db_result *results[ARRAY_LEN(steps)];

	db_deadline(r->app->db, IMPORT_MS + APP_DB_ANSWER_MS);
	int err = request_run(r, steps, ARRAY_LEN(steps), results);
	db_deadline(r->app->db, r->app->db_answer_ms);
	*result = err ? NULL : results[1];
	return err;
}

/* Each error by its line and column: "/17/Phone". */
static int refuse(struct request *r, const char *errors, size_t n)
{
	const struct json *list;

	if (json_parse(r->ctx, errors, n, &list))
		return ERR_INTERNAL;
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *error = json_at(list, i);
		const char *column = json_get_string(error, "column");
		const char *pointer = mem_printf(r->ctx, "/%d%s%s",
						 (int)json_get_int(error, "line", 0),
						 *column ? "/" : "", column);
		request_invalid(r, pointer, json_get_string(error, "reason"));
	}
	r->detail = "Nothing was imported. Errors are named by line and column.";
	return ERR_INVALID;
}

enum { IMPORT_MADE, IMPORT_CHANGED, IMPORT_KEPT, IMPORT_FAILED, IMPORT_ERRORS };

static int answer(struct request *r, const struct import *import, const struct db_result *result)
{
	bool dry = strcmp(request_input(r, "dryRun"), "true") == 0;
	bool skip = strcmp(request_input(r, "skipErrors"), "true") == 0;
	struct str errors = db_value(result, 0, IMPORT_ERRORS);
	int64_t failed = db_int(result, 0, IMPORT_FAILED);

	if (!dry && ((failed && !skip) || !import->readable))
		return refuse(r, errors.p, errors.n);
	json_open(&r->out, '{');
	json_put_bool(&r->out, "dryRun", dry);
	json_put_int(&r->out, "lines", (int64_t)import->n_lines);
	json_put_int(&r->out, "made", db_int(result, 0, IMPORT_MADE));
	json_put_int(&r->out, "changed", db_int(result, 0, IMPORT_CHANGED));
	json_put_int(&r->out, "left", db_int(result, 0, IMPORT_KEPT));
	json_put_int(&r->out, "failed", failed);
	json_key(&r->out, "errors");
	json_raw(&r->out, errors);
	json_close(&r->out, '}');
	return 0;
}

static int import_post(struct request *r)
{
	struct import_field *fields;
	struct db_result *result;
	struct import import;
	size_t n;
	int err = find_fields(r, &fields, &n);

	if (err)
		return err;
	import_read(r->ctx, r->http->body, fields, n, &import);
	err = store_lines(r, &import, &result);
	return err ? err : answer(r, &import, result);
}

/* ---- rows ---- */

#define CONTACT_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }

#define CONTACT_FIELDS(needed) \
	{ "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 200, .required = needed, \
	  .example = "Clara Bennett" }, \
	{ "company", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 200, .nullable = true, \
	  .example = "Northwind Bakery" }, \
	{ "email", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 254, .nullable = true, \
	  .pattern = PARAM_EMAIL, .example = "clara@example.com" }, \
	{ "tags", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 40, .example = "[\"vip\"]" }, \
	{ "fields", PARAM_FIELDS, PARAM_BODY, .min = 0, .max = 1000, \
	  .example = "{\"Plan\":\"Gold\"}" }, \
	{ "numbers", PARAM_PHONES, .where = PARAM_BODY, .example = "[\"+49 30 5550123\"]" }

#define FIELD_FIELDS(needed) \
	{ "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 60, .required = needed, \
	  .example = "Customer since" }, \
	{ "label", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .example = "Customer since" }, \
	{ "type", PARAM_CHOICE, PARAM_BODY, .choices = "text number date choice", \
	  .example = "date" }, \
	{ "choices", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 80, .example = "[]" }, \
	{ "required", PARAM_BOOL, .where = PARAM_BODY, .example = "false" }, \
	{ "position", PARAM_INT, PARAM_BODY, .min = 0, .max = 1000, .example = "10" }

static const struct route routes[] = {
	{ HTTP_GET, "contacts", AGENT,
	  "Contacts by name; a search takes names, companies, addresses, tags and numbers, forgives "
	  "errors in typing, and gives the best first",
	  200, .query = Q_CONTACT_LIST, .shape = LIST, .schema = "Contact",
	  .inputs = { { "search", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 80, .example = "benet" },
		      { "tag", PARAM_TEXT, PARAM_QUERY, .min = 1, .max = 40, .example = "vip" },
		      { "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200, .fallback = "50" },
		      { "cursor", PARAM_CURSOR, .where = PARAM_QUERY } } },
	{ HTTP_POST, "contacts", AGENT, "A new contact", 201, .query = Q_CONTACT_POST,
	  .schema = "Contact", .once = true, .inputs = { CONTACT_FIELDS(true) } },
	{ HTTP_POST, "contacts/import", MANAGER,
	  "Contacts from a CSV file, all or none, or with skipErrors all good lines; a line whose "
	  "number is known changes that contact; dryRun only tells what would be done",
	  200, .handler = import_post,
	  .once = true, .schema = "ContactImport", .limit = LIMIT_IMPORT,
	  .body_type = "text/csv", .body_max_bytes = IMPORT_BODY_MAX_BYTES,
	  .inputs = { { "dryRun", PARAM_BOOL, PARAM_QUERY, .fallback = "false",
			.example = "true" },
		      { "skipErrors", PARAM_BOOL, PARAM_QUERY, .fallback = "false",
			.example = "false" } } },
	{ HTTP_GET, "contacts/:id", AGENT, "One contact", 200, .query = Q_CONTACT_GET,
	  .object = "contact", .schema = "Contact", .inputs = { CONTACT_ID } },
	{ HTTP_PUT, "contacts/:id", AGENT, "Change a contact; what is left out stays", 200,
	  .query = Q_CONTACT_PUT, .object = "contact", .schema = "Contact",
	  .inputs = { CONTACT_ID, CONTACT_FIELDS(false) } },
	{ HTTP_DELETE, "contacts/:id", SUPERVISOR,
	  "Remove a contact; its calls stay, under the number", 204, .query = Q_CONTACT_DELETE,
	  .shape = NOTHING, .object = "contact", .inputs = { CONTACT_ID } },
	{ HTTP_GET, "contacts/by-number/:number", AGENT,
	  "The contact of a number, with its last calls", 200, .query = Q_CONTACT_BY_NUMBER,
	  .object = "contact", .schema = "ContactCalls",
	  .inputs = { { "number", PARAM_PHONE, PARAM_PATH, .required = true,
			.example = "15551230001" } } },
	{ HTTP_GET, "contact-fields", AGENT, "The custom fields that contacts have", 200,
	  .query = Q_CONTACT_FIELD_LIST, .shape = LIST, .schema = "ContactField" },
	{ HTTP_POST, "contact-fields", ADMIN, "A new custom field", 201,
	  .query = Q_CONTACT_FIELD_POST, .once = true, .schema = "ContactField",
	  .inputs = { FIELD_FIELDS(true) } },
	{ HTTP_GET, "contact-fields/:id", AGENT, "One custom field", 200,
	  .query = Q_CONTACT_FIELD_GET, .object = "contact-field", .schema = "ContactField",
	  .inputs = { CONTACT_ID } },
	{ HTTP_PUT, "contact-fields/:id", ADMIN, "Change a custom field; what is left out stays",
	  200, .query = Q_CONTACT_FIELD_PUT, .object = "contact-field", .schema = "ContactField",
	  .inputs = { CONTACT_ID, FIELD_FIELDS(false) } },
	{ HTTP_DELETE, "contact-fields/:id", ADMIN,
	  "Remove a custom field; what contacts hold under its name stays", 204,
	  .query = Q_CONTACT_FIELD_DELETE, .shape = NOTHING, .object = "contact-field",
	  .inputs = { CONTACT_ID } },
};

const struct resource contacts_resource = { routes, ARRAY_LEN(routes), "contacts" };
