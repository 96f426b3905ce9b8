/*
 * One TCP connection to Asterisk's manager, kept by a thread that does nothing but connect, read
 * and hand the bytes over: Asterisk cuts a reader that stalls (NOTES of asterisk/), so the socket
 * is drained whatever the rest of the process is doing. What is not taken is bounded; beyond
 * that the link is dropped on purpose, which is repaired by a resync.
 */
#ifndef AMID_LINK_H
#define AMID_LINK_H

#include "lib/buf.h"

#include <stdbool.h>

enum {
	LINK_QUEUE_MAX_BYTES = 32 << 20,
	LINK_BACKOFF_MIN_MS = 100,
	LINK_BACKOFF_MAX_MS = 5000,
};

struct link;

/* Starts the thread; it connects at once and again after each loss, with jittered back-off. */
struct link *link_start(const void *ctx, const char *name, const char *host, int port, int wake_fd);

/*
 * Exchanges *into, which is to be empty and without a parent, for what has arrived. *connection is
 * the number of the connection the bytes came from (0: none has been made); it rises with each new
 * one, and what is left of the one before is thrown away. Returns whether it is up; if not, these
 * are its last bytes.
 */
bool link_take(struct link *link, struct buf **into, unsigned *connection);

/*
 * Wall clock, µs, of the last sign of life: bytes, or the end of the connection as Asterisk's machine
 * announced it. 0: none yet. An end of our own making is none.
 */
int64_t link_heard_us(struct link *link);

/*
 * Sends all bytes now over this connection, or ends it. Returns 0 or -errno: of what was not sent
 * whole nothing is carried out, since an action counts only with its empty line. Never blocks.
 */
int link_send(struct link *link, unsigned connection, const struct buf *bytes);

/*
 * Ends this connection if it is still the present one; the thread makes a new one. why is a
 * constant, for the log.
 */
void link_drop(struct link *link, unsigned connection, const char *why);

/* How long to wait after so many connections that did not hold: jitter below a ceiling that doubles. */
int link_backoff_ms(unsigned failures, unsigned random);

#endif
