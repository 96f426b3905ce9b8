/*
 * The tracker on recorded streams of Asterisk 22. A trace with a .jsonl beside it must give those
 * lines; every trace must give the same whatever pieces its bytes come in.
 */
#include "lib/ami.h"
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

static const char *replay(void *ctx, const struct buf *stream, size_t piece)
{
	struct tracker_options options = { .default_tenant = "default", .replay = true };
	struct tracker *tracker = tracker_new(ctx, &options);
	struct ami_reader *reader = ami_reader_new(ctx);
	struct buf *out = buf_new(ctx);
	const struct ami_message *m;

	for (size_t at = 0; at < stream->n; at += piece) {
		size_t left = stream->n - at;
		ami_reader_feed(reader, stream->p + at, left < piece ? left : piece);
		int err;
		while (!(err = ami_reader_next(reader, &m)) && m)
			tracker_ami(tracker, m);
		assert_int_equal(err, 0);
	}
	tracker_print_ended(tracker, out);
	tracker_print_open(tracker, out);
	const char *text = mem_strndup(ctx, out->p, out->n);
	talloc_free(tracker);
	talloc_free(reader);
	return text;
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
	assert_in_range(compared, 20, 1000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_give_the_calls_that_were_made),
		cmocka_unit_test(any_pieces_give_the_same_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
