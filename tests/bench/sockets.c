/*
 * Many browsers in one process, as far as the relay can tell: sockets that show a ticket, read what
 * they are sent, answer pings, and come back as the pages do.
 *   sockets PORT TICKET-PREFIX
 * Ticket number n is TICKET-PREFIX followed by n; each socket takes the next. Lines on its input, each
 * answered with one line of JSON on its output:
 *   open N        opens N sockets; answered when each has been given a picture
 *   stall N       the same, but these read no more afterwards
 *   stats         what has come since it was asked last: an event's age is told by "t":<µs of the
 *                 monotonic clock> in it
 *   return S      from now on whoever loses its socket comes back; answered when all have been lost
 *                 once and are back, or after S seconds
 *   close         closes them all
 *   trace FILE    from now on every hundredth socket writes what it hears there: µs since the Epoch,
 *                 a tab, the text
 */
#include "lib/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SOCKETS_MAX = 16384,
	READ_BYTES = 1 << 20,
	EVENTS_A_TURN = 256,
	AT_ONCE = 100,         /* connections under way */
	BUCKET_US = 20,
	BUCKETS = 500000,      /* ten seconds */
	OPEN_S = 30,
	STALLED_BYTES = 4096,
	TRACE_EVERY = 100,
	BACKOFF_FIRST_MS = 500, /* as static/core/socket.js */
	BACKOFF_MAX_MS = 1500,
};

enum state { UNUSED, WAITING, CONNECTING, SHAKING, JOINING, OPEN };

struct peer {
	int fd;
	enum state state;
	bool stalled, lost, has_ticket;
	int attempt, advice_ms;
	unsigned ticket;
	int64_t at_us;        /* when to connect, or when it began to */
	struct buf *rest;     /* the beginning of a frame */
};

/* What an order waits for. */
enum order { NOTHING, OPENING, RETURNING };

struct bench {
	int epoll, port;
	const char *prefix;
	struct peer peers[SOCKETS_MAX];
	size_t n, open, joining;
	unsigned tickets;
	bool comes_back;
	enum order order;
	int64_t begun_us, deadline_us, lost_us;
	size_t lost, wanted;
	/* Since the last question. */
	uint32_t ages[BUCKETS];
	uint64_t events, frames, bytes, closed;
	int64_t oldest_us;
	/* From the beginning of a connection to the picture. */
	int64_t joins_us[SOCKETS_MAX * 4];
	size_t joins;
	FILE *trace;
	char bytes_read[READ_BYTES];
};

static void connect_peer(struct bench *b, struct peer *p);

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* ---- answers ---- */

static void answer_joins(struct bench *b, const char *verdict)
{
	qsort(b->joins_us, b->joins, sizeof(b->joins_us[0]), ascending);
	printf("{\"done\":%s,\"open\":%zu,\"seconds\":%.3f,\"joinP50Ms\":%.1f,\"joinP99Ms\":%.1f}\n",
	       verdict, b->open, (double)(clock_mono_us() - b->begun_us) / 1e6,
	       b->joins ? (double)b->joins_us[b->joins / 2] / 1e3 : 0.0,
	       b->joins ? (double)b->joins_us[b->joins * 99 / 100] / 1e3 : 0.0);
	fflush(stdout);
	b->order = NOTHING;
}

static void check_order(struct bench *b)
{
	bool all = b->open == b->wanted && (b->order != RETURNING || b->lost == b->wanted);

	if (b->order != NOTHING && all)
		answer_joins(b, "true");
	else if (b->order != NOTHING && clock_mono_us() > b->deadline_us)
		answer_joins(b, "false");
}

static double age_ms(const struct bench *b, double part)
{
	uint64_t rank = (uint64_t)((double)b->events * part), seen = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		seen += b->ages[i];
		if (seen > rank)
			return (double)(i + 1) * BUCKET_US / 1e3;
	}
	return 0.0;
}

static void answer_stats(struct bench *b)
{
	printf("{\"events\":%" PRIu64 ",\"frames\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"closed\":%" PRIu64
	       ",\"open\":%zu,\"p50Ms\":%.2f,\"p99Ms\":%.2f,\"maxMs\":%.2f}\n",
	       b->events, b->frames, b->bytes, b->closed, b->open, age_ms(b, 0.5), age_ms(b, 0.99),
	       (double)b->oldest_us / 1e3);
	fflush(stdout);
	memset(b->ages, 0, sizeof(b->ages));
	b->events = b->frames = b->bytes = b->closed = 0;
	b->oldest_us = 0;
}

/* ---- sockets ---- */

static void watch(const struct bench *b, const struct peer *p, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u64 = (uint64_t)(p - b->peers) };

	epoll_ctl(b->epoll, operation, p->fd, &event);
}

