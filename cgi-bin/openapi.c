/* OpenAPI 3.1 from the route rows: what is not in a row cannot be documented wrongly. */
#include "cgi-bin/openapi.h"

#include "cgi-bin/limit.h"
#include "cgi-bin/schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- schemas of inputs ---- */

static void put_bounds(struct json_out *o, const struct param_row *row, const char *min,
		       const char *max)
{
	if (row->min || row->max) {
		json_put_int(o, min, row->min);
		json_put_int(o, max, row->max);
	}
}

static void put_format(struct json_out *o, const char *format)
{
	json_put_text(o, "type", "string");
	json_put_text(o, "format", format);
}

static void put_choices(struct json_out *o, const char *choices)
{
	json_put_text(o, "type", "string");
	json_key(o, "enum");
	json_open(o, '[');
	while (*choices) {
		size_t n = strcspn(choices, " ");
		json_str(o, (struct str){ choices, n });
		choices += n + (choices[n] == ' ');
	}
	json_close(o, ']');
}

static void put_strings_inside(struct json_out *o, const char *keyword, const struct param_row *row)
{
	json_key(o, keyword);
	json_open(o, '{');
	json_put_text(o, "type", "string");
	put_bounds(o, row, "minLength", "maxLength");
	json_close(o, '}');
}

static void put_object(struct json_out *o, const struct param_row *rows);

static void put_type(struct json_out *o, const struct param_row *row)
{
	switch (row->type) {
	case PARAM_INT:
		json_put_text(o, "type", "integer");
		put_bounds(o, row, "minimum", "maximum");
		if (row->step)
			json_put_int(o, "multipleOf", row->step);
		break;
	case PARAM_NUMBER:
		json_put_text(o, "type", "number");
		put_bounds(o, row, "minimum", "maximum");
		break;
	case PARAM_BOOL:
		json_put_text(o, "type", "boolean");
		break;
	case PARAM_UUID:
		put_format(o, "uuid");
		break;
	case PARAM_TIME:
		put_format(o, "date-time");
		break;
	case PARAM_CHOICE:
		put_choices(o, row->choices);
		break;
	case PARAM_PHONE:
		json_put_text(o, "type", "string");
		json_put_text(o, "pattern", "^[-+0-9 ().]+$");
		break;
	case PARAM_TEXTS:
	case PARAM_PHONES:
		json_put_text(o, "type", "array");
		json_put_int(o, "maxItems", PARAM_ITEMS_MAX);
		put_strings_inside(o, "items", row);
		break;
	case PARAM_FIELDS:
		json_put_text(o, "type", "object");
		json_put_int(o, "maxProperties", PARAM_ITEMS_MAX);
		put_strings_inside(o, "additionalProperties", row);
		break;
	case PARAM_OBJECT:
		put_object(o, row->items);
		break;
	case PARAM_OBJECTS:
		json_put_text(o, "type", "array");
		json_put_int(o, "maxItems", row->max);
		json_key(o, "items");
		json_open(o, '{');
		put_object(o, row->items);
		json_close(o, '}');
		break;
	case PARAM_TEXT:
	case PARAM_CURSOR:
		json_put_text(o, "type", "string");
		put_bounds(o, row, "minLength", "maxLength");
		if (row->pattern)
			json_put_text(o, "pattern", row->pattern);
		break;
	}
}

static bool is_text(enum param_type type)
{
	return type != PARAM_INT && type != PARAM_NUMBER && type != PARAM_BOOL &&
	       type != PARAM_TEXTS && type != PARAM_PHONES && type != PARAM_FIELDS && type != PARAM_OBJECT &&
	       type != PARAM_OBJECTS;
}

static void put_example(struct json_out *o, const struct param_row *row)
{
	if (!row->example)
		return;
	json_key(o, "examples");
	json_open(o, '[');
	if (is_text(row->type))
		json_text(o, row->example);
	else
		json_raw(o, str_of(row->example));
	json_close(o, ']');
}

static void put_schema(struct json_out *o, const struct param_row *row)
{
	json_open(o, '{');
	if (row->nullable) {
		json_key(o, "anyOf");
		json_open(o, '[');
		json_raw(o, STR("{\"type\":\"null\"}"));
		json_open(o, '{');
	}
	put_type(o, row);
	if (row->nullable) {
		json_close(o, '}');
		json_close(o, ']');
	}
	put_example(o, row);
	if (row->fallback && row->type == PARAM_INT) {
		json_key(o, "default");
		json_raw(o, str_of(row->fallback));
	}
	json_close(o, '}');
}

