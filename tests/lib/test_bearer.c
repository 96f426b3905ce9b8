/* Shapes of tokens, and cookies. */
#include "lib/bearer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RANDOM "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-"

static void a_token_is_known_by_its_shape(void **state)
{
	static const struct {
		const char *header;
		enum bearer_kind kind;
	} rows[] = {
		{ "Bearer " RANDOM, BEARER_SESSION },
		{ "bearer  " RANDOM, BEARER_SESSION },
		{ "BEARER cb_" RANDOM, BEARER_API_TOKEN },
		{ "Bearer a.b.c", BEARER_JWT },
		{ "", BEARER_NONE },
		{ "Bearer", BEARER_NONE },
		{ "Bearer ", BEARER_NONE },
		{ RANDOM, BEARER_NONE },
		{ "Basic " RANDOM, BEARER_NONE },
		{ "Bearer " RANDOM "A", BEARER_NONE },
		{ "Bearer A" RANDOM " ", BEARER_NONE },
		{ "Bearer " RANDOM "=", BEARER_NONE },
		{ "Bearer CB_" RANDOM, BEARER_NONE },
		{ "Bearer cb_" RANDOM "A", BEARER_NONE },
		{ "Bearer cb_", BEARER_NONE },
		{ "Bearer a.b.", BEARER_NONE },
		{ "Bearer .b.c", BEARER_NONE },
		{ "Bearer a..c", BEARER_NONE },
		{ "Bearer a.b", BEARER_NONE },
		{ "Bearer a.b.c.d", BEARER_NONE },
		{ "Bearer a.b.c=", BEARER_NONE },
		{ "Bearer a.b.c\n", BEARER_NONE },
		{ "Bearer a.b .c", BEARER_NONE },
		{ "Bearer\ta.b.c", BEARER_NONE },
	};
	struct str token;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (bearer_read(str_of(rows[i].header), &token) != rows[i].kind)
			fail_msg("%s", rows[i].header);
	}
	assert_int_equal(bearer_read(STR("bearer  " RANDOM), &token), BEARER_SESSION);
	assert_int_equal(token.n, BEARER_TOKEN_LENGTH);
	assert_memory_equal(token.p, RANDOM, token.n);
}

static void a_token_has_a_length_at_most(void **state)
{
	static char header[BEARER_MAX_BYTES + 16];
	struct str token;

	(void)state;
	memset(header, 'a', sizeof(header));
	memcpy(header, "Bearer a.b.", 11);
	assert_int_equal(bearer_read((struct str){ header, 7 + BEARER_MAX_BYTES }, &token),
			 BEARER_JWT);
	assert_int_equal(bearer_read((struct str){ header, 8 + BEARER_MAX_BYTES }, &token),
			 BEARER_NONE);
}

static bool cookie_is(const char *header, const char *value)
{
	struct str found = bearer_cookie(str_of(header), STR("id"));

	return value ? found.p && str_is(found, value) : !found.p;
}

static void a_cookie_is_found_by_its_whole_name(void **state)
{
	(void)state;
	assert_true(cookie_is("id=1", "1"));
	assert_true(cookie_is("a=b; id=1; c=d", "1"));
	assert_true(cookie_is("a=b;id=1", "1"));
	assert_true(cookie_is("id=", ""));
	assert_true(cookie_is("id=1; id=2", "1"));
	assert_true(cookie_is("id=a=b", "a=b"));
	assert_true(cookie_is("xid=1", NULL));
	assert_true(cookie_is("idx=1", NULL));
	assert_true(cookie_is("id", NULL));
	assert_true(cookie_is("", NULL));
	assert_true(cookie_is(";;; ;", NULL));
	assert_true(cookie_is("a=id=1", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_known_by_its_shape),
		cmocka_unit_test(a_token_has_a_length_at_most),
		cmocka_unit_test(a_cookie_is_found_by_its_whole_name),
	};

	return cmocka_run_group_tests_name("bearer", tests, NULL, NULL);
}
