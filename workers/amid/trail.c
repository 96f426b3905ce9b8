/* Marks along the journal: up to which seq, how many bytes, when. */
#include "workers/amid/trail.h"

#include "lib/base.h"

#include <pthread.h>
#include <stddef.h>

enum { MARKS = 256 };

struct mark {
	int64_t seq, bytes, at_ms;
};

struct trail {
	pthread_mutex_t mutex;
	struct mark marks[MARKS];      /* the first is behind what the follower has done */
	size_t n;
};

struct trail *trail_new(const void *ctx, int64_t seq)
{
	struct trail *t = mem_new(ctx, struct trail);

	pthread_mutex_init(&t->mutex, NULL);
	t->marks[0].seq = seq;
	t->n = 1;
	return t;
}

/* The first mark beyond this seq; n if there is none. */
static size_t beyond(const struct trail *t, int64_t seq)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (t->marks[middle].seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void drop_done(struct trail *t, int64_t done)
{
	size_t first = beyond(t, done), kept = 0;

	for (size_t i = first ? first - 1 : 0; i < t->n; i++)
		t->marks[kept++] = t->marks[i];
	t->n = kept;
}

/* Of each pair one is left: as far as the second, as old as the first. */
static void merge(struct trail *t)
{
	size_t kept = 1;

	for (size_t i = 1; i < t->n; i += 2) {
		struct mark m = t->marks[i];
		if (i + 1 < t->n) {
			m.seq = t->marks[i + 1].seq;
			m.bytes = t->marks[i + 1].bytes;
		}
		t->marks[kept++] = m;
	}
	t->n = kept;
}

void trail_add(struct trail *t, int64_t seq, int64_t bytes, int64_t at_ms, int64_t done)
{
	pthread_mutex_lock(&t->mutex);
	if (seq > t->marks[t->n - 1].seq) {
		if (t->n == MARKS)
			drop_done(t, done);
		if (t->n == MARKS)
			merge(t);
		t->marks[t->n++] = (struct mark){ seq, bytes, at_ms };
	}
	pthread_mutex_unlock(&t->mutex);
}

struct trail_rest trail_after(struct trail *t, int64_t done)
{
	struct trail_rest rest = { 0 };

	pthread_mutex_lock(&t->mutex);
	size_t first = beyond(t, done);
	if (first == 0)
		first = 1;              /* what lies before the first mark is done */
	if (first < t->n) {
		const struct mark *before = &t->marks[first - 1], *last = &t->marks[t->n - 1];
		rest.entries = last->seq - (done > before->seq ? done : before->seq);
		rest.bytes = last->bytes - before->bytes;
		rest.since_ms = t->marks[first].at_ms;
	}
	pthread_mutex_unlock(&t->mutex);
	return rest;
}
