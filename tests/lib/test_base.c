/* Lengths, times, buffers and errors. */
#include "lib/buf.h"
#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void str_compares_by_length_and_bytes(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), (struct str){ "abcd", 3 }));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_is(STR("ab"), "abc"));
	assert_true(str_is(str_of(NULL), ""));
}

static void times_are_rfc_3339_in_utc(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 999, "1970-01-01T00:00:00.000Z" },
		{ 1795350150765769, "2026-11-22T12:22:30.765Z" },
		{ 1709164800000000, "2024-02-29T00:00:00.000Z" },
	};
	char text[TIME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(time_rfc3339(cases[i].us, text), cases[i].text);
}

static void buffer_grows_and_keeps_what_was_added(void **state)
{
	struct buf *b = buf_new(*state);
	size_t n = 0;

	for (int i = 0; i < 1000; i++) {
		char expected[32];
		buf_printf(b, "%d,", i);
		n += (size_t)snprintf(expected, sizeof(expected), "%d,", i);
		assert_int_equal(b->n, n);
	}
	assert_memory_equal(b->p, "0,1,2,3,", 8);
	assert_string_equal(buf_text(b) + n - 4, "999,");
}

static void the_first_print_into_an_empty_buffer_is_complete(void **state)
{
	struct buf *b = buf_new(*state);

	buf_printf(b, "%s", "x");
	assert_string_equal(buf_text(b), "x");
	talloc_free(b);
	b = buf_new(*state);
	buf_printf(b, "%0300d", 7);
	assert_int_equal(b->n, 300);
	assert_int_equal(b->p[299], '7');
}

static void buffer_shift_drops_the_beginning(void **state)
{
	struct buf *b = buf_new(*state);

	buf_adds(b, "hello world");
	buf_shift(b, 6);
	buf_addc(b, '!');
	assert_string_equal(buf_text(b), "world!");
}

static void every_error_has_a_row_that_can_be_found_by_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < ERR__COUNT; i++) {
		const struct err_row *row = err_row(i ? i : ERR_INTERNAL);
		assert_non_null(row->name);
		assert_in_range(row->http, 400, 599);
		if (i)
			assert_int_equal(err_by_name(row->name), i);
	}
	assert_int_equal(err_by_name("no such name"), ERR_INTERNAL);
	assert_int_equal(err_row(-5)->http, 500);
	assert_int_equal(err_row(ERR__COUNT)->http, 500);
}

static int setup(void **state)
{
	*state = talloc_new(NULL);
	return 0;
}

static int teardown(void **state)
{
	talloc_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_compares_by_length_and_bytes),
		cmocka_unit_test(times_are_rfc_3339_in_utc),
		cmocka_unit_test_setup_teardown(buffer_grows_and_keeps_what_was_added, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_first_print_into_an_empty_buffer_is_complete,
						setup, teardown),
		cmocka_unit_test_setup_teardown(buffer_shift_drops_the_beginning, setup, teardown),
		cmocka_unit_test(every_error_has_a_row_that_can_be_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
