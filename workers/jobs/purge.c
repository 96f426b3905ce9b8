/* Removes what nobody needs any more: ended sessions, old failures, months past their keeping. */
#include "workers/jobs/job.h"

#include "lib/log.h"

#include <inttypes.h>

int job_purge(const struct job *job, struct db *db, const struct settings *settings)
{
	void *ctx = mem_context();
	const struct db_step step = { Q_JOB_PURGE, NULL, DB_TEXT };
	struct db_result *rows;

	(void)settings;
	int err = job_do(job, db, ctx, &step, 1, &rows);
	for (size_t i = 0; !err && i < db_rows(rows); i++)
		log_info("purged what=\"%s\" count=%" PRId64, db_text(rows, i, 0), db_int(rows, i, 1));
	talloc_free(ctx);
	return err;
}
