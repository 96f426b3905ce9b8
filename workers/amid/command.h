/*
 * Commands from the API (docs/ARCHITECTURE.md, "Commands"): two threads take them from a Redis
 * list and bring the replies back, so that the core never waits for Redis.
 */
#ifndef AMID_COMMAND_H
#define AMID_COMMAND_H

#include "lib/json.h"
#include "lib/settings.h"

#include <stdbool.h>

struct mailbox;
struct commands;

/* A message without a talloc parent; whoever replies gives it away. */
struct command {
	const char *id, *verb, *tenant, *reply_key;
	const char *extension, *role;        /* of the actor */
	const char *user_id;
	int64_t deadline_ms;                 /* wall clock, ms since the epoch */
	const struct json *args;
};

/* Starts the threads; commands arrive in box. */
struct commands *commands_start(const struct settings *settings, struct mailbox *box);

/* Milliseconds until the command's deadline; 0 when it has passed. */
int command_time_left_ms(const struct command *c);

/*
 * Each replies once and frees the command. result is a JSON value; NULL: {}. The reply leaves with
 * commands_release, once what it says is in the journal.
 */
void command_done(struct commands *commands, struct command *c, const char *result);
void command_failed(struct commands *commands, struct command *c, int err, const char *detail);

void commands_release(struct commands *commands);

#endif
