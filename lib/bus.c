/* Redis through hiredis. */
#include "lib/bus.h"

#include "lib/err.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct bus {
	const char *address, *user, *password;
	int timeout_ms;
	redisContext *connection; /* NULL while closed */
	unsigned connections;     /* how many have been opened */
	size_t added;             /* commands of the pipeline that is being built */
	int failed;               /* what broke while it was built; bus_flush tells */
	redisReply **kept;        /* messages that came while a subscription was confirmed */
	size_t kept_n;
};

/* ---- connection ---- */

static struct timeval timeval_of(int ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

void bus_close(struct bus *bus)
{
	for (size_t i = 0; i < bus->kept_n; i++)
		freeReplyObject(bus->kept[i]);
	bus->kept_n = 0;
	bus->added = 0;
	bus->failed = 0;
	if (bus->connection)
		redisFree(bus->connection);
	bus->connection = NULL;
}

static int bus_destroy(struct bus *bus)
{
	bus_close(bus);
	return 0;
}

struct bus *bus_new(const void *ctx, const char *address, const char *user, const char *password,
		    int timeout_ms)
{
	struct bus *bus = mem_new(ctx, struct bus);

	bus->address = mem_strdup(bus, address);
	bus->user = user && *user ? mem_strdup(bus, user) : NULL;
	bus->password = password && *password ? mem_strdup(bus, password) : NULL;
	bus->timeout_ms = timeout_ms;
	talloc_set_destructor(bus, bus_destroy);
	return bus;
}

/* What hiredis says went wrong, as -errno. */
static int errno_of(const redisContext *connection)
{
	if (!connection)
		return -ENOMEM;
	switch (connection->err) {
	case REDIS_ERR_IO:
		if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS)
			return -ETIMEDOUT;
		return errno ? -errno : -EIO;
	case REDIS_ERR_EOF:
		return -ECONNRESET;
	case REDIS_ERR_PROTOCOL:
		return -EPROTO;
	case REDIS_ERR_OOM:
		return -ENOMEM;
	default:
		return -EHOSTUNREACH;
	}
}

/* Logs what broke, closes, and returns it as -errno. */
static int lose(struct bus *bus, const char *during)
{
	int result = errno_of(bus->connection);

	log_warn("redis lost during=%s address=%s error=%s", during, bus->address,
		 strerror(-result));
	bus_close(bus);
	return result;
}

static redisContext *dial(const struct bus *bus)
{
	struct timeval timeout = timeval_of(bus->timeout_ms);

	if (bus->address[0] == '/')
		return redisConnectUnixWithTimeout(bus->address, timeout);
	const char *colon = strrchr(bus->address, ':');
	char *host = mem_strndup(bus, bus->address,
				 colon ? (size_t)(colon - bus->address) : strlen(bus->address));
	int port = colon ? (int)strtol(colon + 1, NULL, 10) : 6379;
	redisContext *connection = redisConnectWithTimeout(host, port, timeout);
	talloc_free(host);
	return connection;
}

static int append(struct bus *bus, const struct str *args, size_t n)
{
	const char **p = mem_array(bus, const char *, n);
	size_t *len = mem_array(p, size_t, n);

	for (size_t i = 0; i < n; i++) {
		p[i] = args[i].p;
		len[i] = args[i].n;
	}
	int result = redisAppendCommandArgv(bus->connection, (int)n, p, len);
	talloc_free(p);
	return result == REDIS_OK ? 0 : lose(bus, "append");
}

/* Reads one reply of the pipeline. An error reply is an answer: the connection stays open. */
static int read_reply(struct bus *bus, redisReply **out)
{
	void *reply = NULL;

	*out = NULL;
	errno = 0;
	if (redisGetReply(bus->connection, &reply) != REDIS_OK)
		return lose(bus, "reply");
	*out = reply;
	return 0;
}

