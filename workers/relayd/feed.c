/* The relay's side of Redis. */
#include "workers/relayd/feed.h"

#include "lib/bus.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "workers/relayd/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 500, /* few ask; what is shown is right two seconds after Redis is back */
	SNAPSHOT_REUSE_EVENTS = 64, /* a snapshot with this many events after it is read anew */
};

struct floor {
	const char *node, *tenant;
	struct str events, sessions;       /* channels */
	struct str parts[SNAPSHOT__PARTS]; /* keys */
	struct str seq;                    /* key */
	struct stream *stream;
	struct snapshot *snapshot;
	uint64_t snapshot_generation;
	int64_t ahead; /* seq key of the last tick, if it was ahead of us */
	bool touched;
	void *data; /* the watcher's */
	struct floor *next;
};

struct feed {
	struct bus *commands, *subscription;
	struct floor *floors;
	struct metrics *metrics;
	struct feed_watcher watcher;
	uint64_t connection;
	int64_t away_since_us;
	int64_t retry_at_ms;
	int backoff_ms;
};

struct feed *feed_new(const void *ctx, const struct feed_address *address, struct metrics *metrics,
		      const struct feed_watcher *watcher)
{
	struct feed *feed = mem_new(ctx, struct feed);

	feed->commands =
		bus_new(feed, address->redis, address->user, address->password, FEED_TIMEOUT_MS);
	feed->subscription =
		bus_new(feed, address->redis, address->user, address->password, FEED_TIMEOUT_MS);
	feed->metrics = metrics;
	feed->watcher = *watcher;
	feed->backoff_ms = BACKOFF_FIRST_MS;
	feed->away_since_us = clock_wall_us();
	return feed;
}

int feed_socket(const struct feed *feed, uint64_t *connection)
{
	*connection = feed->connection;
	return bus_socket(feed->subscription);
}

int64_t feed_away_since(const struct feed *feed)
{
	return feed->away_since_us;
}

struct stream *floor_stream(const struct floor *floor)
{
	return floor->stream;
}

void *floor_data(const struct floor *floor)
{
	return floor->data;
}

void floor_set_data(struct floor *floor, void *data)
{
	floor->data = data;
}

/* ---- what was read ---- */

static void tell_touched(struct feed *feed)
{
	for (struct floor *floor = feed->floors; floor; floor = floor->next)
		if (floor->touched) {
			floor->touched = false;
			feed->watcher.changed(feed->watcher.arg, floor);
		}
}

static void take_event(struct feed *feed, struct floor *floor, struct str message)
{
	feed->metrics->events++;
	switch (stream_take(floor->stream, message)) {
	case STREAM_HOLE:
		log_warn("hole node=%s tenant=%s", floor->node, floor->tenant);
		feed->metrics->holes++;
		floor->touched = true;
		break;
	case STREAM_NEW:
		floor->touched = true;
		break;
	case STREAM_OLD:
		break;
	}
}

static void take_session(struct feed *feed, const struct floor *floor, struct str message)
{
	struct str verb = STR("revoked ");

	if (message.n <= verb.n || memcmp(message.p, verb.p, verb.n) != 0)
		return;
	feed->watcher.revoked(feed->watcher.arg, floor,
			      (struct str){ message.p + verb.n, message.n - verb.n });
}

static void take(void *arg, struct str channel, struct str message)
{
	struct feed *feed = arg;

	for (struct floor *floor = feed->floors; floor; floor = floor->next)
		if (str_eq(channel, floor->events))
			take_event(feed, floor, message);
		else if (str_eq(channel, floor->sessions))
			take_session(feed, floor, message);
}

/* ---- Redis comes and goes ---- */

