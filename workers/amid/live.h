/*
 * The follower that keeps the live picture in Redis and publishes events (docs/ARCHITECTURE.md,
 * "Redis"). Runs in its own thread and never holds anybody up: when Redis has been away, it asks
 * the core for the whole picture again and goes on from there.
 */
#ifndef AMID_LIVE_H
#define AMID_LIVE_H

#include "workers/amid/journal.h"

#include "lib/settings.h"

struct live;

/* State of the process, shown to the API; any thread may set it. */
enum live_health { LIVE_HEALTH_AMI, LIVE_HEALTH_STORE, LIVE_HEALTH__COUNT };

/* wake_fd is written when the core should look at live_wants_picture. */
struct live *live_start(const struct settings *settings, struct journal *journal, int wake_fd);
/* True once when Redis has come (back): the core appends a reset and emits everything. */
bool live_wants_picture(struct live *live);
/* Whether Redis holds the picture, and up to which seq; any thread. */
bool live_up(const struct live *live);
int64_t live_published(const struct live *live);
void live_set_health(struct live *live, enum live_health part, bool up, int64_t at_us);

#endif
