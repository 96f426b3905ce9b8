/* Journal to Redis. */
#include "workers/amid/live.h"

#include "lib/bus.h"
#include "lib/err.h"
#include "lib/log.h"
#include "workers/amid/mailbox.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	REDIS_TIMEOUT_MS = 100,
	BATCH_ENTRIES_MAX = 200,
	IDLE_MS = 200,
	RETRY_MS = 200,
	HEALTH_EVERY_MS = 1000,
};

/* The hash that keeps the present state of a kind; the key of the record is the field. */
static const char *const hashes[RECORD__COUNT] = {
	[RECORD_CALL] = "calls",
	[RECORD_AGENT] = "agents",
	[RECORD_QUEUE] = "queues",
};

static const char *const health_names[LIVE_HEALTH__COUNT] = { "ami", "store" };

/* A tenant's channel: each message names the one before it. */
struct channel {
	struct channel *next;
	const char *tenant;
	int64_t last_seq;
};

struct live {
	struct bus *bus;
	const char *node;
	struct journal *journal;
	struct journal_reader *reader;
	struct channel *channels;
	int wake_fd;
	pthread_t thread;
	unsigned connection;               /* the one that the picture was built on */
	_Atomic bool synced;               /* Redis holds the picture as of the last entry read */
	_Atomic int64_t published;         /* seq of the last entry it has */
	int64_t next_health_ms;
	_Atomic bool wants_picture;
	_Atomic bool health_up[LIVE_HEALTH__COUNT];
	_Atomic int64_t health_at_us[LIVE_HEALTH__COUNT];
};

static struct channel *channel_of(struct live *l, const char *tenant)
{
	for (struct channel *c = l->channels; c; c = c->next)
		if (strcmp(c->tenant, tenant) == 0)
			return c;
	struct channel *c = mem_new(l, struct channel);
	c->tenant = mem_strdup(c, tenant);
	c->next = l->channels;
	l->channels = c;
	return c;
}

static struct str key(const struct live *l, void *ctx, const char *tenant, const char *what)
{
	return str_of(mem_printf(ctx, "cb:%s:%s:%s", l->node, tenant, what));
}

static void add(struct live *l, const struct str *args, size_t n, int *err)
{
	if (*err == 0)
		*err = bus_add(l->bus, args, n);
}

static void add_state(struct live *l, void *ctx, const struct journal_entry *e, int *err)
{
	struct str hash = key(l, ctx, e->tenant, hashes[e->kind]);

	if (e->gone)
		add(l, (struct str[]){ STR("HDEL"), hash, str_of(e->key) }, 3, err);
	else
		add(l, (struct str[]){ STR("HSET"), hash, str_of(e->key), e->json }, 4, err);
}

static struct str envelope(void *ctx, const struct journal_entry *e, int64_t previous)
{
	struct buf *b = buf_new(ctx);
	char when[TIME_TEXT_SIZE];

	buf_printf(b, "%" PRId64 " %" PRId64 " %s %s %s\n", e->seq, previous, e->queue, e->agents,
		   e->live);
	buf_printf(b, "{\"seq\":%" PRId64 ",\"ts\":\"%s\",\"type\":\"%s\",\"data\":", e->seq,
		   time_rfc3339(e->at_us, when), e->live);
	buf_add(b, e->json.p, e->json.n);
	buf_addc(b, '}');
	return (struct str){ b->p, b->n };
}

static void add_event(struct live *l, void *ctx, const struct journal_entry *e, int *err)
{
	struct channel *channel = channel_of(l, e->tenant);
	struct str seq = str_of(mem_printf(ctx, "%" PRId64, e->seq));

	add(l, (struct str[]){ STR("SET"), key(l, ctx, e->tenant, "seq"), seq }, 3, err);
	add(l, (struct str[]){ STR("PUBLISH"), key(l, ctx, e->tenant, "events"),
			       envelope(ctx, e, channel->last_seq) }, 3, err);
	channel->last_seq = e->seq;
}

static void add_reset(struct live *l, void *ctx, const struct journal_entry *e, int *err)
{
	add(l, (struct str[]){ STR("DEL"), key(l, ctx, e->tenant, "calls"),
			       key(l, ctx, e->tenant, "agents"),
			       key(l, ctx, e->tenant, "queues") }, 4, err);
	add(l, (struct str[]){ STR("SET"), key(l, ctx, e->tenant, "seq"),
			       str_of(mem_printf(ctx, "%" PRId64, e->seq)) }, 3, err);
	/* No reader has seen this predecessor: every one notices and asks for a snapshot. */
	channel_of(l, e->tenant)->last_seq = e->seq;
}

static void add_entry(struct live *l, void *ctx, const struct journal_entry *e, int *err)
{
	if (e->kind == JOURNAL_RESET) {
		add_reset(l, ctx, e, err);
		return;
	}
	if (e->kind < 0 || e->kind >= RECORD__COUNT || strcmp(e->live, "-") == 0)
		return;
	if (hashes[e->kind])
		add_state(l, ctx, e, err);
	add_event(l, ctx, e, err);
}

