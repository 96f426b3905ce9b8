/*
 * The other end of the manager's connection, in the test's own process, and what the worker logged
 * meanwhile. Each peer has a loopback address of its own, so that no link of another test finds it.
 */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include "lib/buf.h"

#include <stdbool.h>

struct peer {
	const char *host;
	int port;
	int listener;        /* -1: connections are refused */
	int fd;              /* -1: none has been accepted */
	bool ended;          /* the worker has closed it */
	struct buf *in;      /* what the worker has sent */
};

/* Listens; both stay open until the process ends unless they are closed. */
void peer_open(struct peer *p);
void peer_refuse(struct peer *p);
void peer_listen_again(struct peer *p);
/* Takes the next connection in place of the one before, if one waits. */
bool peer_accept(struct peer *p);
/* Waits while the other side takes it; what it does not take for ever is given up. */
void peer_send(struct peer *p, const void *bytes, size_t n);
/* Takes what the other side has sent. */
void peer_read(struct peer *p);
void peer_close(struct peer *p);
/* Closes it as the kernel does for a process that died with bytes unread: by a reset. */
void peer_reset(struct peer *p);
/* Waits a moment for a sign of the peer or the eventfd of the worker. */
void peer_wait(const struct peer *p, int wake_fd);

/* Real time: a test may have put others in place of the clocks of lib/base.h. */
int64_t peer_now_ms(void);

/* Whether a line with these words has been logged since log_forget. */
bool log_has(const char *words);
void log_forget(void);

/* Runs step until the condition holds; that it does not within 10 s is a failure. */
#define UNTIL(condition, step)                                                                     \
	do {                                                                                       \
		int64_t until_ms = peer_now_ms() + 10000;                                          \
		while (!(condition)) {                                                             \
			if (peer_now_ms() > until_ms)                                              \
				fail_msg("never: %s", #condition);                                 \
			step;                                                                      \
		}                                                                                  \
	} while (0)

#endif
