/*
 * A manager interface that says what it is told to: answers logins, pings and lists as Asterisk
 * does, then sends a stream of calls.
 *   manager PORT RECORDING CALLS [REDIS-ADDRESS REDIS-USER REDIS-PASSWORD-FILE NODE TENANT]
 * Lines on its input:
 *   stream RATE        everything to the client that wants events, RATE events/s (0: as they fit)
 *   latency RATE N     the first N events one by one, each timed until Redis publishes its call
 *   times              of the events streamed: their calls' numbers, their own times in ms, and when they
 *                      were sent, in µs
 *   close              ends that client's connection
 * Each is answered with one line of JSON on its output, when it is done.
 */
#include "lib/ami.h"
#include "lib/bus.h"
#include "lib/settings.h"
#include "tests/bench/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 4,
	PIECE_BYTES = 1 << 16,
	WRITE_TIMEOUT_MS = 10000,        /* of asterisk/etc/manager.conf */
	LATE_US = 1000000,
};

struct client {
	int fd;                          /* -1: none */
	bool events;
	struct ami_reader *reader;
	struct buf *out;
	int64_t blocked_ms;              /* since when it has taken nothing, 0: it takes */
};

struct manager {
	int listener;
	struct client clients[CLIENTS_MAX];
	const struct stream *stream;
	struct bus *bus;
	const char *channel;
	/* The stream being sent. */
	bool streaming;
	int64_t begun_us, rate;
	size_t sent;                     /* events handed to the client */
	int64_t *sent_us;
	int64_t longest_block_ms;
	unsigned kicked;
	/* The event being timed. */
	char awaited[STREAM_ID_SIZE];
	int64_t seen_us;
};

/* ---- answers ---- */

static const struct {
	const char *action, *complete;
} lists[] = {
	{ "BridgeList", "BridgeListComplete" },
	{ "CoreShowChannels", "CoreShowChannelsComplete" },
	{ "DeviceStateList", "DeviceStateListComplete" },
	{ "QueueStatus", "QueueStatusComplete" },
	{ "Status", "StatusComplete" },
};

/* The phones of the stream's agents are there. */
static unsigned put_devices(struct buf *out, const char *id)
{
	for (unsigned i = 0; i < STREAM_AGENTS; i++)
		buf_printf(out,
			   "Event: DeviceStateChange\r\nActionID: %s\r\nDevice: PJSIP/%u\r\n"
			   "State: NOT_INUSE\r\n\r\n", id, STREAM_FIRST_AGENT + i);
	return STREAM_AGENTS;
}

static void put_list(struct buf *out, const char *action, const char *complete, const char *id)
{
	unsigned rows = 0;

	buf_printf(out, "Response: Success\r\nActionID: %s\r\nEventList: start\r\n"
			"Message: List will follow\r\n\r\n", id);
	if (strcmp(action, "DeviceStateList") == 0)
		rows = put_devices(out, id);
	buf_printf(out, "Event: %s\r\nActionID: %s\r\nEventList: Complete\r\nListItems: %u\r\n\r\n",
		   complete, id, rows);
}

static void put_login(struct client *c, const struct ami_message *m, const char *id)
{
	c->events = !str_is(ami_get(m, "Events"), "off");
	buf_printf(c->out, "Response: Success\r\nActionID: %s\r\nMessage: Authentication accepted\r\n\r\n", id);
	if (c->events)
		buf_adds(c->out, "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 9\r\n"
				 "LastReload: 9\r\nStatus: Fully Booted\r\n\r\n");
}

static void answer(struct client *c, const struct ami_message *m)
{
	char id[128];
	struct str action = ami_get(m, "Action"), given = ami_get(m, "ActionID");
	int64_t now = clock_wall_us();

	snprintf(id, sizeof(id), "%.*s", (int)given.n, given.p);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (str_is(action, lists[i].action)) {
			put_list(c->out, lists[i].action, lists[i].complete, id);
			return;
		}
	if (str_is(action, "Login")) {
		put_login(c, m, id);
		return;
	}
	buf_printf(c->out, "Response: Success\r\nActionID: %s\r\n", id);
	if (str_is(action, "Ping"))
		buf_printf(c->out, "Ping: Pong\r\nTimestamp: %" PRId64 ".%06d\r\n", now / 1000000,
			   (int)(now % 1000000));
	if (str_is(action, "CoreStatus"))
		buf_adds(c->out, "CoreStartupDate: 2026-01-01\r\nCoreStartupTime: 00:00:00\r\n");
	buf_adds(c->out, "\r\n");
}

/* ---- clients ---- */

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	c->events = false;
	c->out->n = 0;
	c->blocked_ms = 0;
}

