/*
 * How far a follower of the journal is behind. The core notes how far the journal has come, and
 * when; anybody may ask, at any moment, what lies beyond the follower's own position.
 */
#ifndef AMID_TRAIL_H
#define AMID_TRAIL_H

#include <stdint.h>

struct trail;

struct trail_rest {
	int64_t entries, bytes;
	int64_t since_ms;      /* when the oldest of them was journalled, 0: there is none */
};

/* The follower has everything up to this seq. */
struct trail *trail_new(const void *ctx, int64_t seq);
/*
 * The journal has come to seq, with so many bytes since it was opened. `done` is the follower's
 * position. Memory is bounded: when the follower is far behind, moments grow coarser.
 */
void trail_add(struct trail *t, int64_t seq, int64_t bytes, int64_t at_ms, int64_t done);
/* What the follower lacks at position `done`; any thread. */
struct trail_rest trail_after(struct trail *t, int64_t done);

#endif
