/* The engine: match, check, begin the session, run the statement, write the answer. */
#include "cgi-bin/route.h"

#include "cgi-bin/credential.h"
#include "cgi-bin/limit.h"
#include "cgi-bin/metrics.h"
#include "cgi-bin/once.h"
#include "cgi-bin/rows.h"
#include "cgi-bin/site.h"
#include "lib/log.h"
#include "lib/secret.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 10, UNAVAILABLE_RETRY_S = 1, VERSION_DIGITS_MAX = 10 };

static const char *const role_names[] = {
	[NOBODY] = "NOBODY",         [PUBLIC] = "PUBLIC",   [WALLBOARD] = "WALLBOARD", [AGENT] = "AGENT",
	[SUPERVISOR] = "SUPERVISOR", [MANAGER] = "MANAGER", [ADMIN] = "ADMIN",
};

const char *role_name(enum role role)
{
	return role_names[role];
}

const char *session_cookie_name(const struct settings *settings)
{
	return strncmp(settings->public_url, "https:", 6) == 0 ? "__Host-cordboard_session"
								: "cordboard_session";
}

/* ---- which route ---- */

/* Whether the path fits; ":name" segments are added to path. */
static bool path_fits(const char *pattern, const struct http_request *http, struct param_pair *path,
		      size_t *n_path)
{
	*n_path = 0;
	for (size_t i = 0; i < http->n_segments; i++) {
		size_t n = strcspn(pattern, "/");
		if (n == 0 || !*http->segments[i])
			return false;
		if (*pattern == ':')
			path[(*n_path)++] = (struct param_pair){
				mem_strndup(http->ctx, pattern + 1, n - 1), http->segments[i]
			};
		else if (!str_is((struct str){ pattern, n }, http->segments[i]))
			return false;
		pattern += n + (pattern[n] == '/');
	}
	return *pattern == '\0';
}

int route_match(const struct http_request *http, const struct route **route,
		struct param_pair *path, size_t *n_path)
{
	int result = ERR_NOT_FOUND;

	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++) {
			if (!path_fits((*r)->routes[i].path, http, path, n_path))
				continue;
			if ((*r)->routes[i].method == http->method) {
				*route = &(*r)->routes[i];
				return 0;
			}
			result = ERR_METHOD;
		}
	return result;
}

size_t route_body_max_bytes(const struct http_request *http)
{
	struct param_pair path[HTTP_PATH_MAX_SEGMENTS];
	const struct route *route;
	size_t n_path;

	return route_match(http, &route, path, &n_path) == 0 && route->body_type
		       ? route->body_max_bytes
		       : HTTP_BODY_MAX_BYTES;
}

/* ---- who may send it ---- */

int route_check_origin(const struct http_request *http, const char *public_url, enum role least,
		       bool by_cookie)
{
	const char *origin = http_variable(http, "HTTP_ORIGIN");
	const char *site_of = http_variable(http, "HTTP_SEC_FETCH_SITE");
	const char *with = http_variable(http, "HTTP_X_REQUESTED_WITH");
	bool marked = with && strcmp(with, "cordboard") == 0;
	bool same = origin ? strcmp(origin, public_url) == 0
			   : site_of && strcmp(site_of, "same-origin") == 0;

	if (http->method == HTTP_GET)
		return 0;
	if (by_cookie)
		return marked && same ? 0 : ERR_CROSS_SITE;
	/* Without a session there is nothing to ride on but the sign-in itself. */
	if (least == PUBLIC)
		return (marked || http_is(http, "application/json")) && (same || !origin) ? 0 : ERR_CROSS_SITE;
	return 0;
}

/* What an API token needs for this route; NULL: no token will do. */
static const char *find_scope(const struct request *r)
{
	const char *what = r->http->method == HTTP_GET ? "read" : "write";

	for (const struct resource *const *in = site; *in; in++)
		if (r->route >= (*in)->routes && r->route < (*in)->routes + (*in)->n)
			return (*in)->scope ? mem_printf(r->ctx, "%s:%s", (*in)->scope, what) : NULL;
	return NULL;
}

/* ---- which version it wants to change ---- */