static struct client *audience(struct manager *m)
{
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (m->clients[i].fd >= 0 && m->clients[i].events)
			return &m->clients[i];
	return NULL;
}

static void accept_client(struct manager *m)
{
	int one = 1, fd = accept4(m->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (int i = 0; fd >= 0 && i < CLIENTS_MAX; i++) {
		struct client *c = &m->clients[i];
		if (c->fd >= 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		c->fd = fd;
		ami_reader_reset(c->reader);
		buf_adds(c->out, "Asterisk Call Manager/11.0.0\r\n");
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void read_actions(struct client *c)
{
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);
	const struct ami_message *m;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		drop(c);
		return;
	}
	if (n > 0)
		ami_reader_feed(c->reader, bytes, (size_t)n);
	while (ami_reader_next(c->reader, &m) == 0 && m)
		answer(c, m);
}

/* Sends what the client takes; like Asterisk it ends one that takes nothing for too long. */
static void write_out(struct manager *m, struct client *c)
{
	ssize_t n = send(c->fd, c->out->p, c->out->n, MSG_NOSIGNAL);
	int64_t now = clock_mono_ms();

	if (n > 0) {
		buf_shift(c->out, (size_t)n);
		c->blocked_ms = 0;
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		drop(c);
		return;
	} else if (!c->blocked_ms) {
		c->blocked_ms = now;
	}
	int64_t blocked = c->blocked_ms ? now - c->blocked_ms : 0;
	if (blocked > m->longest_block_ms)
		m->longest_block_ms = blocked;
	if (blocked > WRITE_TIMEOUT_MS) {
		m->kicked++;
		drop(c);
	}
}

/* ---- the stream ---- */

static void report(struct manager *m)
{
	double seconds = (double)(clock_wall_us() - m->begun_us) / 1e6;

	printf("{\"events\":%zu,\"bytes\":%zu,\"seconds\":%.3f,\"longestBlockMs\":%" PRId64
	       ",\"kicked\":%u}\n", m->sent, m->stream->bytes->n, seconds, m->longest_block_ms,
	       m->kicked);
	fflush(stdout);
}

/* Puts the events that are due behind what the client was sent, so that answers stay whole. */
static void feed(struct manager *m, struct client *c)
{
	const struct stream *s = m->stream;
	size_t due = s->n, first = m->sent;

	if (m->rate) {
		int64_t passed = clock_wall_us() - m->begun_us;
		due = (size_t)(passed * m->rate / 1000000);
		due = due < s->n ? due : s->n;
	}
	if (c->out->n)
		return;
	size_t begin = first ? s->events[first - 1].end : 0;
	while (m->sent < due && s->events[m->sent].end - begin < PIECE_BYTES)
		m->sent_us[m->sent++] = clock_wall_us();
	if (m->sent > first)
		buf_add(c->out, s->bytes->p + begin, s->events[m->sent - 1].end - begin);
}

static void report_times(const struct manager *m)
{
	for (size_t i = 0; i < m->sent; i++)
		printf("%c[%u,%" PRId64 ",%" PRId64 "]", i ? ',' : '[', m->stream->events[i].call,
		       m->stream->events[i].at_us / 1000, m->sent_us[i]);
	puts(m->sent ? "]" : "[]");
}

static void pump(struct manager *m)
{
	struct client *c = audience(m);

	if (!m->streaming)
		return;
	if (c && m->sent < m->stream->n)
		feed(m, c);
	if (!c || (m->sent == m->stream->n && c->out->n == 0)) {
		m->streaming = false;
		report(m);
	}
}

/* One turn: whoever has something to say or to take. */
static void turn(struct manager *m, struct pollfd *extra, int timeout_ms)
{
	struct pollfd fds[CLIENTS_MAX + 2] = { { .fd = m->listener, .events = POLLIN } };

	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &m->clients[i];
		fds[i + 1] = (struct pollfd){
			.fd = c->fd, .events = (short)(c->out->n ? POLLIN | POLLOUT : POLLIN) };
	}
	fds[CLIENTS_MAX + 1] = *extra;
	poll(fds, CLIENTS_MAX + 2, timeout_ms);
	extra->revents = fds[CLIENTS_MAX + 1].revents;
	if (fds[0].revents)
		accept_client(m);
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &m->clients[i];
		if (fds[i + 1].fd < 0)
			continue;
		if (fds[i + 1].revents & ~POLLOUT)
			read_actions(c);
		if (c->fd >= 0 && c->out->n)
			write_out(m, c);
	}
}

/* ---- latency ---- */

