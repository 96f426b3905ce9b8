/*
 * What cordboard-amid counts, and its text for Prometheus. Values are atomic and relaxed: any
 * thread may change one at the price of an addition, and a reader needs no lock.
 */
#ifndef AMID_METRICS_H
#define AMID_METRICS_H

#include "lib/buf.h"

/* Rows of one name stand together, as the text has to have them. */
enum metric {
	METRIC_LEADER,
	METRIC_EPOCH,
	METRIC_UP_AMI,
	METRIC_UP_STORE,
	METRIC_UP_REDIS,
	METRIC_CALLS_OPEN,
	METRIC_CALLERS_WAITING,
	METRIC_AGENTS,                       /* one row a status, in the order of tracker_counts */
	METRIC_AGENTS_LAST = METRIC_AGENTS + 5,
	METRIC_AMI_SILENCE,
	METRIC_AMI_EVENTS,
	METRIC_AMI_MESSAGES,
	METRIC_AMI_BYTES,
	METRIC_LINK_LOSSES,
	METRIC_RESYNCS,
	METRIC_RESYNC_TIME,
	METRIC_AUDITS,
	METRIC_AUDIT_DIFFERENCES,
	METRIC_BAD_LISTS,
	METRIC_LOG_ROWS,
	METRIC_LOG_FAILURES,
	METRIC_JOURNAL_LAG,                  /* each of the three: PostgreSQL, then Redis */
	METRIC_JOURNAL_LAG_LAST,
	METRIC_JOURNAL_ENTRIES,
	METRIC_JOURNAL_ENTRIES_LAST,
	METRIC_JOURNAL_BYTES,
	METRIC_JOURNAL_BYTES_LAST,
	METRIC_JOURNAL_DISK,
	METRIC_DEAD_LETTERS,
	METRIC__COUNT
};

void metric_add(enum metric metric, int64_t n);
/* A time is set in ms; the text has seconds. */
void metric_set(enum metric metric, int64_t value);

/*
 * A command has been answered. verb is a constant that lives on, err 0 or a row of lib/err.h.
 * Only the core thread calls it.
 */
void metrics_command(const char *verb, int err);

/* The text, format 0.0.4. */
void metrics_print(struct buf *out);

#endif
