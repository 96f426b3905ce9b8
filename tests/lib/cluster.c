/* The fixture beside this file, as functions. */
#include "tests/lib/cluster.h"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#define FIXTURE SOURCE_DIR "/tests/lib/pg-fixture"

extern char **environ;

static char directory[] = "/tmp/cordboard-db-XXXXXX";

/* Runs the fixture with a file or folder; its exit status. */
static int fixture(const char *verb, const char *path)
{
	void *words = talloc_new(NULL);
	char *const argv[] = { mem_strdup(words, FIXTURE), mem_strdup(words, verb), directory,
			       mem_strdup(words, path), NULL };
	pid_t child;
	int status = -1;

	if (posix_spawn(&child, FIXTURE, NULL, NULL, argv, environ) == 0)
		waitpid(child, &status, 0);
	talloc_free(words);
	return status;
}

int cluster_start(void)
{
	return mkdtemp(directory) ? fixture("start", SOURCE_DIR "/sql") : -1;
}

int cluster_stop(void)
{
	return fixture("stop", SOURCE_DIR "/sql");
}

int cluster_halt(void)
{
	return fixture("halt", SOURCE_DIR "/sql");
}

int cluster_resume(void)
{
	return fixture("resume", SOURCE_DIR "/sql");
}

int cluster_check(const char *path)
{
	return fixture("check", path);
}

struct db *cluster_connect(const void *ctx, const char *role)
{
	return db_new(ctx, mem_printf(ctx, "host=%s dbname=cordboard user=%s", directory, role));
}
