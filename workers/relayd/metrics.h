/* What the relay counts, and its text for Prometheus. */
#ifndef CB_METRICS_H
#define CB_METRICS_H

#include "lib/buf.h"

struct metrics {
	int64_t clients; /* sockets open now */
	int64_t awaiting_turn;
	int64_t full; /* clients whose sockets have no room now */
	int64_t floors;
	int64_t redis_up;
	int64_t accepted;
	int64_t tickets_refused;
	int64_t delayed;   /* clients that awaited their turn to come in */
	int64_t sent_away; /* too many awaited theirs */
	int64_t events;    /* read from Redis */
	int64_t holes;
	int64_t redis_losses;
	int64_t snapshots_read;
	int64_t snapshots_sent;
	int64_t resumed; /* clients that came back and needed no snapshot */
	int64_t frames;  /* sent, snapshots included */
	int64_t bytes;
	int64_t rounds; /* all clients of a floor told */
	int64_t rounds_us;
	int64_t coalesced; /* a client too far behind got a snapshot instead */
	int64_t signs;     /* of life, for want of anything else to say */
	int64_t cuts;      /* closed for being too slow */
	int64_t dead;      /* closed for answering no ping */
	int64_t renewed;   /* closed because the ticket has aged */
	int64_t revoked;
};

void metrics_print(const struct metrics *metrics, struct buf *out);

#endif
