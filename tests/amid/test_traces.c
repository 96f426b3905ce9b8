/*
 * The tracker on recorded streams of Asterisk 22. A trace with a .jsonl beside it must give those
 * lines; every trace must give the same whatever pieces its bytes come in.
 */
#include "lib/ami.h"
#include "workers/amid/replay.h"
#include "workers/amid/tracker.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const folder = SOURCE_DIR "/tests/traces";

static struct buf *read_file(void *ctx, const char *path)
{
	FILE *file = fopen(path, "re");
	struct buf *b = buf_new(ctx);
	size_t n;

	if (!file)
		return NULL;
	while ((n = fread(buf_reserve(b, 65536), 1, 65536, file)) > 0)
		b->n += n;
	fclose(file);
	return b;
}

static struct tracker *tracker(void *ctx)
{
	struct tracker_options options = { .default_tenant = "default", .outbound_prefix = "9",
					   .replay = true };

	return tracker_new(ctx, &options);
}

static const char *lines(void *ctx, struct tracker *t, bool open_too)
{
	struct buf *out = buf_new(ctx);

	tracker_print_ended(t, out);
	if (open_too)
		tracker_print_open(t, out);
	return buf_text(out);
}

static const char *replay(void *ctx, const struct buf *stream, size_t piece)
{
	struct replay *r = replay_new(ctx);

	for (size_t at = 0; at < stream->n; at += piece) {
		size_t left = stream->n - at;
		assert_int_equal(replay_feed(r, stream->p + at, left < piece ? left : piece), 0);
	}
	return replay_lines(r);
}

/* Hands each message to the tracker as often as `times` says of its number. */
static void feed(struct tracker *t, const struct buf *stream,
		 int (*times)(int number, int parameter), int parameter)
{
	struct ami_reader *reader = ami_reader_new(t);
	const struct ami_message *m;

	ami_reader_feed(reader, stream->p, stream->n);
	for (int number = 0; ami_reader_next(reader, &m) == 0 && m; number++)
		for (int i = times(number, parameter); i > 0; i--)
			tracker_ami(t, m);
	talloc_free(reader);
}

static int each_trace(void (*f)(void *ctx, const char *path, const struct buf *stream))
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		const char *ending = strrchr(entry->d_name, '.');
		if (!ending || strcmp(ending, ".ami") != 0)
			continue;
		void *ctx = talloc_new(NULL);
		const char *path = mem_printf(ctx, "%s/%s", folder, entry->d_name);
		f(ctx, path, read_file(ctx, path));
		talloc_free(ctx);
		n++;
	}
	closedir(dir);
	return n;
}

static int compared;

static void compare_with_expected(void *ctx, const char *path, const struct buf *stream)
{
	const char *expected_path = mem_printf(ctx, "%.*s.jsonl", (int)strlen(path) - 4, path);
	struct buf *expected = read_file(ctx, expected_path);

	if (!expected)
		return;
	const char *got = replay(ctx, stream, stream->n);
	if (strcmp(got, buf_text(expected)) != 0)
		print_error("%s\n", path);
	assert_string_equal(got, buf_text(expected));
	compared++;
}

static void traces_give_the_calls_that_were_made(void **state)
{
	(void)state;
	each_trace(compare_with_expected);
	assert_in_range(compared, 40, 1000);
}

static void compare_pieces(void *ctx, const char *path, const struct buf *stream)
{
	static const size_t pieces[] = { 1, 7, 1000 };
	const char *whole = replay(ctx, stream, stream->n);

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		const char *got = replay(ctx, stream, pieces[i]);
		if (strcmp(got, whole) != 0)
			print_error("%s in pieces of %zu\n", path, pieces[i]);
		assert_string_equal(got, whole);
	}
}

static void any_pieces_give_the_same_calls(void **state)
{
	(void)state;
	assert_in_range(each_trace(compare_pieces), 40, 1000);
}

