/* What the relay counts, and its text for Prometheus. */
#ifndef CB_METRICS_H
#define CB_METRICS_H

#include "lib/buf.h"

struct metrics {
	int64_t clients; /* sockets open now */
	int64_t redis_up;
	int64_t accepted;
	int64_t tickets_refused;
	int64_t delayed;   /* clients that awaited their turn to come in */
	int64_t sent_away; /* too many awaited theirs */
	int64_t events; /* read from Redis */
	int64_t holes;
	int64_t redis_losses;
	int64_t snapshots_read;
	int64_t snapshots_sent;
	int64_t frames; /* sent, snapshots included */
	int64_t bytes;
	int64_t coalesced; /* a client too far behind got a snapshot instead */
	int64_t signs;     /* of life, for want of anything else to say */
	int64_t cuts;      /* closed for being too slow */
	int64_t revoked;
};

void metrics_print(const struct metrics *metrics, struct buf *out);

#endif
