/* The engine's pure parts: requests, matching, the origin check, and what all rows must fulfil. */
#include "cgi-bin/openapi.h"
#include "cgi-bin/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void *ctx;

static int begin(void **state)
{
	(void)state;
	ctx = talloc_new(NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	talloc_free(ctx);
	return 0;
}

/* A request from up to four CGI variables. */
static int request_of(struct http_request *out, const char *method, const char *uri, const char *a,
		      const char *b)
{
	char **env = mem_array(ctx, char *, 6);
	size_t n = 0;

	env[n++] = mem_printf(ctx, "REQUEST_METHOD=%s", method);
	env[n++] = mem_printf(ctx, "REQUEST_URI=%s", uri);
	if (a)
		env[n++] = mem_strdup(ctx, a);
	if (b)
		env[n++] = mem_strdup(ctx, b);
	return http_request_read(ctx, env, STR(""), API_PREFIX, out);
}

/* ---- requests ---- */

static void paths_and_queries_are_decoded(void **state)
{
	struct http_request r;

	(void)state;
	assert_int_equal(request_of(&r, "GET", "/api/pbx/contacts/by-number/%2B49?a=x+y%26&b&c=",
				    NULL, NULL),
			 0);
	assert_int_equal(r.n_segments, 3);
	assert_string_equal(r.segments[2], "+49");
	assert_int_equal(r.n_query, 3);
	assert_string_equal(r.query[0].value, "x y&");
	assert_string_equal(r.query[1].name, "b");
	assert_string_equal(r.query[2].value, "");
}

static void broken_addresses_are_refused(void **state)
{
	struct http_request r;

	(void)state;
	assert_int_equal(request_of(&r, "GET", "/api/pbx/a%2", NULL, NULL), ERR_MALFORMED);
	assert_int_equal(request_of(&r, "GET", "/api/pbx/a%zz", NULL, NULL), ERR_MALFORMED);
	assert_int_equal(request_of(&r, "GET", "/api/pbx/a%00b", NULL, NULL), ERR_MALFORMED);
	assert_int_equal(request_of(&r, "GET", "/elsewhere", NULL, NULL), ERR_NOT_FOUND);
	assert_int_equal(request_of(&r, "POST", "/api/pbx/auth/login/", NULL, NULL), ERR_NOT_FOUND);
	assert_int_equal(request_of(&r, "POST", "/api/pbx/auth/login/?a=b", NULL, NULL), ERR_NOT_FOUND);
	assert_int_equal(request_of(&r, "GET", "/api/pbx/1/2/3/4/5/6/7/8/9", NULL, NULL),
			 ERR_NOT_FOUND);
}

static void a_cookie_is_found_by_its_whole_name(void **state)
{
	struct http_request r;

	(void)state;
	request_of(&r, "GET", "/api/pbx/x", "HTTP_COOKIE=xsid=1; sid=two=2; sid2=3", NULL);
	assert_string_equal(http_cookie(&r, "sid"), "two=2");
	assert_null(http_cookie(&r, "si"));
}

static void a_request_id_is_kept_only_if_it_is_harmless(void **state)
{
	struct http_request r;

	(void)state;
	request_of(&r, "GET", "/api/pbx/x", "HTTP_X_REQUEST_ID=abc-12345678", NULL);
	assert_string_equal(r.id, "abc-12345678");
	request_of(&r, "GET", "/api/pbx/x", "HTTP_X_REQUEST_ID=evil\r\nSet-Cookie: a", NULL);
	assert_int_equal(strlen(r.id), 36);
}

static void a_head_gets_headers_only(void **state)
{
	struct http_request r;
	struct http_response a;

	(void)state;
	request_of(&r, "HEAD", "/api/pbx/health", NULL, NULL);
	assert_int_equal(r.method, HTTP_GET);
	http_response_init(ctx, &a);
	a.status = 200;
	buf_adds(a.body, "body");
	const char *text = buf_text(http_render(ctx, &r, &a));
	assert_non_null(strstr(text, "Content-Length: 4\r\n"));
	assert_non_null(strstr(text, "Cache-Control: no-store\r\n"));
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}

/* ---- matching ---- */

struct match_case {
	const char *method, *uri;
	int err;
	const char *path;       /* of the row */
};

static const struct match_case match_cases[] = {
	{ "GET", "/api/pbx/health", 0, "health" },
	{ "GET", "/api/pbx/calls/sessions", 0, "calls/sessions" },
	{ "GET", "/api/pbx/calls/sessions/7", 0, "calls/sessions/:id" },
	{ "POST", "/api/pbx/calls/7/hangup", 0, "calls/:id/hangup" },
	{ "GET", "/api/pbx/contacts/by-number/7", 0, "contacts/by-number/:number" },
	{ "GET", "/api/pbx/contacts/7", 0, "contacts/:id" },
	{ "DELETE", "/api/pbx/health", ERR_METHOD, NULL },
	{ "BREW", "/api/pbx/health", ERR_METHOD, NULL },
	{ "GET", "/api/pbx/", ERR_NOT_FOUND, NULL },
	{ "GET", "/api/pbx/healthy", ERR_NOT_FOUND, NULL },
	{ "GET", "/api/pbx/health/more", ERR_NOT_FOUND, NULL },
	{ "GET", "/api/pbx//health", ERR_NOT_FOUND, NULL },
	{ "POST", "/api/pbx/calls//hangup", ERR_NOT_FOUND, NULL },
};

static void a_request_meets_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(match_cases); i++) {
		const struct match_case *c = &match_cases[i];
		struct http_request r;
		const struct route *route = NULL;
		struct param_pair path[HTTP_PATH_MAX_SEGMENTS];
		size_t n;
		assert_int_equal(request_of(&r, c->method, c->uri, NULL, NULL), 0);
		int err = route_match(&r, &route, path, &n);
		if (err != c->err)
			fail_msg("%s %s gave %d", c->method, c->uri, err);
		if (!err)
			assert_string_equal(route->path, c->path);
	}
}

