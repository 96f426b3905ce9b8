/* Tells relay and Asterisk of sessions that have ended. */
#include "cgi-bin/ended.h"

#include "cgi-bin/command.h"
#include "lib/log.h"

enum { MARK_SECONDS = 2 * TICKET_SECONDS, COMMAND_MS = 1500 };

static int tell_sockets(struct request *r, const char *id)
{
	const struct session *s = &r->session;
	const char *key = mem_printf(r->ctx, "cb:ended:%s", id);
	const char *seconds = mem_printf(r->ctx, "%d", MARK_SECONDS);
	const char *channel = mem_printf(r->ctx, "cb:%s:%s:sessions", s->node, s->tenant);
	const char *message = mem_printf(r->ctx, "revoked %s", id);
	struct str mark[] = { STR("SET"), str_of(key), STR("1"), STR("EX"), str_of(seconds) };
	struct str publish[] = { STR("PUBLISH"), str_of(channel), str_of(message) };

	bus_add(r->app->bus, mark, ARRAY_LEN(mark));
	bus_add(r->app->bus, publish, ARRAY_LEN(publish));
	return bus_flush(r->app->bus, r->ctx, NULL);
}

static void tell_phone(struct request *r, const char *extension)
{
	struct buf *args = buf_new(r->ctx);
	struct json_out o;

	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "extension", extension);
	json_close(&o, '}');
	if (command_send(r, "agent.logout", args, COMMAND_MS, NULL))
		log_error("asterisk was not told of a phone's end extension=%s", extension);
	r->detail = NULL;
}

void ended_tell(struct request *r, const struct db_result *ended)
{
	for (size_t i = 0; i < db_rows(ended); i++)
		if (tell_sockets(r, db_text(ended, i, 0))) {
			log_error("sockets of ended sessions were not told count=%zu",
				  db_rows(ended) - i);
			break;
		}
	for (size_t i = 0; i < db_rows(ended); i++)
		if (db_text(ended, i, 1))
			tell_phone(r, db_text(ended, i, 1));
}

int ended_run(struct request *r, enum query change, enum query ended, const char *const *params)
{
	const struct db_step steps[] = { { change, params, DB_TEXT }, { ended, params, DB_TEXT } };
	struct db_result *results[ARRAY_LEN(steps)];
	int err = request_run(r, steps, ARRAY_LEN(steps), results);

	if (!err)
		ended_tell(r, results[1]);
	return err;
}
