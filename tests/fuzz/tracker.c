/*
 * The tracker on streams that lost, repeated or reordered messages. The input's first 16 bytes say
 * what becomes of each message in turn; the rest is the stream. Whatever comes, nothing breaks:
 * no call ends before it began, none ends twice, and a resync leaves none open.
 */
#include "lib/ami.h"
#include "workers/amid/tracker.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLAN_BYTES = 16, KEEP = 0, DROP = 1, TWICE = 2, LATER = 3 };

static struct buf *copy_of(void *ctx, const struct ami_message *m)
{
	struct buf *b = buf_new(ctx);

	for (size_t i = 0; i < m->n; i++) {
		buf_add(b, m->headers[i].key.p, m->headers[i].key.n);
		buf_adds(b, ": ");
		buf_add(b, m->headers[i].value.p, m->headers[i].value.n);
		buf_adds(b, "\r\n");
	}
	buf_adds(b, "\r\n");
	return b;
}

static void feed_copy(struct tracker *t, struct buf *copy)
{
	struct ami_reader *reader = ami_reader_new(copy);
	const struct ami_message *m;

	ami_reader_feed(reader, copy->p, copy->n);
	while (ami_reader_next(reader, &m) == 0 && m)
		tracker_ami(t, m);
	talloc_free(copy);
}

static void on_record(void *arg, const struct record *r)
{
	(void)arg;
	if (r->json.n < 2 || r->json.p[0] != '{' || r->json.p[r->json.n - 1] != '}')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PLAN_BYTES)
		return 0;
	void *ctx = mem_context();
	struct tracker_options options = { .default_tenant = "default", .outbound_prefix = "9",
					   .outbound_wrapup_ms = 5000, .replay = true,
					   .sink = on_record };
	struct tracker *t = tracker_new(ctx, &options);
	struct ami_reader *reader = ami_reader_new(ctx);
	const struct ami_message *m;
	struct buf *held = NULL;

	ami_reader_feed(reader, data + PLAN_BYTES, size - PLAN_BYTES);
	for (size_t i = 0; ami_reader_next(reader, &m) == 0 && m; i++) {
		int fate = data[i % PLAN_BYTES] & 3;
		if (fate == LATER && !held) {
			held = copy_of(ctx, m);
			continue;
		}
		for (int times = fate == DROP ? 0 : fate == TWICE ? 2 : 1; times > 0; times--)
			tracker_ami(t, m);
		if (held && fate == KEEP) {
			feed_copy(t, held);
			held = NULL;
		}
		if (data[i % PLAN_BYTES] & 4)
			tracker_flush(t);
	}
	tracker_tick(t, INT64_C(1900000000000000));
	tracker_resync_begin(t);
	tracker_resync_end(t, 0, INT64_C(1900000000000000));
	tracker_tick(t, INT64_C(1900000003000000));
	struct buf *open = buf_new(ctx);
	tracker_print_open(t, open);
	if (open->n)
		abort();
	talloc_free(ctx);
	return 0;
}