static void lose(struct bench *b, struct peer *p)
{
	int64_t most = BACKOFF_FIRST_MS << (p->attempt < 3 ? p->attempt : 3);

	if (p->state == OPEN)
		b->open--;
	else if (p->state != WAITING)
		b->joining--;
	b->closed += p->state == OPEN;
	close(p->fd);
	p->fd = -1;
	p->rest->n = 0;
	p->state = UNUSED;
	if (!b->comes_back)
		return;
	b->lost += !p->lost;
	p->lost = true;
	p->state = WAITING;
	p->attempt++;
	most = most < BACKOFF_MAX_MS ? most : BACKOFF_MAX_MS;
	most = most > p->advice_ms ? most : p->advice_ms;
	p->at_us = clock_mono_us() + (int64_t)((double)random() / RAND_MAX * (double)most * 1e3);
}

static void send_text(struct bench *b, struct peer *p, const char *text, size_t n)
{
	char frame[256];
	size_t head = n < 126 ? 6 : 8;

	frame[0] = (char)0x81;
	frame[1] = (char)(0x80 | (n < 126 ? n : 126));
	if (n >= 126) {
		frame[2] = (char)(n >> 8);
		frame[3] = (char)n;
	}
	memset(frame + head - 4, 0, 4); /* a mask of nothing */
	memcpy(frame + head, text, n);
	if (send(p->fd, frame, head + n, MSG_NOSIGNAL) < 0)
		lose(b, p);
}

static void send_pong(struct bench *b, struct peer *p, const char *text, size_t n)
{
	char frame[6 + 125] = { (char)0x8a, (char)(0x80 | n) };

	memcpy(frame + 6, text, n);
	if (send(p->fd, frame, 6 + n, MSG_NOSIGNAL) < 0)
		lose(b, p);
}

static void request(struct bench *b, struct peer *p)
{
	static const char text[] = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
				   "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
				   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: cordboard.v1\r\n\r\n";

	p->state = SHAKING;
	watch(b, p, EPOLL_CTL_MOD, EPOLLIN);
	if (send(p->fd, text, sizeof(text) - 1, MSG_NOSIGNAL) < 0)
		lose(b, p);
}

static void show_ticket(struct bench *b, struct peer *p)
{
	char text[200];
	int n = snprintf(text, sizeof(text), "{\"ticket\":\"%s%u\"}", b->prefix, p->ticket);

	p->state = JOINING;
	p->has_ticket = false;
	send_text(b, p, text, (size_t)n);
}

static void joined(struct bench *b, struct peer *p)
{
	p->state = OPEN;
	p->attempt = 0;
	b->joining--;
	b->open++;
	if (b->joins < ARRAY_LEN(b->joins_us))
		b->joins_us[b->joins++] = clock_mono_us() - p->at_us;
	if (p->stalled)
		watch(b, p, EPOLL_CTL_DEL, 0);
}

static void count_ages(struct bench *b, const char *p, const char *end, int64_t now_us)
{
	static const char mark[] = "\"t\":";

	while ((p = memmem(p, (size_t)(end - p), mark, sizeof(mark) - 1)) != NULL) {
		int64_t age = now_us - strtoll(p + sizeof(mark) - 1, NULL, 10);
		age = age < 0 ? 0 : age;
		b->ages[age / BUCKET_US < BUCKETS ? age / BUCKET_US : BUCKETS - 1]++;
		b->oldest_us = age > b->oldest_us ? age : b->oldest_us;
		b->events++;
		p += sizeof(mark) - 1;
	}
}

static void take_text(struct bench *b, struct peer *p, const char *text, size_t n, int64_t now_us)
{
	const char *advice = *text == '{' ? memmem(text, n < 200 ? n : 200, "\"retryMs\":", 10) : NULL;

	b->frames++;
	b->bytes += n;
	if (advice)
		p->advice_ms = (int)strtol(advice + 10, NULL, 10);
	if (p->state == JOINING)
		joined(b, p);
	if (*text == '[')
		count_ages(b, text, text + n, now_us);
	if (b->trace && (p - b->peers) % TRACE_EVERY == 0)
		fprintf(b->trace, "%" PRId64 "\t%.*s\n", clock_wall_us(), (int)n, text);
}

/* One frame at the beginning of the bytes; returns its length, 0 if it is not whole. */
static size_t take_frame(struct bench *b, struct peer *p, const char *bytes, size_t n, int64_t now_us)
{
	const unsigned char *u = (const unsigned char *)bytes;
	size_t head = 2, size;

	if (n < 2)
		return 0;
	size = u[1] & 0x7f;
	if (size >= 126) {
		size_t more = size == 126 ? 2 : 8;
		if (n < 2 + more)
			return 0;
		size = 0;
		for (size_t i = 0; i < more; i++)
			size = size << 8 | u[2 + i];
		head += more;
	}
	if (n < head + size)
		return 0;
	switch (u[0] & 0xf) {
	case 1:
		take_text(b, p, bytes + head, size, now_us);
		break;
	case 8:
		lose(b, p);
		break;
	case 9:
		send_pong(b, p, bytes + head, size);
		break;
	}
	return head + size;
}

static size_t take_bytes(struct bench *b, struct peer *p, const char *bytes, size_t n)
{
	int64_t now_us = clock_mono_us();
	size_t used = 0, one;

	if (p->state == SHAKING) {
		const char *end = memmem(bytes, n, "\r\n\r\n", 4);
		if (!end)
			return 0;
		used = (size_t)(end - bytes) + 4;
		show_ticket(b, p);
	}
	while (p->fd >= 0 && !(p->stalled && p->state == OPEN) && used < n &&
	       (one = take_frame(b, p, bytes + used, n - used, now_us)) > 0)
		used += one;
	return used;
}

