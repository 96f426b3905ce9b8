/*
 * A recorded queue call, multiplied: N calls by ten agents who take one after the other, each with
 * ids, channels, numbers and times of its own, in the order in which Asterisk would send them.
 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include "lib/buf.h"

struct stream {
	struct buf *bytes;
	size_t n;                /* events */
	struct stream_event {
		size_t end;      /* in bytes */
		unsigned call;
		int64_t at_us;   /* what it says of its time */
	} *events;
};

enum { STREAM_AGENTS = 10, STREAM_FIRST_AGENT = 1001, STREAM_ID_SIZE = 37 };

/* From the recorded stream in path. NULL, with a line on stderr, if that cannot be read. */
struct stream *stream_new(const void *ctx, const char *path, unsigned calls, int64_t first_us);
/* The id of a call: a UUID that begins with the same digits in every call of every run. */
void stream_call_id(const struct stream *stream, unsigned call, char id[STREAM_ID_SIZE]);

#endif
