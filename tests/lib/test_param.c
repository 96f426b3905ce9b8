/* Declared inputs: what passes, in which form, and what each refusal points at. */
#include "lib/err.h"
#include "lib/param.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct text_case {
	struct param_row row;
	const char *text;
	const char *bound;     /* NULL: refused */
};

static const struct text_case query_cases[] = {
	{ { "v", PARAM_TEXT, PARAM_QUERY, .min = 2, .max = 4 }, "ab", "ab" },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .min = 2, .max = 4 }, "a", NULL },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .min = 2, .max = 4 }, "abcd", "abcd" },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .min = 2, .max = 4 }, "abcde", NULL },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .min = 2, .max = 4 }, "äöüß", "äöüß" },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .max = 9 }, "a\rb", NULL },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .max = 9 }, "a\nb", "a\nb" },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .max = 8, .pattern = "^[0-9]{3,8}$" }, "1001", "1001" },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .max = 8, .pattern = "^[0-9]{3,8}$" }, "10a1", NULL },
	{ { "v", PARAM_TEXT, PARAM_QUERY, .max = 8, .pattern = "^[0-9]{3,8}$" }, "1001\n", NULL },
	{ { "v", PARAM_INT, PARAM_QUERY, .max = 9000, .step = 1000 }, "2000", "2000" },
	{ { "v", PARAM_INT, PARAM_QUERY, .max = 9000, .step = 1000 }, "2001", NULL },
	{ { "v", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200 }, "200", "200" },
	{ { "v", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200 }, "201", NULL },
	{ { "v", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200 }, "0", NULL },
	{ { "v", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200 }, " 5", NULL },
	{ { "v", PARAM_INT, PARAM_QUERY, .min = 1, .max = 200 }, "5x", NULL },
	{ { "v", PARAM_INT, PARAM_QUERY, .min = 1 }, "99999999999999999999", NULL },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "0.85", "0.85" },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "1", "1" },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "1.0001", NULL },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "-0.1", NULL },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "1e-400", NULL },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "0x0", NULL },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, "nan", NULL },
	{ { "v", PARAM_NUMBER, PARAM_QUERY, .max = 1 }, " 0.5", NULL },
	{ { "v", PARAM_BOOL, .where = PARAM_QUERY }, "true", "true" },
	{ { "v", PARAM_BOOL, .where = PARAM_QUERY }, "yes", NULL },
	{ { "v", PARAM_UUID, .where = PARAM_QUERY }, "6adc4502-7cfa-48df-a266-79706f2d6055",
	  "6adc4502-7cfa-48df-a266-79706f2d6055" },
	{ { "v", PARAM_UUID, .where = PARAM_QUERY }, "6adc4502-7cfa-48df-a266-79706f2d605", NULL },
	{ { "v", PARAM_UUID, .where = PARAM_QUERY }, "6adc4502x7cfa-48df-a266-79706f2d6055", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-11-22T09:30:00Z",
	  "2026-11-22T09:30:00Z" },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-11-22T09:30:00.123+01:00",
	  "2026-11-22T09:30:00.123+01:00" },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-11-22T09:30:00", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-11-22T09:30:00.Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "yesterday", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2024-02-29T23:59:60-14:00",
	  "2024-02-29T23:59:60-14:00" },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-02-29T09:30:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-13-01T09:30:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-04-31T09:30:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-04-00T09:30:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "0000-04-01T09:30:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-04-01T24:00:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-04-01T09:60:00Z", NULL },
	{ { "v", PARAM_TIME, .where = PARAM_QUERY }, "2026-04-01T09:30:00+15:00", NULL },
	{ { "v", PARAM_CHOICE, PARAM_QUERY, .choices = "AWAY BUSY" }, "BUSY", "BUSY" },
	{ { "v", PARAM_CHOICE, PARAM_QUERY, .choices = "AWAY BUSY" }, "BUS", NULL },
	{ { "v", PARAM_CHOICE, PARAM_QUERY, .choices = "AWAY BUSY" }, "AWAY BUSY", NULL },
	{ { "v", PARAM_CHOICE, PARAM_QUERY, .choices = "AWAY BUSY" }, "away", NULL },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "+49 (30) 123-45.6", "+4930123456" },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "12", "12" },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "1", NULL },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "123456789012345678901", NULL },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "1+2", NULL },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "()", NULL },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "500&PJSIP/trunk/1900", NULL },
	{ { "v", PARAM_PHONE, .where = PARAM_QUERY }, "12\r\nAction: Originate", NULL },
	{ { "v", PARAM_CURSOR, .where = PARAM_QUERY }, "MTAwMg", "1002" },
	{ { "v", PARAM_CURSOR, .where = PARAM_QUERY }, "not base64!", NULL },
	{ { "v", PARAM_CURSOR, .where = PARAM_QUERY }, "AA", NULL },
};

