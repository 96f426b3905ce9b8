/*
 * cordboard-jobs: what is done now and then, each job run by cron or a timer.
 *   cordboard-jobs [--config FILE] NAME
 * Exit status 0: done; 1: it failed, and its log line says why; 2: called or set up wrongly; 3: the
 * job runs already, so nothing was done.
 */
#include "workers/jobs/job.h"

#include "lib/err.h"
#include "lib/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_USAGE = 2, EXIT_RUNS_ALREADY = 3 };
enum { ANSWER_MS = 35 * 60 * 1000, TRIES = 60 };

#define DEFAULT_CONFIG "/etc/cordboard/cordboard.conf"

static const struct job jobs[] = {
	{ "partitions", "make the months of history that are to come", job_partitions },
	{ "purge", "remove ended sessions and months of history past their keeping", job_purge },
};

int job_do(const struct job *job, struct db *db, const void *ctx, const struct db_step *steps,
	   size_t n, struct db_result **results)
{
	struct db_step *all = mem_array(ctx, struct db_step, n + 1);
	struct db_result **answers = mem_array(ctx, struct db_result *, n + 1);
	struct db_error error = { .message = "" };
	const struct timespec second = { .tv_sec = 1 };
	int err, tries = 0;

	all[0] = (struct db_step){ Q_JOB_BEGIN, (const char *[]){ job->name }, DB_TEXT };
	memcpy(all + 1, steps, n * sizeof(*steps));
	while ((err = db_run(db, ctx, all, n + 1, answers, &error)) == ERR_TIMEOUT && ++tries < TRIES)
		nanosleep(&second, NULL);
	if (err > 0 && err != ERR_CONFLICT)
		log_error("job failed name=%s message=%s", job->name, error.message);
	memcpy(results, answers + 1, n * sizeof(struct db_result *));
	return err;
}

static const struct job *job_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		if (strcmp(jobs[i].name, name) == 0)
			return &jobs[i];
	return NULL;
}

static int usage(void)
{
	fputs("usage: cordboard-jobs [--config FILE] NAME | --help-settings\njobs:\n", stderr);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		fprintf(stderr, "  %-12s %s\n", jobs[i].name, jobs[i].help);
	return EXIT_USAGE;
}

static int run(const char *path, const struct job *job)
{
	void *ctx = mem_context();
	struct settings settings;
	const char *problem;
	int result = EXIT_USAGE;

	if (settings_load(ctx, path, &settings, &problem)) {
		log_error("settings: %s", problem);
	} else {
		log_init("jobs", settings.log_level);
		struct db *db = db_new(ctx, settings.db_jobs);
		db_deadline(db, ANSWER_MS);
		int err = job->run(job, db, &settings);
		if (err == ERR_CONFLICT)
			log_info("job runs already name=%s", job->name);
		result = err == ERR_CONFLICT ? EXIT_RUNS_ALREADY : err ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	talloc_free(ctx);
	return result;
}

int main(int argc, char **argv)
{
	const char *config = DEFAULT_CONFIG;

	log_init("jobs", LOG_LEVEL_INFO);
	if (argc == 2 && strcmp(argv[1], "--help-settings") == 0) {
		settings_help();
		return EXIT_SUCCESS;
	}
	if (argc == 4 && strcmp(argv[1], "--config") == 0) {
		config = argv[2];
		argv += 2;
		argc -= 2;
	}
	const struct job *job = argc == 2 ? job_find(argv[1]) : NULL;
	return job ? run(config, job) : usage();
}
