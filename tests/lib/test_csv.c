/* CSV rows: fields come out as they were meant, and what is no row is passed over whole. */
#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void *ctx;

static int setup(void **state)
{
	(void)state;
	ctx = mem_context();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	talloc_free(ctx);
	return 0;
}

/* The first row as "field|field|", or what csv_next says of it. Memory ends where the text does. */
static const char *first_row(struct str text, size_t *used)
{
	struct buf *out = buf_new(ctx);
	char *copy = mem_array(ctx, char, text.n);
	struct csv_row row;

	memcpy(copy, text.p, text.n);
	int err = csv_next(copy, text.n, &row, used);
	if (err == ERR_MALFORMED)
		return "malformed";
	assert_int_equal(err, 0);
	if (!*used)
		return "incomplete";
	for (size_t i = 0; i < row.n; i++) {
		buf_add(out, row.fields[i].p, row.fields[i].n);
		buf_addc(out, '|');
	}
	return buf_text(out);
}

static const struct {
	struct str text;
	const char *row;
	size_t used;
} cases[] = {
	{ STR("a,b\n"), "a|b|", 4 },
	{ STR("a,b\r\nc\r\n"), "a|b|", 5 },
	{ STR("\"a\",\"b\"\n"), "a|b|", 8 },
	{ STR("\"a\",\"b\"\r\n"), "a|b|", 9 },
	{ STR("\"a,b\",c\n"), "a,b|c|", 8 },
	{ STR("\"say \"\"hi\"\"\",c\n"), "say \"hi\"|c|", 15 },
	{ STR("\"\"\"\"\n"), "\"|", 5 },
	{ STR("\"\"\"\"\"\"\n"), "\"\"|", 7 },
	{ STR("\"two\nlines\"\n"), "two\nlines|", 12 },
	{ STR("\"two\r\nlines\",x\r\n"), "two\r\nlines|x|", 16 },
	/* A CR that ends nothing is a byte like any other. */
	{ STR("a\rb,c\r\r\n"), "a\rb|c\r|", 8 },
	{ STR("\n"), "|", 1 },
	{ STR("\r\n"), "|", 2 },
	{ STR(",\n"), "||", 2 },
	{ STR(",,\r\nx"), "|||", 4 },
	{ STR("\"\",\"\"\n"), "||", 6 },
	{ STR("\"\"\n"), "|", 3 },
	{ STR(" \"a\n"), "malformed", 4 },
	{ STR("a\"b,c\nnext\n"), "malformed", 6 },
	{ STR("a\"b\"c\n"), "malformed", 6 },
	{ STR("\"a\"b\n\"next\"\n"), "malformed", 5 },
	{ STR("\"a\" ,b\n"), "malformed", 7 },
	{ STR("\"a\"b\"c\nnext\n"), "malformed", 7 },
	{ STR("\"a\"\r,b\n"), "malformed", 7 },
	{ STR("\"a\"\rb\n"), "malformed", 6 },
	/* The torn field goes on up to the next quote: the row ends where its quotes say. */
	{ STR("\"a\",\"to\n\"b\",\"c\"\n"), "malformed", 16 },
	{ STR(""), "incomplete", 0 },
	{ STR("a"), "incomplete", 0 },
	{ STR("a,b"), "incomplete", 0 },
	{ STR("a,b\r"), "incomplete", 0 },
	{ STR("a,"), "incomplete", 0 },
	{ STR("\""), "incomplete", 0 },
	{ STR("\"a\n"), "incomplete", 0 },
	{ STR("\"a\""), "incomplete", 0 },
	{ STR("\"a\"\"\n"), "incomplete", 0 },
	{ STR("\"a\"\r"), "incomplete", 0 },
	{ STR("\"a\","), "incomplete", 0 },
};

static void a_row_comes_out_as_it_was_meant(void **state)
{
	size_t used;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(first_row(cases[i].text, &used), cases[i].row);
		assert_int_equal(used, cases[i].used);
	}
}

/* Of a row in the making nothing is told, and what follows a row changes nothing about it. */
static void only_the_end_of_a_row_completes_it(void **state)
{
	size_t used;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t n = 0; n < cases[i].used; n++)
			assert_string_equal(first_row((struct str){ cases[i].text.p, n }, &used),
					    "incomplete");
		if (!cases[i].used)
			continue;
		for (const char *more = "\n,\"x\r"; *more; more++) {
			struct buf *longer = buf_new(ctx);
			buf_add(longer, cases[i].text.p, cases[i].used);
			buf_addc(longer, *more);
			assert_string_equal(first_row((struct str){ longer->p, longer->n }, &used),
					    cases[i].row);
			assert_int_equal(used, cases[i].used);
		}
	}
}

static void fields_beyond_the_bound_are_refused(void **state)
{
	(void)state;
	for (size_t fields = CSV_FIELDS_MAX - 1; fields <= CSV_FIELDS_MAX + 2; fields++)
		for (int quotes = 0; quotes < 2; quotes++) {
			struct buf *text = buf_new(ctx);
			struct csv_row row;
			size_t used;
			for (size_t i = 0; i < fields; i++)
				buf_printf(text, "%s%s", i ? "," : "", quotes ? "\"\n\"" : "x");
			buf_addc(text, '\n');
			int err = csv_next(text->p, text->n, &row, &used);
			assert_int_equal(err, fields <= CSV_FIELDS_MAX ? ERR_OK : ERR_MALFORMED);
			assert_int_equal(used, text->n);
			assert_true(err || row.n == fields);
		}
}

static void rows_follow_one_another(void **state)
{
	char text[] = "a,1\n\"b\nb\",2\r\nbad\"\n\n\"c\",3\ntorn";
	static const char *const firsts[] = { "a", "b\nb", NULL, "", "c" };
	size_t at = 0, used;
	struct csv_row row;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
		int err = csv_next(text + at, strlen(text + at), &row, &used);
		assert_int_equal(err, firsts[i] ? 0 : ERR_MALFORMED);
		if (firsts[i])
			assert_true(str_is(row.fields[0], firsts[i]));
		at += used;
	}
	assert_int_equal(csv_next(text + at, strlen(text + at), &row, &used), 0);
	assert_int_equal(used, 0);
	assert_int_equal(row.n, 0);
	assert_string_equal(text + at, "torn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_comes_out_as_it_was_meant, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_end_of_a_row_completes_it, setup, teardown),
		cmocka_unit_test_setup_teardown(fields_beyond_the_bound_are_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(rows_follow_one_another, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
