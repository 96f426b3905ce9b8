/*
 * What sending to many sockets costs at least: an epoll loop whose frames are made before it begins.
 *   sender PORT EVENTS BYTES
 * Takes every connection for a WebSocket. Lines on its input, each answered with {} when it is done:
 *   burst N MS    N times, MS apart, one frame of EVENTS events of BYTES bytes to each socket
 */
#include "lib/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS_MAX = 16384, EVENTS_A_TURN = 256, KERNEL_SEND_BYTES = 128 * 1024 };

enum { LISTENER = SOCKETS_MAX, INPUT };

struct sender {
	int epoll, listener;
	int fds[SOCKETS_MAX];
	bool joined[SOCKETS_MAX];
	size_t left[SOCKETS_MAX]; /* of the frame under way */
	size_t n;
	struct buf *frame;
	long bursts;
	int64_t every_us, next_us;
};

static const char welcome[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			      "Connection: Upgrade\r\nSec-WebSocket-Protocol: cordboard.v1\r\n"
			      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char picture[] = "\x81\x02[]";

static struct buf *make_frame(const void *ctx, int events, int bytes)
{
	struct buf *text = buf_new(ctx), *frame = buf_new(ctx);

	for (int i = 0; i < events; i++) {
		buf_addc(text, i ? ',' : '[');
		buf_printf(text, "{\"pad\":\"%*s\"}", bytes - 10, "");
	}
	buf_addc(text, ']');
	buf_addc(frame, (char)0x81);
	buf_addc(frame, 126);
	buf_addc(frame, (char)(text->n >> 8));
	buf_addc(frame, (char)text->n);
	buf_add(frame, text->p, text->n);
	return frame;
}

static void watch(struct sender *s, size_t i, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u64 = i };

	epoll_ctl(s->epoll, operation, s->fds[i], &event);
}

static void accept_all(struct sender *s)
{
	int fd, one = 1, bytes = KERNEL_SEND_BYTES;

	while (s->n < SOCKETS_MAX &&
	       (fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
		s->fds[s->n] = fd;
		watch(s, s->n++, EPOLL_CTL_ADD, EPOLLIN);
	}
}

static void drop(struct sender *s, size_t i)
{
	close(s->fds[i]);
	s->fds[i] = -1;
}

static void send_rest(struct sender *s, size_t i)
{
	const struct buf *frame = s->frame;
	bool waited = s->left[i] < frame->n;
	ssize_t n = send(s->fds[i], frame->p + frame->n - s->left[i], s->left[i], MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN) {
		drop(s, i);
		return;
	}
	s->left[i] -= n > 0 ? (size_t)n : 0;
	if (s->left[i])
		watch(s, i, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
	else if (waited)
		watch(s, i, EPOLL_CTL_MOD, EPOLLIN);
}

/* The request, then the ticket; whatever comes afterwards is of no interest. */
static void read_peer(struct sender *s, size_t i)
{
	char bytes[4096];
	ssize_t n = recv(s->fds[i], bytes, sizeof(bytes), 0);

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		drop(s, i);
		return;
	}
	if (n < 0 || s->joined[i])
		return;
	bool request = *bytes == 'G';
	s->joined[i] = !request;
	if (send(s->fds[i], request ? welcome : picture,
		 request ? sizeof(welcome) - 1 : sizeof(picture) - 1, MSG_NOSIGNAL) < 0)
		drop(s, i);
}

static void burst(struct sender *s)
{
	s->next_us += s->every_us;
	for (size_t i = 0; i < s->n; i++)
		if (s->fds[i] >= 0 && s->left[i] == 0) {
			s->left[i] = s->frame->n;
			send_rest(s, i);
		}
	if (--s->bursts == 0) {
		puts("{}");
		fflush(stdout);
	}
}

static int obey(struct sender *s)
{
	char line[256], *rest;
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

	if (n <= 0)
		return -1;
	line[n] = '\0';
	s->bursts = strtol(line + strcspn(line, " "), &rest, 10);
	s->every_us = strtol(rest, NULL, 10) * 1000;
	s->next_us = clock_mono_us();
	return 0;
}

static int listen_on(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1024)) {
		perror("listen");
		return -1;
	}
	return fd;
}

static int serve(struct sender *s, const struct epoll_event *event)
{
	size_t i = event->data.u64;

	if (i == INPUT)
		return obey(s);
	if (i == LISTENER)
		accept_all(s);
	else if (s->fds[i] >= 0 && event->events & EPOLLOUT)
		send_rest(s, i);
	else if (s->fds[i] >= 0)
		read_peer(s, i);
	return 0;
}

static int timeout_ms(const struct sender *s)
{
	int64_t left = s->next_us - clock_mono_us();

	return !s->bursts ? -1 : left > 0 ? (int)((left + 999) / 1000) : 0;
}

int main(int argc, char **argv)
{
	struct sender *s = mem_new(NULL, struct sender);
	struct epoll_event events[EVENTS_A_TURN], input = { .events = EPOLLIN, .data.u64 = INPUT },
						  door = { .events = EPOLLIN, .data.u64 = LISTENER };
	struct rlimit limit;

	if (argc != 4) {
		fputs("usage: sender PORT EVENTS BYTES\n", stderr);
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	s->frame = make_frame(s, (int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10));
	s->listener = listen_on((int)strtol(argv[1], NULL, 10));
	if (s->listener < 0)
		return EXIT_FAILURE;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(s->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
	epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &door);
	puts("{}");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(s->epoll, events, EVENTS_A_TURN, timeout_ms(s));
		for (int i = 0; i < n; i++)
			if (serve(s, &events[i]))
				return EXIT_SUCCESS;
		if (s->bursts && clock_mono_us() >= s->next_us)
			burst(s);
	}
}
