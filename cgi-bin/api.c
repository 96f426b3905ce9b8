/* cordboard-api: takes FastCGI requests from the socket on descriptor 0, one at a time. */
#include "cgi-bin/metrics.h"
#include "cgi-bin/password.h"
#include "cgi-bin/route.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/weak.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { REDIS_MS = 500 };

/* The same program serves two pools, so that no report stands in the floor's way. */
struct pool {
	const char *statement_timeout;
	int answer_ms;          /* a little more, so that PostgreSQL's own word comes first */
	unsigned watchdog_s;    /* no request of the pool takes as long */
};

static const struct pool floor_pool = { "3s", APP_DB_ANSWER_MS, 120 };
static const struct pool report_pool = { "120s", 125000, 300 };

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
	FCGX_ShutdownPending();
}

/* Ends a worker that is caught in a request, so that another takes its place. */
static void give_up(int signal)
{
	static const char text[] = "error api a request takes too long: this worker ends\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)signal;
	(void)ignored;
	_exit(1);
}

/* The body, up to its declared length and its limit. */
static int read_body(const void *ctx, FCGX_Request *fcgi, size_t max_bytes, struct str *body)
{
	const char *length = FCGX_GetParam("CONTENT_LENGTH", fcgi->envp);
	unsigned long n = length ? strtoul(length, NULL, 10) : 0;

	*body = (struct str){ "", 0 };
	if (n > max_bytes)
		return ERR_TOO_LARGE;
	char *bytes = mem_array(ctx, char, n + 1);
	int got = FCGX_GetStr(bytes, (int)n, fcgi->in);
	*body = (struct str){ bytes, n };
	return got == (int)n ? 0 : ERR_MALFORMED;
}

/* Below no prefix, and by the door for this machine only. */
static bool is_metrics(const FCGX_Request *fcgi)
{
	const char *uri = FCGX_GetParam("REQUEST_URI", fcgi->envp);

	return uri && strcmp(uri, "/metrics") == 0;
}

static void put_metrics(const void *ctx, struct http_response *response)
{
	http_response_init(ctx, response);
	response->status = 200;
	response->type = "text/plain; version=0.0.4";
	metrics_print(response->body);
}

static void serve(struct app *app, FCGX_Request *fcgi)
{
	void *ctx = mem_context();
	struct http_request request;
	struct http_response response;

	int err = http_request_read(ctx, fcgi->envp, (struct str){ "", 0 }, API_PREFIX, &request);
	int body_err = read_body(ctx, fcgi, err ? HTTP_BODY_MAX_BYTES : route_body_max_bytes(&request),
				 &request.body);
	if (is_metrics(fcgi))
		put_metrics(ctx, &response);
	else
		route_serve(app, &request, body_err ? body_err : err, &response);
	struct buf *answer = http_render(ctx, &request, &response);
	FCGX_PutStr(answer->p, (int)answer->n, fcgi->out);
	FCGX_Finish_r(fcgi);
	talloc_free(ctx);
}

static int accept_loop(struct app *app, const struct pool *pool)
{
	FCGX_Request fcgi;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return -EIO;
	while (!stopping && FCGX_Accept_r(&fcgi) == 0) {
		alarm(pool->watchdog_s);
		serve(app, &fcgi);
		alarm(0);
	}
	/* Whoever started it begins it again unless it was told to stop. */
	return stopping ? 0 : -EIO;
}

/* Tokens of another platform, if a secret is shared with one; one that can be guessed is refused. */
static int read_jwt_rules(void *ctx, const struct settings *s, struct jwt_rules *rules)
{
	const char *secret = *s->jwt_secret_file ? settings_secret(ctx, s->jwt_secret_file)
						 : getenv("JWT_SECRET");

	if (*s->jwt_secret_file && !secret)
		return -EACCES;
	*rules = (struct jwt_rules){
		.secret = secret ? str_of(mem_strdup(ctx, secret)) : (struct str){ "", 0 },
		.issuer = s->jwt_issuer,
		.audience = s->jwt_audience,
		.user_claim = s->jwt_user_claim,
		.tenant_claim = s->jwt_tenant_claim,
		.max_age_s = s->jwt_max_age_s,
	};
	if (rules->secret.n && rules->secret.n < JWT_SECRET_MIN_BYTES) {
		log_error("the secret of another platform's tokens is too short needed=%d",
			  JWT_SECRET_MIN_BYTES);
		return -EINVAL;
	}
	return 0;
}

