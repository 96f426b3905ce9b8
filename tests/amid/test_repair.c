/*
 * Gaps in the stream: what the channel event log tells must come to the same as what the manager
 * would have told. Each NAME.ami of the folder has a NAME.cel that Asterisk wrote at the same time.
 */
#include "lib/ami.h"
#include "lib/csv.h"
#include "lib/json.h"
#include "workers/amid/cel.h"
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

static const char *const folder = SOURCE_DIR "/tests/traces/gap";

enum {
	TOLERANCE_MS = 20,
	CHANNELS_MAX = 64,
	MESSAGES_MAX = 2048,
	ROWS_MAX = 2048,
	SECOND_US = 1000000,
	LISTEN_US = 250000,
};

#define FAR_AWAY_US (INT64_C(4000000000) * SECOND_US)

/* Each flow is looked at, the first difference of each is told. */
static int wrong;

/* A recorded flow, taken apart once. */
struct flow {
	void *ctx;
	const char *path;
	struct buf *stream;
	size_t ends[MESSAGES_MAX];           /* where each message ends in the stream */
	int64_t times[MESSAGES_MAX];         /* when it was sent; like the one before if it does not say */
	struct ami_reader *reader;
	size_t n;
	char *log_text;
	struct csv_row csv[ROWS_MAX];
	struct cel_row rows[ROWS_MAX];
	size_t n_rows;
	const char *truth;                   /* the lines of the whole stream */
};

static struct buf *read_file(void *ctx, const char *path)
{
	FILE *file = fopen(path, "re");
	struct buf *b = buf_new(ctx);
	size_t n;

	assert_non_null(file);
	while ((n = fread(buf_reserve(b, 65536), 1, 65536, file)) > 0)
		b->n += n;
	fclose(file);
	return b;
}

static struct tracker *tracker(void *ctx)
{
	struct tracker_options options = { .default_tenant = "demo", .outbound_prefix = "9",
					   .replay = true };

	return tracker_new(ctx, &options);
}

static const char *lines(void *ctx, struct tracker *t)
{
	struct buf *out = buf_new(ctx);

	tracker_flush(t);
	tracker_print_ended(t, out);
	tracker_print_open(t, out);
	return buf_text(out);
}

/* Feeds the reader and tells the tracker each complete message. */
static void tell(struct tracker *t, struct ami_reader *reader, const char *p, size_t n)
{
	const struct ami_message *m;

	ami_reader_feed(reader, p, n);
	while (ami_reader_next(reader, &m) == 0 && m)
		tracker_ami(t, m);
}

static void note_ends(struct flow *f)
{
	const char *p = f->stream->p, *end = p + f->stream->n, *at = p;

	const struct ami_message *m;
	int64_t last_us = 0;

	f->reader = ami_reader_new(f);
	for (const char *begin = p;
	     (at = memmem(at, (size_t)(end - at), "\r\n\r\n", 4)) != NULL; begin = at) {
		at += 4;
		assert_true(f->n < MESSAGES_MAX);
		ami_reader_reset(f->reader);
		ami_reader_feed(f->reader, begin, (size_t)(at - begin));
		if (ami_reader_next(f->reader, &m) == 0 && m && ami_timestamp_us(m))
			last_us = ami_timestamp_us(m);
		f->times[f->n] = last_us;
		f->ends[f->n++] = (size_t)(at - p);
	}
}

static void read_rows(struct flow *f, struct buf *log)
{
	char *line = log->p, *end = log->p + log->n, *eol;
	size_t used;

	for (; line < end && (eol = memchr(line, '\n', (size_t)(end - line))); line = eol + 1) {
		assert_true(f->n_rows < ROWS_MAX);
		size_t i = f->n_rows++;
		assert_int_equal(csv_next(line, (size_t)(eol + 1 - line), &f->csv[i], &used), 0);
		assert_int_equal(cel_parse(&f->csv[i], &f->rows[i]), 0);
	}
}

static struct flow *flow_open(const char *name)
{
	struct flow *f = mem_new(NULL, struct flow);

	f->path = mem_printf(f, "%s/%s", folder, name);
	f->stream = read_file(f, f->path);
	note_ends(f);
	read_rows(f, read_file(f, mem_printf(f, "%.*s.cel", (int)strlen(f->path) - 4, f->path)));
	struct tracker *t = tracker(f);
	tell(t, ami_reader_new(t), f->stream->p, f->stream->n);
	f->truth = lines(f, t);
	talloc_free(t);
	return f;
}

static int each_flow(void (*check)(struct flow *f))
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int n = 0, bad = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		const char *ending = strrchr(entry->d_name, '.');
		if (!ending || strcmp(ending, ".ami") != 0)
			continue;
		struct flow *f = flow_open(entry->d_name);
		wrong = 0;
		check(f);
		talloc_free(f);
		bad += wrong != 0;
		n++;
	}
	closedir(dir);
	assert_int_equal(bad, 0);
	return n;
}

