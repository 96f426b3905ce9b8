/* Journal to PostgreSQL. */
#include "workers/amid/store.h"

#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/log.h"
#include "workers/amid/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#define HASH_FUNCTION(key, n, hash) \
	((hash) = (unsigned)str_hash((struct str){ (const char *)(key), (n) }, 0))
#include <uthash.h>

enum {
	BATCH_ENTRIES_MAX = 5000,
	BATCH_BYTES_MAX = 2 << 20,
	IDLE_MS = 200,
	SIGN_OF_LIFE_MS = 500,
	SWEEP_MS = 10000,
	TAKEN_OVER_MS = 1500,                /* of silence; see store_become_writer */
	LOOK_MS = 100,                       /* between two looks at the writer's signs of life … */
	LOOKED_AWAY_MS = 1000,               /* … and when there was none so long, PostgreSQL was away */
	GIVE_UP_MS = 1000,
	RETRY_MS = 250,
	FIRST_REPLAN_ENTRIES = 1000,
};

/*
 * Which statement takes the records of a kind; kinds without one live in Redis only. Of a state
 * the newest in a batch is enough, of a log every entry counts.
 */
static const struct kind_row {
	const char *name;
	enum query query;
	enum { NOT_STORED, STATE, LOG } nature;
} kinds[JOURNAL__KINDS] = {
	[RECORD_CALL] = { "call", Q_STORE_CALLS, STATE },
	[RECORD_LEG] = { "leg", Q_STORE_LEGS, STATE },
	[RECORD_VISIT] = { "visit", Q_STORE_VISITS, STATE },
	[RECORD_OFFER] = { "offer", Q_STORE_OFFERS, STATE },
	[RECORD_SEGMENT] = { "segment", Q_STORE_SEGMENTS, STATE },
	[RECORD_TRANSFER] = { "transfer", Q_STORE_TRANSFERS, STATE },
	[RECORD_MOMENT] = { "moment", Q_STORE_MOMENTS, LOG },
	[RECORD_AGENT] = { "agent", Q_STORE_AGENTS, STATE },
	[RECORD_ACTIVITY] = { "activity", Q_STORE_ACTIVITIES, LOG },
	[RECORD_QUEUE] = { .name = "queue" },
	[RECORD_PRESENCE] = { .name = "presence" },
	[JOURNAL_RESET] = { .name = "reset" },
	[JOURNAL_HEARD] = { .name = "heard" },
};

struct store {
	struct db *db;
	const char *node, *conninfo;
	int64_t epoch;
	char epoch_text[24];
	struct journal *journal;
	struct journal_reader *reader;
	struct mailbox *config_box;
	int wake_fd;
	size_t stored, replan_at;            /* entries: plans are made anew each time they have doubled */
	int64_t swept_ms;                    /* when sessions were last looked for whose time is over */
	int64_t alive_ms;                    /* when the database last heard from this writer */
	_Atomic int64_t led_ms;              /* when it surely was the writer still */
	struct store_past past;
	pthread_t thread;
	_Atomic int64_t applied;
	_Atomic int64_t close_lost_before;
	_Atomic bool healthy;
	_Atomic uint64_t dead_letters;
};

/* A record that is to be stored. */
struct item {
	UT_hash_handle hh;                   /* of a state: by the name of the thing */
	struct item *next;
	int64_t seq;
	struct str json;
};

/* What was read and is not stored yet. */
struct batch {
	void *ctx;
	struct item *first[RECORD__COUNT], **end[RECORD__COUNT];
	struct item *states[RECORD__COUNT];  /* those of them that a newer state replaces */
	int64_t last_seq;
	int64_t heard_us;                    /* how far Asterisk was heard, 0: it does not say */
	size_t entries, bytes;
};