static int as_often(int number, int parameter)
{
	(void)number;
	return parameter;
}

/* What the messages alone come to, wherever one connection ends and the next begins. */
static const char *told_once(void *ctx, const struct buf *stream)
{
	struct tracker *t = tracker(ctx);

	feed(t, stream, as_often, 1);
	return lines(ctx, t, true);
}

static void compare_repeated(void *ctx, const char *path, const struct buf *stream)
{
	const char *once = told_once(ctx, stream);
	struct tracker *t = tracker(ctx), *again = tracker(ctx);

	feed(t, stream, as_often, 2);
	const char *doubled = lines(ctx, t, true);
	if (strcmp(doubled, once) != 0)
		print_error("%s with each message twice\n", path);
	assert_string_equal(doubled, once);
	feed(again, stream, as_often, 1);
	feed(again, stream, as_often, 1);
	assert_string_equal(lines(ctx, again, true), once);
}

static void repeated_messages_change_nothing(void **state)
{
	(void)state;
	each_trace(compare_repeated);
}

static int all_but_each(int number, int parameter)
{
	return number % parameter != parameter - 1;
}

static void drop_and_resync(void *ctx, const char *path, const struct buf *stream)
{
	for (int each = 2; each < 12; each++) {
		struct tracker *t = tracker(ctx);
		feed(t, stream, all_but_each, each);
		tracker_resync_begin(t);
		tracker_resync_end(t, 0, INT64_C(2000000000000000));
		tracker_tick(t, INT64_C(2000000003000000));
		lines(ctx, t, false);
		const char *open = lines(ctx, t, true);
		if (*open)
			print_error("%s without each %d. message: %s\n", path, each, open);
		assert_string_equal(open, "");
		talloc_free(t);
	}
}

static void lost_messages_leave_no_call_open_after_a_resync(void **state)
{
	(void)state;
	each_trace(drop_and_resync);
}

static int the_first(int number, int parameter)
{
	return number < parameter;
}

static void compare_prefixes(void *ctx, const char *path, const struct buf *stream)
{
	struct tracker *whole = tracker(ctx);

	feed(whole, stream, as_often, 1);
	const char *all = lines(ctx, whole, false);
	for (int n = 1; n < 400; n += 13) {
		struct tracker *t = tracker(ctx);
		feed(t, stream, the_first, n);
		const char *some = lines(ctx, t, false);
		if (strncmp(all, some, strlen(some)) != 0)
			print_error("%s after %d messages\n", path, n);
		assert_memory_equal(all, some, strlen(some));
		talloc_free(t);
	}
}

static void what_has_ended_is_never_told_otherwise_later(void **state)
{
	(void)state;
	each_trace(compare_prefixes);
}

/* What a moment brings, Asterisk's parts tell of in no certain order. */
static bool may_come_either_way(const struct ami_message *a, const struct ami_message *b)
{
	static const char *const pairs[][2] = {
		{ "AgentConnect", "BridgeEnter" },  { "BlindTransfer", "BridgeLeave" },
		{ "BlindTransfer", "Hangup" },      { "BridgeLeave", "BridgeLeave" },
		{ "BridgeLeave", "Hangup" },        { "BridgeLeave", "HangupRequest" },
		{ "DialEnd", "BridgeEnter" },       { "DialEnd", "Hangup" },
		{ "DialEnd", "OriginateResponse" }, { "Hangup", "Hangup" },
		{ "QueueCallerLeave", "Hangup" },   { "UserEvent", "QueueCallerJoin" },
	};
	enum { ONE_MOMENT_US = 3000 };
	struct str first = ami_get(a, "Event"), second = ami_get(b, "Event");

	if (ami_timestamp_us(b) - ami_timestamp_us(a) > ONE_MOMENT_US)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if ((str_is(first, pairs[i][0]) && str_is(second, pairs[i][1])) ||
		    (str_is(first, pairs[i][1]) && str_is(second, pairs[i][0])))
			return true;
	return false;
}

