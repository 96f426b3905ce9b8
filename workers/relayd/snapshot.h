/* The live picture of one tenant at one moment, as far as somebody may see it. Pure. */
#ifndef CB_SNAPSHOT_H
#define CB_SNAPSHOT_H

#include "lib/buf.h"
#include "workers/relayd/filter.h"

enum snapshot_part { SNAPSHOT_CALLS, SNAPSHOT_AGENTS, SNAPSHOT_QUEUES, SNAPSHOT__PARTS };

struct snapshot;

/* seq 0: there is no picture yet, and what is shown is marked stale. */
struct snapshot *snapshot_new(const void *ctx, int64_t seq);
/* Adds an object by its JSON text. Returns 0, or ERR_MALFORMED (it is left out). */
int snapshot_add(struct snapshot *s, enum snapshot_part part, struct str key, struct str json);
int64_t snapshot_seq(const struct snapshot *s);

/*
 * The snapshot message for the audience, behind FRAME_HEADROOM bytes; valid until the next call.
 * It shows of each object what the events that tell of it would.
 */
const struct buf *snapshot_frame(struct snapshot *s, const struct audience *audience,
				 int retry_ms);

#endif