/* ---- comparing, with the few ms between a row and the message about the same thing ---- */

static int64_t time_ms(const char *s)
{
	int hour, minute, second, ms;

	if (sscanf(s, "%*4d-%*2d-%*2dT%2d:%2d:%2d.%3dZ", &hour, &minute, &second, &ms) != 4)
		return -1;
	return ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + ms;
}

static bool is_near(int64_t a, int64_t b)
{
	return a - b <= TOLERANCE_MS && b - a <= TOLERANCE_MS;
}

static bool same(void *ctx, const char *key, const struct json *a, const struct json *b);

struct pair {
	void *ctx;
	const struct json *other;
	bool same;
};

static int same_member(void *arg, const char *key, const struct json *value)
{
	struct pair *pair = arg;

	if (!same(pair->ctx, key, value, json_get(pair->other, key))) {
		pair->same = false;
		if (json_kind(value) != JSON_OBJECT && wrong == 0)
			print_error("%s is %s, should be %s\n", key, json_print(pair->ctx, json_get(pair->other, key)),
				    json_print(pair->ctx, value));
	}
	return 0;
}

static bool same(void *ctx, const char *key, const struct json *a, const struct json *b)
{
	struct pair pair = { ctx, b, true };

	if (json_kind(a) != json_kind(b))
		return false;
	switch (json_kind(a)) {
	case JSON_OBJECT:
		json_each(a, same_member, &pair);
		return pair.same;
	case JSON_ARRAY:
		if (json_length(a) != json_length(b))
			return false;
		for (size_t i = 0; i < json_length(a); i++)
			if (!same(ctx, key, json_at(a, i), json_at(b, i)))
				return false;
		return true;
	case JSON_INT:
		/* Of a ring given up Asterisk's log has another cause than its manager. */
		return strcmp(key, "hangupCause") == 0 || is_near(json_integer(a), json_integer(b));
	case JSON_STRING: {
		const char *x = json_string(a, NULL), *y = json_string(b, NULL);
		int64_t s = time_ms(x), t = time_ms(y);
		return strcmp(x, y) == 0 || (s >= 0 && t >= 0 && is_near(s, t));
	}
	default:
		return true;
	}
}

static bool same_lines(void *ctx, const char *a, const char *b)
{
	while (*a && *b) {
		const char *a_end = strchr(a, '\n'), *b_end = strchr(b, '\n');
		const struct json *x, *y;
		assert_int_equal(json_parse(ctx, a, (size_t)(a_end - a), &x), 0);
		assert_int_equal(json_parse(ctx, b, (size_t)(b_end - b), &y), 0);
		if (!same(ctx, "", x, y))
			return false;
		a = a_end + 1;
		b = b_end + 1;
	}
	return !*a && !*b;
}

static void expect_truth(const struct flow *f, const char *got, const char *how, size_t at)
{
	void *ctx = mem_context();
	bool good = same_lines(ctx, f->truth, got);

	talloc_free(ctx);
	if (!good && wrong++ == 0)
		print_error("%s %s %zu\n", f->path, how, at);
}

/* ---- the log alone ---- */

static void check_log_alone(struct flow *f)
{
	struct tracker *t = tracker(f);

	tracker_gap_begin(t, 1);
	tracker_gap_read(t, FAR_AWAY_US, FAR_AWAY_US);
	for (size_t i = 0; i < f->n_rows; i++)
		tracker_cel(t, &f->rows[i]);
	tracker_gap_end(t);
	expect_truth(f, lines(f, t), "from the log alone, rows", f->n_rows);
	talloc_free(t);
}

static void the_log_alone_gives_the_calls(void **state)
{
	(void)state;
	assert_in_range(each_flow(check_log_alone), 8, 100);
}

static void check_after_the_stream(struct flow *f)
{
	struct tracker *t = tracker(f);

	tell(t, ami_reader_new(t), f->stream->p, f->stream->n);
	tracker_gap_begin(t, 1);
	tracker_gap_read(t, FAR_AWAY_US, FAR_AWAY_US);
	for (int times = 0; times < 2; times++)
		for (size_t i = 0; i < f->n_rows; i++)
			tracker_cel(t, &f->rows[i]);
	tracker_gap_end(t);
	assert_string_equal(lines(f, t), f->truth);
	talloc_free(t);
}

static void what_was_heard_is_no_news(void **state)
{
	(void)state;
	each_flow(check_after_the_stream);
}

/* ---- cut anywhere ---- */

/* What Asterisk's list of channels would hold, worked out without the tracker. */
struct channel {
	char uniqueid[64], bridge[64];
};

struct list {
	struct channel channels[CHANNELS_MAX];
	size_t n;
	size_t followed;                     /* messages it is made from */
};

static void copy(char to[64], struct str s)
{
	snprintf(to, 64, "%.*s", (int)s.n, s.p);
}

