/* A fake manager's socket, and the log. */
#include "tests/amid/peer.h"

#include "lib/log.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 20, PATIENCE_S = 10, LOG_BYTES = 1 << 16 };

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char log_text[LOG_BYTES];
static size_t log_n;

void __wrap_log_at(enum log_level level, const char *fmt, ...) CB_PRINTF(2, 3);

void __wrap_log_at(enum log_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	pthread_mutex_lock(&log_mutex);
	va_start(args, fmt);
	int n = vsnprintf(log_text + log_n, sizeof(log_text) - log_n, fmt, args);
	va_end(args);
	if (n > 0 && log_n + (size_t)n < sizeof(log_text))
		log_n += (size_t)n;
	pthread_mutex_unlock(&log_mutex);
}

bool log_has(const char *words)
{
	pthread_mutex_lock(&log_mutex);
	bool has = memmem(log_text, log_n, words, strlen(words)) != NULL;
	pthread_mutex_unlock(&log_mutex);
	return has;
}

void log_forget(void)
{
	pthread_mutex_lock(&log_mutex);
	log_n = 0;
	pthread_mutex_unlock(&log_mutex);
}

int64_t peer_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void must(bool done, const char *what)
{
	if (!done) {
		perror(what);
		abort();
	}
}

void peer_listen_again(struct peer *p)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)p->port) };
	socklen_t n = sizeof(address);
	int one = 1;

	inet_pton(AF_INET, p->host, &address.sin_addr);
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(bind(p->listener, (struct sockaddr *)&address, n) == 0, "bind");
	must(listen(p->listener, 8) == 0, "listen");
	getsockname(p->listener, (struct sockaddr *)&address, &n);
	p->port = ntohs(address.sin_port);
}

void peer_open(struct peer *p)
{
	static int opened;

	p->host = mem_printf(NULL, "127.0.7.%d", ++opened);
	p->fd = -1;
	p->in = buf_new(NULL);
	peer_listen_again(p);
}

void peer_refuse(struct peer *p)
{
	close(p->listener);
	p->listener = -1;
}

void peer_close(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void peer_reset(struct peer *p)
{
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	peer_close(p);
}

bool peer_accept(struct peer *p)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = p->listener < 0 ? -1 : accept(p->listener, NULL, NULL);

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	peer_close(p);
	p->fd = fd;
	p->ended = false;
	p->in->n = 0;
	return true;
}

void peer_send(struct peer *p, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		ssize_t sent = send(p->fd, at, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		at += sent;
		n -= (size_t)sent;
	}
}

void peer_read(struct peer *p)
{
	enum { PIECE = 4096 };

	while (p->fd >= 0 && !p->ended) {
		ssize_t n = recv(p->fd, buf_reserve(p->in, PIECE), PIECE, MSG_DONTWAIT);
		if (n > 0)
			p->in->n += (size_t)n;
		else if (n == 0)
			p->ended = true;
		else
			return;
	}
}

void peer_wait(const struct peer *p, int wake_fd)
{
	uint64_t count;
	struct pollfd wait[] = {
		{ .fd = wake_fd, .events = POLLIN },
		{ .fd = p->listener, .events = POLLIN },
		{ .fd = p->ended ? -1 : p->fd, .events = POLLIN },
	};

	if (poll(wait, ARRAY_LEN(wait), WAIT_MS) > 0 && wait[0].revents &&
	    read(wake_fd, &count, sizeof(count)) < 0)
		return;
}
