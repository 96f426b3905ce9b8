/*
 * One tenant's stream of events: what has arrived lately, in order and without a hole, and the
 * frames made of it. Pure: it reads no socket and no clock.
 *
 * The events kept are also the bound of what a client may be behind: whoever needs older ones
 * gets a snapshot instead, so a slow client costs no memory of its own.
 */
#ifndef CB_STREAM_H
#define CB_STREAM_H

#include "lib/buf.h"
#include "workers/relayd/filter.h"

#include <stdbool.h>

enum {
	STREAM_BYTES_MAX = 256 * 1024,
	STREAM_EVENTS_MAX = 4096,
	FRAME_HEADROOM = 16, /* bytes before each frame's text, for the socket's own header */
};

struct event_head {
	int64_t seq, previous;
	struct subject subject;
};

/*
 * Splits a message into its header line and the event as browsers get it; both point into the
 * message. Returns 0, or ERR_MALFORMED.
 */
int event_parse(struct str message, struct event_head *head, struct str *body);

struct stream;

enum stream_taken {
	STREAM_NEW,  /* appended */
	STREAM_OLD,  /* known already, or before the first snapshot: dropped */
	STREAM_HOLE, /* something is missing or unreadable: the stream was reset */
};

/* An empty stream without a beginning: it takes nothing until stream_begin. */
struct stream *stream_new(const void *ctx);
/* A snapshot of seq was read: the next event is the one after it. */
void stream_begin(struct stream *s, int64_t seq);
/* Forgets everything; what clients know is void (the generation changes). */
void stream_reset(struct stream *s);
bool stream_begun(const struct stream *s);

/* A message of the tenant's channel. */
enum stream_taken stream_take(struct stream *s, struct str message);

/* Seq of the last event. */
int64_t stream_seq(const struct stream *s);
/* Rises with every reset, starting at 1. */
uint64_t stream_generation(const struct stream *s);
/* Whether all events after seq are still here. */
bool stream_covers(const struct stream *s, int64_t seq);
/* How many events there are after seq. */
size_t stream_events_after(const struct stream *s, int64_t seq);

/*
 * The array of all events after seq that the audience may see, behind FRAME_HEADROOM bytes;
 * NULL if there are none. The same for all who see the same, and valid until the next call.
 */
const struct buf *stream_frame(struct stream *s, const struct audience *audience, int64_t seq);
/* Whether there would be one. */
bool stream_concerns(const struct stream *s, const struct audience *audience, int64_t seq);

#endif
