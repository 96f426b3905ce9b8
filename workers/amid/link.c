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
	GOOD_MS = 2000,          /* what lasted so long was no failure; a refused login lasts 1 s */
	READ_BYTES = 65536,
};

struct link {
	const char *name, *host;
	int port, wake_fd;
	pthread_t thread;
	pthread_mutex_t mutex;      /* guards all below */
	int fd;                     /* -1: down */
	unsigned connection;
	const char *dropped;        /* why we ended this connection; NULL: we have not */
	int64_t heard_us;
	struct buf *in;             /* without a parent: two threads use it */
};

static void wake_core(struct link *link)
{
	wake(link->wake_fd);
}

static int await_connection(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = ETIMEDOUT;
	socklen_t n = sizeof(error);
	int ready = poll(&wait, 1, CONNECT_TIMEOUT_MS);

	if (ready < 0 || (ready > 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0))
		return -errno;
	return -error;
}

static int connect_one(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0)
		return -errno;
	int err = connect(fd, address->ai_addr, address->ai_addrlen) ? -errno : 0;
	if (err == -EINPROGRESS)
		err = await_connection(fd);
	if (err) {
		close(fd);
		return err;
	}
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

int link_backoff_ms(unsigned failures, unsigned random)
{
	unsigned ceiling = (unsigned)LINK_BACKOFF_MIN_MS << (failures < 6 ? failures + 1 : 6);

	if (ceiling > LINK_BACKOFF_MAX_MS)
		ceiling = LINK_BACKOFF_MAX_MS;
	return (int)(LINK_BACKOFF_MIN_MS + random % (ceiling - LINK_BACKOFF_MIN_MS + 1));
}

static void back_off(unsigned failures)
{
	unsigned random = 0;

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = 0;
	int ms = link_backoff_ms(failures, random);
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	nanosleep(&pause, NULL);
}

static void set_up(struct link *link, int fd)
{
	pthread_mutex_lock(&link->mutex);
	link->fd = fd;
	link->connection++;
	link->dropped = NULL;
	link->in->n = 0;
	pthread_mutex_unlock(&link->mutex);
	wake_core(link);
}

static void set_down(struct link *link, int fd, const char *why)
{
	pthread_mutex_lock(&link->mutex);
	link->fd = -1;
	/* What the socket says after we ended the connection is only the echo of that. */
	if (link->dropped)
		why = link->dropped;
	pthread_mutex_unlock(&link->mutex);
	close(fd);
	metric_add(METRIC_LINK_LOSSES, 1);
	log_warn("link down name=%s reason=%s", link->name, why);
	wake_core(link);
}

/* A sign of life and the bytes it brought, if any. False: they are more than can be kept. */
static bool keep(struct link *link, const char *bytes, size_t n)
{
	bool fits = true;

	pthread_mutex_lock(&link->mutex);
	if (!link->dropped) {
		link->heard_us = clock_wall_us();
		fits = link->in->n + n <= LINK_QUEUE_MAX_BYTES;
		if (fits)
			buf_add(link->in, bytes, n);
	}
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
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0 && errno != ECONNRESET)
			return strerror(errno);
		if (n <= 0) {
			keep(link, NULL, 0);
			return "closed by Asterisk";
		}
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
			set_down(link, fd, drain(link, fd));
			if (clock_mono_ms() - since > GOOD_MS)
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

/* Under the mutex. The thread's recv ends at once. */
static void cut(struct link *link, const char *why)
{
	link->dropped = why;
	shutdown(link->fd, SHUT_RDWR);
}

static bool is_present(const struct link *link, unsigned connection)
{
	return link->fd >= 0 && link->connection == connection && !link->dropped;
}

int link_send(struct link *link, unsigned connection, const struct buf *bytes)
{
	int err = -ENOTCONN;

	pthread_mutex_lock(&link->mutex);
	if (is_present(link, connection)) {
		ssize_t n = send(link->fd, bytes->p, bytes->n, MSG_DONTWAIT | MSG_NOSIGNAL);
		err = n == (ssize_t)bytes->n ? 0 : n < 0 ? -errno : -EAGAIN;
		if (err)
			cut(link, "Asterisk does not read");
	}
	pthread_mutex_unlock(&link->mutex);
	return err;
}

void link_drop(struct link *link, unsigned connection, const char *why)
{
	pthread_mutex_lock(&link->mutex);
	if (is_present(link, connection))
		cut(link, why);
	pthread_mutex_unlock(&link->mutex);
}
