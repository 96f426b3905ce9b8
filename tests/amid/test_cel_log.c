/* The channel event log: found by time, followed while it grows, and whole rows only. */
#include "workers/amid/cel_log.h"

#include "lib/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BEGIN_US INT64_C(1795350000000000)
enum { STEP_US = 1000, ROWS = 20000 };

struct fixture {
	char dir[64];
	const char *path, *rotated;
};

static int setup(void **state)
{
	struct fixture *f = mem_new(NULL, struct fixture);

	snprintf(f->dir, sizeof(f->dir), "/tmp/cordboard-cel-XXXXXX");
	*state = f;
	if (!mkdtemp(f->dir))
		return -1;
	f->path = mem_printf(f, "%s/log.csv", f->dir);
	f->rotated = mem_printf(f, "%s.1", f->path);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	unlink(f->rotated);
	rmdir(f->dir);
	talloc_free(f);
	return 0;
}

/* ---- files ---- */

static int64_t time_of(int row)
{
	return BEGIN_US + (int64_t)row * STEP_US;
}

static void add_row(struct buf *b, int row)
{
	int64_t at = time_of(row);

	buf_printf(b, "\"ANSWER\",\"%lld.%06lld\",\"u%d\",\"l\",\"PJSIP/trunk-1\",\"15551230001\","
		   "\"Out \"\"side\"\", Caller\",\"inbound\",\"5550100\",\"Queue\",\"support,,,,30\","
		   "\"\",\"{\"\"extra\"\":\"\"something longer, as rows are\"\"}\"\n",
		   (long long)(at / 1000000), (long long)(at % 1000000), row);
}

static struct buf *rows(struct fixture *f, int from, int to)
{
	struct buf *b = buf_new(f);

	for (int i = from; i < to; i++)
		add_row(b, i);
	return b;
}

static void add(const char *path, const void *p, size_t n)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	if (n)
		assert_int_equal(fwrite(p, 1, n, file), n);
	fclose(file);
}

static void add_text(const char *path, const char *text)
{
	add(path, text, strlen(text));
}

static void add_rows(struct fixture *f, const char *path, int from, int to)
{
	struct buf *b = rows(f, from, to);

	add(path, b->p, b->n);
}

static struct cel_log *open_log(struct fixture *f, int64_t from_us)
{
	struct cel_log *log;

	assert_int_equal(cel_log_open(f, f->path, from_us, &log), 0);
	return log;
}

static int number_of(const struct cel_row *row)
{
	int n = -1;

	/* The field is followed by the quote that ended it. */
	sscanf(row->uniqueid.p, "u%d", &n);
	return n;
}

/* The next rows are these, and no more for now. */
static void expect(struct cel_log *log, int from, int to)
{
	struct cel_row row;

	for (int i = from; i < to; i++) {
		assert_int_equal(cel_log_next(log, &row), 1);
		assert_int_equal(number_of(&row), i);
		assert_int_equal(row.at_us, time_of(i));
	}
	assert_int_equal(cel_log_next(log, &row), 0);
}

/* Bytes that this process has read so far. */
static long long bytes_read(void)
{
	FILE *file = fopen("/proc/self/io", "r");
	long long n = -1;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "rchar: %lld", &n), 1);
	fclose(file);
	return n;
}

/* ---- rows ---- */

static void a_row_has_its_columns(void **state)
{
	struct fixture *f = *state;
	struct cel_row row;

	add_text(f->path, "\"USER_DEFINED\",\"1795527857.792378\",\"n-1.2\",\"n-1.1\",\"PJSIP/t-6a\","
			  "\"15551230001\",\"Jo \"\"J\"\" X\",\"cc\",\"5550100\",\"CELGenUserEvent\","
			  "\"CCCall,a b\",\"CCCall\",\"{\"\"extra\"\":\"\"a b\"\"}\"\n");
	assert_int_equal(cel_log_next(open_log(f, 0), &row), 1);
	assert_true(str_is(row.type, "USER_DEFINED"));
	assert_int_equal(row.at_us, INT64_C(1795527857792378));
	assert_true(str_is(row.uniqueid, "n-1.2"));
	assert_true(str_is(row.linkedid, "n-1.1"));
	assert_true(str_is(row.channel, "PJSIP/t-6a"));
	assert_true(str_is(row.number, "15551230001"));
	assert_true(str_is(row.name, "Jo \"J\" X"));
	assert_true(str_is(row.context, "cc"));
	assert_true(str_is(row.exten, "5550100"));
	assert_true(str_is(row.app, "CELGenUserEvent"));
	assert_true(str_is(row.app_data, "CCCall,a b"));
	assert_true(str_is(row.user_type, "CCCall"));
	assert_true(str_is(row.extra, "{\"extra\":\"a b\"}"));
}