/* ---- where a mutation may come from ---- */

struct origin_case {
	const char *header, *origin;
	enum role least;
	bool by_cookie;
	int err;
};

#define HOME "http://cc.example.org"
#define MARK "HTTP_X_REQUESTED_WITH=cordboard"
#define JSON_TYPE "CONTENT_TYPE=application/json"
#define ORIGIN(o) "HTTP_ORIGIN=" o

static const struct origin_case origin_cases[] = {
	{ MARK, ORIGIN(HOME), AGENT, true, 0 },
	{ MARK, "HTTP_SEC_FETCH_SITE=same-origin", AGENT, true, 0 },
	{ MARK, "HTTP_SEC_FETCH_SITE=same-site", AGENT, true, ERR_CROSS_SITE },
	{ MARK, NULL, AGENT, true, ERR_CROSS_SITE },
	{ NULL, ORIGIN(HOME), AGENT, true, ERR_CROSS_SITE },
	{ "HTTP_X_REQUESTED_WITH=XMLHttpRequest", ORIGIN(HOME), AGENT, true, ERR_CROSS_SITE },
	{ MARK, ORIGIN("http://evil.example"), AGENT, true, ERR_CROSS_SITE },
	{ MARK, ORIGIN("null"), AGENT, true, ERR_CROSS_SITE },
	{ MARK, ORIGIN(HOME ".evil.example"), AGENT, true, ERR_CROSS_SITE },
	{ MARK, ORIGIN("https://cc.example.org"), AGENT, true, ERR_CROSS_SITE },
	{ MARK, ORIGIN("http://CC.example.org"), AGENT, true, ERR_CROSS_SITE },
	{ NULL, NULL, AGENT, false, 0 },
	{ JSON_TYPE, NULL, PUBLIC, false, 0 },
	{ JSON_TYPE, ORIGIN(HOME), PUBLIC, false, 0 },
	{ JSON_TYPE, ORIGIN("http://evil.example"), PUBLIC, false, ERR_CROSS_SITE },
	{ "CONTENT_TYPE=text/plain", NULL, PUBLIC, false, ERR_CROSS_SITE },
	{ MARK, ORIGIN("http://evil.example"), PUBLIC, false, ERR_CROSS_SITE },
};

static void a_cookie_counts_only_from_our_own_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(origin_cases); i++) {
		const struct origin_case *c = &origin_cases[i];
		struct http_request r;
		const char *header = c->header ? c->header : c->origin;
		request_of(&r, "POST", "/api/pbx/x", header, c->header ? c->origin : NULL);
		int err = route_check_origin(&r, HOME, c->least, c->by_cookie);
		if (err != c->err)
			fail_msg("case %zu gave %d", i, err);
	}
}

static void reading_needs_no_origin(void **state)
{
	struct http_request r;

	(void)state;
	request_of(&r, "GET", "/api/pbx/x", "HTTP_ORIGIN=http://evil.example", NULL);
	assert_int_equal(route_check_origin(&r, HOME, AGENT, true), 0);
}

