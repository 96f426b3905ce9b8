/*
 * A job: one thing that is done now and then, in one transaction. Its file has the function, its row
 * in jobs.c the rest; the work itself is a function of the database (sql/migrations), which runs with
 * the rights that it needs.
 */
#ifndef CB_JOBS_JOB_H
#define CB_JOBS_JOB_H

#include "lib/db.h"
#include "lib/settings.h"

struct job {
	const char *name, *help;
	/* Does it and logs what was done: 0, negative errno or a positive answer of lib/err.h. */
	int (*run)(const struct job *job, struct db *db, const struct settings *settings);
};

/*
 * Runs steps as one transaction that nobody else runs of this job: ERR_CONFLICT if somebody does. A
 * lock that is not to be had at once is tried for again, for a minute. results as in db_run.
 */
int job_do(const struct job *job, struct db *db, const void *ctx, const struct db_step *steps,
	   size_t n, struct db_result **results);

int job_partitions(const struct job *job, struct db *db, const struct settings *settings);
int job_purge(const struct job *job, struct db *db, const struct settings *settings);

#endif