#define REST ",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\""

static void what_is_no_row_is_passed_over(void **state)
{
	static const struct str lines[] = {
		STR("\n"),
		STR("\r\n"),
		STR("garbage\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"x\",\"l\"\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"x\",\"l\"" REST ",\"14th\"\n"),
		STR("\"ANSWER\",\"yesterday\",\"x\",\"l\"" REST "\n"),
		STR("\"ANSWER\",\"1795350000\",\"x\",\"l\"" REST "\n"),
		STR("\"\",\"1795350000.1\",\"x\",\"l\"" REST "\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"\",\"l\"" REST "\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"x\",\"\"" REST "\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"x\0y\",\"l\"" REST "\n"),
		STR("\0\0\0\0\0\0\0\0\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"x\",\"to\n"),
		STR("\"ANSWER\",\"1795350000.1\",\"x\",\"torn\"\"\n"),
		/* Torn by a crash: what Asterisk wrote next stands in the same line. */
		STR("\"ANSWER\",\"1795350000.1\",\"x\",\"to\"ANSWER\",\"1795350000.1\",\"x\",\"l\"" REST "\n"),
		STR("\"ANSWER\",\"17953\"ANSWER\",\"1795350000.1\",\"x\",\"l\"" REST "\n"),
		STR("\"ANSWER\",\"ANSWER\",\"1795350000.1\",\"x\",\"l\"" REST "\n"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		unlink(f->path);
		add_rows(f, f->path, 0, 2);
		add(f->path, lines[i].p, lines[i].n);
		add_rows(f, f->path, 2, 4);
		struct cel_log *log = open_log(f, 0);
		expect(log, 0, 4);
		talloc_free(log);
	}
}

static void an_overlong_line_is_passed_over_to_its_end(void **state)
{
	static const size_t lengths[] = { 1000, 16384, 16385, 65535, 65536, 65537, 100000, 1000000 };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		for (size_t shift = 0; shift < 3; shift++) {
			char *filler = mem_array(f, char, lengths[i]);
			memset(filler, shift == 1 ? '\0' : 'x', lengths[i]);
			unlink(f->path);
			add_rows(f, f->path, 0, (int)shift);
			add(f->path, filler, lengths[i]);
			/* Its end looks like a row, if one has lost count of where it began. */
			add_rows(f, f->path, 77, 78);
			add_rows(f, f->path, (int)shift, 5);
			struct cel_log *log = open_log(f, 0);
			expect(log, 0, 5);
			talloc_free(log);
			talloc_free(filler);
		}
}

/* ---- time ---- */

static void a_moment_is_found_anywhere_in_a_large_file(void **state)
{
	struct fixture *f = *state;
	struct cel_row row;

	add_rows(f, f->path, 0, ROWS);
	for (int i = 0; i < ROWS; i += i < 10 || i > ROWS - 10 ? 1 : 397)
		for (int before = 0; before < 2; before++) {
			struct cel_log *log = open_log(f, time_of(i) - before);
			assert_int_equal(cel_log_next(log, &row), 1);
			assert_int_equal(number_of(&row), i);
			talloc_free(log);
		}
	expect(open_log(f, time_of(ROWS - 3) + 1), ROWS - 2, ROWS);
	expect(open_log(f, time_of(ROWS)), 0, 0);
	expect(open_log(f, INT64_MAX), 0, 0);
	expect(open_log(f, 0), 0, ROWS);
	expect(open_log(f, time_of(7777)), 7777, ROWS);
}

static void a_moment_is_found_without_reading_it_all(void **state)
{
	struct fixture *f = *state;

	add_rows(f, f->path, 0, ROWS);
	long long before = bytes_read();
	expect(open_log(f, time_of(ROWS - 10)), ROWS - 10, ROWS);
	assert_in_range(bytes_read() - before, 1, 500000);
}

static void a_stretch_of_garbage_hides_nothing(void **state)
{
	static const int from[] = { 0, 99, 2900, 3000, 3100, 5900 };
	enum { GARBAGE = 200000 };
	struct fixture *f = *state;
	char *garbage = mem_array(f, char, GARBAGE);

	add_rows(f, f->path, 0, 3000);
	add(f->path, garbage, GARBAGE);
	add_text(f->path, "\n");
	add_rows(f, f->path, 3000, 6000);
	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		expect(open_log(f, time_of(from[i])), from[i], 6000);
}

/* ---- files that change ---- */

static void a_growing_file_is_followed(void **state)
{
	struct fixture *f = *state;
	struct buf *torn = rows(f, 3, 4);

	add_rows(f, f->path, 0, 2);
	struct cel_log *log = open_log(f, 0);
	expect(log, 0, 2);
	add_rows(f, f->path, 2, 3);
	expect(log, 2, 3);
	for (size_t i = 0; i < torn->n; i++) {
		expect(log, 0, 0);
		add(f->path, torn->p + i, 1);
	}
	expect(log, 3, 4);
	add_rows(f, f->path, 4, 1000);
	expect(log, 4, 1000);
}

static void an_empty_file_has_no_rows_yet(void **state)
{
	struct fixture *f = *state;

	add_text(f->path, "");
	struct cel_log *log = open_log(f, 0);
	expect(log, 0, 0);
	add_rows(f, f->path, 0, 1);
	expect(log, 0, 1);
}

static void the_rotated_file_comes_first(void **state)
{
	static const int from[] = { 0, 1, 2999, 3000, 3001, 5999, 6000 };
	struct fixture *f = *state;

	add_rows(f, f->rotated, 0, 3000);
	add_rows(f, f->path, 3000, 6000);
	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		expect(open_log(f, time_of(from[i])), from[i], 6000);
	/* And is followed until then. */
	unlink(f->path);
	add_text(f->path, "");
	struct cel_log *log = open_log(f, time_of(2999));
	expect(log, 2999, 3000);
	add_rows(f, f->path, 3000, 3010);
	expect(log, 3000, 3010);
}

static void a_torn_end_of_the_rotated_file_spoils_no_row_of_the_next(void **state)
{
	static const char *const torn[] = { "\"ANS", "\"ANSWER\",\"1795350000.1\",\"x\",\"l\"", "x" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(torn); i++) {
		unlink(f->path);
		unlink(f->rotated);
		add_rows(f, f->rotated, 0, 3);
		add_text(f->rotated, torn[i]);
		add_rows(f, f->path, 3, 6);
		expect(open_log(f, 0), 0, 6);
	}
}

static void just_rotated_there_is_only_the_old_one(void **state)
{
	struct fixture *f = *state;

	add_rows(f, f->rotated, 0, 3);
	expect(open_log(f, time_of(1)), 1, 3);
}

/* As it looks to who opens both while the rotation is under way. */
static void one_file_of_two_names_is_read_once(void **state)
{
	struct fixture *f = *state;

	add_rows(f, f->path, 0, 3);
	assert_int_equal(link(f->path, f->rotated), 0);
	expect(open_log(f, 0), 0, 3);
}

static void a_log_that_asterisk_has_not_begun_is_empty(void **state)
{
	struct fixture *f = *state;
	struct cel_log *log;
	struct cel_row row;

	assert_int_equal(cel_log_open(f, f->path, 0, &log), 0);
	assert_int_equal(cel_log_next(log, &row), 0);
}

static void a_log_that_cannot_be_read_says_so(void **state)
{
	struct fixture *f = *state;
	struct cel_log *log;

	assert_int_equal(cel_log_open(f, mem_printf(f, "%s/no/log", f->path), 0, &log), -ENOENT);
	add_rows(f, f->rotated, 0, 3);
	assert_int_equal(symlink(f->path, f->path), 0);
	assert_int_equal(cel_log_open(f, f->path, 0, &log), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_row_has_its_columns),
		TEST(what_is_no_row_is_passed_over),
		TEST(an_overlong_line_is_passed_over_to_its_end),
		TEST(a_moment_is_found_anywhere_in_a_large_file),
		TEST(a_moment_is_found_without_reading_it_all),
		TEST(a_stretch_of_garbage_hides_nothing),
		TEST(a_growing_file_is_followed),
		TEST(an_empty_file_has_no_rows_yet),
		TEST(the_rotated_file_comes_first),
		TEST(a_torn_end_of_the_rotated_file_spoils_no_row_of_the_next),
		TEST(just_rotated_there_is_only_the_old_one),
		TEST(one_file_of_two_names_is_read_once),
		TEST(a_log_that_asterisk_has_not_begun_is_empty),
		TEST(a_log_that_cannot_be_read_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
