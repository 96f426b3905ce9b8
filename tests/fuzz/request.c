/*
 * The line of a request, its query and its headers. Either it is all arbitrary, or a route is chosen
 * and its address is written with arbitrary values, percent-encoded. Whatever is read is read again
 * from its own canonical form; a written address leads to a route that it fits, with the same
 * values; and what inputs are bound to is within their bounds.
 */
#include "cgi-bin/http.h"
#include "tests/fuzz/rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(struct buf *b, const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text))
			buf_addc(b, *text);
		else
			buf_printf(b, "%%%02x", (unsigned char)*text);
}

static struct buf *canonical(const void *ctx, const struct http_request *r)
{
	struct buf *b = buf_new(ctx);

	buf_adds(b, "REQUEST_URI=" API_PREFIX);
	for (size_t i = 0; i < r->n_segments; i++) {
		buf_adds(b, i ? "/" : "");
		encode(b, r->segments[i]);
	}
	/* A segment that is empty at the end needs its slash. */
	if (r->n_segments && !*r->segments[r->n_segments - 1])
		buf_addc(b, '/');
	for (size_t i = 0; i < r->n_query; i++) {
		buf_addc(b, i ? '&' : '?');
		encode(b, r->query[i].name);
		buf_addc(b, '=');
		encode(b, r->query[i].value);
	}
	return b;
}

static void check_stable(const void *ctx, const struct http_request *r)
{
	char *env[] = { (char *)(uintptr_t)buf_text(canonical(ctx, r)), NULL };
	struct http_request again;

	if (http_request_read(ctx, env, STR(""), API_PREFIX, &again) || again.n_segments != r->n_segments ||
	    again.n_query != r->n_query)
		abort();
	for (size_t i = 0; i < r->n_segments; i++)
		if (strcmp(r->segments[i], again.segments[i]) != 0)
			abort();
	for (size_t i = 0; i < r->n_query; i++)
		if (strcmp(r->query[i].name, again.query[i].name) != 0 ||
		    strcmp(r->query[i].value, again.query[i].value) != 0)
			abort();
}

/* The next piece of the input, up to a NUL. */
static const char *take(const void *ctx, const uint8_t **data, size_t *size)
{
	const char *piece = mem_strndup(ctx, (const char *)*data, *size);
	size_t n = strlen(piece);

	n += n < *size;
	*data += n;
	*size -= n;
	return piece;
}

/*
 * The route's address with the input's pieces for its names and its query. It fits the route unless
 * a name is empty.
 */
static const char *write_address(const void *ctx, const struct route *route, const uint8_t **data,
				 size_t *size, bool *fits)
{
	struct buf *b = buf_new(ctx);
	char mark = '?';

	buf_adds(b, "REQUEST_URI=" API_PREFIX);
	for (const char *p = route->path; *p;) {
		size_t n = strcspn(p, "/");
		const char *name = *p == ':' ? take(ctx, data, size) : NULL;
		if (name && !*name)
			*fits = false;
		if (name)
			encode(b, name);
		else
			buf_add(b, p, n);
		p += n;
		if (*p == '/')
			buf_addc(b, *p++);
	}
	for (size_t i = 0; route->inputs[i].name; i++) {
		if (route->inputs[i].where != PARAM_QUERY)
			continue;
		buf_printf(b, "%c%s=", mark, route->inputs[i].name);
		encode(b, take(ctx, data, size));
		mark = '&';
	}
	return buf_text(b);
}

static void check_route(const void *ctx, const struct http_request *r, bool fits)
{
	struct param_pair path[HTTP_PATH_MAX_SEGMENTS];
	struct param_source source = { .query = r->query, .n_query = r->n_query, .path = path };
	struct param_values in;
	const struct route *route;
	int err = route_match(r, &route, path, &source.n_path);

	if (err && err != ERR_NOT_FOUND && err != ERR_METHOD)
		abort();
	for (size_t i = 0; !err && i < source.n_path; i++)
		if (!*path[i].name || !*path[i].value)
			abort();
	if (err && fits)
		abort();
	if (err)
		return;
	err = param_read(ctx, route->inputs, &source, &in);
	rows_check_answer(ctx, route->inputs, err, &in);
}

static void check_cookie(const struct http_request *r)
{
	const char *header = http_variable(r, "HTTP_COOKIE");
	const char *value = http_cookie(r, "cordboard_session");

	if (value && (!header || !strstr(header, value) || strchr(value, ';')))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	void *ctx = mem_context();
	struct http_request r;
	const struct route *route = data[0] & 1 ? rows_route(data[1]) : NULL;
	enum http_method method = route ? route->method : (data[0] >> 1) % (HTTP_DELETE + 1);
	data += 2;
	size -= 2;
	bool fits = route;
	const char *address = route ? write_address(ctx, route, &data, &size, &fits)
				    : mem_printf(ctx, "REQUEST_URI=%s%s", API_PREFIX, take(ctx, &data, &size));
	char *env[] = {
		mem_printf(ctx, "REQUEST_METHOD=%s", http_method_name(method)),
		(char *)(uintptr_t)address,
		mem_printf(ctx, "HTTP_COOKIE=%s", take(ctx, &data, &size)),
		mem_printf(ctx, "HTTP_X_REQUEST_ID=%s", take(ctx, &data, &size)),
		mem_printf(ctx, "CONTENT_TYPE=%s", take(ctx, &data, &size)),
		NULL,
	};
	int err = http_request_read(ctx, env, STR(""), API_PREFIX, &r);
	if (err && err != ERR_NOT_FOUND && err != ERR_MALFORMED && err != ERR_TOO_LARGE)
		abort();
	if (strpbrk(r.id, "\r\n ") || strlen(r.id) < 8 || strlen(r.id) > 64)
		abort();
	check_cookie(&r);
	http_is(&r, "application/json");
	if (!err) {
		check_stable(ctx, &r);
		check_route(ctx, &r, fits);
	}
	talloc_free(ctx);
	return 0;
}
