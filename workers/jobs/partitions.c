/* Makes the months of history that are to come, before the first call of one. */
#include "workers/jobs/job.h"

#include "lib/log.h"

#include <inttypes.h>
#include <stdio.h>

static void tell(const struct db_result *months, const struct db_result *health)
{
	for (size_t i = 0; i < db_rows(months); i++) {
		const char *month = db_text(months, i, 0);
		int64_t moved = db_int(months, i, 1);

		log_info("partitions made month=%s", month);
		/* Their time lay in no month that there was: a clock was wrong, or this job did not run. */
		if (moved)
			log_warn("strayed rows moved month=%s count=%" PRId64, month, moved);
	}
	log_info("partitions until=%s made=%zu", db_text(health, 0, 0), db_rows(months));
}

int job_partitions(const struct job *job, struct db *db, const struct settings *settings)
{
	void *ctx = mem_context();
	struct db_result *results[2];
	char ahead[12];

	snprintf(ahead, sizeof(ahead), "%d", settings->jobs_months_ahead);
	const char *params[] = { ahead };
	const struct db_step steps[] = { { Q_JOB_PARTITIONS, params, DB_TEXT },
					 { Q_JOB_PARTITIONS_HEALTH, NULL, DB_TEXT } };
	int err = job_do(job, db, ctx, steps, ARRAY_LEN(steps), results);
	if (!err)
		tell(results[0], results[1]);
	talloc_free(ctx);
	return err;
}
