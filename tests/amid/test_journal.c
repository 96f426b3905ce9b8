/* The journal: what is committed is read back in order, by anyone, also after a restart. */
#include "workers/amid/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char dir[64];
};

static int setup(void **state)
{
	struct fixture *f = mem_new(NULL, struct fixture);

	snprintf(f->dir, sizeof(f->dir), "/tmp/cordboard-journal-XXXXXX");
	*state = f;
	return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	DIR *dir = opendir(f->dir);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(f->dir);
	talloc_free(f);
	return 0;
}

static int files_in(const struct fixture *f)
{
	DIR *dir = opendir(f->dir);
	const struct dirent *entry;
	int n = 0;

	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static struct journal *open_journal(struct fixture *f, int64_t epoch)
{
	struct journal *j;

	assert_int_equal(journal_open(f, f->dir, epoch, &j), 0);
	return j;
}

static int64_t put(struct journal *j, const char *key, const char *json)
{
	struct record r = {
		.kind = RECORD_CALL, .live = "call:ended", .tenant = "demo", .key = key,
		.queue = STR("support"), .agents = STR("1001,1002"), .at_us = 1234567,
		.gone = true, .json = str_of(json),
	};

	return journal_append(j, &r);
}

static void entries_come_back_as_they_were(void **state)
{
	struct journal *j = open_journal(*state, 3);
	struct journal_entry e;
	int64_t first = put(j, "c1", "{\"a\":\"x\\ny\"}");

	assert_int_equal(first, (INT64_C(3) << 32) + 1);
	journal_append_reset(j, "demo");
	struct journal_reader *r = journal_follow(*state, j, 0);
	assert_int_equal(journal_next(r, &e, 0), 0);       /* not committed */
	journal_commit(j);
	assert_int_equal(journal_next(r, &e, 0), 1);
	assert_int_equal(e.seq, first);
	assert_int_equal(e.kind, RECORD_CALL);
	assert_int_equal(e.at_us, 1234567);
	assert_string_equal(e.live, "call:ended");
	assert_string_equal(e.tenant, "demo");
	assert_string_equal(e.queue, "support");
	assert_string_equal(e.agents, "1001,1002");
	assert_string_equal(e.key, "c1");
	assert_true(e.gone);
	assert_true(str_is(e.json, "{\"a\":\"x\\ny\"}"));
	assert_int_equal(journal_next(r, &e, 0), 1);
	assert_int_equal(e.kind, JOURNAL_RESET);
	assert_string_equal(e.live, "-");
	assert_int_equal(journal_next(r, &e, 0), 0);
	assert_int_equal(journal_last_seq(j), first + 1);
}

static void what_was_heard_is_said_with_what_came_of_it(void **state)
{
	struct journal *j = open_journal(*state, 1);
	struct journal_reader *r = journal_follow(*state, j, 0);
	struct journal_entry e;

	journal_append_heard(j, 1000);          /* nothing came of it */
	journal_commit(j);
	assert_int_equal(journal_next(r, &e, 0), 0);
	for (int64_t heard_us = 1000; heard_us < 1003; heard_us++) {
		put(j, "c1", "{}");
		journal_append_heard(j, heard_us);
		put(j, "c2", "{}");
		journal_append_heard(j, heard_us);   /* as before */
		journal_commit(j);
		assert_int_equal(journal_next(r, &e, 0), 1);
		assert_string_equal(e.key, "c1");
		assert_int_equal(journal_next(r, &e, 0), 1);
		assert_int_equal(e.kind, JOURNAL_HEARD);
		assert_int_equal(e.at_us, heard_us);
		assert_int_equal(journal_next(r, &e, 0), 1);
		assert_string_equal(e.key, "c2");
		assert_int_equal(journal_next(r, &e, 0), 0);
	}
}

static void a_field_that_would_break_the_line_is_left_out(void **state)
{
	struct journal *j = open_journal(*state, 1);
	struct journal_entry e;

	put(j, "a b\nc", "{}");
	journal_commit(j);
	assert_int_equal(journal_next(journal_follow(*state, j, 0), &e, 0), 1);
	assert_string_equal(e.key, "-");
	assert_true(str_is(e.json, "{}"));
}

static void a_follower_begins_where_it_stopped_also_in_older_files(void **state)
{
	struct journal *old = open_journal(*state, 1);
	int64_t first = put(old, "one", "{\"n\":1}"), second = put(old, "two", "{\"n\":2}");

	journal_commit(old);
	struct journal *j = open_journal(*state, 2);
	int64_t third = put(j, "three", "{\"n\":3}");
	journal_commit(j);
	struct journal_reader *r = journal_follow(*state, j, first);
	struct journal_entry e;
	assert_int_equal(journal_next(r, &e, 0), 1);
	assert_int_equal(e.seq, second);
	assert_int_equal(journal_next(r, &e, 0), 1);
	assert_int_equal(e.seq, third);
	assert_int_equal(journal_next(r, &e, 0), 0);
}

static void a_torn_end_is_passed_over(void **state)
{
	struct fixture *f = *state;
	struct journal *old = open_journal(f, 1);
	char path[128];
	struct journal_entry e;

	put(old, "whole", "{\"n\":1}");
	put(old, "torn", "{\"n\":2}");
	journal_commit(old);
	snprintf(path, sizeof(path), "%s/journal-%016llx.log", f->dir, (1ull << 32) + 1);
	int fd = open(path, O_WRONLY);
	assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - 3), 0);
	close(fd);
	struct journal *j = open_journal(f, 2);
	put(j, "next", "{\"n\":3}");
	journal_commit(j);
	struct journal_reader *r = journal_follow(f, j, 0);
	assert_int_equal(journal_next(r, &e, 0), 1);
	assert_string_equal(e.key, "whole");
	assert_int_equal(journal_next(r, &e, 0), 1);
	assert_string_equal(e.key, "next");
}