/* The number in "7" or W/"7" (nginx weakens the tag of what it compresses), empty if it is none. */
static struct str tag_version(const char *tag)
{
	tag += strncmp(tag, "W/", 2) == 0 ? 2 : 0;
	size_t n = *tag == '"' ? strspn(tag + 1, "0123456789") : 0;

	return n < VERSION_DIGITS_MAX && strcmp(tag + 1 + n, "\"") == 0
		       ? (struct str){ tag + 1, n }
		       : STR("");
}

/* "*" asks only that the object is there, which every change asks. */
static int read_if_match(struct request *r, const struct param_pair *path, size_t n_path)
{
	const char *tag = http_variable(r->http, "HTTP_IF_MATCH");

	if (!tag || strcmp(tag, "*") == 0)
		return 0;
	struct str version = tag_version(tag);
	if (version.n == 0) {
		r->detail = "If-Match takes one version as an ETag gave it, or *.";
		return ERR_MALFORMED;
	}
	if (r->http->method == HTTP_GET || n_path == 0) {
		r->detail = "If-Match is for changes of an object that has a version.";
		return ERR_PRECONDITION;
	}
	r->if_match = mem_printf(r->ctx, "%s %.*s", path[0].value, (int)version.n, version.p);
	return 0;
}

/* ---- statements ---- */

const char *request_input(const struct request *r, const char *name)
{
	for (size_t i = 0; r->route->inputs[i].name; i++)
		if (strcmp(r->route->inputs[i].name, name) == 0)
			return r->in.text[i];
	log_error("a handler asks for an undeclared input name=%s", name);
	abort();
}

int request_invalid(struct request *r, const char *pointer, const char *detail)
{
	struct param_values *in = &r->in;

	in->errors = mem_grow(r->ctx, in->errors, struct param_error, in->n_errors + 1);
	in->errors[in->n_errors++] = (struct param_error){ pointer, detail };
	return ERR_INVALID;
}

/* Statements name several fields by a line each of what is wrong and where. */
static int list_fields(struct request *r, const char *pointers, const char *details)
{
	size_t n = strcspn(pointers, "\n"), m = strcspn(details, "\n");
	int err = request_invalid(r, mem_strndup(r->ctx, pointers, n),
				  mem_strndup(r->ctx, details, m));

	return pointers[n] && details[m] ? list_fields(r, pointers + n + 1, details + m + 1) : err;
}

int request_db_error(struct request *r, int err, const struct db_error *error)
{
	if (err == ERR_INVALID && strncmp(error->sqlstate, "CB", 2) == 0 && error->detail)
		return list_fields(r, error->detail, error->message);
	if (strncmp(error->sqlstate, "CB", 2) == 0 && err != ERR_UNAUTHENTICATED)
		r->detail = error->message;
	return err;
}

static const char *take_text(const struct request *r, const struct db_result *result, size_t column)
{
	return mem_strdup(r->ctx, db_text(result, 0, column));
}

void request_session(struct request *r, const struct db_result *result)
{
	r->session = (struct session){
		.tenant_id = take_text(r, result, 0), .tenant = take_text(r, result, 1),
		.node = take_text(r, result, 2),      .user_id = take_text(r, result, 3),
		.id = take_text(r, result, 4),        .extension = take_text(r, result, 5),
		.role = take_text(r, result, 6),      .agent_id = take_text(r, result, 7),
	};
}

int request_run(struct request *r, const struct db_step *steps, size_t n,
		struct db_result **results)
{
	const char *who[] = { r->token ? secret_sha256(r->ctx, str_of(r->token)) : "",
			      role_name(r->route->least),
			      find_scope(r),
			      http_variable(r->http, "REMOTE_ADDR"),
			      r->http->id,
			      r->if_match };
	const struct db_step hashed = { Q_HASH_DONE, NULL, DB_TEXT };
	const struct db_step adopt = { Q_SESSION_ADOPT, r->adopt, DB_TEXT };
	const struct db_step begin = { Q_SESSION_BEGIN, who, DB_TEXT };
	const struct db_step compared = { Q_VERSION_COMPARED, NULL, DB_TEXT };
	struct db_step all[STEPS_MAX];
	struct db_result *answers[STEPS_MAX];
	struct db_error error;
	size_t count = 0;

