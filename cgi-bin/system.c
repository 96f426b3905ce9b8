/* Health and the description of the API. */
#include "cgi-bin/openapi.h"
#include "cgi-bin/site.h"

#include <string.h>
#include <time.h>

/* ---- health ---- */

static void put_check(struct request *r, const char *name, struct str state, int64_t age_ms)
{
	json_key(&r->out, name);
	json_open(&r->out, '{');
	json_put_str(&r->out, "state", state);
	json_key(&r->out, "ageMs");
	if (age_ms < 0)
		json_null(&r->out);
	else
		json_int(&r->out, age_ms);
	json_close(&r->out, '}');
}

/* How old "2026-11-22T09:30:00.123Z" is; -1 if it is no time. */
static int64_t age_of(struct str at)
{
	char text[TIME_TEXT_SIZE];
	struct tm tm = { 0 };

	if (at.n != TIME_TEXT_SIZE - 1)
		return -1;
	memcpy(text, at.p, at.n);
	text[at.n] = '\0';
	if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return -1;
	int64_t age_ms = clock_wall_us() / 1000 - (int64_t)timegm(&tm) * 1000;
	return age_ms < 0 ? 0 : age_ms;
}

/* A field of amid's health: "state@time". Whether it is up. */
static bool put_amid_field(struct request *r, struct str name, struct str value)
{
	const char *at = memchr(value.p, '@', value.n);
	size_t n = at ? (size_t)(at - value.p) : value.n;
	struct str when = { value.p + n + 1, at ? value.n - n - 1 : 0 };

	put_check(r, mem_strndup(r->ctx, name.p, name.n), (struct str){ value.p, n },
		  age_of(when));
	return str_is((struct str){ value.p, n }, "up");
}

static bool check_database(struct request *r)
{
	struct db_result *result;
	bool ok = db_exec(r->app->db, r->ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL) == 0;

	put_check(r, "database", ok ? STR("up") : STR("down"), 0);
	return ok;
}

/* Redis itself, and through it what amid says of its link to Asterisk and its store. */
static bool check_redis(struct request *r)
{
	const char *key = mem_printf(r->ctx, "cb:%s:health", r->app->settings.node);
	struct str args[] = { STR("HGETALL"), str_of(key) };
	struct bus_reply *reply;
	int err = bus_command(r->app->bus, r->ctx, &reply, args, ARRAY_LEN(args));

	size_t n = err ? 0 : bus_length(reply);
	bool up = n > 0;
	put_check(r, "redis", err ? STR("down") : STR("up"), 0);
	if (!up)
		put_check(r, "amid", STR("down"), -1);
	for (size_t i = 0; i + 1 < n; i += 2)
		if (!put_amid_field(r, bus_str(bus_at(reply, i)), bus_str(bus_at(reply, i + 1))))
			up = false;
	return up;
}

static int health(struct request *r)
{
	json_open(&r->out, '{');
	json_put_text(&r->out, "version", CB_VERSION);
	json_key(&r->out, "checks");
	json_open(&r->out, '{');
	bool database = check_database(r);
	bool rest = check_redis(r);
	json_close(&r->out, '}');
	json_put_text(&r->out, "status", database && rest ? "ok" : "down");
	json_close(&r->out, '}');
	if (database && rest)
		return 0;
	r->response->status = err_row(ERR_UNAVAILABLE)->http;
	r->response->type = "application/json";
	http_header(r->response, "Retry-After", "1");
	return 0;
}

/* ---- the description ---- */

static int openapi(struct request *r)
{
	openapi_put(&r->out, site,
		    mem_printf(r->ctx, "%s/api/pbx", r->app->settings.public_url));
	return 0;
}

static const struct route routes[] = {
	{ HTTP_GET, "health", PUBLIC, "Whether every part works", 200, .also = 503,
	  .schema = "Health", .handler = health },
	{ HTTP_GET, "openapi.json", PUBLIC, "This description", 200,
	  .schema = "Description", .handler = openapi },
};

const struct resource system_resource = { routes, ARRAY_LEN(routes), NULL };