static void a_long_journal_goes_on_in_new_files_that_are_forgotten_once_stored(void **state)
{
	struct journal *j = open_journal(*state, 1);
	struct buf *big = buf_new(*state);
	struct journal_reader *r = journal_follow(*state, j, 0);
	struct journal_entry e;
	int64_t last = 0;
	int n = 0;

	buf_adds(big, "{\"x\":\"");
	while (big->n < 1 << 20)
		buf_adds(big, "0123456789abcdef");
	buf_adds(big, "\"}");
	for (int i = 0; i < 3 * (JOURNAL_FILE_MAX_BYTES >> 20) / 2; i++) {
		last = put(j, "big", buf_text(big));
		journal_commit(j);
	}
	assert_int_equal(files_in(*state), 2);
	while (journal_next(r, &e, 0)) {
		assert_int_equal(e.json.n, big->n);
		n++;
	}
	assert_int_equal(n, 3 * (JOURNAL_FILE_MAX_BYTES >> 20) / 2);
	assert_int_equal(e.seq, last);
	journal_forget(j, last);
	assert_int_equal(files_in(*state), 1);
}

static void what_is_committed_reaches_the_disk_without_a_follower(void **state)
{
	struct journal *j = open_journal(*state, 1);
	int64_t last = 0;

	/* Threads use it until the process ends. */
	talloc_steal(NULL, j);
	journal_start_sync(j);
	for (int round = 0; round < 3; round++) {
		last = journal_append_reset(j, "demo");
		assert_int_not_equal(journal_synced_seq(j), last);
		journal_commit(j);
		for (int64_t end = clock_mono_ms() + 5000; clock_mono_ms() < end;)
			if (journal_synced_seq(j) == last)
				break;
		assert_int_equal(journal_synced_seq(j), last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_come_back_as_they_were, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_heard_is_said_with_what_came_of_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_field_that_would_break_the_line_is_left_out,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_follower_begins_where_it_stopped_also_in_older_files, setup, teardown),
		cmocka_unit_test_setup_teardown(a_torn_end_is_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_long_journal_goes_on_in_new_files_that_are_forgotten_once_stored, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_is_committed_reaches_the_disk_without_a_follower, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
