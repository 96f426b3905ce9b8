/*
 * The follower that writes PostgreSQL: batches of records in one pipelined transaction each,
 * together with the journal position they bring the database to. What the database refuses is set
 * aside as a dead letter, so that it never blocks the rest. Runs in its own thread; while
 * PostgreSQL is away the journal simply grows.
 */
#ifndef AMID_STORE_H
#define AMID_STORE_H

#include "workers/amid/journal.h"

#include "lib/settings.h"

struct store;

/* What exists, as it was read from the database. A message for the core; it frees it. */
struct store_config {
	struct store_queue {
		const char *tenant, *name;
		int64_t wrapup_ms;
	} *queues;
	size_t n_queues;
	struct store_agent {
		const char *tenant, *extension;
		const char *status, *reason, *next_status, *call_id;   /* NULL: never stored */
		int64_t since_us, wrapup_us, wrapup_ms;
		bool wrapup_extended;
		int64_t phone;         /* a number for what Asterisk is shown of the phone */
		bool signed_in;        /* a session holds the phone's secret */
	int64_t help_us;
	} *agents;
	size_t n_agents;
};

/*
 * Becomes the writer of the node: raises its epoch. Waits for PostgreSQL, and as a standby for the
 * present writer to fall silent for 1.5 s, as long as it takes. NULL when the journal's directory
 * is in use by another process or the database refuses.
 */
struct store *store_new(const void *ctx, const struct settings *settings, int64_t *epoch);
/*
 * The process ends in order: once everything up to this seq is stored a standby may take over at once.
 * If that takes more than a second it may not: it cannot read our journal, and we may be back.
 */
void store_give_up(struct store *store, int64_t seq);

/* Stores what is in the journal and not yet in the database; returns once all of it is. */
void store_catch_up(struct store *store, struct journal *journal);

/* Calls f with each call that the database has as open, as JSON, until it returns non-zero. */
struct json;
int store_each_open_call(struct store *store, int (*f)(void *arg, const struct json *call),
			 void *arg);

/* Calls f with each leg that ended shortly before store_past's heard_us. Returns 0 or an error. */
int store_each_recent_leg(struct store *store, void (*f)(void *arg, const char *uniqueid),
			  void *arg);

/* How far the earlier writers came; before store_start. 0: there was none. */
struct store_past {
	int64_t heard_us;      /* time of the newest event that is stored */
	int64_t alive_us;      /* last sign of life of the writer before this one */
};
struct store_past store_past(const struct store *store);

/* Reads the configuration now; waits for PostgreSQL as long as it takes. */
struct store_config *store_read_config(struct store *store);

/*
 * Starts the thread. Later configurations are posted to config_box; wake_fd is written whenever
 * store_applied has risen.
 */
struct mailbox;
void store_start(struct store *store, struct mailbox *config_box, int wake_fd);

/* The last seq that is committed; may be called from any thread. */
int64_t store_applied(const struct store *store);
/* Whether the last attempt to reach PostgreSQL worked; any thread. */
bool store_healthy(const struct store *store);
/*
 * Whether no other process can have become the writer; any thread. False until PostgreSQL has been
 * heard after this process, or the way there, has stood still; true without PostgreSQL, where
 * nobody can take over.
 */
bool store_leads(const struct store *store);
uint64_t store_dead_letters(const struct store *store);

/*
 * After the first resync: calls that the database thinks are open but that were last written
 * before this seq are closed as lost. Done by the thread once it has applied that seq.
 */
void store_close_lost(struct store *store, int64_t before_seq);

#endif
