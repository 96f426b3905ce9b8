/* Health and the description of the API. */
#include "cgi-bin/openapi.h"
#include "cgi-bin/site.h"
#include "lib/probe.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

/* ---- health ---- */

/* No part that is away keeps an answer for longer. */
enum { HEALTH_DB_MS = 1000, HEALTH_PROBE_MS = 300, DISK_LOW_PERCENT = 10 };

/* What is the matter with the parts; written only for those who may know. */
struct health {
	struct request *r;
	struct json_out out;          /* the checks */
	bool well;                    /* all that the service needs */
};

static void open_check(struct health *h, const char *name, struct str state, int64_t age_ms)
{
	json_key(&h->out, name);
	json_open(&h->out, '{');
	json_put_str(&h->out, "state", state);
	json_key(&h->out, "ageMs");
	if (age_ms < 0)
		json_null(&h->out);
	else
		json_int(&h->out, age_ms);
}

static void close_check(struct health *h)
{
	json_close(&h->out, '}');
}

/* A part that the service cannot do without. */
static void put_check(struct health *h, const char *name, bool up, int64_t age_ms)
{
	open_check(h, name, up ? STR("up") : STR("down"), age_ms);
	close_check(h);
	h->well = h->well && up;
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

/*
 * Asks as a manager, which tells whether the caller is one: *details is NULL for all others, who learn
 * only whether there is an answer.
 */
static bool ask_database(struct request *r, struct db_result **details)
{
	const char *params[] = { r->app->settings.node };
	struct route as_manager = *r->route;
	const struct route *own = r->route;
	struct db_result *result;
	int err = ERR_UNAUTHENTICATED;

	*details = NULL;
	db_deadline(r->app->db, HEALTH_DB_MS);
	if (r->token) {
		as_manager.least = MANAGER;
		r->route = &as_manager;
		err = request_exec(r, Q_HEALTH_STORE, params, DB_TEXT, details);
		r->route = own;
		r->detail = NULL;
	}
	if (err > 0)
		err = db_exec(r->app->db, r->ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL);
	db_deadline(r->app->db, r->app->db_answer_ms);
	return err == 0;
}

/* A field of amid's health: "state@time". */
static void put_amid_field(struct health *h, struct str name, struct str value)
{
	const char *at = memchr(value.p, '@', value.n);
	size_t n = at ? (size_t)(at - value.p) : value.n;
	struct str when = { value.p + n + 1, at ? value.n - n - 1 : 0 };

	put_check(h, mem_strndup(h->r->ctx, name.p, name.n), str_is((struct str){ value.p, n }, "up"),
		  age_of(when));
}

/* Redis itself, and through it what amid says of its link to Asterisk and its store. */
static void check_redis(struct health *h)
{
	struct request *r = h->r;
	const char *key = mem_printf(r->ctx, "cb:%s:health", r->app->settings.node);
	struct str args[] = { STR("HGETALL"), str_of(key) };
	struct bus_reply *reply;
	int err = bus_command(r->app->bus, r->ctx, &reply, args, ARRAY_LEN(args));
	size_t n = err ? 0 : bus_length(reply);

	put_check(h, "redis", !err, 0);
	if (n == 0)
		put_check(h, "amid", false, -1);
	for (size_t i = 0; i + 1 < n; i += 2)
		put_amid_field(h, bus_str(bus_at(reply, i)), bus_str(bus_at(reply, i + 1)));
}

/* ---- what only managers see ---- */

enum { STORE_WRITER_AGE, STORE_LETTERS, STORE_LETTER_AGE, STORE_UNTIL, STORE_STRAYS, STORE_WELL };

static int64_t age_or_none(const struct db_result *result, size_t column)
{
	return db_is_null(result, 0, column) ? -1 : db_int(result, 0, column);
}

static void put_store(struct health *h, const struct db_result *d)
{
	bool writes = !db_is_null(d, 0, STORE_WRITER_AGE);

	open_check(h, "writer", writes ? STR("up") : STR("down"), age_or_none(d, STORE_WRITER_AGE));
	close_check(h);
	open_check(h, "deadLetters", db_int(d, 0, STORE_LETTERS) ? STR("warn") : STR("up"),
		   age_or_none(d, STORE_LETTER_AGE));
	json_put_int(&h->out, "count", db_int(d, 0, STORE_LETTERS));
	close_check(h);
	open_check(h, "partitions", db_int(d, 0, STORE_WELL) ? STR("up") : STR("warn"), 0);
	json_put_text(&h->out, "until", db_text(d, 0, STORE_UNTIL));
	json_put_int(&h->out, "count", db_int(d, 0, STORE_STRAYS));
	close_check(h);
}

/* The value of a line of metrics, -1 if there is none. */
static double metric(const char *text, const char *name)
{
	const char *line = text ? strstr(text, name) : NULL;

	return line ? strtod(line + strlen(name), NULL) : -1;
}

/* What amid counts but does not tell Redis: what waits to be stored, and how long Asterisk is silent. */
static void put_journal(struct health *h)
{
	const char *text = probe_get(h->r->ctx, h->r->app->settings.amid_metrics_port, "/metrics",
				     HEALTH_PROBE_MS);
	double lag_s = metric(text, "\ncordboard_amid_journal_lag_seconds{to=\"postgresql\"} ");
	double silence_s = metric(text, "\ncordboard_amid_ami_silence_seconds ");

	open_check(h, "journal", text ? STR("up") : STR("down"), lag_s < 0 ? -1 : (int64_t)(lag_s * 1000));
	json_put_int(&h->out, "count", (int64_t)metric(text, "\ncordboard_amid_journal_waiting_entries"
							      "{to=\"postgresql\"} "));
	close_check(h);
	open_check(h, "events", silence_s < 0 ? STR("down") : STR("up"),
		   silence_s < 0 ? -1 : (int64_t)(silence_s * 1000));
	close_check(h);
}

static void put_relay(struct health *h)
{
	bool up = probe_get(h->r->ctx, h->r->app->settings.relay_metrics_port, "/metrics",
			    HEALTH_PROBE_MS);

	open_check(h, "relay", up ? STR("up") : STR("down"), 0);
	close_check(h);
}

static void put_disk(struct health *h)
{
	struct statvfs disk;

	if (statvfs(h->r->app->settings.recordings_dir, &disk) != 0) {
		open_check(h, "recordings", STR("down"), -1);
		close_check(h);
		return;
	}
	bool low = disk.f_bavail * 100 < disk.f_blocks * DISK_LOW_PERCENT;
	open_check(h, "recordings", low ? STR("warn") : STR("up"), 0);
	json_put_int(&h->out, "freeBytes", (int64_t)(disk.f_bavail * disk.f_frsize));
	close_check(h);
}

static int health(struct request *r)
{
	struct health h = { .r = r, .well = true };
	struct buf *checks = buf_new(r->ctx);
	struct db_result *details;

	json_out_init(&h.out, checks);
	json_open(&h.out, '{');
	put_check(&h, "database", ask_database(r, &details), 0);
	check_redis(&h);
	if (details) {
		put_store(&h, details);
		put_journal(&h);
		put_relay(&h);
		put_disk(&h);
	}
	json_close(&h.out, '}');
	json_open(&r->out, '{');
	json_put_text(&r->out, "status", h.well ? "ok" : "degraded");
	if (details) {
		json_put_text(&r->out, "version", CB_VERSION);
		json_key(&r->out, "checks");
		json_raw(&r->out, (struct str){ checks->p, checks->n });
	}
	json_close(&r->out, '}');
	if (h.well)
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
	{ HTTP_GET, "health", PUBLIC, "Whether the service works; for managers part by part, with ages", 200, .also = 503,
	  .schema = "Health", .handler = health },
	{ HTTP_GET, "openapi.json", PUBLIC, "This description", 200,
	  .schema = "Description", .handler = openapi },
};

const struct resource system_resource = { routes, ARRAY_LEN(routes), NULL };