static int error_of(const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR) {
		log_warn("redis refused error=%s", reply->str);
		return ERR_UNAVAILABLE;
	}
	/* The array that EXEC answers holds an error for each command that failed. */
	for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
		if (reply->element[i]->type == REDIS_REPLY_ERROR)
			return error_of(reply->element[i]);
	return 0;
}

static int authenticate(struct bus *bus)
{
	struct str args[3] = { STR("AUTH") };
	redisReply *reply;
	size_t n = 1;

	if (!bus->password)
		return 0;
	if (bus->user)
		args[n++] = str_of(bus->user);
	args[n++] = str_of(bus->password);
	int result = append(bus, args, n);
	if (!result)
		result = read_reply(bus, &reply);
	if (result)
		return result;
	result = error_of(reply);
	freeReplyObject(reply);
	if (result)
		bus_close(bus);
	return result;
}

/* An idle connection that the other side has closed looks open until it is read. */
static bool is_gone(const struct bus *bus)
{
	char byte;
	ssize_t n = recv(bus->connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static int open_connection(struct bus *bus)
{
	if (bus->connection && !is_gone(bus))
		return 0;
	bus_close(bus);
	errno = 0;
	bus->connection = dial(bus);
	if (!bus->connection || bus->connection->err)
		return lose(bus, "connect");
	redisSetTimeout(bus->connection, timeval_of(bus->timeout_ms));
	bus->connections++;
	return authenticate(bus);
}

unsigned bus_connections(const struct bus *bus)
{
	return bus->connections;
}

/* ---- commands ---- */

/* Replies are hiredis's own objects behind our name; the root hangs on a context. */
static int drop_root(redisReply **root)
{
	freeReplyObject(*root);
	return 0;
}

static struct bus_reply *own(const void *ctx, redisReply *reply)
{
	redisReply **root = mem_new(ctx, redisReply *);

	*root = reply;
	talloc_set_destructor(root, drop_root);
	return (void *)reply;
}

int bus_add(struct bus *bus, const struct str *args, size_t n)
{
	if (!bus->failed && bus->added == 0)
		bus->failed = open_connection(bus);
	if (!bus->failed)
		bus->failed = append(bus, args, n);
	if (!bus->failed)
		bus->added++;
	return bus->failed;
}

int bus_flush(struct bus *bus, const void *ctx, struct bus_reply **replies)
{
	size_t n = bus->added;
	int result = bus->failed;
	redisReply *reply;

	bus->failed = 0;
	bus->added = 0;
	for (size_t i = 0; result >= 0 && i < n; i++) {
		int broken = read_reply(bus, &reply);
		if (broken)
			return broken;
		if (!result)
			result = error_of(reply);
		if (replies)
			replies[i] = own(ctx, reply);
		else
			freeReplyObject(reply);
	}
	return result;
}

int bus_command(struct bus *bus, const void *ctx, struct bus_reply **reply, const struct str *args,
		size_t n)
{
	bus_add(bus, args, n);
	return bus_flush(bus, ctx, reply);
}

int bus_command_wait(struct bus *bus, const void *ctx, struct bus_reply **reply,
		     const struct str *args, size_t n, int timeout_ms)
{
	int result = bus_add(bus, args, n);

	if (!result)
		redisSetTimeout(bus->connection, timeval_of(timeout_ms));
	result = bus_flush(bus, ctx, reply);
	if (bus->connection)
		redisSetTimeout(bus->connection, timeval_of(bus->timeout_ms));
	return result;
}

/* ---- subscription ---- */

/* hiredis waits or does not by this flag; the socket has to agree. */
static int set_blocking(struct bus *bus, bool blocking)
{
	int flags = fcntl(bus->connection->fd, F_GETFL);

	flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	if (fcntl(bus->connection->fd, F_SETFL, flags) < 0)
		return -errno;
	if (blocking)
		bus->connection->flags |= REDIS_BLOCK;
	else
		bus->connection->flags &= ~REDIS_BLOCK;
	return 0;
}

static bool is_message(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
	       reply->element[0]->type == REDIS_REPLY_STRING &&
	       strcmp(reply->element[0]->str, "message") == 0;
}

static void keep(struct bus *bus, redisReply *reply)
{
	bus->kept = mem_grow(bus, bus->kept, redisReply *, bus->kept_n + 1);
	bus->kept[bus->kept_n++] = reply;
}

/* Waits for n confirmations; messages of earlier channels that come between are kept. */
static int await_confirmations(struct bus *bus, size_t n)
{
	redisReply *reply;

	while (n > 0) {
		int result = read_reply(bus, &reply);
		if (result)
			return result;
		if (is_message(reply)) {
			keep(bus, reply);
			continue;
		}
		result = error_of(reply);
		freeReplyObject(reply);
		if (result) {
			bus_close(bus);
			return result;
		}
		n--;
	}
	return 0;
}

int bus_subscribe(struct bus *bus, const struct str *channels, size_t n)
{
	struct str *args = mem_array(bus, struct str, n + 1);

	args[0] = STR("SUBSCRIBE");
	memcpy(args + 1, channels, n * sizeof(*channels));
	/* An open subscription has unread bytes at any time, and its end shows when it is read. */
	int result = bus->connection ? 0 : open_connection(bus);
	if (!result)
		result = set_blocking(bus, true);
	if (!result)
		result = append(bus, args, n + 1);
	if (!result)
		result = await_confirmations(bus, n);
	if (!result)
		result = set_blocking(bus, false);
	talloc_free(args);
	return result;
}

int bus_socket(const struct bus *bus)
{
	return bus->connection ? bus->connection->fd : -1;
}

static struct str str_of_reply(const redisReply *reply)
{
	return (struct str){ reply->str, reply->len };
}

static void deliver(redisReply *reply, void (*f)(void *, struct str, struct str), void *arg)
{
	if (is_message(reply))
		f(arg, str_of_reply(reply->element[1]), str_of_reply(reply->element[2]));
	freeReplyObject(reply);
}

int bus_read(struct bus *bus, void (*f)(void *arg, struct str channel, struct str message),
	     void *arg)
{
	void *reply;

	if (!bus->connection)
		return -ENOTCONN;
	for (size_t i = 0; i < bus->kept_n; i++)
		deliver(bus->kept[i], f, arg);
	bus->kept_n = 0;
	errno = 0;
	if (redisBufferRead(bus->connection) != REDIS_OK)
		return lose(bus, "subscription");
	while (redisGetReplyFromReader(bus->connection, &reply) == REDIS_OK && reply)
		deliver(reply, f, arg);
	return bus->connection->err ? lose(bus, "subscription") : 0;
}

/* ---- replies ---- */

static const redisReply *inner(const struct bus_reply *r)
{
	return (const void *)r;
}

enum bus_type bus_type(const struct bus_reply *r)
{
	switch (inner(r)->type) {
	case REDIS_REPLY_STRING:
		return BUS_STRING;
	case REDIS_REPLY_ARRAY:
		return BUS_ARRAY;
	case REDIS_REPLY_INTEGER:
		return BUS_INTEGER;
	case REDIS_REPLY_STATUS:
		return BUS_STATUS;
	case REDIS_REPLY_ERROR:
		return BUS_ERROR;
	default:
		return BUS_NIL;
	}
}

struct str bus_str(const struct bus_reply *r)
{
	enum bus_type type = bus_type(r);

	return type == BUS_STRING || type == BUS_STATUS ? str_of_reply(inner(r)) : STR("");
}

int64_t bus_int(const struct bus_reply *r)
{
	return bus_type(r) == BUS_INTEGER ? inner(r)->integer : 0;
}

size_t bus_length(const struct bus_reply *r)
{
	return bus_type(r) == BUS_ARRAY ? inner(r)->elements : 0;
}

const struct bus_reply *bus_at(const struct bus_reply *r, size_t i)
{
	return i < bus_length(r) ? (const void *)inner(r)->element[i] : NULL;
}
