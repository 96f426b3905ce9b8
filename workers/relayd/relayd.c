/* cordboard-relayd: the live picture, from Redis to every browser that may see it. */
#include "lib/base.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/settings.h"
#include "workers/relayd/server.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: cordboard-relayd --config FILE\n"
			    "       cordboard-relayd --help-settings | --version\n";

static const struct option arguments[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "help-settings", no_argument, NULL, 's' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

/* The settings file; does not return for what only prints something. */
static const char *read_arguments(int argc, char **argv)
{
	const char *config = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", arguments, NULL)) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 's':
			settings_help();
			exit(0);
		case 'v':
			puts("cordboard-relayd " CB_VERSION);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (!config || optind < argc) {
		fputs(usage, stderr);
		exit(2);
	}
	return config;
}

static void on_signal(int signal)
{
	(void)signal;
	relay_stop();
}

static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(const void *ctx, const struct settings *settings)
{
	struct feed_address redis = { .redis = settings->redis, .user = settings->redis_user };
	struct relay *relay;

	if (*settings->redis_password_file) {
		redis.password = settings_secret(ctx, settings->redis_password_file);
		if (!redis.password)
			return 1;
	}
	struct relay_options options = {
		.redis = &redis,
		.database = settings->db_api,
		.port = settings->relay_port,
		.metrics_port = settings->relay_metrics_port,
		.joins_a_second = settings->relay_joins_per_second,
		.renew_ms = settings->relay_renew_s * 1000,
	};
	int result = relay_open(ctx, &options, &relay);
	if (result) {
		log_error("cannot serve port=%d metrics_port=%d error=%s", settings->relay_port,
			  settings->relay_metrics_port, strerror(-result));
		return 1;
	}
	log_info("serving port=%d", settings->relay_port);
	relay_run(relay);
	log_info("stopped");
	return 0;
}

int main(int argc, char **argv)
{
	const char *config = read_arguments(argc, argv);
	void *ctx = mem_context();
	struct settings settings;
	const char *problem = NULL;

	log_init("relayd", LOG_LEVEL_INFO);
	if (settings_load(ctx, config, &settings, &problem) != 0) {
		log_error("settings %s", problem);
		talloc_free(ctx);
		return 2;
	}
	log_init("relayd", settings.log_level);
	secret_init();
	catch_signals();
	int status = run(ctx, &settings);
	talloc_free(ctx);
	return status;
}