	if (n + 4 > STEPS_MAX)
		return ERR_INTERNAL;
	/* First of all: the session may have ended meanwhile. */
	if (r->hashing)
		all[count++] = hashed;
	r->hashing = false;
	if (r->adopt)
		all[count++] = adopt;
	size_t begins = count;
	all[count++] = begin;
	for (size_t i = 0; i < n; i++)
		all[count++] = steps[i];
	if (n > 0 && *r->if_match)
		all[count++] = compared;
	int err = db_run(r->app->db, r->ctx, all, count, answers, &error);
	if (err)
		return request_db_error(r, err, &error);
	request_session(r, answers[begins]);
	for (size_t i = 0; i < n; i++)
		results[i] = answers[begins + 1 + i];
	return 0;
}

int request_exec(struct request *r, enum query query, const char *const *params,
		 enum db_format format, struct db_result **result)
{
	struct db_step step = { query, params, format };

	return request_run(r, &step, 1, result);
}

int request_begin(struct request *r)
{
	return request_run(r, NULL, 0, NULL);
}

/* ---- answers from rows ---- */

/* How many rows a page may hold: the "limit" input's value, all of them without one. */
static size_t page_size(const struct request *r, size_t rows)
{
	for (size_t i = 0; r->route->inputs[i].name; i++)
		if (strcmp(r->route->inputs[i].name, "limit") == 0)
			return strtoul(r->in.text[i], NULL, 10);
	return rows;
}

/* The statement fetched one row more than the page holds if there is a next page. */
int request_put_list(struct request *r, const struct db_result *result)
{
	size_t rows = db_rows(result), page = page_size(r, rows);
	size_t shown = rows < page ? rows : page;
	int err = 0;

	json_open(&r->out, '{');
	json_key(&r->out, "items");
	json_open(&r->out, '[');
	for (size_t i = 0; !err && i < shown; i++)
		err = rows_put(&r->out, result, i);
	json_close(&r->out, ']');
	json_key(&r->out, "next");
	size_t column = rows_column(result, "_cursor");
	if (rows > shown && shown > 0 && column < db_columns(result))
		json_text(&r->out, secret_base64(r->ctx, db_value(result, shown - 1, column)));
	else
		json_null(&r->out);
	json_close(&r->out, '}');
	return err;
}

int request_put(struct request *r, const struct db_result *result)
{
	if (!db_rows(result))
		return ERR_NOT_FOUND;
	size_t column = rows_column(result, "_version");
	if (column < db_columns(result))
		http_header(r->response, "ETag",
			    mem_printf(r->ctx, "\"%" PRId64 "\"", rows_int(result, 0, column)));
	return rows_put(&r->out, result, 0);
}

static int run_statement(struct request *r)
{
	struct db_result *result;
	int err = request_exec(r, r->route->query, r->in.text, DB_BINARY, &result);

	if (err || r->route->shape == NOTHING)
		return err;
	if (r->route->shape == LIST)
		return request_put_list(r, result);
	return request_put(r, result);
}

/* ---- refusals ---- */

/* Replaces whatever was written by a problem. */
static void put_problem(struct request *r, int err)
{
	const struct err_row *row = err_row(err < 0 ? ERR_UNAVAILABLE : err);
	struct json_out *o = &r->out;

	r->response->status = row->http;
	r->response->type = "application/problem+json";
	r->response->body->n = 0;
	json_out_init(o, r->response->body);
	json_open(o, '{');
	json_put_text(o, "type", mem_printf(r->ctx, "/problems/%s", row->name));
	json_put_text(o, "title", row->title);
	json_put_int(o, "status", row->http);
	if (r->detail)
		json_put_text(o, "detail", r->detail);
	json_put_text(o, "requestId", r->http->id);
	if (r->in.n_errors) {
		json_key(o, "errors");
		json_open(o, '[');
		for (size_t i = 0; i < r->in.n_errors; i++) {
			json_open(o, '{');
			json_put_text(o, "pointer", r->in.errors[i].pointer);
			json_put_text(o, "detail", r->in.errors[i].detail);
			json_close(o, '}');
		}
		json_close(o, ']');
	}
	json_close(o, '}');
	if (row->http == 503 && !r->retry_after_s)
		r->retry_after_s = UNAVAILABLE_RETRY_S;
	if (r->retry_after_s)
		http_header(r->response, "Retry-After", mem_printf(r->ctx, "%d", r->retry_after_s));
}