static void put_properties(struct json_out *o, const struct param_row *rows)
{
	json_key(o, "properties");
	json_open(o, '{');
	for (; rows->name; rows++)
		if (rows->where == PARAM_BODY) {
			json_key(o, rows->name);
			put_schema(o, rows);
		}
	json_close(o, '}');
}

static void put_required(struct json_out *o, const struct param_row *rows)
{
	json_key(o, "required");
	json_open(o, '[');
	for (; rows->name; rows++)
		if (rows->where == PARAM_BODY && rows->required)
			json_text(o, rows->name);
	json_close(o, ']');
}

/* An object of the inputs that stand in a body. */
static void put_object(struct json_out *o, const struct param_row *rows)
{
	json_put_text(o, "type", "object");
	json_put_bool(o, "additionalProperties", false);
	put_properties(o, rows);
	put_required(o, rows);
}

/* ---- operations ---- */

static void put_parameters(struct json_out *o, const struct route *route, bool if_match)
{
	const struct param_row *rows = route->inputs;

	json_key(o, "parameters");
	json_open(o, '[');
	for (; rows->name; rows++) {
		if (rows->where == PARAM_BODY)
			continue;
		json_open(o, '{');
		json_put_text(o, "name", rows->name);
		json_put_text(o, "in", rows->where == PARAM_PATH ? "path" : "query");
		json_put_bool(o, "required", rows->required);
		json_key(o, "schema");
		put_schema(o, rows);
		json_close(o, '}');
	}
	if (route->once)
		json_raw(o, STR("{\"name\":\"Idempotency-Key\",\"in\":\"header\","
				"\"schema\":{\"type\":\"string\",\"maxLength\":255}}"));
	if (if_match)
		json_raw(o, STR("{\"name\":\"If-Match\",\"in\":\"header\","
				"\"schema\":{\"type\":\"string\"}}"));
	json_close(o, ']');
}

static bool has_body(const struct param_row *rows)
{
	for (; rows->name; rows++)
		if (rows->where == PARAM_BODY)
			return true;
	return false;
}

static void open_content(struct json_out *o, const char *type)
{
	json_key(o, "content");
	json_open(o, '{');
	json_key(o, type);
	json_open(o, '{');
	json_key(o, "schema");
}

static void put_request_body(struct json_out *o, const struct route *route)
{
	if (!route->body_type && !has_body(route->inputs))
		return;
	json_key(o, "requestBody");
	json_open(o, '{');
	open_content(o, route->body_type ? route->body_type : "application/json");
	json_open(o, '{');
	if (route->body_type)
		json_put_text(o, "type", "string");
	else
		put_object(o, route->inputs);
	json_close(o, '}');
	json_close(o, '}');
	json_close(o, '}');
	json_close(o, '}');
}

static const char *schema_name(const struct route *route)
{
	return route->schema ? route->schema : "Any";
}

/* {"items":[…],"next":…}, or the object itself. */
static void put_answer(struct json_out *o, const struct route *route)
{
	if (route->shape != LIST) {
		schema_put_ref(o, schema_name(route));
		return;
	}
	json_open(o, '{');
	json_put_text(o, "type", "object");
	json_put_bool(o, "additionalProperties", false);
	json_key(o, "required");
	json_raw(o, STR("[\"items\",\"next\"]"));
	json_key(o, "properties");
	json_open(o, '{');
	json_key(o, "items");
	json_open(o, '{');
	json_put_text(o, "type", "array");
	json_key(o, "items");
	schema_put_ref(o, schema_name(route));
	json_close(o, '}');
	json_key(o, "next");
	json_raw(o, STR("{\"type\":[\"string\",\"null\"]}"));
	json_close(o, '}');
	json_close(o, '}');
}

static void put_status(struct json_out *o, const struct route *route, int status)
{
	const struct schema *schema = schema_find(route->schema);
	char text[12];

	snprintf(text, sizeof(text), "%d", status);
	json_key(o, text);
	json_open(o, '{');
	json_put_text(o, "description", route->summary);
	if (schema && schema->versioned && route->shape == OBJECT) {
		json_key(o, "headers");
		json_raw(o, STR("{\"ETag\":{\"schema\":{\"type\":\"string\"}}}"));
	}
	if (status != 204) {
		open_content(o, "application/json");
		put_answer(o, route);
		json_close(o, '}');
		json_close(o, '}');
	}
	json_close(o, '}');
}

static void put_responses(struct json_out *o, const struct route *route)
{
	json_key(o, "responses");
	json_open(o, '{');
	put_status(o, route, route->status);
	if (route->also)
		put_status(o, route, route->also);
	json_key(o, "default");
	json_raw(o, STR("{\"$ref\":\"#/components/responses/Problem\"}"));
	json_close(o, '}');
}

