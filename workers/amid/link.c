/* The AMI socket and the thread that drains it. */
#include "workers/amid/link.h"

#include "lib/log.h"
#include "workers/amid/mailbox.h"
#include "workers/amid/metrics.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECT_TIMEOUT_MS = 3000,
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 5000,
	READ_BYTES = 65536,
};

struct link {
	const char *name, *host;
	int port, wake_fd;
	pthread_t thread;
	pthread_mutex_t mutex;      /* guards all below */
	int fd;                     /* -1: down */
	unsigned connection;
	int64_t heard_us;
	struct buf *in;             /* without a parent: two threads use it */
};

static void wake_core(struct link *link)
{
	wake(link->wake_fd);
}

static int connect_one(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, error = 0;
	socklen_t n = sizeof(error);

	if (fd < 0)
		return -errno;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		goto connected;
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	if (errno == EINPROGRESS && poll(&wait, 1, CONNECT_TIMEOUT_MS) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0)
		goto connected;
	close(fd);
	return error ? -error : -ETIMEDOUT;
connected:
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int connect_link(const struct link *link)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	char port[16];
	int fd = -EHOSTUNREACH;

	snprintf(port, sizeof(port), "%d", link->port);
	if (getaddrinfo(link->host, port, &hints, &found))
		return -EHOSTUNREACH;
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = connect_one(a);
	freeaddrinfo(found);
	return fd;
}

/* Full jitter: somewhere between the minimum and a ceiling that doubles. */
static void back_off(unsigned failures)
{
	unsigned ceiling = (unsigned)BACKOFF_MIN_MS << (failures < 6 ? failures : 6), random = 0;

	if (ceiling > BACKOFF_MAX_MS)
		ceiling = BACKOFF_MAX_MS;
	if (getrandom(&random, sizeof(random), 0) < 0)
		random = 0;
	unsigned ms = BACKOFF_MIN_MS + random % ceiling;
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
	nanosleep(&pause, NULL);
}

static void set_up(struct link *link, int fd)
{
	pthread_mutex_lock(&link->mutex);
	link->fd = fd;
	link->connection++;
	link->in->n = 0;
	pthread_mutex_unlock(&link->mutex);
	wake_core(link);
}

static void set_down(struct link *link, int fd)
{
	pthread_mutex_lock(&link->mutex);
	link->fd = -1;
	pthread_mutex_unlock(&link->mutex);
	close(fd);
	metric_add(METRIC_LINK_LOSSES, 1);
	wake_core(link);
}

static bool keep(struct link *link, const char *bytes, size_t n)
{
	bool fits;

	pthread_mutex_lock(&link->mutex);
	fits = link->in->n + n <= LINK_QUEUE_MAX_BYTES;
	link->heard_us = clock_wall_us();
	if (fits && n)
		buf_add(link->in, bytes, n);
	pthread_mutex_unlock(&link->mutex);
	return fits;
}

static const char *drain(struct link *link, int fd)
{
	char bytes[READ_BYTES];

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		if (poll(&wait, 1, -1) < 0 && errno != EINTR)
			return strerror(errno);
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
		if (n == 0) {
			keep(link, NULL, 0);
			return "closed by Asterisk";
		}
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return strerror(errno);
		metric_add(METRIC_AMI_BYTES, n);
		if (!keep(link, bytes, (size_t)n))
			return "more than can be kept; a resync follows";
		wake_core(link);
	}
}

static void *run(void *arg)
{
	struct link *link = arg;

	for (unsigned failures = 0;; failures++) {
		int fd = connect_link(link);
		if (fd >= 0) {
			int64_t since = clock_mono_ms();
			set_up(link, fd);
			const char *why = drain(link, fd);
			log_warn("link down name=%s reason=%s", link->name, why);
			set_down(link, fd);
			if (clock_mono_ms() - since > BACKOFF_MAX_MS)
				failures = 0;
		} else if (failures % 10 == 0) {
			log_warn("link refused name=%s reason=%s", link->name, strerror(-fd));
		}
		back_off(failures);
	}
	return NULL;
}

struct link *link_start(const void *ctx, const char *name, const char *host, int port, int wake_fd)
{
	struct link *link = mem_new(ctx, struct link);

	link->name = name;
	link->host = host;
	link->port = port;
	link->wake_fd = wake_fd;
	link->fd = -1;
	link->in = buf_new(NULL);
	pthread_mutex_init(&link->mutex, NULL);
	if (pthread_create(&link->thread, NULL, run, link)) {
		log_error("no thread name=%s", name);
		abort();
	}
	return link;
}

bool link_take(struct link *link, struct buf **into, unsigned *connection)
{
	pthread_mutex_lock(&link->mutex);
	bool up = link->fd >= 0;
	*connection = link->connection;
	struct buf *taken = link->in;
	link->in = *into;
	*into = taken;
	pthread_mutex_unlock(&link->mutex);
	return up;
}

int64_t link_heard_us(struct link *link)
{
	pthread_mutex_lock(&link->mutex);
	int64_t heard_us = link->heard_us;
	pthread_mutex_unlock(&link->mutex);
	return heard_us;
}

int link_send(struct link *link, const struct buf *bytes)
{
	ssize_t n = -1;
	int err = ENOTCONN;

	pthread_mutex_lock(&link->mutex);
	if (link->fd >= 0) {
		n = send(link->fd, bytes->p, bytes->n, MSG_DONTWAIT | MSG_NOSIGNAL);
		err = n < 0 ? errno : EAGAIN;
		if (n != (ssize_t)bytes->n)
			shutdown(link->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&link->mutex);
	return n == (ssize_t)bytes->n ? 0 : -err;
}

void link_drop(struct link *link, const char *why)
{
	log_warn("link dropped name=%s reason=%s", link->name, why);
	pthread_mutex_lock(&link->mutex);
	if (link->fd >= 0)
		shutdown(link->fd, SHUT_RDWR);
	pthread_mutex_unlock(&link->mutex);
}
