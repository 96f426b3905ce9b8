/* What a statement gives is what its schema promises: names, types, and nothing else. */
#include "cgi-bin/schema.h"
#include "cgi-bin/site.h"
#include "lib/log.h"
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void *ctx;
static struct db *db;

static int begin(void **state)
{
	struct db_error error;

	(void)state;
	log_init("test_schema", LOG_LEVEL_ERROR);
	ctx = talloc_new(NULL);
	if (cluster_start() != 0)
		return -1;
	db = cluster_connect(ctx, "cordboard_api");
	return db_prepare_all(db, ctx, &error);
}

static int end(void **state)
{
	(void)state;
	talloc_free(ctx);
	return cluster_stop();
}

/* ---- the table itself ---- */

static bool speaks_of_a_schema(enum schema_type type)
{
	return type == SCHEMA_ONE || type == SCHEMA_MANY || type == SCHEMA_MEMBERS ||
	       type == SCHEMA_ALSO;
}

static void every_reference_meets_a_schema(void **state)
{
	(void)state;
	for (const struct schema *s = schemas; s->name; s++) {
		if (schema_find(s->name) != s)
			fail_msg("two schemas are named %s", s->name);
		assert_true(strlen(s->name) < SCHEMA_NAME_MAX);
		for (const struct schema_row *row = s->rows; row && row->name; row++)
			if (speaks_of_a_schema(row->type) && !schema_find(row->of))
				fail_msg("%s.%s: no schema %s", s->name, row->name, row->of);
	}
}

static void every_answer_has_a_schema(void **state)
{
	(void)state;
	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++) {
			const struct route *route = &(*r)->routes[i];
			if ((route->status == 204) != (schema_find(route->schema) == NULL))
				fail_msg("%s %s: schema %s", http_method_name(route->method),
					 route->path, route->schema ? route->schema : "missing");
		}
}

/* ---- statements ---- */

/* The PostgreSQL types that a kind of field may have. */
static const unsigned oids[][4] = {
	[SCHEMA_TEXT] = { 25, 1043 },
	[SCHEMA_INT] = { 20, 23, 21 },
	[SCHEMA_NUMBER] = { 701, 20, 23 },
	[SCHEMA_BOOL] = { 16 },
	[SCHEMA_UUID] = { 2950 },
	[SCHEMA_TIME] = { 1184 },
	[SCHEMA_TEXTS] = { 1009, 114, 3802 },
	[SCHEMA_FIELDS] = { 114, 3802 },
	[SCHEMA_ANY] = { 114, 3802 },
	[SCHEMA_ONE] = { 114, 3802 },
	[SCHEMA_MANY] = { 114, 3802 },
	[SCHEMA_MEMBERS] = { 114, 3802 },
};

struct comparison {
	const struct route *route;
	const struct db_result *columns;
	size_t n;                /* of the schema's fields */
};

static bool fits(enum schema_type type, unsigned oid)
{
	for (size_t i = 0; i < ARRAY_LEN(oids[type]); i++)
		if (oids[type][i] == oid)
			return true;
	return false;
}

static int compare_field(void *arg, const struct schema_row *row)
{
	struct comparison *c = arg;
	size_t column = 0;

	c->n++;
	while (column < db_columns(c->columns) &&
	       strcmp(db_column_name(c->columns, column), row->name) != 0)
		column++;
	if (column == db_columns(c->columns))
		fail_msg("%s: the statement gives no %s", c->route->path, row->name);
	if (!fits(row->type, db_column_oid(c->columns, column)))
		fail_msg("%s: %s is of another type (%u)", c->route->path, row->name,
			 db_column_oid(c->columns, column));
	return 0;
}

static void compare(const struct route *route)
{
	const struct schema *schema = schema_find(route->schema);
	struct db_result *columns;
	struct comparison c = { route, NULL, 0 };
	size_t shown = 0;
	bool versioned = false;

	assert_non_null(schema);
	assert_int_equal(db_describe(db, ctx, route->query, &columns), 0);
	c.columns = columns;
	schema_each(schema, compare_field, &c);
	for (size_t i = 0; i < db_columns(columns); i++) {
		const char *name = db_column_name(columns, i);
		shown += name[0] != '_';
		versioned = versioned || strcmp(name, "_version") == 0;
	}
	if (shown != c.n)
		fail_msg("%s: the statement gives %zu columns, the schema has %zu fields",
			 route->path, shown, c.n);
	if (route->shape == OBJECT && versioned != schema->versioned)
		fail_msg("%s: only one of statement and schema %s has a version", route->path,
			 schema->name);
}

static void a_statement_gives_what_its_schema_has(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++) {
			const struct route *route = &(*r)->routes[i];
			if (route->handler || route->shape == NOTHING)
				continue;
			compare(route);
			n++;
		}
	assert_true(n >= 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reference_meets_a_schema),
		cmocka_unit_test(every_answer_has_a_schema),
		cmocka_unit_test(a_statement_gives_what_its_schema_has),
	};

	return cmocka_run_group_tests_name("schema", tests, begin, end);
}
