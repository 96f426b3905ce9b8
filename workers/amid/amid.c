/*
 * cordboard-amid: the one owner of live call and agent state on an Asterisk node.
 *   cordboard-amid --config FILE
 *   cordboard-amid --replay FILE…
 */
#include "workers/amid/core.h"
#include "workers/amid/replay.h"

#include "lib/log.h"
#include "lib/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
	fputs("usage: cordboard-amid --config FILE | --replay FILE... | --help-settings\n", stderr);
	return 2;
}

/* Threads read the settings until the very end of the process. */
static void *memory;
static struct settings settings;

static int run(const char *path)
{
	const char *problem;

	memory = mem_context();
	if (settings_load(memory, path, &settings, &problem)) {
		log_error("settings: %s", problem);
		return EXIT_FAILURE;
	}
	log_init("amid", settings.log_level);
	return core_run(&settings);
}

int main(int argc, char **argv)
{
	log_init("amid", LOG_LEVEL_INFO);
	if (argc == 3 && strcmp(argv[1], "--config") == 0)
		return run(argv[2]);
	if (argc >= 3 && strcmp(argv[1], "--replay") == 0)
		return replay_files(argv + 2, argc - 2);
	if (argc == 2 && strcmp(argv[1], "--help-settings") == 0) {
		settings_help();
		return EXIT_SUCCESS;
	}
	return usage();
}
