/* JSON written and read back. */
#include "lib/err.h"
#include "lib/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static void writer_places_commas_and_nests(void **state)
{
	struct buf *b = buf_new(*state);
	struct json_out o;

	json_out_init(&o, b);
	json_open(&o, '{');
	json_put_int(&o, "a", -7);
	json_put_text(&o, "b", NULL);
	json_key(&o, "c");
	json_open(&o, '[');
	json_flag(&o, true);
	json_open(&o, '{');
	json_close(&o, '}');
	json_raw(&o, STR("[1]"));
	json_close(&o, ']');
	json_put_time(&o, "d", 0);
	json_put_time(&o, "e", 1795350150765769);
	json_put_bool(&o, "f", false);
	json_close(&o, '}');
	assert_string_equal(buf_text(b), "{\"a\":-7,\"b\":null,\"c\":[true,{},[1]],\"d\":null,"
					 "\"e\":\"2026-11-22T12:22:30.765Z\",\"f\":false}");
}

static void strings_are_escaped_and_always_utf_8(void **state)
{
	static const struct {
		struct str in;
		const char *out;
	} cases[] = {
		{ { "a\"b\\c", 5 }, "\"a\\\"b\\\\c\"" },
		{ { "\r\n\t\b\x01\x7f", 6 }, "\"\\r\\n\\t\\u0008\\u0001\\u007f\"" },
		{ { "\0x", 2 }, "\"\\u0000x\"" },
		{ { "Ünï 😀", 10 }, "\"Ünï 😀\"" },
		{ { "\xff" "a", 2 }, "\"\xef\xbf\xbd" "a\"" },
		{ { "\xc0\xaf", 2 }, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },            /* overlong */
		{ { "\xed\xa0\x80", 3 }, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* surrogate */
		{ { "\xe2\x82", 2 }, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },            /* cut short */
		{ { "", 0 }, "\"\"" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf *b = buf_new(*state);
		struct json_out o;
		json_out_init(&o, b);
		json_str(&o, cases[i].in);
		assert_string_equal(buf_text(b), cases[i].out);
	}
}

static void reader_takes_one_complete_value(void **state)
{
	static const struct {
		const char *text;
		int result;
	} cases[] = {
		{ "{\"a\":1}", 0 },
		{ " [1,2] ", 0 },
		{ "null", 0 },
		{ "12", 0 },
		{ "\"x\"", 0 },
		{ "", ERR_MALFORMED },
		{ "{", ERR_MALFORMED },
		{ "{\"a\":1} x", ERR_MALFORMED },
		{ "[1,]", ERR_MALFORMED },
		{ "nul", ERR_MALFORMED },
		{ "\"\xff\"", ERR_MALFORMED },
		{ "[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]", ERR_MALFORMED },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct json *v;
		int result = json_parse(*state, cases[i].text, strlen(cases[i].text), &v);
		if (result != cases[i].result)
			print_error("%s\n", cases[i].text);
		assert_int_equal(result, cases[i].result);
	}
}

static int count(void *arg, const char *key, const struct json *value)
{
	(void)value;
	++*(int *)arg;
	return strcmp(key, "stop") == 0;
}

static void members_are_found_by_type(void **state)
{
	static const char text[] = "{\"s\":\"x\\u0000y\",\"i\":-3,\"t\":true,\"n\":null,"
				   "\"a\":[\"p\",5],\"stop\":{},\"after\":1}";
	const struct json *v;
	size_t n;
	int seen = 0;

	assert_int_equal(json_parse(*state, text, sizeof(text) - 1, &v), 0);
	assert_non_null(json_string(json_get(v, "s"), &n));
	assert_int_equal(n, 3);
	assert_int_equal(json_get_int(v, "i", 9), -3);
	assert_int_equal(json_get_int(v, "s", 9), 9);
	assert_true(json_get_bool(v, "t", false));
	assert_int_equal(json_kind(json_get(v, "n")), JSON_NULL);
	assert_null(json_get(v, "absent"));
	assert_null(json_get_string(v, "i"));
	assert_int_equal(json_length(json_get(v, "a")), 2);
	assert_string_equal(json_string(json_at(json_get(v, "a"), 0), NULL), "p");
	assert_null(json_at(json_get(v, "a"), 2));
	assert_int_equal(json_each(v, count, &seen), 1);
	assert_int_equal(seen, 6);
	assert_string_equal(json_print(*state, json_get(v, "a")), "[\"p\",5]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writer_places_commas_and_nests, setup, teardown),
		cmocka_unit_test_setup_teardown(strings_are_escaped_and_always_utf_8, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reader_takes_one_complete_value, setup, teardown),
		cmocka_unit_test_setup_teardown(members_are_found_by_type, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
