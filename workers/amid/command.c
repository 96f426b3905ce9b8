/* Commands from Redis and their replies. */
#include "workers/amid/command.h"

#include "lib/bus.h"
#include "lib/err.h"
#include "workers/amid/mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
	CONNECT_TIMEOUT_MS = 500,
	BLOCK_S = 1,
	BLOCK_TIMEOUT_MS = 2000,
	REPLY_EXPIRES_S = 30,
	RETRY_MS = 200,
	REMEMBERED_MAX = 1024,
	CLOCKS_DIFFER_MS = 5000,
};

struct commands {
	const char *list_key, *node;
	struct mailbox *box, *replies;
	struct reply *kept, **kept_end;      /* of the core thread: not released yet */
	struct bus *in, *out;                /* one for each thread */
	pthread_t taker, replier;
	/* Ids taken lately: none is executed twice, even if Redis has forgotten that it was. */
	char *remembered[REMEMBERED_MAX];
	size_t n_remembered;
};

struct reply {
	struct reply *next;
	const char *key, *text;
};

static void pause_retry(void)
{
	struct timespec t = { .tv_nsec = RETRY_MS * 1000000L };

	nanosleep(&t, NULL);
}

static bool is_new(struct commands *c, const char *id)
{
	for (size_t i = 0; i < REMEMBERED_MAX; i++)
		if (c->remembered[i] && str_is(str_of(id), c->remembered[i]))
			return false;
	char **slot = &c->remembered[c->n_remembered++ % REMEMBERED_MAX];
	talloc_free(*slot);
	*slot = mem_strdup(c, id);
	return true;
}

static struct command *parse(struct str text)
{
	struct command *c = mem_new(NULL, struct command);
	const struct json *body, *actor;

	if (json_parse(c, text.p, text.n, &body)) {
		talloc_free(c);
		return NULL;
	}
	actor = json_get(body, "actor");
	c->id = json_get_string(body, "id");
	c->verb = json_get_string(body, "verb");
	c->tenant = json_get_string(body, "tenant");
	c->reply_key = json_get_string(body, "reply");
	c->extension = json_get_string(actor, "extension");
	c->role = json_get_string(actor, "role");
	c->user_id = json_get_string(actor, "userId");
	c->deadline_ms = json_get_int(body, "deadline", 0);
	c->args = json_get(body, "args");
	if (!c->id || !c->verb || !c->tenant || !c->reply_key) {
		talloc_free(c);
		return NULL;
	}
	return c;
}

