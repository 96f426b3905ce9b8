/*
 * Redis through hiredis: the only file that includes it is bus.c.
 *
 * hiredis 0.14 keeps no timers and does not reconnect: a call that finds the connection gone
 * tries once to open it and gives up at its deadline, so nobody is ever blocked by Redis.
 */
#ifndef CB_BUS_H
#define CB_BUS_H

#include "lib/base.h"

#include <stdbool.h>

struct bus;
struct bus_reply;

enum bus_type { BUS_NIL, BUS_STRING, BUS_INTEGER, BUS_ARRAY, BUS_STATUS, BUS_ERROR };

/*
 * A connection, opened on first use. address is a path (unix socket) or host:port; user may be
 * NULL; timeout_ms bounds connecting and every command.
 */
struct bus *bus_new(const void *ctx, const char *address, const char *user, const char *password,
		    int timeout_ms);
/* Closes the connection if open; the next call opens it again. */
void bus_close(struct bus *bus);

/*
 * How many connections have been opened: whoever keeps state in Redis learns by a change that the
 * server may have been another one, with nothing in it.
 */
unsigned bus_connections(const struct bus *bus);

/*
 * One command; arguments are byte strings. *reply belongs to ctx (reply may be NULL).
 * Returns 0, -errno (connection; it is closed), or ERR_UNAVAILABLE for an error reply.
 */
int bus_command(struct bus *bus, const void *ctx, struct bus_reply **reply, const struct str *args,
		size_t n);
/* The same with a longer deadline than the connection's, for blocking commands. */
int bus_command_wait(struct bus *bus, const void *ctx, struct bus_reply **reply,
		     const struct str *args, size_t n, int timeout_ms);

/*
 * Pipelining: add commands, then send them and read all their replies in order. bus_flush also
 * returns what broke while adding, so its answer alone can be looked at: after a failed add, all
 * fail until bus_flush or bus_close.
 */
int bus_add(struct bus *bus, const struct str *args, size_t n);
/*
 * replies has room for one entry each, or is NULL (they are dropped). The first error reply, also
 * within EXEC's answer, gives ERR_UNAVAILABLE; the others are read all the same.
 */
int bus_flush(struct bus *bus, const void *ctx, struct bus_reply **replies);

/*
 * A subscription inside somebody's event loop: connect and subscribe block for timeout_ms at
 * most, then the socket is non-blocking. Called again it adds channels; messages that came
 * meanwhile are kept for bus_read, which therefore has to be called once after it.
 */
int bus_subscribe(struct bus *bus, const struct str *channels, size_t n);
int bus_socket(const struct bus *bus);
/*
 * Reads what has arrived and calls f for each message. Returns 0, or -errno when the connection
 * is lost (it is closed; subscribe again).
 */
int bus_read(struct bus *bus, void (*f)(void *arg, struct str channel, struct str message),
	     void *arg);

enum bus_type bus_type(const struct bus_reply *r);
struct str bus_str(const struct bus_reply *r);           /* empty unless a string or status */
int64_t bus_int(const struct bus_reply *r);
size_t bus_length(const struct bus_reply *r);            /* of an array */
const struct bus_reply *bus_at(const struct bus_reply *r, size_t i);

#endif