static void on_message(void *arg, struct str channel, struct str message)
{
	struct manager *m = arg;

	(void)channel;
	if (!m->seen_us && memmem(message.p, message.n, m->awaited, STREAM_ID_SIZE - 1))
		m->seen_us = clock_wall_us();
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Writes one event and waits until the next is due. Returns µs to the first message, 0: none. */
static int64_t time_event(struct manager *m, struct client *c, size_t i, int64_t until_us)
{
	const struct stream *s = m->stream;
	size_t begin = i ? s->events[i - 1].end : 0;
	int64_t sent_us = clock_wall_us(), now;

	stream_call_id(s, s->events[i].call, m->awaited);
	m->seen_us = 0;
	buf_add(c->out, s->bytes->p + begin, s->events[i].end - begin);
	write_out(m, c);
	while ((now = clock_wall_us()) < until_us) {
		struct pollfd redis = { .fd = bus_socket(m->bus), .events = POLLIN };
		turn(m, &redis, (int)((until_us - now + 999) / 1000));
		if (redis.revents && bus_read(m->bus, on_message, m))
			break;
	}
	return m->seen_us ? m->seen_us - sent_us : 0;
}

static void measure_latency(struct manager *m, int64_t rate, size_t n)
{
	struct client *c = audience(m);
	struct str channel = str_of(m->channel);
	size_t seen = 0;

	if (!c || !m->bus || bus_subscribe(m->bus, &channel, 1)) {
		puts("{\"error\":\"nobody listens, or Redis is away\"}");
		return;
	}
	n = n < m->stream->n ? n : m->stream->n;
	int64_t *all = mem_array(m, int64_t, n + 1), due = clock_wall_us();
	bus_read(m->bus, on_message, m);
	for (size_t i = 0; i < n && c->fd >= 0; i++) {
		due += 1000000 / rate;
		int64_t us = time_event(m, c, i, due);
		if (us)
			all[seen++] = us;
	}
	qsort(all, seen, sizeof(all[0]), ascending);
	printf("{\"events\":%zu,\"published\":%zu,\"p50Us\":%" PRId64 ",\"p99Us\":%" PRId64
	       ",\"maxUs\":%" PRId64 "}\n", n, seen, seen ? all[seen / 2] : 0,
	       seen ? all[seen * 99 / 100] : 0, seen ? all[seen - 1] : 0);
	talloc_free(all);
}

/* ---- orders ---- */

static void obey(struct manager *m, const char *line)
{
	struct client *c = audience(m);
	const char *arg = strchr(line, ' ');
	char *rest = NULL;
	int64_t rate = arg ? strtoll(arg, &rest, 10) : 0;

	if (strncmp(line, "stream", 6) == 0) {
		m->streaming = true;
		m->begun_us = clock_wall_us();
		m->rate = rate;
		m->sent = 0;
	} else if (strncmp(line, "latency", 7) == 0 && rate > 0) {
		measure_latency(m, rate, strtoul(rest, NULL, 10));
	} else if (strncmp(line, "times", 5) == 0) {
		report_times(m);
	} else {
		if (strncmp(line, "close", 5) == 0 && c)
			drop(c);
		puts("{}");
	}
	fflush(stdout);
}

static int listen_on(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 8)) {
		perror("listen");
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct manager *m = mem_new(NULL, struct manager);
	char line[256];

	if (argc != 4 && argc != 9) {
		fputs("usage: manager PORT RECORDING CALLS [ADDRESS USER PASSWORD-FILE NODE TENANT]\n", stderr);
		return 2;
	}
	for (int i = 0; i < CLIENTS_MAX; i++)
		m->clients[i] = (struct client){ .fd = -1, .reader = ami_reader_new(m), .out = buf_new(m) };
	m->stream = stream_new(m, argv[2], (unsigned)strtoul(argv[3], NULL, 10), clock_wall_us());
	m->listener = listen_on((int)strtol(argv[1], NULL, 10));
	if (!m->stream || m->listener < 0)
		return EXIT_FAILURE;
	m->sent_us = mem_array(m, int64_t, m->stream->n);
	if (argc == 9) {
		m->bus = bus_new(m, argv[4], argv[5], settings_secret(m, argv[6]), 1000);
		m->channel = mem_printf(m, "cb:%s:%s:events", argv[7], argv[8]);
	}
	puts("{\"ready\":true}");
	fflush(stdout);
	for (;;) {
		struct pollfd input = { .fd = m->streaming ? -1 : STDIN_FILENO, .events = POLLIN };
		struct client *c = audience(m);
		pump(m);
		bool busy = m->streaming && c && (c->out->n || !m->rate);
		turn(m, &input, m->streaming && !busy ? 1 : 100);
		if (input.revents) {
			ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);
			if (n <= 0)
				break;
			line[n] = '\0';
			obey(m, line);
		}
	}
	talloc_free(m);
	return EXIT_SUCCESS;
}
