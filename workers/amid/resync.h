/*
 * How what the tracker knows is made true again after a gap, and kept true: what was missed is
 * read from Asterisk's channel event log, then Asterisk's lists are compared with the model, after
 * each gap and every half minute. Runs in the core thread.
 */
#ifndef AMID_RESYNC_H
#define AMID_RESYNC_H

#include "workers/amid/session.h"
#include "workers/amid/tracker.h"

struct resync;

struct resync_options {
	struct session *events;        /* the one that hears the live events */
	struct tracker *tracker;
	const char *log_path;          /* the channel event log */
	int64_t heard_us;              /* time of the newest event an earlier process has stored, 0: none */
	int64_t alive_us;              /* that process's last sign of life, 0: none */
	/* Many rows have been told: a good moment to journal what they brought. */
	void (*on_progress)(void *arg);
	/* Model and lists agree as far as can be known. */
	void (*on_done)(void *arg);
	void *arg;
};

struct resync *resync_new(const void *ctx, const struct resync_options *options);

/* The session is ready: events are held back until the gap before them is filled. */
void resync_begin(struct resync *r);
/* The session is down. */
void resync_lost(struct resync *r);
/* Compares the lists again when it is time to. */
void resync_run(struct resync *r);
/* Monotonic ms of the next comparison. */
int64_t resync_next_ms(const struct resync *r);
/* Looks into the log once more before doubts are settled by the tracker's next tick. */
void resync_before_tick(struct resync *r);

struct resync_counts {
	uint64_t resyncs;              /* after a gap */
	uint64_t audits;               /* comparisons in between */
	uint64_t rows_told;            /* rows of the log that were news */
	uint64_t log_failures;         /* times the log could not be read */
	uint64_t bad_lists;            /* lists that did not hold what they announced */
	int64_t last_ms;               /* how long the last resync took */
};
struct resync_counts resync_counts(const struct resync *r);

#endif