static void texts_are_checked_by_type_and_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(query_cases); i++) {
		const struct text_case *c = &query_cases[i];
		void *ctx = talloc_new(NULL);
		struct param_row rows[] = { c->row, { 0 } };
		struct param_pair pair = { "v", c->text };
		struct param_source source = { .query = &pair, .n_query = 1 };
		struct param_values values;
		int err = param_read(ctx, rows, &source, &values);
		if ((err == 0) != (c->bound != NULL))
			fail_msg("case %zu \"%s\": %s", i, c->text,
				 err ? "refused" : "let through");
		if (c->bound) {
			assert_string_equal(values.text[0], c->bound);
		} else {
			assert_int_equal(err, ERR_INVALID);
			assert_int_equal(values.n_errors, 1);
			assert_string_equal(values.errors[0].pointer, "/v");
		}
		talloc_free(ctx);
	}
}

static const struct param_row body_rows[] = {
	{ "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 5, .required = true },
	{ "tags", PARAM_TEXTS, PARAM_BODY, .min = 1, .max = 4 },
	{ "numbers", PARAM_PHONES, .where = PARAM_BODY },
	{ "fields", PARAM_FIELDS, PARAM_BODY, .max = 6 },
	{ "count", PARAM_INT, PARAM_BODY, .max = 9, .fallback = "7" },
	{ 0 },
};

static int read_body(void *ctx, const char *text, struct param_values *values)
{
	struct param_source source = { 0 };

	assert_int_equal(json_parse(ctx, text, strlen(text), &source.body), 0);
	return param_read(ctx, body_rows, &source, values);
}

static void bodies_are_bound_as_statements_take_them(void **state)
{
	struct param_values values;
	void *ctx = talloc_new(NULL);

	(void)state;
	assert_int_equal(read_body(ctx,
				   "{\"name\":\"ab\",\"tags\":[\"a,b\",\"c\\\"\\\\\"],"
				   "\"numbers\":[\"1 2-3\"],\"fields\":{\"k\":\"v\"}}",
				   &values),
			 0);
	assert_string_equal(values.text[0], "ab");
	assert_string_equal(values.text[1], "{\"a,b\",\"c\\\"\\\\\"}");
	assert_string_equal(values.text[2], "{\"123\"}");
	assert_string_equal(values.text[3], "{\"k\":\"v\"}");
	assert_string_equal(values.text[4], "7");
	talloc_free(ctx);
}

static void null_counts_as_absent(void **state)
{
	struct param_values values;
	void *ctx = talloc_new(NULL);

	(void)state;
	assert_int_equal(read_body(ctx, "{\"name\":\"a\",\"tags\":null}", &values), 0);
	assert_null(values.text[1]);
	assert_int_equal(read_body(ctx, "{\"name\":null}", &values), ERR_INVALID);
	assert_string_equal(values.errors[0].detail, "is required");
	talloc_free(ctx);
}

static void every_wrong_field_is_listed(void **state)
{
	static const char *const pointers[] = { "/name",   "/tags/1", "/numbers/0",
						"/fields/k", "/count", "/other" };
	struct param_values values;
	void *ctx = talloc_new(NULL);

	(void)state;
	assert_int_equal(read_body(ctx,
				   "{\"name\":5,\"tags\":[\"ok\",\"toolong\"],\"numbers\":[\"x\"],"
				   "\"fields\":{\"k\":1},\"count\":\"7\",\"other\":true}",
				   &values),
			 ERR_INVALID);
	assert_int_equal(values.n_errors, ARRAY_LEN(pointers));
	for (size_t i = 0; i < ARRAY_LEN(pointers); i++)
		assert_string_equal(values.errors[i].pointer, pointers[i]);
	talloc_free(ctx);
}

static const struct param_row span_rows[] = {
	{ "day", PARAM_INT, PARAM_BODY, .min = 1, .max = 7, .required = true },
	{ "opens", PARAM_TEXT, PARAM_BODY, .max = 5, .pattern = "^[0-9]{2}:[0-9]{2}$" },
	{ 0 },
};

static const struct param_row nested_rows[] = {
	{ "spans", PARAM_OBJECTS, PARAM_BODY, .max = 2, .items = span_rows },
	{ "closed", PARAM_OBJECT, PARAM_BODY, .items = span_rows },
	{ "parentId", PARAM_UUID, PARAM_BODY, .nullable = true },
	{ 0 },
};

static const struct nested_case {
	const char *body;
	const char *pointer;      /* of the one error; NULL: let through */
} nested_cases[] = {
	{ "{}", NULL },
	{ "{\"spans\":[]}", NULL },
	{ "{\"spans\":[{\"day\":1},{\"day\":7,\"opens\":\"08:00\"}]}", NULL },
	{ "{\"spans\":[{\"day\":1},{\"day\":2},{\"day\":3}]}", "/spans" },
	{ "{\"spans\":{\"day\":1}}", "/spans" },
	{ "{\"spans\":[{\"day\":1},8]}", "/spans/1" },
	{ "{\"spans\":[{\"day\":1},null]}", "/spans/1" },
	{ "{\"spans\":[{\"day\":8}]}", "/spans/0/day" },
	{ "{\"spans\":[{}]}", "/spans/0/day" },
	{ "{\"spans\":[{\"day\":1,\"opens\":\"8\"}]}", "/spans/0/opens" },
	{ "{\"spans\":[{\"day\":1,\"shuts\":\"8\"}]}", "/spans/0/shuts" },
	{ "{\"closed\":{\"day\":1}}", NULL },
	{ "{\"closed\":[1]}", "/closed" },
	{ "{\"closed\":{\"day\":\"1\"}}", "/closed/day" },
	{ "{\"closed\":{\"day\":1,\"x\":2}}", "/closed/x" },
	{ "{\"parentId\":\"x\"}", "/parentId" },
};

static void objects_are_read_by_rows_of_their_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nested_cases); i++) {
		const struct nested_case *c = &nested_cases[i];
		void *ctx = talloc_new(NULL);
		struct param_source source = { 0 };
		struct param_values values;
		assert_int_equal(json_parse(ctx, c->body, strlen(c->body), &source.body), 0);
		param_read(ctx, nested_rows, &source, &values);
		if (values.n_errors != (c->pointer ? 1 : 0))
			fail_msg("%s: %zu errors", c->body, values.n_errors);
		if (c->pointer)
			assert_string_equal(values.errors[0].pointer, c->pointer);
		talloc_free(ctx);
	}
}

