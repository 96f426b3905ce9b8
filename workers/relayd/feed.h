/*
 * The relay's side of Redis: tickets, the live picture, the events of each tenant in use.
 *
 * Commands block for FEED_TIMEOUT_MS at most. When Redis is lost the feed says so once, tries
 * again with a jittered back-off, and starts every stream anew when it is back. It never
 * believes that silence is peace: every tick it compares each stream with the tenant's seq key.
 */
#ifndef CB_FEED_H
#define CB_FEED_H

#include "lib/json.h"
#include "workers/relayd/filter.h"
#include "workers/relayd/metrics.h"
#include "workers/relayd/stream.h"

enum { FEED_TICK_MS = 250, FEED_TIMEOUT_MS = 250 };

struct feed;
/* What the relay knows of one tenant. Lives as long as the feed. */
struct floor;

struct feed_address {
	const char *redis, *user, *password;
};

/* What the feed tells; from there nothing of it is to be called but feed_snapshot. */
struct feed_watcher {
	void *arg;
	/* There may be something new to send: events, a new generation, or staleness. */
	void (*changed)(void *arg, const struct floor *floor);
	void (*revoked)(void *arg, const struct floor *floor, struct str session_id);
};

struct feed *feed_new(const void *ctx, const struct feed_address *address, struct metrics *metrics,
		      const struct feed_watcher *watcher);

/* To be called every FEED_TICK_MS. */
void feed_tick(struct feed *feed);
/* To be called when feed_socket is readable. */
void feed_read(struct feed *feed);
/* The subscription's socket, -1 for none. connection changes whenever it is another one. */
int feed_socket(const struct feed *feed, uint64_t *connection);
/* Since when Redis is away, wall clock in microseconds; 0: it is there. */
int64_t feed_away_since(const struct feed *feed);

/*
 * What a ticket stands for; it is gone afterwards. *out is a child of ctx.
 * Returns 0, -errno or ERR_UNAVAILABLE if Redis cannot be asked, ERR_UNAUTHENTICATED if there is
 * no such ticket, ERR_MALFORMED if it is not JSON.
 */
int feed_redeem(struct feed *feed, const void *ctx, struct str ticket, const struct json **out);

/* 0; ERR_UNAUTHENTICATED if the session has ended since its ticket was made; or as above. */
int feed_check_session(struct feed *feed, const void *ctx, const char *session_id);

/* The floor of a tenant; its channels are subscribed to on first use. */
struct floor *feed_floor(struct feed *feed, const char *node, const char *tenant);
struct stream *floor_stream(const struct floor *floor);
/* Whoever watches the feed keeps of a floor what it likes. */
void *floor_data(const struct floor *floor);
void floor_set_data(struct floor *floor, void *data);
/*
 * The snapshot message for the audience, and the seq it stands for; NULL if Redis is away.
 * A recent one is used again as long as the stream holds all that came after it.
 */
const struct buf *feed_snapshot(struct feed *feed, struct floor *floor,
				const struct audience *audience, int retry_ms, int64_t *seq);

#endif