static void read_peer(struct bench *b, struct peer *p)
{
	size_t kept = p->rest->n;

	memcpy(b->bytes_read, p->rest->p ? p->rest->p : "", kept);
	ssize_t n = recv(p->fd, b->bytes_read + kept, READ_BYTES - kept, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(b, p);
		return;
	}
	size_t all = kept + (size_t)n, used = take_bytes(b, p, b->bytes_read, all);
	p->rest->n = 0;
	if (p->fd >= 0 && used < all)
		buf_add(p->rest, b->bytes_read + used, all - used);
}

static void connect_peer(struct bench *b, struct peer *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)b->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, small = STALLED_BYTES;

	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	p->at_us = clock_mono_us();
	p->state = CONNECTING;
	b->joining++;
	if (!p->has_ticket)
		p->ticket = b->tickets++;
	p->has_ticket = true;
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (p->stalled)
		setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	watch(b, p, EPOLL_CTL_ADD, EPOLLOUT);
	if (connect(p->fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
		lose(b, p);
}

/* Connects who is due; a first opening goes on as far as AT_ONCE allows. */
static void connect_due(struct bench *b)
{
	int64_t now = clock_mono_us();

	for (size_t i = 0; i < b->n; i++)
		if (b->peers[i].state == WAITING && b->peers[i].at_us <= now &&
		    (b->comes_back || b->joining < AT_ONCE))
			connect_peer(b, &b->peers[i]);
}

static void serve(struct bench *b, struct peer *p, uint32_t events)
{
	if (p->fd < 0)
		return;
	if (events & (EPOLLERR | EPOLLHUP))
		lose(b, p);
	else if (p->state == CONNECTING)
		request(b, p);
	else
		read_peer(b, p);
}

/* ---- orders ---- */

static void begin(struct bench *b, enum order order, int64_t seconds)
{
	b->order = order;
	b->begun_us = clock_mono_us();
	b->deadline_us = b->begun_us + seconds * 1000000;
	b->joins = 0;
	b->lost = 0;
}

static void add_peers(struct bench *b, size_t n, bool stalled)
{
	for (size_t i = 0; i < n && b->n < SOCKETS_MAX; i++)
		b->peers[b->n++] = (struct peer){ .fd = -1, .state = WAITING, .stalled = stalled,
						  .rest = buf_new(b) };
	b->wanted = b->open + n;
	begin(b, OPENING, OPEN_S);
}

static void close_all(struct bench *b)
{
	b->comes_back = false;
	for (size_t i = 0; i < b->n; i++) {
		if (b->peers[i].fd >= 0)
			close(b->peers[i].fd);
		talloc_free(b->peers[i].rest);
	}
	b->n = b->open = b->joining = 0;
	puts("{}");
}

static void come_back(struct bench *b, int64_t seconds)
{
	b->comes_back = true;
	b->wanted = b->open;
	for (size_t i = 0; i < b->n; i++)
		b->peers[i].lost = false;
	begin(b, RETURNING, seconds);
}

static void obey(struct bench *b, char *line)
{
	char *arg = strchr(line, ' ');
	long n = arg ? strtol(arg, NULL, 10) : 0;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "open", 4) == 0 || strncmp(line, "stall", 5) == 0)
		add_peers(b, (size_t)n, *line == 's');
	else if (strcmp(line, "stats") == 0)
		answer_stats(b);
	else if (strncmp(line, "return", 6) == 0)
		come_back(b, n);
	else if (strncmp(line, "trace", 5) == 0 && arg)
		puts((b->trace = fopen(arg + 1, "we")) ? "{}" : "{\"error\":\"no file\"}");
	else
		close_all(b);
	if (b->trace)
		fflush(b->trace);
	fflush(stdout);
}

static void raise_file_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct bench *b = mem_new(NULL, struct bench);
	struct epoll_event events[EVENTS_A_TURN],
		input = { .events = EPOLLIN, .data.u64 = SOCKETS_MAX };
	char line[256];

	if (argc != 3) {
		fputs("usage: sockets PORT TICKET-PREFIX\n", stderr);
		return 2;
	}
	raise_file_limit();
	b->port = (int)strtol(argv[1], NULL, 10);
	b->prefix = argv[2];
	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(b->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
	for (;;) {
		int n = epoll_wait(b->epoll, events, EVENTS_A_TURN, b->order == NOTHING ? -1 : 5);
		for (int i = 0; i < n; i++) {
			if (events[i].data.u64 < SOCKETS_MAX) {
				serve(b, &b->peers[events[i].data.u64], events[i].events);
				continue;
			}
			ssize_t got = read(STDIN_FILENO, line, sizeof(line) - 1);
			if (got <= 0)
				return EXIT_SUCCESS;
			line[got] = '\0';
			obey(b, line);
		}
		if (b->order != NOTHING) {
			connect_due(b);
			check_order(b);
		}
	}
}
