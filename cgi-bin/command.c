/* A command goes into a list with a deadline; its reply comes back in a list of its own. */
#include "cgi-bin/command.h"

#include "lib/secret.h"

#include <inttypes.h>

/*
 * amid decides at the deadline, and its word is waited for a little longer; then Redis' own
 * answer, that there was none.
 */
enum { GRACE_MS = 500, REDIS_GRACE_MS = 200 };

/* amid's health is a key that expires: without it nobody would read the command. */
static int check_alive(struct request *r)
{
	const char *key = mem_printf(r->ctx, "cb:%s:health", r->session.node);
	struct str args[] = { STR("EXISTS"), str_of(key) };
	struct bus_reply *reply;
	int err = bus_command(r->app->bus, r->ctx, &reply, args, ARRAY_LEN(args));

	if (err)
		return err;
	return bus_int(reply) ? 0 : ERR_PBX_UNAVAILABLE;
}

static const char *write_command(const struct request *r, const char *id, const char *verb,
				 const char *reply_key, struct buf *args, int timeout_ms)
{
	const struct session *s = &r->session;
	struct json_out o;
	struct buf *b = buf_new(r->ctx);

	json_out_init(&o, b);
	json_open(&o, '{');
	json_put_text(&o, "id", id);
	json_put_text(&o, "verb", verb);
	json_put_text(&o, "tenant", s->tenant);
	json_key(&o, "actor");
	json_open(&o, '{');
	json_put_text(&o, "userId", s->user_id);
	json_put_text(&o, "extension", s->extension);
	json_put_text(&o, "role", s->role);
	json_close(&o, '}');
	json_put_int(&o, "deadline", clock_wall_us() / 1000 + timeout_ms);
	json_put_text(&o, "reply", reply_key);
	json_key(&o, "args");
	json_raw(&o, str_of(buf_text(args)));
	json_close(&o, '}');
	return buf_text(b);
}

static int push(struct request *r, const char *command)
{
	const char *key = mem_printf(r->ctx, "cb:%s:commands", r->session.node);
	struct str args[] = { STR("RPUSH"), str_of(key), str_of(command) };

	return bus_command(r->app->bus, r->ctx, NULL, args, ARRAY_LEN(args));
}

static int await(struct request *r, const char *reply_key, int timeout_ms, struct str *text)
{
	timeout_ms += GRACE_MS;
	const char *seconds = mem_printf(r->ctx, "%d.%03d", timeout_ms / 1000, timeout_ms % 1000);
	struct str args[] = { STR("BLPOP"), str_of(reply_key), str_of(seconds) };
	struct bus_reply *reply;
	int err = bus_command_wait(r->app->bus, r->ctx, &reply, args, ARRAY_LEN(args),
				   timeout_ms + REDIS_GRACE_MS);

	if (err)
		return err;
	if (bus_type(reply) != BUS_ARRAY)
		return ERR_TIMEOUT;
	*text = bus_str(bus_at(reply, 1));
	return 0;
}

int command_send(struct request *r, const char *verb, struct buf *args, int timeout_ms,
		 const struct json **result)
{
	const char *id = secret_uuid(r->ctx);
	const char *reply_key = mem_printf(r->ctx, "cb:%s:reply:%s", r->session.node, id);
	const struct json *reply;
	struct str text;
	int err = check_alive(r);

	if (!err)
		err = push(r, write_command(r, id, verb, reply_key, args, timeout_ms));
	if (!err)
		err = await(r, reply_key, timeout_ms, &text);
	if (err)
		return err;
	if (json_parse(r->ctx, text.p, text.n, &reply))
		return ERR_INTERNAL;
	if (!json_get_bool(reply, "ok", false)) {
		const char *name = json_get_string(reply, "error");
		r->detail = json_get_string(reply, "detail");
		return name ? err_by_name(name) : ERR_INTERNAL;
	}
	if (result)
		*result = json_get(reply, "result");
	return 0;
}