static void null_clears_what_may_be_cleared(void **state)
{
	struct param_source source = { 0 };
	struct param_values values;
	void *ctx = talloc_new(NULL);

	(void)state;
	assert_int_equal(json_parse(ctx, "{\"parentId\":null,\"spans\":null}", 30, &source.body), 0);
	assert_int_equal(param_read(ctx, nested_rows, &source, &values), 0);
	assert_null(values.text[0]);
	assert_string_equal(values.text[2], "");
	assert_int_equal(json_parse(ctx, "{}", 2, &source.body), 0);
	assert_int_equal(param_read(ctx, nested_rows, &source, &values), 0);
	assert_null(values.text[2]);
	talloc_free(ctx);
}

static void a_body_that_is_no_object_is_refused(void **state)
{
	struct param_values values;
	void *ctx = talloc_new(NULL);

	(void)state;
	assert_int_equal(read_body(ctx, "[1]", &values), ERR_INVALID);
	talloc_free(ctx);
}

static void a_list_has_a_limit(void **state)
{
	struct param_values values;
	void *ctx = talloc_new(NULL);
	struct buf *b = buf_new(ctx);

	(void)state;
	buf_adds(b, "{\"name\":\"a\",\"tags\":[\"t\"");
	for (int i = 0; i < PARAM_ITEMS_MAX; i++)
		buf_adds(b, ",\"t\"");
	buf_adds(b, "]}");
	assert_int_equal(read_body(ctx, buf_text(b), &values), ERR_INVALID);
	assert_string_equal(values.errors[0].pointer, "/tags");
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_checked_by_type_and_bounds),
		cmocka_unit_test(bodies_are_bound_as_statements_take_them),
		cmocka_unit_test(null_counts_as_absent),
		cmocka_unit_test(every_wrong_field_is_listed),
		cmocka_unit_test(objects_are_read_by_rows_of_their_own),
		cmocka_unit_test(null_clears_what_may_be_cleared),
		cmocka_unit_test(a_body_that_is_no_object_is_refused),
		cmocka_unit_test(a_list_has_a_limit),
	};

	return cmocka_run_group_tests_name("param", tests, NULL, NULL);
}