/* The lines of the stream if its message `at` comes after the `by` that follow it. */
static const char *delayed(void *ctx, const struct buf *stream, int at, int by)
{
	struct ami_reader *reader = ami_reader_new(ctx), *late = ami_reader_new(ctx);
	const struct ami_message *m, *held = NULL;
	struct tracker *t = tracker(ctx);

	ami_reader_feed(reader, stream->p, stream->n);
	ami_reader_feed(late, stream->p, stream->n);
	for (int i = 0; i <= at; i++)
		assert_int_equal(ami_reader_next(late, &held), 0);
	for (int i = 0; ami_reader_next(reader, &m) == 0 && m; i++) {
		if (i != at)
			tracker_ami(t, m);
		if (i == at + by)
			tracker_ami(t, held);
	}
	return lines(ctx, t, true);
}

/* A sum of the lines without what an exchange moves: times, lengths, and which of two calls ends first. */
static size_t letters(const char *text)
{
	size_t sum = 0, line = 0;

	for (const char *p = text; *p; p++) {
		if (strncmp(p, "At\":", 4) == 0 || strncmp(p, "Ms\":", 4) == 0)
			p += 4 + strcspn(p + 4, ",}");
		line = line * 31 + (unsigned char)*p;
		if (*p == '\n') {
			sum += line;
			line = 0;
		}
	}
	return sum;
}

static int delays;

static void compare_delayed(void *ctx, const char *path, const struct buf *stream, int at, int by)
{
	void *each = talloc_new(ctx);
	const char *got = delayed(each, stream, at, by);

	if (letters(got) != letters(told_once(each, stream)))
		fail_msg("%s with message %d after %d more: %s", path, at, by, got);
	delays++;
	talloc_free(each);
}

static void exchange_neighbours(void *ctx, const char *path, const struct buf *stream)
{
	struct ami_reader *reader = ami_reader_new(ctx), *ahead = ami_reader_new(ctx);
	const struct ami_message *m, *next;

	ami_reader_feed(reader, stream->p, stream->n);
	ami_reader_feed(ahead, stream->p, stream->n);
	assert_int_equal(ami_reader_next(ahead, &next), 0);
	for (int at = 0; ami_reader_next(reader, &m) == 0 && m; at++)
		if (ami_reader_next(ahead, &next) == 0 && next && may_come_either_way(m, next))
			compare_delayed(ctx, path, stream, at, 1);
}

static void the_order_within_a_moment_does_not_matter(void **state)
{
	(void)state;
	delays = 0;
	each_trace(exchange_neighbours);
	assert_in_range(delays, 200, 100000);
}

static void tell_transfers_late(void *ctx, const char *path, const struct buf *stream)
{
	struct ami_reader *reader = ami_reader_new(ctx);
	const struct ami_message *m;

	ami_reader_feed(reader, stream->p, stream->n);
	for (int at = 0; ami_reader_next(reader, &m) == 0 && m; at++)
		if (str_is(ami_get(m, "Event"), "BlindTransfer"))
			for (int by = 1; by <= 10; by++)
				compare_delayed(ctx, path, stream, at, by);
}

static void a_transfer_told_late_is_the_same_transfer(void **state)
{
	(void)state;
	delays = 0;
	each_trace(tell_transfers_late);
	assert_in_range(delays, 100, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeated_messages_change_nothing),
		cmocka_unit_test(lost_messages_leave_no_call_open_after_a_resync),
		cmocka_unit_test(what_has_ended_is_never_told_otherwise_later),
		cmocka_unit_test(traces_give_the_calls_that_were_made),
		cmocka_unit_test(any_pieces_give_the_same_calls),
		cmocka_unit_test(the_order_within_a_moment_does_not_matter),
		cmocka_unit_test(a_transfer_told_late_is_the_same_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
