/* How fast clients are let in. */
#include "workers/relayd/pace.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { A_SECOND = 500, AT_ONCE = 51 };

static int take_all(struct pace *pace, int64_t now_ms)
{
	int n = 0;

	while (pace_take(pace, now_ms))
		n++;
	return n;
}

static void crowd_comes_in_at_the_pace(void **state)
{
	struct pace pace = { .a_second = A_SECOND };
	int n = 0;

	(void)state;
	assert_int_equal(take_all(&pace, 1000000), AT_ONCE);
	for (int64_t ms = 1; ms <= 1000; ms++)
		n += take_all(&pace, 1000000 + ms);
	assert_int_equal(n, A_SECOND);
}

static void quiet_saves_up_no_more_than_a_handful(void **state)
{
	struct pace pace = { .a_second = A_SECOND };

	(void)state;
	take_all(&pace, 1000);
	assert_int_equal(take_all(&pace, 1000 + 3600 * 1000), AT_ONCE);
	assert_int_equal(take_all(&pace, 1000 + 3600 * 1000), 0);
}

static void nobody_waits_longer_than_four_seconds(void **state)
{
	struct pace pace = { .a_second = A_SECOND };

	(void)state;
	assert_false(pace_is_full(&pace, 0));
	assert_false(pace_is_full(&pace, 4 * A_SECOND - 1));
	assert_true(pace_is_full(&pace, 4 * A_SECOND));
}

static void advice_is_slower_than_the_pace(void **state)
{
	struct pace pace = { .a_second = A_SECOND };

	(void)state;
	assert_int_equal(pace_advice_ms(&pace, 0), 0);
	for (int64_t clients = 1; clients < 10000; clients += 99)
		assert_true(clients * 1000 <= (int64_t)pace_advice_ms(&pace, clients) * A_SECOND);
	/* A thousand are back within ten seconds, the relay's own start included. */
	assert_in_range(pace_advice_ms(&pace, 1000), 2000, 5000);
	assert_int_equal(pace_advice_ms(&pace, 1000000), PACE_ADVICE_MAX_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crowd_comes_in_at_the_pace),
		cmocka_unit_test(quiet_saves_up_no_more_than_a_handful),
		cmocka_unit_test(nobody_waits_longer_than_four_seconds),
		cmocka_unit_test(advice_is_slower_than_the_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
