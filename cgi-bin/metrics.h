/*
 * What all workers of the API count together, for Prometheus. The workers are processes that know
 * nothing of each other, so they count in a small file that each has mapped: an addition is one
 * atomic instruction, no worker waits for another, and nothing is lost when one ends.
 */
#ifndef CB_METRICS_H
#define CB_METRICS_H

#include "lib/buf.h"

struct route;

enum metric {
	METRIC_PASSWORD_BUSY,     /* requests refused since all places for password hashes were taken */
	METRIC__COUNT
};

/*
 * Maps the file, made anew if it is another program's. Without one (a log line tells why), each
 * worker counts for itself.
 */
void metrics_open(const char *path);
void metrics_count(enum metric metric);
/* A request that was answered. route: NULL if none matched; err: of enum err, 0 if it went well. */
void metrics_request(const struct route *route, int status, int err, int64_t us);
/* All of it as Prometheus reads it. */
void metrics_print(struct buf *out);

#endif
