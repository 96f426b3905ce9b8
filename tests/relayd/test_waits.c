/* Who waits, in the order of beginning to. */
#include "workers/relayd/waits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void first_in_is_first_overdue(void **state)
{
	struct waits waits;
	struct wait a = { 0 }, b = { 0 };

	(void)state;
	waits_init(&waits, 100);
	assert_null(waits_overdue(&waits, 1000));
	waits_add(&waits, &a, 1000);
	waits_add(&waits, &b, 1050);
	assert_null(waits_overdue(&waits, 1099));
	assert_ptr_equal(waits_overdue(&waits, 1100), &a);
	wait_end(&a);
	assert_null(waits_overdue(&waits, 1100));
	assert_ptr_equal(waits_overdue(&waits, 1150), &b);
	assert_int_equal(waits.n, 1);
}

static void whoever_begins_anew_is_last(void **state)
{
	struct waits waits;
	struct wait a = { 0 }, b = { 0 }, c = { 0 };

	(void)state;
	waits_init(&waits, 100);
	waits_add(&waits, &a, 0);
	waits_add(&waits, &b, 10);
	waits_add(&waits, &c, 20);
	waits_add(&waits, &b, 30);
	assert_ptr_equal(waits.first, &a);
	assert_ptr_equal(a.next, &c);
	assert_ptr_equal(c.next, &b);
	assert_null(b.next);
	waits_add(&waits, &b, 40);
	waits_add(&waits, &a, 50);
	assert_ptr_equal(waits.first, &c);
	assert_int_equal(waits.n, 3);
}

static void one_waits_for_one_thing(void **state)
{
	struct waits here, there;
	struct wait a = { 0 }, b = { 0 };

	(void)state;
	waits_init(&here, 10);
	waits_init(&there, 1000);
	waits_add(&here, &a, 0);
	waits_add(&there, &a, 5);
	assert_null(here.first);
	assert_null(waits_overdue(&here, 500));
	assert_ptr_equal(waits_overdue(&there, 1005), &a);
	wait_end(&a);
	wait_end(&a);
	assert_null(there.first);
	waits_add(&there, &b, 0);
	assert_ptr_equal(there.first, &b);
	assert_int_equal(here.n + there.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_is_first_overdue),
		cmocka_unit_test(whoever_begins_anew_is_last),
		cmocka_unit_test(one_waits_for_one_thing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