static void follow(struct list *list, const struct ami_message *m)
{
	struct str event = ami_get(m, "Event"), uniqueid = ami_get(m, "Uniqueid");
	size_t i = 0;

	while (i < list->n && !str_is(uniqueid, list->channels[i].uniqueid))
		i++;
	if (str_is(event, "Newchannel")) {
		assert_true(list->n < CHANNELS_MAX);
		copy(list->channels[list->n].uniqueid, uniqueid);
		list->channels[list->n++].bridge[0] = '\0';
	} else if (i == list->n) {
		return;
	} else if (str_is(event, "Hangup")) {
		list->channels[i] = list->channels[--list->n];
	} else if (str_is(event, "BridgeEnter")) {
		copy(list->channels[i].bridge, ami_get(m, "BridgeUniqueid"));
	} else if (str_is(event, "BridgeLeave")) {
		list->channels[i].bridge[0] = '\0';
	}
}

static void tell_list(struct tracker *t, const struct list *list, int64_t now_us)
{
	tracker_resync_begin(t);
	for (size_t i = 0; i < list->n; i++) {
		struct ami_message m = { .n = 3, .headers = {
			{ STR("Event"), STR("Status") },
			{ STR("Uniqueid"), str_of(list->channels[i].uniqueid) },
			{ STR("BridgeID"), str_of(list->channels[i].bridge) } } };
		tracker_resync_channel(t, &m, now_us);
	}
	tracker_resync_end(t, 0, now_us);
}

/* Where the stream is when it has been heard again for so long, from this message on. */
static size_t after_listening(const struct flow *f, size_t from, int64_t until_us)
{
	size_t i = from;

	while (i < f->n && f->times[i] <= until_us)
		i++;
	return i;
}

static void follow_until(struct flow *f, struct list *list, size_t end)
{
	for (; list->followed < end; list->followed++) {
		const struct ami_message *m;
		size_t from = list->followed ? f->ends[list->followed - 1] : 0;
		ami_reader_reset(f->reader);
		ami_reader_feed(f->reader, f->stream->p + from, f->ends[list->followed] - from);
		if (ami_reader_next(f->reader, &m) == 0 && m)
			follow(list, m);
	}
}

static void tell_between(struct flow *f, struct tracker *t, size_t from, size_t to)
{
	size_t begin = from ? f->ends[from - 1] : 0, end = to ? f->ends[to - 1] : 0;

	tell(t, ami_reader_new(t), f->stream->p + begin, end - begin);
}

/* The stream is heard up to this byte, then nothing up to the message of this number. */
static const char *cut(struct flow *f, void *ctx, struct list *list, size_t byte, size_t resumed)
{
	struct tracker *t = tracker(ctx);
	int64_t listening_us = f->times[resumed ? resumed - 1 : 0];
	size_t listed = after_listening(f, resumed, listening_us + LISTEN_US);

	tell(t, ami_reader_new(t), f->stream->p, byte);
	int64_t heard_us = tracker_heard_us(t);
	tracker_gap_begin(t, heard_us);
	tell_between(f, t, resumed, listed);
	tracker_gap_read(t, listening_us, listening_us + LISTEN_US);
	for (size_t i = 0; i < f->n_rows; i++)
		if (f->rows[i].at_us > heard_us - SECOND_US / 10)
			tracker_cel(t, &f->rows[i]);
	tracker_gap_end(t);
	follow_until(f, list, listed);
	tell_list(t, list, listening_us + LISTEN_US);
	tell_between(f, t, listed, f->n);
	tracker_tick(t, FAR_AWAY_US);
	return lines(ctx, t);
}

/* Lost are the rest of the message and so many more; what is heard again begins behind them. */
static void check_cuts(struct flow *f, size_t step, size_t lost)
{
	struct list list = { .n = 0 };
	size_t at = 0;

	for (size_t byte = 0; byte < f->stream->n; byte += step) {
		while (at < f->n && f->ends[at] <= byte)
			at++;
		size_t resumed = at + 1 + lost < f->n ? at + 1 + lost : f->n;
		void *ctx = mem_context();
		expect_truth(f, cut(f, ctx, &list, byte, resumed), "cut at", byte);
		talloc_free(ctx);
	}
}

static void check_each_byte(struct flow *f)
{
	if (strstr(f->path, "/r18-"))
		check_cuts(f, 1, 3);
}

static void a_cut_at_any_byte_changes_no_call(void **state)
{
	(void)state;
	each_flow(check_each_byte);
}

static void check_each_message(struct flow *f)
{
	static const size_t lost[] = { 0, 1, 2, 5, 9, 17, 40 };

	for (size_t i = 0; i < ARRAY_LEN(lost); i++)
		check_cuts(f, 397, lost[i]);
}

static void short_and_long_gaps_change_no_call(void **state)
{
	(void)state;
	each_flow(check_each_message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_alone_gives_the_calls),
		cmocka_unit_test(what_was_heard_is_no_news),
		cmocka_unit_test(short_and_long_gaps_change_no_call),
		cmocka_unit_test(a_cut_at_any_byte_changes_no_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