/* Sends the pipeline, unless the bus had to connect anew: then Redis has forgotten the picture. */
static int flush(struct live *l, void *ctx, int err)
{
	if (!err && bus_connections(l->bus) != l->connection)
		err = -ECONNRESET;
	return err ? err : bus_flush(l->bus, ctx, NULL);
}

/* Redis was lost: what it holds is unknown, so the whole picture has to come again. */
static void lost(struct live *l, int err)
{
	struct timespec t = { .tv_nsec = RETRY_MS * 1000000L };

	if (l->synced)
		log_warn("Redis is away error=%d", err);
	l->synced = false;
	bus_close(l->bus);
	nanosleep(&t, NULL);
}

static void publish_batch(struct live *l, struct journal_entry *first)
{
	void *ctx = mem_context();
	struct journal_entry entry = *first;
	int err = 0, n = 0;

	add(l, (struct str[]){ STR("MULTI") }, 1, &err);
	do
		add_entry(l, ctx, &entry, &err);
	while (++n < BATCH_ENTRIES_MAX && journal_next(l->reader, &entry, 0));
	add(l, (struct str[]){ STR("EXEC") }, 1, &err);
	err = flush(l, ctx, err);
	if (err)
		lost(l, err);
	else
		atomic_store(&l->published, entry.seq);
	talloc_free(ctx);
}

static void publish_health(struct live *l)
{
	void *ctx = mem_context();
	char when[TIME_TEXT_SIZE];
	struct str name = str_of(mem_printf(ctx, "cb:%s:health", l->node));
	int err = 0;

	add(l, (struct str[]){ STR("HSET"), name, STR("amid"),
			       str_of(mem_printf(ctx, "up@%s",
						 time_rfc3339(clock_wall_us(), when))) }, 4, &err);
	for (int i = 0; i < LIVE_HEALTH__COUNT; i++) {
		const char *state = atomic_load(&l->health_up[i]) ? "up" : "down";
		const char *at = time_rfc3339(atomic_load(&l->health_at_us[i]), when);
		add(l, (struct str[]){ STR("HSET"), name, str_of(health_names[i]),
				       str_of(mem_printf(ctx, "%s@%s", state, at)) }, 4, &err);
	}
	add(l, (struct str[]){ STR("EXPIRE"), name, STR("10") }, 3, &err);
	err = flush(l, ctx, err);
	if (err)
		lost(l, err);
	talloc_free(ctx);
	l->next_health_ms = clock_mono_ms() + HEALTH_EVERY_MS;
}

static bool reachable(struct live *l)
{
	int err = bus_command(l->bus, NULL, NULL, (struct str[]){ STR("PING") }, 1);

	l->connection = bus_connections(l->bus);
	return err == 0;
}

/* Asks for the picture and skips everything older than it. */
static bool resynced(struct live *l, struct journal_entry *entry)
{
	if (!reachable(l)) {
		lost(l, 0);
		return false;
	}
	atomic_store(&l->wants_picture, true);
	wake(l->wake_fd);
	int64_t deadline = clock_mono_ms() + 5000;
	while (clock_mono_ms() < deadline)
		if (journal_next(l->reader, entry, IDLE_MS) && entry->kind == JOURNAL_RESET) {
			l->synced = true;
			return true;
		}
	return false;
}

static void *run(void *arg)
{
	struct live *l = arg;
	struct journal_entry entry;

	l->reader = journal_follow(NULL, l->journal, atomic_load(&l->published));
	for (;;) {
		if (!l->synced) {
			if (resynced(l, &entry)) {
				log_info("live picture is up node=%s", l->node);
				publish_batch(l, &entry);
			}
			continue;
		}
		if (journal_next(l->reader, &entry, IDLE_MS))
			publish_batch(l, &entry);
		if (clock_mono_ms() >= l->next_health_ms)
			publish_health(l);
	}
	return NULL;
}

struct live *live_start(const struct settings *settings, struct journal *journal, int wake_fd)
{
	struct live *l = mem_new(NULL, struct live);
	const char *password = *settings->redis_password_file
				       ? settings_secret(l, settings->redis_password_file)
				       : NULL;

	l->bus = bus_new(l, settings->redis, *settings->redis_user ? settings->redis_user : NULL,
			 password, REDIS_TIMEOUT_MS);
	l->node = settings->node;
	l->journal = journal;
	l->wake_fd = wake_fd;
	atomic_store(&l->published, journal_last_seq(journal));
	if (pthread_create(&l->thread, NULL, run, l)) {
		log_error("no thread name=live");
		abort();
	}
	return l;
}

bool live_wants_picture(struct live *l)
{
	return atomic_exchange(&l->wants_picture, false);
}

void live_set_health(struct live *l, enum live_health part, bool up, int64_t at_us)
{
	atomic_store(&l->health_up[part], up);
	atomic_store(&l->health_at_us[part], at_us);
}

bool live_up(const struct live *l)
{
	return atomic_load(&l->synced);
}

int64_t live_published(const struct live *l)
{
	return atomic_load(&l->published);
}
