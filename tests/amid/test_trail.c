/* How far behind a follower is: exact while it keeps up, never less than the truth when it does not. */
#include "lib/base.h"
#include "workers/amid/trail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START INT64_C(100)

static void a_follower_without_work_is_not_behind(void **state)
{
	struct trail *t = trail_new(NULL, START);

	(void)state;
	assert_int_equal(trail_after(t, START).entries, 0);
	assert_int_equal(trail_after(t, START).since_ms, 0);
	/* What an earlier epoch stored lies before the start. */
	assert_int_equal(trail_after(t, 3).entries, 0);
	trail_add(t, START, 0, 5, START);
	assert_int_equal(trail_after(t, START).since_ms, 0);
	talloc_free(t);
}

static void what_is_missing_is_exact(void **state)
{
	static const struct {
		int64_t done, entries, bytes, since;
	} cases[] = {
		{ 3, 30, 3000, 10 },             /* nothing of this process yet */
		{ START, 30, 3000, 10 },
		{ START + 5, 25, 3000, 10 },     /* in the middle of the first commit */
		{ START + 10, 20, 2000, 20 },
		{ START + 29, 1, 1000, 30 },
		{ START + 30, 0, 0, 0 },
	};
	struct trail *t = trail_new(NULL, START);

	(void)state;
	for (int i = 1; i <= 3; i++)
		trail_add(t, START + 10 * i, 1000 * i, 10 * i, START);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct trail_rest rest = trail_after(t, cases[i].done);
		assert_int_equal(rest.entries, cases[i].entries);
		assert_int_equal(rest.bytes, cases[i].bytes);
		assert_int_equal(rest.since_ms, cases[i].since);
	}
	talloc_free(t);
}

/* An hour without PostgreSQL: a mark each millisecond, then it comes back and catches up. */
static void a_long_absence_fits(void **state)
{
	enum { HOUR_MS = 3600000 };
	struct trail *t = trail_new(NULL, START);
	int64_t done = START;

	(void)state;
	for (int ms = 1; ms <= HOUR_MS; ms++)
		trail_add(t, START + ms, 10 * ms, ms, done);
	assert_int_equal(trail_after(t, done).entries, HOUR_MS);
	assert_int_equal(trail_after(t, done).bytes, 10 * HOUR_MS);
	assert_int_equal(trail_after(t, done).since_ms, 1);
	for (; done < START + HOUR_MS; done += HOUR_MS / 100) {
		struct trail_rest rest = trail_after(t, done);
		assert_int_equal(rest.entries, START + HOUR_MS - done);
		assert_true(rest.bytes >= 10 * rest.entries);
		assert_true(rest.since_ms <= done - START + 1);
	}
	assert_int_equal(trail_after(t, done).since_ms, 0);
	talloc_free(t);
}

/* Marks that are done never make a later entry look older than it is. */
static void quiet_hours_age_nothing(void **state)
{
	struct trail *t = trail_new(NULL, START);

	(void)state;
	for (int i = 1; i <= 10000; i++) {
		trail_add(t, START + i, i, 3600000 * (int64_t)i, START + i - 1);
		assert_int_equal(trail_after(t, START + i - 1).since_ms, 3600000 * (int64_t)i);
		assert_int_equal(trail_after(t, START + i - 1).entries, 1);
	}
	talloc_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_follower_without_work_is_not_behind),
		cmocka_unit_test(what_is_missing_is_exact),
		cmocka_unit_test(a_long_absence_fits),
		cmocka_unit_test(quiet_hours_age_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
