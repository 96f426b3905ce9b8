/* Settings: one row each. */
#include "lib/settings.h"

#include "lib/err.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum row_type { ROW_TEXT, ROW_INT, ROW_BOOL, ROW_LOG_LEVEL };

struct row {
	const char *section, *key;
	enum row_type type;
	size_t offset;
	const char *fallback;
	long min, max;
	const char *help;
};

#define TEXT(section, key, field, fallback, help) \
	{ section, key, ROW_TEXT, offsetof(struct settings, field), fallback, 0, 0, help }
#define INT(section, key, field, fallback, min, max, help) \
	{ section, key, ROW_INT, offsetof(struct settings, field), fallback, min, max, help }
#define BOOL(section, key, field, fallback, help) \
	{ section, key, ROW_BOOL, offsetof(struct settings, field), fallback, 0, 0, help }

static const struct row rows[] = {
	TEXT("node", "name", node, "node1", "name of this Asterisk node"),
	TEXT("node", "default_tenant", default_tenant, "demo",
	     "tenant whose endpoints and queues carry no prefix"),
	{ "node", "log_level", ROW_LOG_LEVEL, offsetof(struct settings, log_level), "info", 0, 0,
	  "error, warn, info or debug" },
	TEXT("database", "api", db_api, "dbname=cordboard user=cordboard_api",
	     "libpq connection string of the API"),
	TEXT("database", "worker", db_worker, "dbname=cordboard user=cordboard_worker",
	     "libpq connection string of cordboard-amid"),
	TEXT("database", "jobs", db_jobs, "dbname=cordboard user=cordboard_jobs",
	     "libpq connection string of cordboard-jobs"),
	TEXT("redis", "address", redis, "127.0.0.1:6379", "socket path or host:port"),
	TEXT("redis", "user", redis_user, "", "ACL user; empty for none"),
	TEXT("redis", "password_file", redis_password_file, "", "file with its password"),
	TEXT("ami", "host", ami_host, "127.0.0.1", "address of the Asterisk manager"),
	INT("ami", "port", ami_port, "5038", 1, 65535, "its port"),
	TEXT("ami", "user", ami_user, "worker", "account that reads events and controls calls"),
	TEXT("ami", "password_file", ami_password_file, "", "file with its secret"),
	TEXT("ami", "system_user", ami_system_user, "system",
	     "send-only account for what needs write=system"),
	TEXT("ami", "system_password_file", ami_system_password_file, "", "file with its secret"),
	TEXT("amid", "channel_log", channel_log, "/var/log/asterisk/cel-custom/cordboard.csv",
	     "Asterisk's channel event log: what was not heard is read there"),
	TEXT("amid", "journal_dir", journal_dir, "/var/lib/cordboard/journal",
	     "where events are kept until they are stored"),
	TEXT("amid", "outbound_prefix", outbound_prefix, "9",
	     "digits before a number that the dialplan sends to the trunk"),
	INT("amid", "dial_timeout_ms", dial_timeout_ms, "20000", 1000, 120000,
	    "how long the agent's own phone may ring when dialling out"),
	INT("amid", "outbound_wrapup_s", outbound_wrapup_s, "20", 0, 3600,
	    "wrap-up after an answered call that the agent dialled"),
	BOOL("amid", "log_states", log_states, "no",
	     "yes: a log line for each change of a call's or an agent's state"),
	INT("amid", "metrics_port", amid_metrics_port, "9101", 1, 65535,
	    "Prometheus metrics on loopback"),
	TEXT("web", "public_url", public_url, "http://127.0.0.1:8080",
	     "exact origin that the pages are served from"),
	TEXT("web", "metrics_file", metrics_file, "/run/cordboard-api/metrics",
	     "file in which the workers of the API count what /metrics shows"),
	TEXT("web", "sip_realm", sip_realm, "cordboard", "realm of the browser phones' digests"),
	INT("web", "session_idle_s", session_idle_s, "1800", 60, 86400,
	    "a session unused this long ends"),
	INT("web", "session_absolute_s", session_absolute_s, "43200", 300, 604800,
	    "a session this old ends"),
	INT("web", "dials_per_hour", dials_per_hour, "60", 1, 100000,
	    "calls that one user may dial in any hour"),
	INT("web", "imports_per_hour", imports_per_hour, "60", 1, 100000,
	    "imports of contacts that one user may make in any hour"),
	INT("web", "password_kib", password_kib, "40960", 19456, 1048576,
	    "memory that argon2id takes to hash a password"),
	INT("web", "password_passes", password_passes, "2", 1, 20,
	    "its passes: with the memory they should take about 50 ms"),
	INT("web", "password_places", password_places, "3", 1, 64,
	    "passwords hashed at once over all workers; fewer than workers, so that a flood of sign-ins "
	    "leaves one for the rest"),
	TEXT("jwt", "secret_file", jwt_secret_file, "",
	     "file with the secret of an existing platform's HS256 tokens, 32 characters at least; "
	     "empty for the variable JWT_SECRET, without which they open nothing"),
	TEXT("jwt", "issuer", jwt_issuer, "", "the iss they must have; empty for any"),
	TEXT("jwt", "audience", jwt_audience, "", "the aud they must have; empty for any"),
	TEXT("jwt", "user_claim", jwt_user_claim, "sub",
	     "the claim with the user's extension or e-mail"),
	TEXT("jwt", "tenant_claim", jwt_tenant_claim, "tenant",
	     "the claim with the tenant; a token without it is for the default one"),
	INT("jwt", "max_age_s", jwt_max_age_s, "3600", 10, 86400,
	    "how long before its end one may be used, and how long after its issue"),
	TEXT("recordings", "dir", recordings_dir, "/var/lib/cordboard/recordings",
	     "where sound files are kept"),
	INT("relay", "port", relay_port, "9102", 1, 65535, "WebSocket port on loopback"),
	INT("relay", "metrics_port", relay_metrics_port, "9103", 1, 65535,
	    "Prometheus metrics on loopback"),
	INT("relay", "joins_per_second", relay_joins_per_second, "500", 1, 100000,
	    "so many pages are let in; more wait, and are sent away when that would take over 4 s"),
	INT("relay", "renew_s", relay_renew_s, "600", 1, 86400,
	    "after this an agent's page gets a new ticket, and so learns of new queues"),
	INT("jobs", "months_ahead", jobs_months_ahead, "3", 2, 24,
	    "months of history that are made before they come"),
};

