/*
 * A sorted set for each user and class holds the times of the last window, so that no hour that
 * anybody picks has more than the limit in it. One transaction, one round trip.
 */
#include "cgi-bin/limit.h"

#include "lib/secret.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

enum { MS = 1000 };

struct limit_row {
	const char *name;
	size_t max;              /* offset of the setting */
	int window_s;
};

static const struct limit_row limit_rows[] = {
	[LIMIT_DIAL] = { "dial", offsetof(struct settings, dials_per_hour), 3600 },
	[LIMIT_IMPORT] = { "import", offsetof(struct settings, imports_per_hour), 3600 },
};

const char *limit_name(enum limit limit)
{
	return limit_rows[limit].name;
}

struct count {
	const struct limit_row *row;
	const char *key, *member;      /* in Redis: of the user, and of this request */
	int max;
	int64_t n;                     /* with this one */
	int reset_s;                   /* until the oldest one no longer counts */
};

static void begin(struct request *r, enum limit limit, struct count *c)
{
	const struct limit_row *row = &limit_rows[limit];

	*c = (struct count){
		.row = row,
		.key = mem_printf(r->ctx, "cb:limit:%s:%s", row->name, r->session.user_id),
		.member = secret_uuid(r->ctx),
		.max = *(const int *)((const char *)&r->app->settings + row->max),
	};
}

/* Adds this request and reads how many there are. */
static int add(struct request *r, struct count *c)
{
	int64_t now_ms = clock_wall_us() / 1000;
	const char *now = mem_printf(r->ctx, "%" PRId64, now_ms);
	const char *old = mem_printf(r->ctx, "%" PRId64, now_ms - (int64_t)c->row->window_s * MS);
	const char *window = mem_printf(r->ctx, "%d", c->row->window_s);
	struct str key = str_of(c->key);
	struct str multi[] = { STR("MULTI") };
	struct str forget[] = { STR("ZREMRANGEBYSCORE"), key, STR("-inf"), str_of(old) };
	struct str put[] = { STR("ZADD"), key, str_of(now), str_of(c->member) };
	struct str keep[] = { STR("EXPIRE"), key, str_of(window) };
	struct str size[] = { STR("ZCARD"), key };
	struct str oldest[] = { STR("ZRANGE"), key, STR("0"), STR("0"), STR("WITHSCORES") };
	struct str exec[] = { STR("EXEC") };
	struct bus_reply *replies[7];
	struct bus *bus = r->app->bus;

	bus_add(bus, multi, ARRAY_LEN(multi));
	bus_add(bus, forget, ARRAY_LEN(forget));
	bus_add(bus, put, ARRAY_LEN(put));
	bus_add(bus, keep, ARRAY_LEN(keep));
	bus_add(bus, size, ARRAY_LEN(size));
	bus_add(bus, oldest, ARRAY_LEN(oldest));
	bus_add(bus, exec, ARRAY_LEN(exec));
	int err = bus_flush(bus, r->ctx, replies);
	if (err)
		return err;
	const struct bus_reply *done = replies[ARRAY_LEN(replies) - 1];
	struct str first = bus_str(bus_at(bus_at(done, 4), 1));
	c->n = bus_int(bus_at(done, 3));
	int64_t first_ms = strtoll(mem_strndup(r->ctx, first.p, first.n), NULL, 10);
	int64_t left_ms = first_ms + (int64_t)c->row->window_s * MS - now_ms;
	c->reset_s = (int)((left_ms + MS - 1) / MS);
	return 0;
}

static void take_back(struct request *r, struct count *c)
{
	struct str args[] = { STR("ZREM"), str_of(c->key), str_of(c->member) };

	bus_command(r->app->bus, r->ctx, NULL, args, ARRAY_LEN(args));
	c->n--;
}

static void tell(struct request *r, const struct count *c)
{
	http_header(r->response, "RateLimit-Policy",
		    mem_printf(r->ctx, "\"%s\";q=%d;w=%d", c->row->name, c->max, c->row->window_s));
	http_header(r->response, "RateLimit",
		    mem_printf(r->ctx, "\"%s\";r=%" PRId64 ";t=%d", c->row->name,
			       c->n < c->max ? c->max - c->n : 0, c->reset_s));
}

int limit_run(struct request *r, enum limit limit, int (*f)(struct request *r))
{
	struct count c;

	begin(r, limit, &c);
	int err = add(r, &c);
	if (err)
		return err;
	bool over = c.n > c.max;
	err = over ? ERR_RATE_LIMITED : f(r);
	if (err)
		take_back(r, &c);
	if (over) {
		r->detail = mem_printf(r->ctx, "No more than %d of these in %d minutes.", c.max,
				       c.row->window_s / 60);
		r->retry_after_s = c.reset_s;
	}
	tell(r, &c);
	return err;
}