/* Whether what is read or answered at the same path has a version, of the first object in it. */
static bool takes_if_match(const struct resource *r, const struct route *route)
{
	for (size_t i = 0; route->method != HTTP_GET && i < r->n; i++) {
		const struct schema *schema = schema_find(r->routes[i].schema);
		if (schema && schema->versioned && strcmp(r->routes[i].path, route->path) == 0)
			return strchr(route->path, ':') != NULL;
	}
	return false;
}

/* What the tests and the reference need of the row beyond what OpenAPI has words for. */
static void put_extensions(struct json_out *o, const struct resource *r,
			   const struct route *route)
{
	char scope[SCHEMA_NAME_MAX];

	json_put_text(o, "x-least-role", role_name(route->least));
	if (r->scope && route->least != PUBLIC) {
		snprintf(scope, sizeof(scope), "%s:%s", r->scope,
			 route->method == HTTP_GET ? "read" : "write");
		json_put_text(o, "x-scope", scope);
	}
	if (route->object)
		json_put_text(o, "x-object", route->object);
	if (route->limit)
		json_put_text(o, "x-limit", limit_name(route->limit));
	if (route->foreign) {
		json_put_int(o, "x-foreign", route->foreign);
		json_put_text(o, "x-over", role_name(route->over ? route->over : SUPERVISOR));
	}
}

static void put_operation(struct json_out *o, const struct resource *r, const struct route *route)
{
	char method[8] = { 0 };
	const char *name = http_method_name(route->method);

	for (size_t i = 0; name[i] && i < sizeof(method) - 1; i++)
		method[i] = (char)tolower((unsigned char)name[i]);
	json_key(o, method);
	json_open(o, '{');
	json_put_text(o, "summary", route->summary);
	put_extensions(o, r, route);
	if (route->least == PUBLIC) {
		json_key(o, "security");
		json_open(o, '[');
		json_close(o, ']');
	}
	put_parameters(o, route, takes_if_match(r, route));
	put_request_body(o, route);
	put_responses(o, route);
	json_close(o, '}');
}

/* ---- paths: rows of the same path stand together, in one item ---- */

static bool is_first_of_path(const struct resource *r, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(r->routes[i].path, r->routes[at].path) == 0)
			return false;
	return true;
}

/* "calls/:id/notes" becomes "/calls/{id}/notes". */
static void put_path_key(struct json_out *o, const char *pattern)
{
	char key[128] = "/";
	size_t n = 1;
	bool name = false;

	for (;; pattern++) {
		bool ends = *pattern == '/' || *pattern == '\0';
		if (name && ends && n < sizeof(key) - 2)
			key[n++] = '}', name = false;
		if (*pattern == '\0' || n >= sizeof(key) - 2)
			break;
		name = name || *pattern == ':';
		key[n++] = *pattern == ':' ? '{' : *pattern;
	}
	json_key(o, key);
}

static void put_paths(struct json_out *o, const struct resource *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (!is_first_of_path(r, i))
			continue;
		put_path_key(o, r->routes[i].path);
		json_open(o, '{');
		for (size_t j = i; j < r->n; j++)
			if (strcmp(r->routes[i].path, r->routes[j].path) == 0)
				put_operation(o, r, &r->routes[j]);
		json_close(o, '}');
	}
}

static const char responses[] =
	"{\"Problem\":{\"description\":\"A refusal\",\"content\":{"
	"\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}";
static const char security_schemes[] =
	"{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
	"\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"cordboard_session\"}}";

void openapi_put(struct json_out *o, const struct resource *const *resources, const char *server)
{
	json_open(o, '{');
	json_put_text(o, "openapi", "3.1.0");
	json_key(o, "info");
	json_open(o, '{');
	json_put_text(o, "title", "Cordboard");
	json_put_text(o, "version", CB_VERSION);
	json_close(o, '}');
	json_key(o, "servers");
	json_open(o, '[');
	json_open(o, '{');
	json_put_text(o, "url", server);
	json_close(o, '}');
	json_close(o, ']');
	json_key(o, "security");
	json_raw(o, STR("[{\"bearer\":[]},{\"cookie\":[]}]"));
	json_key(o, "paths");
	json_open(o, '{');
	for (; *resources; resources++)
		put_paths(o, *resources);
	json_close(o, '}');
	json_key(o, "components");
	json_open(o, '{');
	json_key(o, "schemas");
	json_open(o, '{');
	schema_put_all(o);
	json_close(o, '}');
	json_key(o, "responses");
	json_raw(o, (struct str){ responses, sizeof(responses) - 1 });
	json_key(o, "securitySchemes");
	json_raw(o, (struct str){ security_schemes, sizeof(security_schemes) - 1 });
	json_close(o, '}');
	json_close(o, '}');
}