/* What libpq takes from here unless the settings say otherwise. */
static void describe_to_database(const void *ctx, const struct pool *pool)
{
	setenv("PGAPPNAME", mem_printf(ctx, "api-%d", (int)getpid()), 0);
	setenv("PGOPTIONS", mem_printf(ctx, "-c statement_timeout=%s", pool->statement_timeout), 0);
}

static int open_settings(const void *ctx, const char *config, struct settings *s)
{
	const char *problem = "";
	int err = settings_load(ctx, config, s, &problem);

	if (err) {
		fprintf(stderr, "cordboard-api: %s\n", problem);
		return err;
	}
	log_init("api", s->log_level);
	secret_init();
	return 0;
}

static int open_app(void *ctx, const char *config, const struct pool *pool, struct app *app)
{
	struct settings *s = &app->settings;
	int err = open_settings(ctx, config, s);

	if (err)
		return err;
	const char *password = *s->redis_password_file
				       ? settings_secret(ctx, s->redis_password_file)
				       : NULL;
	if (*s->redis_password_file && !password)
		return -EACCES;
	metrics_open(s->metrics_file);
	describe_to_database(ctx, pool);
	app->db = db_new(ctx, s->db_api);
	app->db_answer_ms = pool->answer_ms;
	db_deadline(app->db, app->db_answer_ms);
	app->bus = bus_new(ctx, s->redis, *s->redis_user ? s->redis_user : NULL, password,
			   REDIS_MS);
	return read_jwt_rules(ctx, s, &app->jwt);
}

static int serve_pool(void *ctx, const char *config, const struct pool *pool)
{
	struct sigaction on_stop = { .sa_handler = stop };
	struct app app;

	sigaction(SIGTERM, &on_stop, NULL);
	sigaction(SIGINT, &on_stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, give_up);
	int err = open_app(ctx, config, pool, &app);
	return err ? err : accept_loop(&app, pool);
}

static int serve_floor(void *ctx, const char *config)
{
	return serve_pool(ctx, config, &floor_pool);
}

static int serve_reports(void *ctx, const char *config)
{
	return serve_pool(ctx, config, &report_pool);
}

/* For the first administrator, whom nobody is there to make: a line with a password in, its hash out. */
static int hash_password(void *ctx, const char *config)
{
	static const struct param_row row = { "password", PARAM_TEXT, .min = PASSWORD_MIN, .max = PASSWORD_MAX };
	char line[4 * PASSWORD_MAX + 2] = "";
	const char *bound, *wrong;
	struct settings s;
	int err = open_settings(ctx, config, &s);

	if (err)
		return err;
	if (fgets(line, sizeof(line), stdin))
		line[strcspn(line, "\n")] = '\0';
	wrong = param_check(ctx, &row, line, &bound);
	if (!wrong && weak_password(line))
		wrong = "is easy to guess";
	if (wrong) {
		fprintf(stderr, "cordboard-api: the password %s\n", wrong);
		return ERR_INVALID;
	}
	puts(secret_hash(ctx, line, (struct secret_cost){ s.password_kib, s.password_passes }));
	return 0;
}

static const struct {
	const char *option;      /* behind the settings; "": none */
	int (*run)(void *ctx, const char *config);
} modes[] = {
	{ "", serve_floor },
	{ "--reports", serve_reports },
	{ "--hash-password", hash_password },
};

int main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 };
	size_t mode = 0;

	if (argc == 2 && strcmp(argv[1], "--help-settings") == 0) {
		settings_help();
		return 0;
	}
	while (argc == 4 && mode < ARRAY_LEN(modes) && strcmp(argv[3], modes[mode].option) != 0)
		mode++;
	if (argc < 3 || argc > 4 || mode == ARRAY_LEN(modes) || strcmp(argv[1], "--config") != 0) {
		fprintf(stderr, "usage: cordboard-api --config FILE [--reports | --hash-password] | "
				"--help-settings\n");
		return 2;
	}
	/* A core would hold passwords. */
	setrlimit(RLIMIT_CORE, &no_core);
	void *ctx = mem_context();
	int err = modes[mode].run(ctx, argv[2]);
	talloc_free(ctx);
	return err ? 1 : 0;
}