int command_time_left_ms(const struct command *c)
{
	int64_t left = c->deadline_ms - clock_wall_us() / 1000;

	return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

/*
 * Redis remembers the id until its deadline has passed on every clock: neither this process begun
 * anew nor another that has become the writer runs it again. What cannot be claimed where it was
 * taken is not run: whoever asked has lost the connection too, and with it the reply.
 */
static bool claim(struct commands *commands, const struct command *c)
{
	const char *key = mem_printf(c, "cb:%s:taken:%s", commands->node, c->id);
	const char *ms = mem_printf(c, "%lld",
				    (long long)command_time_left_ms(c) + CLOCKS_DIFFER_MS);
	const struct str args[] = { STR("SET"), str_of(key), STR("1"),
				    STR("NX"),  STR("PX"),  str_of(ms) };
	unsigned connection = bus_connections(commands->in);
	struct bus_reply *reply;
	int err = bus_command(commands->in, c, &reply, args, ARRAY_LEN(args));

	return err == 0 && bus_type(reply) != BUS_NIL &&
	       bus_connections(commands->in) == connection;
}

static void take(struct commands *commands, struct str text)
{
	struct command *c = parse(text);

	if (!c) {
		log_warn("command unreadable bytes=%zu", text.n);
		return;
	}
	if (is_new(commands, c->id) && claim(commands, c)) {
		mailbox_post(commands->box, c);
	} else {
		log_warn("command dropped verb=%s id=%s", c->verb, c->id);
		talloc_free(c);
	}
}

static void *run_taker(void *arg)
{
	struct commands *c = arg;
	char seconds[] = { (char)('0' + BLOCK_S), '\0' };
	const struct str args[] = { STR("BLPOP"), str_of(c->list_key), str_of(seconds) };

	for (;;) {
		void *ctx = mem_context();
		struct bus_reply *reply;
		int err = bus_command_wait(c->in, ctx, &reply, args, ARRAY_LEN(args),
					   BLOCK_TIMEOUT_MS);
		if (err)
			pause_retry();
		else if (bus_type(reply) == BUS_ARRAY && bus_length(reply) == 2)
			take(c, bus_str(bus_at(reply, 1)));
		talloc_free(ctx);
	}
	return NULL;
}

static void *run_replier(void *arg)
{
	struct commands *c = arg;

	for (;;) {
		struct reply *r = mailbox_take(c->replies, 60000);
		if (!r)
			continue;
		const char *expires = mem_printf(r, "%d", REPLY_EXPIRES_S);
		const struct str push[] = { STR("RPUSH"), str_of(r->key), str_of(r->text) };
		const struct str expire[] = { STR("EXPIRE"), str_of(r->key), str_of(expires) };
		/* Not repeated: whoever asked has a deadline of its own and reads the state anew. */
		if (bus_add(c->out, push, 3) == 0 && bus_add(c->out, expire, 3) == 0 &&
		    bus_flush(c->out, r, NULL) == 0)
			log_debug("replied key=%s", r->key);
		else
			log_warn("reply lost key=%s", r->key);
		talloc_free(r);
	}
	return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *), struct commands *c)
{
	if (pthread_create(thread, NULL, run, c)) {
		log_error("no thread name=command");
		abort();
	}
}

static struct bus *connection(const struct settings *settings)
{
	void *ctx = mem_context();
	const char *user = *settings->redis_user ? settings->redis_user : NULL;
	const char *password = *settings->redis_password_file
				       ? settings_secret(ctx, settings->redis_password_file)
				       : NULL;

	struct bus *bus = bus_new(NULL, settings->redis, user, password, CONNECT_TIMEOUT_MS);
	talloc_free(ctx);
	return bus;
}

struct commands *commands_start(const struct settings *settings, struct mailbox *box)
{
	struct commands *c = mem_new(NULL, struct commands);

	c->node = settings->node;
	c->list_key = mem_printf(c, "cb:%s:commands", settings->node);
	c->box = box;
	c->replies = mailbox_new(c, -1);
	c->kept_end = &c->kept;
	c->in = connection(settings);
	c->out = connection(settings);
	start(&c->taker, run_taker, c);
	start(&c->replier, run_replier, c);
	return c;
}

static void post_reply(struct commands *commands, struct command *c, struct buf *text)
{
	struct reply *r = mem_new(NULL, struct reply);

	r->key = mem_strdup(r, c->reply_key);
	r->text = mem_strndup(r, text->p, text->n);
	talloc_free(c);
	*commands->kept_end = r;
	commands->kept_end = &r->next;
}

void commands_release(struct commands *commands)
{
	struct reply *r;

	while ((r = commands->kept) != NULL) {
		commands->kept = r->next;
		mailbox_post(commands->replies, r);
	}
	commands->kept_end = &commands->kept;
}

static struct json_out begin_reply(struct command *c, bool ok)
{
	struct json_out o;

	json_out_init(&o, buf_new(c));
	json_open(&o, '{');
	json_put_text(&o, "id", c->id);
	json_put_bool(&o, "ok", ok);
	return o;
}

void command_done(struct commands *commands, struct command *c, const char *result)
{
	struct json_out o = begin_reply(c, true);

	json_key(&o, "result");
	json_raw(&o, result ? str_of(result) : STR("{}"));
	json_close(&o, '}');
	post_reply(commands, c, o.buf);
}

void command_failed(struct commands *commands, struct command *c, int err, const char *detail)
{
	struct json_out o = begin_reply(c, false);

	json_put_text(&o, "error", err_row(err)->name);
	json_put_text(&o, "detail", detail ? detail : err_row(err)->title);
	json_close(&o, '}');
	post_reply(commands, c, o.buf);
}