static void retry_later(struct feed *feed)
{
	unsigned random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = 0;
	feed->retry_at_ms = clock_mono_ms() + (int)(random % (unsigned)feed->backoff_ms);
	feed->backoff_ms =
		feed->backoff_ms * 2 < BACKOFF_MAX_MS ? feed->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void restart_stream(struct floor *floor)
{
	stream_reset(floor->stream);
	floor->ahead = 0;
	floor->touched = true;
}

static void lose(struct feed *feed)
{
	bus_close(feed->subscription);
	bus_close(feed->commands);
	feed->connection++;
	retry_later(feed);
	if (feed->away_since_us)
		return;
	feed->away_since_us = clock_wall_us();
	feed->metrics->redis_up = 0;
	feed->metrics->redis_losses++;
	log_error("redis away");
	for (struct floor *floor = feed->floors; floor; floor = floor->next)
		floor->touched = true;
}

void feed_read(struct feed *feed)
{
	if (bus_read(feed->subscription, take, feed) != 0)
		lose(feed);
	tell_touched(feed);
}

static int subscribe(struct feed *feed, const struct floor *floor)
{
	const struct str channels[] = { floor->events, floor->sessions };
	bool fresh = bus_socket(feed->subscription) < 0;
	int result = bus_subscribe(feed->subscription, channels, ARRAY_LEN(channels));

	if (fresh)
		feed->connection++;
	return result ? result : bus_read(feed->subscription, take, feed);
}

/* Asks for every floor's seq; with no floor yet, whether Redis is there at all. */
static int read_seqs(struct feed *feed, const void *ctx, struct bus_reply **replies)
{
	const struct str ping = STR("PING");

	for (const struct floor *floor = feed->floors; floor; floor = floor->next)
		bus_add(feed->commands, (struct str[]){ STR("GET"), floor->seq }, 2);
	if (!feed->floors)
		return bus_command(feed->commands, ctx, NULL, &ping, 1);
	return bus_flush(feed->commands, ctx, replies);
}

static int64_t seq_of(const struct bus_reply *reply)
{
	char digits[24] = "";
	struct str text = bus_str(reply);

	if (text.n < sizeof(digits))
		memcpy(digits, text.p, text.n);
	return strtoll(digits, NULL, 10);
}

/*
 * Whether the seq key shows that the stream has missed something: it went back, or what it said
 * a tick ago has not arrived since.
 */
static bool has_missed(struct floor *floor, int64_t key)
{
	int64_t seq = stream_seq(floor->stream);
	bool missed = key < seq || (floor->ahead && seq < floor->ahead);

	floor->ahead = key > seq ? key : 0;
	return stream_begun(floor->stream) && missed;
}

static int subscribe_all(struct feed *feed)
{
	int result = 0;

	bus_close(feed->subscription);
	for (struct floor *floor = feed->floors; floor && !result; floor = floor->next)
		result = subscribe(feed, floor);
	return result;
}

static size_t count_floors(const struct feed *feed)
{
	size_t n = 0;

	for (const struct floor *floor = feed->floors; floor; floor = floor->next)
		n++;
	return n;
}

static void check(struct feed *feed)
{
	struct bus_reply **replies = mem_array(feed, struct bus_reply *, count_floors(feed));
	bool missed = false;
	size_t i = 0;
	int result = read_seqs(feed, replies, replies);

	for (struct floor *floor = feed->floors; !result && floor; floor = floor->next) {
		if (!has_missed(floor, seq_of(replies[i++])))
			continue;
		log_warn("behind node=%s tenant=%s", floor->node, floor->tenant);
		feed->metrics->holes++;
		restart_stream(floor);
		missed = true;
	}
	talloc_free(replies);
	if (missed)
		result = subscribe_all(feed);
	if (result)
		lose(feed);
}

static void come_back(struct feed *feed)
{
	struct bus_reply **replies = mem_array(feed, struct bus_reply *, count_floors(feed));
	int result = read_seqs(feed, replies, replies);

	talloc_free(replies);
	if (!result)
		result = subscribe_all(feed);
	if (result) {
		lose(feed);
		return;
	}
	log_info("redis there");
	feed->away_since_us = 0;
	feed->backoff_ms = BACKOFF_FIRST_MS;
	feed->metrics->redis_up = 1;
	for (struct floor *floor = feed->floors; floor; floor = floor->next)
		restart_stream(floor);
}

void feed_tick(struct feed *feed)
{
	if (!feed->away_since_us)
		check(feed);
	else if (clock_mono_ms() >= feed->retry_at_ms)
		come_back(feed);
	tell_touched(feed);
}

/* ---- tickets ---- */

int feed_redeem(struct feed *feed, const void *ctx, struct str ticket, const struct json **out)
{
	const char *key = mem_printf(ctx, "cb:ticket:%s", secret_sha256(ctx, ticket));
	struct str getdel[] = { STR("GETDEL"), str_of(key) };
	struct bus_reply *reply;
	int result = feed->away_since_us ? ERR_UNAVAILABLE
					 : bus_command(feed->commands, ctx, &reply, getdel, 2);

	if (result < 0)
		lose(feed);
	if (result)
		return result;
	if (bus_type(reply) != BUS_STRING)
		return ERR_UNAUTHENTICATED;
	return json_parse(ctx, bus_str(reply).p, bus_str(reply).n, out);
}

int feed_check_session(struct feed *feed, const void *ctx, const char *session_id)
{
	const char *key = mem_printf(ctx, "cb:ended:%s", session_id);
	struct str exists[] = { STR("EXISTS"), str_of(key) };
	struct bus_reply *reply;
	int result = feed->away_since_us ? ERR_UNAVAILABLE
					 : bus_command(feed->commands, ctx, &reply, exists, 2);

	if (result < 0)
		lose(feed);
	if (result)
		return result;
	return bus_int(reply) ? ERR_UNAUTHENTICATED : 0;
}

/* ---- floors ---- */

static struct str key_of(const struct floor *floor, const char *name)
{
	return str_of(mem_printf(floor, "cb:%s:%s:%s", floor->node, floor->tenant, name));
}

static struct floor *floor_new(struct feed *feed, const char *node, const char *tenant)
{
	struct floor *floor = mem_new(feed, struct floor);

	floor->node = mem_strdup(floor, node);
	floor->tenant = mem_strdup(floor, tenant);
	floor->events = key_of(floor, "events");
	floor->sessions = key_of(floor, "sessions");
	floor->seq = key_of(floor, "seq");
	floor->parts[SNAPSHOT_CALLS] = key_of(floor, "calls");
	floor->parts[SNAPSHOT_AGENTS] = key_of(floor, "agents");
	floor->parts[SNAPSHOT_QUEUES] = key_of(floor, "queues");
	floor->stream = stream_new(floor);
	floor->next = feed->floors;
	feed->floors = floor;
	return floor;
}

struct floor *feed_floor(struct feed *feed, const char *node, const char *tenant)
{
	for (struct floor *floor = feed->floors; floor; floor = floor->next)
		if (strcmp(floor->node, node) == 0 && strcmp(floor->tenant, tenant) == 0)
			return floor;
	struct floor *floor = floor_new(feed, node, tenant);
	if (!feed->away_since_us && subscribe(feed, floor) != 0)
		lose(feed);
	return floor;
}

/* ---- snapshots ---- */

static void fill(struct snapshot *snapshot, const struct bus_reply *exec)
{
	for (size_t part = 0; part < SNAPSHOT__PARTS; part++) {
		const struct bus_reply *hash = bus_at(exec, part + 1);
		for (size_t i = 0; i + 1 < bus_length(hash); i += 2) {
			struct str key = bus_str(bus_at(hash, i));
			struct str json = bus_str(bus_at(hash, i + 1));
			if (snapshot_add(snapshot, (enum snapshot_part)part, key, json))
				log_error("object unreadable part=%zu key=%.*s", part, (int)key.n,
					  key.p);
		}
	}
}

/* Seq and the three hashes in one transaction; exec is the answer of EXEC. */
static int ask_picture(struct feed *feed, const void *ctx, const struct floor *floor,
		       const struct bus_reply **exec)
{
	enum { STEPS = 3 + SNAPSHOT__PARTS };
	struct bus_reply *replies[STEPS];

	bus_add(feed->commands, (struct str[]){ STR("MULTI") }, 1);
	bus_add(feed->commands, (struct str[]){ STR("GET"), floor->seq }, 2);
	for (size_t i = 0; i < SNAPSHOT__PARTS; i++)
		bus_add(feed->commands, (struct str[]){ STR("HGETALL"), floor->parts[i] }, 2);
	bus_add(feed->commands, (struct str[]){ STR("EXEC") }, 1);
	int result = bus_flush(feed->commands, ctx, replies);
	if (result)
		return result;
	*exec = replies[STEPS - 1];
	return bus_length(*exec) == 1 + SNAPSHOT__PARTS ? 0 : ERR_UNAVAILABLE;
}

/* The stream goes on from the snapshot if it has no beginning, or if the picture went back. */
static void align_stream(struct floor *floor, int64_t seq)
{
	if (stream_begun(floor->stream) && seq < stream_seq(floor->stream))
		restart_stream(floor);
	if (!stream_begun(floor->stream))
		stream_begin(floor->stream, seq);
	floor->snapshot_generation = stream_generation(floor->stream);
}

static int read_snapshot(struct feed *feed, struct floor *floor)
{
	void *ctx = talloc_new(feed);
	const struct bus_reply *exec;
	int result = ask_picture(feed, ctx, floor, &exec);

	if (!result) {
		talloc_free(floor->snapshot);
		floor->snapshot = snapshot_new(floor, seq_of(bus_at(exec, 0)));
		fill(floor->snapshot, exec);
		align_stream(floor, snapshot_seq(floor->snapshot));
		feed->metrics->snapshots_read++;
	}
	talloc_free(ctx);
	return result;
}

static bool is_fresh(const struct floor *floor)
{
	const struct stream *stream = floor->stream;

	return floor->snapshot && floor->snapshot_generation == stream_generation(stream) &&
	       stream_covers(stream, snapshot_seq(floor->snapshot)) &&
	       stream_events_after(stream, snapshot_seq(floor->snapshot)) <= SNAPSHOT_REUSE_EVENTS;
}

const struct buf *feed_snapshot(struct feed *feed, struct floor *floor,
				const struct audience *audience, int retry_ms, int64_t *seq)
{
	if (feed->away_since_us)
		return NULL;
	if (!is_fresh(floor) && read_snapshot(feed, floor) != 0) {
		lose(feed);
		return NULL;
	}
	*seq = snapshot_seq(floor->snapshot);
	return snapshot_frame(floor->snapshot, audience, retry_ms);
}
