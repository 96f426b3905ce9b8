/*
 * Every setting of every program: one struct, one table of rows (settings.c) that the parser, the
 * validator and --help-settings read. Files are ini (see etc/cordboard.conf).
 * Secrets are never in it: it names files that hold them (mode 0400), as systemd credentials do.
 */
#ifndef CB_SETTINGS_H
#define CB_SETTINGS_H

#include "lib/log.h"

#include <stdbool.h>

struct settings {
	const char *node;              /* name of this Asterisk node; in every key and channel */
	const char *default_tenant;    /* its endpoints and queues carry no tenant prefix */
	enum log_level log_level;

	const char *db_api;            /* libpq conninfo of the API's role */
	const char *db_worker;         /* … of cordboard-amid's role */
	const char *db_jobs;           /* … of cordboard-jobs' role */

	const char *redis;             /* path or host:port */
	const char *redis_user;
	const char *redis_password_file;

	const char *ami_host;
	int ami_port;
	const char *ami_user;          /* reads events, sends call control */
	const char *ami_password_file;
	const char *ami_system_user;   /* send-only, for what needs write=system */
	const char *ami_system_password_file;

	const char *channel_log;       /* Asterisk's channel event log, asterisk/etc/cel_custom.conf */
	const char *journal_dir;
	const char *outbound_prefix;   /* what the dialplan strips before the trunk */
	int dial_timeout_ms;           /* how long the agent's own phone may ring on a dial */
	int outbound_wrapup_s;
	bool log_states;               /* a line for each change of state */

	const char *public_url;        /* exact origin of the pages: https://cc.example.org */
	const char *metrics_file;      /* where the workers of the API count together */
	const char *sip_realm;
	int session_idle_s;
	int session_absolute_s;
	int dials_per_hour;            /* of one user */
	int imports_per_hour;
	int password_kib;              /* what hashing one costs */
	int password_passes;
	int password_places;           /* how many are hashed at once, over all workers */

	const char *jwt_secret_file;   /* shared with another platform; empty: its tokens open nothing */
	const char *jwt_issuer;        /* empty: any */
	const char *jwt_audience;      /* empty: any */
	const char *jwt_user_claim;    /* names the user by extension or e-mail */
	const char *jwt_tenant_claim;  /* a token without it is for the default tenant */
	int jwt_max_age_s;

	const char *recordings_dir;    /* where sound files are kept */

	int relay_port;                /* on 127.0.0.1, behind nginx */
	int relay_metrics_port;
	int relay_joins_per_second;
	int relay_renew_s;
	int amid_metrics_port;

	int jobs_months_ahead;         /* of history, made before they come */
};

/*
 * Reads the file. Returns 0, -errno, or ERR_INVALID with *problem naming line, key and what is
 * wrong (a child of ctx).
 */
int settings_load(const void *ctx, const char *path, struct settings *out, const char **problem);
/* Prints every row with its default and help. */
void settings_help(void);
/* The first line of a secret file, a child of ctx; NULL and a log line if it cannot be read. */
const char *settings_secret(const void *ctx, const char *path);

#endif
