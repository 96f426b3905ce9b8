/*
 * Load for scripts/bench api: sends requests over kept connections and prints what came back as one
 * line of JSON.
 *
 *   load ADDRESS PORT CONNECTIONS COUNT [RATE]
 *
 * Without a rate each connection sends its next request when it has its answer. With one, requests
 * are due at even distances, and how long one took counts from then, whenever a connection was free.
 * Standard input holds the requests, each complete and followed by a NUL; they are sent in turn.
 */
#include "lib/base.h"
#include "lib/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, REQUESTS_MAX = 256, ANSWER_MAX = 256 * 1024 };

struct connection {
	int fd;
	bool busy;
	int64_t due_us;
	size_t n;
	char answer[ANSWER_MAX];
};

struct load {
	struct sockaddr_in from, to;
	struct str requests[REQUESTS_MAX];
	size_t n_requests;
	size_t sent, answered, failed, count, turn;
	uint32_t *took_us;
	double rate;            /* 0: as fast as they are answered */
	int64_t began_us;
	size_t n_connections;
	int epoll, timer;
};

static struct connection connections[CONNECTIONS_MAX];

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void dial(const struct load *load, struct connection *c)
{
	int one = 1;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || bind(c->fd, (const struct sockaddr *)&load->from, sizeof(load->from)) ||
	    connect(c->fd, (const struct sockaddr *)&load->to, sizeof(load->to)) ||
	    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ||
	    epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event))
		die("connect");
}

static int64_t due_us(const struct load *load, size_t i)
{
	return load->began_us + (int64_t)(1e6 * (double)i / load->rate);
}

static void send_next(struct load *load, struct connection *c, int64_t due)
{
	struct str request = load->requests[load->sent % load->n_requests];

	load->sent++;
	c->busy = true;
	c->n = 0;
	c->due_us = due;
	if (send(c->fd, request.p, request.n, MSG_NOSIGNAL) != (ssize_t)request.n)
		die("send");
}

/* Wakes up when the next request is due. */
static void set_timer(const struct load *load)
{
	int64_t at = due_us(load, load->sent);
	struct itimerspec when = { .it_value = { at / 1000000, at % 1000000 * 1000 } };

	if (timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &when, NULL))
		die("timer");
}

/* The next free connection in turn, so that none is idle for so long that nginx closes it. */
static struct connection *find_free(struct load *load)
{
	for (size_t i = 0; i < load->n_connections; i++) {
		struct connection *c = &connections[load->turn++ % load->n_connections];
		if (!c->busy)
			return c;
	}
	return NULL;
}

/* Gives free connections what they are to send by now. */
static void send_due(struct load *load)
{
	struct connection *c;

	while (load->sent < load->count && (c = find_free(load)) != NULL) {
		int64_t now = now_us();
		int64_t due = load->rate > 0 ? due_us(load, load->sent) : now;
		if (due > now)
			break;
		send_next(load, c, due);
	}
	if (load->rate > 0 && load->sent < load->count)
		set_timer(load);
}

/* Length of the whole answer, 0 while its head is not complete. */
static size_t answer_length(struct connection *c)
{
	c->answer[c->n] = '\0';
	const char *end = strstr(c->answer, "\r\n\r\n");
	if (!end)
		return 0;
	const char *length = strcasestr(c->answer, "\r\ncontent-length:");
	if (!length || length > end) {
		fprintf(stderr, "an answer without a length: %.300s\n", c->answer);
		exit(1);
	}
	return (size_t)(end + 4 - c->answer) + strtoul(length + 17, NULL, 10);
}

static void receive(struct load *load, struct connection *c)
{
	ssize_t got = recv(c->fd, c->answer + c->n, ANSWER_MAX - 1 - c->n, 0);

	if (got <= 0)
		die("receive");
	c->n += (size_t)got;
	size_t length = answer_length(c);
	if (!length || c->n < length)
		return;
	load->took_us[load->answered++] = (uint32_t)(now_us() - c->due_us);
	c->busy = false;
	if (strncmp(c->answer, "HTTP/1.1 2", 10) != 0 && load->failed++ == 0)
		fprintf(stderr, "%.400s\n", c->answer);
	/* nginx ends a connection after a number of requests, and says so. */
	if (strcasestr(c->answer, "\r\nconnection: close")) {
		close(c->fd);
		dial(load, c);
	}
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void read_requests(void *ctx, struct load *load)
{
	struct buf *b = buf_new(ctx);
	char chunk[65536];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		buf_add(b, chunk, n);
	for (size_t at = 0; at < b->n && load->n_requests < REQUESTS_MAX;) {
		struct str s = { b->p + at, strnlen(b->p + at, b->n - at) };
		load->requests[load->n_requests++] = s;
		at += s.n + 1;
	}
	if (!load->n_requests) {
		fprintf(stderr, "no requests\n");
		exit(2);
	}
}

static void run(struct load *load)
{
	struct epoll_event events[CONNECTIONS_MAX];
	struct epoll_event tick = { .events = EPOLLIN };
	uint64_t ticks;

	load->epoll = epoll_create1(0);
	load->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->timer, &tick))
		die("timer");
	for (size_t i = 0; i < load->n_connections; i++)
		dial(load, &connections[i]);
	load->began_us = now_us();
	while (load->answered < load->count) {
		send_due(load);
		int ready = epoll_wait(load->epoll, events, CONNECTIONS_MAX, 10000);
		if (ready <= 0)
			die("no answer within 10 s");
		for (int i = 0; i < ready; i++)
			if (events[i].data.ptr)
				receive(load, events[i].data.ptr);
			else if (read(load->timer, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
				die("timer");
	}
}

int main(int argc, char **argv)
{
	struct load load = { .from.sin_family = AF_INET, .to.sin_family = AF_INET };

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: load ADDRESS PORT CONNECTIONS COUNT [RATE]\n");
		return 2;
	}
	void *ctx = mem_context();
	load.from.sin_addr.s_addr = inet_addr(argv[1]);
	load.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	load.to.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	load.n_connections = strtoul(argv[3], NULL, 10);
	load.count = strtoul(argv[4], NULL, 10);
	load.rate = argc == 6 ? strtod(argv[5], NULL) : 0;
	if (load.n_connections < 1 || load.n_connections > CONNECTIONS_MAX || load.count < 1) {
		fprintf(stderr, "1 to %d connections, at least a request\n", CONNECTIONS_MAX);
		return 2;
	}
	read_requests(ctx, &load);
	load.took_us = mem_array(ctx, uint32_t, load.count);
	run(&load);
	double seconds = (double)(now_us() - load.began_us) / 1e6;
	qsort(load.took_us, load.count, sizeof(*load.took_us), by_size);
	printf("{\"requests\":%zu,\"failed\":%zu,\"seconds\":%.3f,\"p50Us\":%u,\"p99Us\":%u,"
	       "\"maxUs\":%u}\n",
	       load.count, load.failed, seconds, load.took_us[load.count / 2],
	       load.took_us[load.count * 99 / 100], load.took_us[load.count - 1]);
	talloc_free(ctx);
	return 0;
}
