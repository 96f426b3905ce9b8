/*
 * The loop and the ports that browsers come to. One thread: sockets, Redis's subscription and the clock
 * share one epoll; the question which sessions are over is asked in another.
 */
#ifndef CB_SERVER_H
#define CB_SERVER_H

#include "workers/relayd/feed.h"

struct relay;

struct relay_options {
	const struct feed_address *redis;
	const char *database; /* where to ask which sessions are over */
	int port, metrics_port;
	int joins_a_second;
	int renew_ms; /* the age at which a ticket that names queues is to be renewed */
};

/*
 * Opens both ports on 127.0.0.1: WebSockets, and /metrics for Prometheus.
 * Returns 0, -EADDRINUSE, or -ELIBACC if libwebsockets finds no plugin for libev.
 */
int relay_open(const void *ctx, const struct relay_options *options, struct relay **out);
/* Serves until relay_stop, then says goodbye to all clients. */
void relay_run(struct relay *relay);
/* For a signal handler. */
void relay_stop(void);

#endif