/* ---- one request ---- */

static int read_inputs(struct request *r, const struct param_pair *path, size_t n_path)
{
	const struct http_request *http = r->http;
	struct param_source source = { .query = http->query, .n_query = http->n_query,
				       .path = path, .n_path = n_path };

	const char *type = r->route->body_type;
	if (http->body.n && !http_is(http, type ? type : "application/json"))
		return ERR_MEDIA_TYPE;
	if (http->body.n && !type &&
	    json_parse(r->ctx, http->body.p, http->body.n, &source.body))
		return ERR_MALFORMED;
	return param_read(r->ctx, r->route->inputs, &source, &r->in);
}

static int run_row(struct request *r)
{
	return r->route->handler ? r->route->handler(r) : run_statement(r);
}

static int run(struct request *r)
{
	if (!r->route->limit)
		return run_row(r);
	int err = request_begin(r);
	return err ? err : limit_run(r, r->route->limit, run_row);
}

static int serve(struct request *r)
{
	struct param_pair path[HTTP_PATH_MAX_SEGMENTS];
	size_t n_path;
	bool by_cookie;
	int err = route_match(r->http, &r->route, path, &n_path);

	if (err)
		return err;
	credential_read(r, &by_cookie);
	/* A sign-in does not depend on whatever cookie is left from an earlier one. */
	err = route_check_origin(r->http, r->app->settings.public_url, r->route->least,
				 by_cookie && r->route->least != PUBLIC);
	if (err)
		return err;
	if (r->route->least != PUBLIC && !r->token)
		return ERR_UNAUTHENTICATED;
	err = read_inputs(r, path, n_path);
	if (!err)
		err = read_if_match(r, path, n_path);
	if (err && r->route->least != PUBLIC) {
		/* What is wrong with a request is told only to those who may make it. */
		int refused = request_begin(r);
		return refused ? refused : err;
	}
	if (err)
		return err;
	const char *key = http_variable(r->http, "HTTP_IDEMPOTENCY_KEY");
	return r->route->once && key ? once_run(r, key, run) : run(r);
}

/* The UUID in a path, which names an object and nobody's number; NULL if there is none. */
static const char *find_object(const struct request *r)
{
	for (size_t i = 0; r->route && r->route->inputs[i].name; i++)
		if (r->route->inputs[i].where == PARAM_PATH && r->route->inputs[i].type == PARAM_UUID)
			return r->in.text[i];
	return NULL;
}

/* The row's own path, since what stands in its place may be somebody's number. */
static void log_request(const struct request *r, int64_t ms)
{
	struct buf *line = buf_new(r->ctx);
	const char *object = find_object(r);

	buf_printf(line, "request method=%s path=%s status=%d ms=%d id=%s",
		   http_method_name(r->http->method), r->route ? r->route->path : "?",
		   r->response->status, (int)ms, r->http->id);
	if (object)
		log_put(line, "object", object);
	if (r->session.extension)
		log_put(line, "extension", r->session.extension);
	if (r->detail)
		log_put(line, "detail", r->detail);
	log_info("%s", buf_text(line));
}

void route_serve(struct app *app, const struct http_request *http, int read_err,
		 struct http_response *response)
{
	struct request r = { .ctx = http->ctx, .app = app, .http = http, .response = response,
			     .if_match = "" };
	int64_t began_us = clock_mono_us();

	http_response_init(http->ctx, response);
	json_out_init(&r.out, response->body);
	int err = read_err ? read_err : serve(&r);
	if (err) {
		put_problem(&r, err);
	} else if (!response->status) {
		response->status = r.route->status;
		if (response->body->n)
			response->type = "application/json";
	}
	int64_t us = clock_mono_us() - began_us;
	log_request(&r, us / 1000);
	metrics_request(r.route, response->status, err, us);
}
