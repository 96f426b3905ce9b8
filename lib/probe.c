/* One GET, read until the other side closes. */
#include "lib/probe.h"

#include "lib/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX_BYTES = 256 * 1024, READ_BYTES = 16 * 1024 };

/* Whether the socket is ready for it before the deadline. */
static bool ready(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = { fd, events, 0 };
	int64_t left = deadline_ms - clock_mono_ms();

	return left > 0 && poll(&p, 1, (int)left) == 1;
}

static int connect_to(int port, int64_t deadline_ms)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int problem = 0;
	socklen_t n = sizeof(problem);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (errno == EINPROGRESS && ready(fd, POLLOUT, deadline_ms) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &n) == 0 && problem == 0)
		return fd;
	close(fd);
	return -1;
}

static bool read_all(int fd, struct buf *answer, int64_t deadline_ms)
{
	while (answer->n < ANSWER_MAX_BYTES && ready(fd, POLLIN, deadline_ms)) {
		ssize_t n = recv(fd, buf_reserve(answer, READ_BYTES), READ_BYTES, 0);
		if (n <= 0)
			return n == 0;
		answer->n += (size_t)n;
	}
	return false;
}

const char *probe_get(const void *ctx, int port, const char *path, int timeout_ms)
{
	static const char good[] = "HTTP/1.";
	int64_t deadline_ms = clock_mono_ms() + timeout_ms;
	const char *ask = mem_printf(
		ctx, "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
	struct buf *answer = buf_new(ctx);
	int fd = connect_to(port, deadline_ms);

	if (fd < 0)
		return NULL;
	bool whole = send(fd, ask, strlen(ask), MSG_NOSIGNAL) == (ssize_t)strlen(ask) &&
		     read_all(fd, answer, deadline_ms);
	close(fd);
	const char *text = buf_text(answer);
	const char *body = strstr(text, "\r\n\r\n");
	if (!whole || !body || strncmp(text, good, sizeof(good) - 1) != 0 ||
	    strncmp(text + sizeof(good), " 200", 4) != 0)
		return NULL;
	return body + 4;
}