/* ---- what holds for every row ---- */

static bool declares(const struct route *route, const char *name, enum param_where where)
{
	for (const struct param_row *in = route->inputs; in->name; in++)
		if (in->where == where && strcmp(in->name, name) == 0)
			return true;
	return false;
}

static void check_row(const struct route *route)
{
	if (route->least == NOBODY)
		fail_msg("%s has no role", route->path);
	if (!route->summary || !route->status)
		fail_msg("%s has no summary or status", route->path);
	if (param_count(route->inputs) >= ROUTE_INPUTS)
		fail_msg("%s leaves no room for the end of its inputs", route->path);
	for (const char *p = strchr(route->path, ':'); p; p = strchr(p + 1, ':')) {
		char name[32];
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(p + 1, "/"), p + 1);
		if (!declares(route, name, PARAM_PATH))
			fail_msg("%s does not declare %s", route->path, name);
	}
	for (const struct param_row *in = route->inputs; in->name; in++) {
		if (in->type == PARAM_CHOICE && !in->choices)
			fail_msg("%s: %s has no choices", route->path, in->name);
		/* The description shows it as it is. */
		if (in->pattern && (in->pattern[0] != '^' || in->pattern[strlen(in->pattern) - 1] != '$' ||
				    strstr(in->pattern, "[:")))
			fail_msg("%s: %s is not matched as a whole", route->path, in->name);
		if (route->method == HTTP_GET && in->where == PARAM_BODY)
			fail_msg("%s: GET has a body", route->path);
	}
	if (declares(route, "cursor", PARAM_QUERY) != declares(route, "limit", PARAM_QUERY))
		fail_msg("%s has only one of cursor and limit", route->path);
}

static void every_row_is_complete(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++, n++)
			check_row(&(*r)->routes[i]);
	assert_true(n >= 25);
}

static void what_is_public_is_listed_here(void **state)
{
	static const char *const open[] = { "auth/login", "health", "openapi.json" };
	size_t n = 0;

	(void)state;
	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++)
			if ((*r)->routes[i].least == PUBLIC)
				assert_string_equal((*r)->routes[i].path, open[n++]);
	assert_int_equal(n, ARRAY_LEN(open));
}

/* But where the request or the answer holds a secret, which is kept nowhere. */
static void what_creates_is_done_once_for_a_key(void **state)
{
	static const char *const secret[] = { "users", "tokens", "wallboards" };
	size_t n = 0;

	(void)state;
	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++) {
			const struct route *route = &(*r)->routes[i];
			if (route->method != HTTP_POST || route->status != 201 || route->once)
				continue;
			assert_true(n < ARRAY_LEN(secret));
			assert_string_equal(route->path, secret[n++]);
		}
	assert_int_equal(n, ARRAY_LEN(secret));
}

static void the_description_names_every_path(void **state)
{
	struct json_out o;
	struct buf *b = buf_new(ctx);
	const struct json *doc;

	(void)state;
	json_out_init(&o, b);
	openapi_put(&o, site, "http://x/api/pbx");
	assert_int_equal(json_parse(ctx, b->p, b->n, &doc), 0);
	const struct json *note = json_get(
		json_get(json_get(doc, "paths"), "/calls/{id}/notes"), "put");
	assert_string_equal(json_get_string(note, "x-least-role"), "AGENT");
	assert_int_equal(json_length(json_get(note, "parameters")), 2);
	assert_string_equal(json_get_string(json_at(json_get(note, "parameters"), 1), "name"), "If-Match");
	assert_non_null(json_get(note, "requestBody"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_and_queries_are_decoded),
		cmocka_unit_test(broken_addresses_are_refused),
		cmocka_unit_test(a_cookie_is_found_by_its_whole_name),
		cmocka_unit_test(a_request_id_is_kept_only_if_it_is_harmless),
		cmocka_unit_test(a_head_gets_headers_only),
		cmocka_unit_test(a_request_meets_its_row),
		cmocka_unit_test(a_cookie_counts_only_from_our_own_pages),
		cmocka_unit_test(reading_needs_no_origin),
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(what_is_public_is_listed_here),
		cmocka_unit_test(what_creates_is_done_once_for_a_key),
		cmocka_unit_test(the_description_names_every_path),
	};

	return cmocka_run_group_tests_name("route", tests, begin, end);
}