static const char *const log_levels[] = { "error", "warn", "info", "debug" };

struct load {
	const void *ctx;
	struct settings *out;
	const char *problem;
};

static const char *set_int(const struct row *row, const char *value, int *field)
{
	char *end;

	errno = 0;
	long number = strtol(value, &end, 10);
	if (errno || end == value || *end || number < row->min || number > row->max)
		return "must be a whole number in bounds";
	*field = (int)number;
	return NULL;
}

static const char *set_bool(const char *value, bool *field)
{
	*field = strcmp(value, "yes") == 0;
	return *field || strcmp(value, "no") == 0 ? NULL : "must be yes or no";
}

static const char *set_log_level(const char *value, enum log_level *field)
{
	for (size_t i = 0; i < ARRAY_LEN(log_levels); i++)
		if (strcmp(value, log_levels[i]) == 0) {
			*field = (enum log_level)i;
			return NULL;
		}
	return "must be error, warn, info or debug";
}

static const char *set_row(struct load *load, const struct row *row, const char *value)
{
	void *field = (char *)load->out + row->offset;

	switch (row->type) {
	case ROW_INT:
		return set_int(row, value, field);
	case ROW_BOOL:
		return set_bool(value, field);
	case ROW_LOG_LEVEL:
		return set_log_level(value, field);
	default:
		*(const char **)field = mem_strdup(load->ctx, value);
		return NULL;
	}
}

static int take(void *arg, const char *section, const char *key, const char *value)
{
	struct load *load = arg;
	const char *wrong = "is not a setting";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0) {
			wrong = set_row(load, &rows[i], value);
			break;
		}
	if (!wrong)
		return 1;
	if (!load->problem)
		load->problem = mem_printf(load->ctx, "[%s] %s = %s: %s", section, key, value, wrong);
	return 0;
}

int settings_load(const void *ctx, const char *path, struct settings *out, const char **problem)
{
	struct load load = { .ctx = ctx, .out = out };

	*out = (struct settings){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		set_row(&load, &rows[i], rows[i].fallback);
	int line = ini_parse(path, take, &load);
	if (line < 0) {
		*problem = mem_printf(ctx, "%s cannot be read", path);
		return -ENOENT;
	}
	if (line > 0) {
		*problem = mem_printf(ctx, "%s:%d: %s", path, line,
				      load.problem ? load.problem : "not an ini line");
		return ERR_INVALID;
	}
	return 0;
}

void settings_help(void)
{
	const char *section = "";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(section, rows[i].section) != 0)
			printf("%s[%s]\n", i ? "\n" : "", section = rows[i].section);
		printf("# %s\n%s = %s\n", rows[i].help, rows[i].key, rows[i].fallback);
	}
}

const char *settings_secret(const void *ctx, const char *path)
{
	char line[512];
	FILE *file = path && *path ? fopen(path, "re") : NULL;

	if (!file || !fgets(line, sizeof(line), file)) {
		log_error("secret unreadable file=%s error=%s", path ? path : "", strerror(errno));
		if (file)
			fclose(file);
		return NULL;
	}
	fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	return mem_strdup(ctx, line);
}