static void pause_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* Runs one statement until the server can be reached. */
static int exec_patiently(struct store *s, const void *ctx, enum query query,
			  const char *const *params, struct db_result **result)
{
	for (int tries = 0;; tries++) {
		struct db_error error;
		int err = db_exec(s->db, ctx, query, params, DB_TEXT, result, &error);
		atomic_store(&s->healthy, err == 0);
		if (err == 0)
			return 0;
		if (err > 0 && err != ERR_UNAVAILABLE && err != ERR_TIMEOUT) {
			log_error("statement refused name=%s message=%s", query_texts[query].name,
				  error.message);
			return err;
		}
		if (tries % 20 == 0)
			log_warn("waiting for PostgreSQL");
		pause_ms(RETRY_MS);
	}
}

/*
 * The journal's directory belongs to one process: who holds its lock knows that whoever had it
 * before is dead. The lock goes with the process.
 */
static bool lock_journal(const char *dir)
{
	if (mkdir(dir, 0750) && errno != EEXIST)
		return false;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* This machine and this journal. */
static const char *holder_name(const void *ctx, const struct settings *settings)
{
	struct utsname name;

	uname(&name);
	return mem_printf(ctx, "%s:%s", name.nodename, settings->journal_dir);
}

/* What a standby sees of the writer: its last sign of life, and since when there has been no other. */
struct watch {
	int64_t sign_us, since_ms, looked_ms;
};

/*
 * Whether it has been silent for so long before our eyes. That the sign is old proves nothing: after an
 * absence of PostgreSQL every sign is.
 */
static bool is_silent(struct watch *w, int64_t sign_us)
{
	int64_t now_ms = clock_mono_ms();

	if (sign_us != w->sign_us || now_ms - w->looked_ms > LOOKED_AWAY_MS)
		w->since_ms = now_ms;
	w->sign_us = sign_us;
	w->looked_ms = now_ms;
	return sign_us && now_ms - w->since_ms >= TAKEN_OVER_MS;
}

/* 1: this process is the writer now, 0: another is, negative: the database refuses. */
static int try_to_take_over(struct store *s, const char *holder, struct watch *w)
{
	void *ctx = mem_context();
	struct db_result *row;
	char sign[24];
	int err = exec_patiently(s, ctx, Q_STORE_SIGN_OF_LIFE, (const char *[]){ s->node }, &row);

	if (!err) {
		int64_t sign_us = db_rows(row) ? db_int(row, 0, 0) : 0;
		snprintf(sign, sizeof(sign), "%" PRId64, sign_us);
		const char *params[] = { s->node, holder, is_silent(w, sign_us) ? sign : NULL };
		err = exec_patiently(s, ctx, Q_STORE_BECOME_WRITER, params, &row);
	}
	bool taken = !err && db_rows(row) == 1;
	if (taken) {
		s->epoch = db_int(row, 0, 0);
		atomic_store(&s->applied, db_int(row, 0, 1));
		s->past.heard_us = db_int(row, 0, 2);
		s->past.alive_us = db_int(row, 0, 3);
	}
	talloc_free(ctx);
	return err ? -err : taken;
}

static bool take_over(struct store *s, const char *holder)
{
	struct watch watch = { 0 };
	int result;

	for (bool told = false; (result = try_to_take_over(s, holder, &watch)) == 0; told = true) {
		if (!told)
			log_info("standby node=%s", s->node);
		pause_ms(LOOK_MS);
	}
	return result > 0;
}

struct store *store_new(const void *ctx, const struct settings *settings, int64_t *epoch)
{
	struct store *s = mem_new(ctx, struct store);

	s->conninfo = settings->db_worker;
	s->db = db_new(s, s->conninfo);
	s->node = settings->node;
	s->wake_fd = -1;
	s->replan_at = FIRST_REPLAN_ENTRIES;
	db_listen(s->db, Q_LISTEN_CONFIG);
	if (!lock_journal(settings->journal_dir)) {
		log_error("journal is in use or cannot be made dir=%s", settings->journal_dir);
		return NULL;
	}
	if (!take_over(s, holder_name(s, settings)))
		return NULL;
	*epoch = s->epoch;
	snprintf(s->epoch_text, sizeof(s->epoch_text), "%" PRId64, s->epoch);
	return s;
}

static bool is_applied_in_time(const struct store *s, int64_t seq, int ms)
{
	int64_t deadline = clock_mono_ms() + ms;

	while (atomic_load(&s->applied) < seq && clock_mono_ms() < deadline)
		pause_ms(LOOK_MS / 10);
	return atomic_load(&s->applied) >= seq;
}

void store_give_up(struct store *s, int64_t seq)
{
	if (!is_applied_in_time(s, seq, GIVE_UP_MS))
		return;
	/* A connection of its own: the thread may be in the middle of using the other. */
	void *ctx = mem_context();
	struct db *db = db_new(ctx, s->conninfo);
	struct db_result *row;
	struct db_error error;

	db_deadline(db, GIVE_UP_MS);
	db_exec(db, ctx, Q_STORE_GIVE_UP, (const char *[]){ s->node, s->epoch_text }, DB_TEXT, &row,
		&error);
	talloc_free(ctx);
}

/* ---- configuration ---- */

static const char *copy(void *ctx, const char *text)
{
	return text ? mem_strdup(ctx, text) : NULL;
}

static void take_queues(struct store_config *c, const struct db_result *rows)
{
	c->n_queues = db_rows(rows);
	c->queues = mem_array(c, struct store_queue, c->n_queues + 1);
	for (size_t i = 0; i < c->n_queues; i++)
		c->queues[i] = (struct store_queue){ copy(c, db_text(rows, i, 0)),
						     copy(c, db_text(rows, i, 1)),
						     db_int(rows, i, 2) };
}

static void take_agents(struct store_config *c, const struct db_result *rows)
{
	c->n_agents = db_rows(rows);
	c->agents = mem_array(c, struct store_agent, c->n_agents + 1);
	for (size_t i = 0; i < c->n_agents; i++)
		c->agents[i] = (struct store_agent){
			.tenant = copy(c, db_text(rows, i, 0)),
			.extension = copy(c, db_text(rows, i, 1)),
			.status = copy(c, db_text(rows, i, 2)),
			.reason = copy(c, db_text(rows, i, 3)),
			.next_status = copy(c, db_text(rows, i, 4)),
			.since_us = db_int(rows, i, 5),
			.wrapup_us = db_int(rows, i, 6),
			.call_id = copy(c, db_text(rows, i, 7)),
			.wrapup_ms = db_int(rows, i, 8),
			.wrapup_extended = db_int(rows, i, 9) != 0,
			.phone = db_int(rows, i, 10),
			.signed_in = db_int(rows, i, 11) != 0,
			.help_us = db_int(rows, i, 12),
		};
}

struct store_config *store_read_config(struct store *s)
{
	struct store_config *config = mem_new(NULL, struct store_config);
	void *ctx = mem_context();
	const char *params[] = { s->node };
	struct db_result *queues, *agents;

	if (exec_patiently(s, ctx, Q_STORE_CONFIG_QUEUES, params, &queues) ||
	    exec_patiently(s, ctx, Q_STORE_CONFIG_AGENTS, params, &agents)) {
		talloc_free(config);
		config = NULL;
	} else {
		take_queues(config, queues);
		take_agents(config, agents);
	}
	talloc_free(ctx);
	return config;
}

/* ---- batches ---- */

static bool is_stored(const struct journal_entry *entry)
{
	return entry->kind >= 0 && entry->kind < (int)ARRAY_LEN(kinds) &&
	       kinds[entry->kind].nature != NOT_STORED && entry->json.n > 2;
}

static struct item *item_new(struct batch *b, const struct journal_entry *entry)
{
	struct item *item = mem_new(b->ctx, struct item);
	struct item ***end = &b->end[entry->kind];

	if (!*end)
		*end = &b->first[entry->kind];
	**end = item;
	*end = &item->next;
	return item;
}

/* The item of the same thing, if an older state of it is in the batch; else a new one. */
static struct item *item_get(struct batch *b, const struct journal_entry *entry)
{
	const char *name = mem_printf(b->ctx, "%s/%s", entry->tenant, entry->key);
	struct item *item;

	HASH_FIND_STR(b->states[entry->kind], name, item);
	if (item)
		return item;
	item = item_new(b, entry);
	HASH_ADD_KEYPTR(hh, b->states[entry->kind], name, strlen(name), item);
	return item;
}

static void batch_add(struct batch *b, const struct journal_entry *entry)
{
	b->last_seq = entry->seq;
	if (entry->kind == JOURNAL_HEARD && entry->at_us > b->heard_us)
		b->heard_us = entry->at_us;
	b->entries++;
	if (!is_stored(entry))
		return;
	/* Whose name could not be written in the journal is not to be told from others. */
	bool named = kinds[entry->kind].nature == STATE && strcmp(entry->key, "-") != 0;
	struct item *item = named ? item_get(b, entry) : item_new(b, entry);
	item->seq = entry->seq;
	item->json = (struct str){ mem_strndup(b->ctx, entry->json.p, entry->json.n),
				   entry->json.n };
	b->bytes += entry->json.n;
}

/* The records of a kind as a JSON array, each with its seq in front; NULL: none. */
static const char *array_of(const struct batch *b, int kind)
{
	struct buf *array = b->first[kind] ? buf_new(b->ctx) : NULL;

	for (const struct item *item = b->first[kind]; item; item = item->next) {
		buf_adds(array, array->n ? ",{\"seq\":" : "[{\"seq\":");
		buf_add_int(array, item->seq);
		buf_addc(array, ',');
		buf_add(array, item->json.p + 1, item->json.n - 1);
	}
	if (!array)
		return NULL;
	buf_addc(array, ']');
	return buf_text(array);
}

/* The tables behind the hashes are uthash's own memory, not talloc's. */
static void batch_free(struct batch *b)
{
	for (int kind = 0; kind < RECORD__COUNT; kind++)
		HASH_CLEAR(hh, b->states[kind]);
	talloc_free(b->ctx);
}

/* Whatever is there, up to a batch; an idle wait first so that one event goes out at once. */
static size_t collect(struct store *s, struct batch *b, int timeout_ms)
{
	struct journal_entry entry;

	while (b->entries < BATCH_ENTRIES_MAX && b->bytes < BATCH_BYTES_MAX &&
	       journal_next(s->reader, &entry, timeout_ms)) {
		timeout_ms = 0;
		batch_add(b, &entry);
	}
	return b->entries;
}

/* One transaction: every kind of the batch, then the position. */
static int apply(struct store *s, struct batch *b, struct db_error *error)
{
	struct db_step steps[RECORD__COUNT + 1];
	const char *array_params[RECORD__COUNT][1];
	struct db_result *results[RECORD__COUNT + 1];
	char seq[24], heard[24];
	const char *applied_params[] = { s->node, s->epoch_text, seq, heard };
	size_t n = 0;

	for (int kind = 0; kind < RECORD__COUNT; kind++) {
		array_params[n][0] = array_of(b, kind);
		if (!array_params[n][0])
			continue;
		steps[n] = (struct db_step){ kinds[kind].query, array_params[n], DB_TEXT };
		n++;
	}
	snprintf(seq, sizeof(seq), "%" PRId64, b->last_seq);
	snprintf(heard, sizeof(heard), "%" PRId64, b->heard_us);
	steps[n++] = (struct db_step){ Q_STORE_APPLIED, applied_params, DB_TEXT };
	int64_t asked_ms = clock_mono_ms();
	int err = db_run(s->db, b->ctx, steps, n, results, error);
	s->alive_ms = clock_mono_ms();
	atomic_store(&s->healthy, err >= 0 && err != ERR_UNAVAILABLE);
	if (err == ERR_CONFLICT) {
		/* Another process has become the writer; whatever this one knows is old. */
		log_error("fenced node=%s epoch=%s", s->node, s->epoch_text);
		exit(EXIT_FAILURE);
	}
	if (err == 0)
		atomic_store(&s->led_ms, asked_ms);
	return err;
}

static int apply_until_reached(struct store *s, struct batch *b, struct db_error *error)
{
	for (int tries = 0;; tries++) {
		int err = apply(s, b, error);
		if (err >= 0 && err != ERR_UNAVAILABLE && err != ERR_TIMEOUT)
			return err;
		if (tries % 20 == 0)
			log_warn("PostgreSQL is away seq=%" PRId64, b->last_seq);
		pause_ms(RETRY_MS);
	}
}

static bool set_aside(struct store *s, const struct journal_entry *entry, const char *why)
{
	void *ctx = mem_context();
	char seq[24];
	struct db_result *row;

	snprintf(seq, sizeof(seq), "%" PRId64, entry->seq);
	const char *params[] = { s->node, seq, kinds[entry->kind].name,
				 mem_strndup(ctx, entry->json.p, entry->json.n), why };
	bool done = exec_patiently(s, ctx, Q_STORE_DEAD_LETTER, params, &row) == 0;
	if (done) {
		log_error("dead letter seq=%s kind=%s error=%s", seq, params[2], why);
		atomic_fetch_add(&s->dead_letters, 1);
	}
	talloc_free(ctx);
	return done;
}

/*
 * Stores an entry, or sets it aside. A database that takes neither is not at odds with the entry but
 * with all writing (it is read-only, or a right is missing): that is waited out.
 */
static void apply_one(struct store *s, const struct journal_entry *entry)
{
	struct batch one = { .ctx = mem_context() };
	struct db_error error = { .message = "" };

	batch_add(&one, entry);
	while (apply_until_reached(s, &one, &error) && !set_aside(s, entry, error.message))
		pause_ms(RETRY_MS);
	batch_free(&one);
}

/* A batch was refused: its entries go one by one, and those at fault are set aside. */
static void apply_singly(struct store *s, int64_t from_seq, int64_t to_seq)
{
	struct journal_reader *reader = journal_follow(NULL, s->journal, from_seq);
	struct journal_entry entry;

	while (journal_next(reader, &entry, 0)) {
		apply_one(s, &entry);
		if (entry.seq >= to_seq)
			break;
	}
	talloc_free(reader);
}

static void applied(struct store *s, int64_t seq, int64_t heard_us)
{
	atomic_store(&s->applied, seq);
	if (heard_us > s->past.heard_us)
		s->past.heard_us = heard_us;
	if (s->wake_fd >= 0)
		wake(s->wake_fd);
	journal_forget(s->journal, seq);
}

/* With nothing to store the row is touched all the same: this writer lives. */
static void show_life(struct store *s)
{
	struct batch b = { .ctx = mem_context(), .last_seq = atomic_load(&s->applied) };
	struct db_error error = { .message = "" };

	if (clock_mono_ms() - s->alive_ms >= SIGN_OF_LIFE_MS)
		apply(s, &b, &error);
	batch_free(&b);
}

static void replan_as_tables_grow(struct store *s, size_t entries)
{
	void *ctx = mem_context();
	struct db_result *none;
	struct db_error error;

	s->stored += entries;
	if (s->stored >= s->replan_at &&
	    db_exec(s->db, ctx, Q_STORE_REPLAN, NULL, DB_TEXT, &none, &error) == 0)
		s->replan_at = 2 * s->stored;
	talloc_free(ctx);
}

/* Stores the next batch; false if there was none within timeout_ms. */
static bool run_batch(struct store *s, int timeout_ms)
{
	struct batch b = { .ctx = mem_context() };
	struct db_error error = { .message = "" };

	size_t n = collect(s, &b, timeout_ms);
	if (n) {
		if (apply_until_reached(s, &b, &error)) {
			log_error("batch refused message=%s", error.message);
			apply_singly(s, atomic_load(&s->applied), b.last_seq);
		}
		applied(s, b.last_seq, b.heard_us);
		replan_as_tables_grow(s, n);
	}
	batch_free(&b);
	return n > 0;
}

static void run_close_lost(struct store *s)
{
	int64_t before = atomic_load(&s->close_lost_before);
	void *ctx = mem_context();
	struct db_result *rows;
	char seq[24];

	if (before && atomic_load(&s->applied) >= before) {
		atomic_store(&s->close_lost_before, 0);
		/* Everything this process writes has a higher seq than what an earlier one wrote. */
		snprintf(seq, sizeof(seq), "%" PRId64, s->epoch << JOURNAL_SEQ_BITS);
		const char *params[] = { s->node, seq };
		if (exec_patiently(s, ctx, Q_STORE_CLOSE_LOST, params, &rows) == 0 && db_rows(rows))
			log_warn("calls lost count=%zu", db_rows(rows));
	}
	talloc_free(ctx);
}

/* Who does not sign out is out all the same when the session's time is over, and the phone with them. */
static void sweep_sessions(struct store *s)
{
	void *ctx = mem_context();
	struct db_result *rows;

	if (clock_mono_ms() - s->swept_ms >= SWEEP_MS) {
		s->swept_ms = clock_mono_ms();
		if (db_exec(s->db, ctx, Q_STORE_SWEEP_SESSIONS, NULL, DB_TEXT, &rows, NULL) == 0 &&
		    db_int(rows, 0, 0) > 0)
			log_info("sessions over count=%d", (int)db_int(rows, 0, 0));
	}
	talloc_free(ctx);
}

static void *run(void *arg)
{
	struct store *s = arg;

	for (;;) {
		if (!run_batch(s, IDLE_MS))
			show_life(s);
		run_close_lost(s);
		sweep_sessions(s);
		bool changed = false;
		while (db_notified(s->db))
			changed = true;
		if (changed) {
			struct store_config *config = store_read_config(s);
			if (config)
				mailbox_post(s->config_box, config);
		}
	}
	return NULL;
}

void store_catch_up(struct store *s, struct journal *journal)
{
	s->journal = journal;
	s->reader = journal_follow(NULL, journal, atomic_load(&s->applied));
	while (run_batch(s, 0))
		;
}

int store_each_open_call(struct store *s, int (*f)(void *arg, const struct json *call), void *arg)
{
	void *ctx = mem_context();
	struct db_result *rows;
	const struct json *call;
	int err = exec_patiently(s, ctx, Q_STORE_OPEN_CALLS, (const char *[]){ s->node }, &rows);

	for (size_t i = 0; !err && i < db_rows(rows); i++) {
		struct str text = db_value(rows, i, 0);
		err = json_parse(ctx, text.p, text.n, &call);
		if (!err)
			err = f(arg, call);
	}
	talloc_free(ctx);
	return err;
}

int store_each_recent_leg(struct store *s, void (*f)(void *arg, const char *uniqueid), void *arg)
{
	void *ctx = mem_context();
	struct db_result *rows;
	char since[24];

	snprintf(since, sizeof(since), "%" PRId64, s->past.heard_us);
	int err = exec_patiently(s, ctx, Q_STORE_RECENT_LEGS, (const char *[]){ since }, &rows);
	for (size_t i = 0; !err && i < db_rows(rows); i++)
		f(arg, db_text(rows, i, 0));
	talloc_free(ctx);
	return err;
}

struct store_past store_past(const struct store *s)
{
	return s->past;
}

void store_start(struct store *s, struct mailbox *config_box, int wake_fd)
{
	s->config_box = config_box;
	s->wake_fd = wake_fd;
	if (pthread_create(&s->thread, NULL, run, s)) {
		log_error("no thread name=store");
		abort();
	}
}

int64_t store_applied(const struct store *s)
{
	return atomic_load(&s->applied);
}

bool store_healthy(const struct store *s)
{
	return atomic_load(&s->healthy);
}

bool store_leads(const struct store *s)
{
	return !atomic_load(&s->healthy) || clock_mono_ms() - atomic_load(&s->led_ms) < TAKEN_OVER_MS;
}

uint64_t store_dead_letters(const struct store *s)
{
	return atomic_load(&s->dead_letters);
}

void store_close_lost(struct store *s, int64_t before_seq)
{
	atomic_store(&s->close_lost_before, before_seq);
}
