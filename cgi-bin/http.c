/* Requests and answers as CGI writes them. */
#include "cgi-bin/http.h"

#include "lib/bearer.h"
#include "lib/err.h"
#include "lib/secret.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { REQUEST_ID_MIN = 8, REQUEST_ID_MAX = 64 };

static const char *const method_names[] = {
	[HTTP_OTHER] = "?", [HTTP_GET] = "GET",       [HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE",
};

const char *http_method_name(enum http_method method)
{
	return method_names[method];
}

const char *http_variable(const struct http_request *r, const char *name)
{
	size_t n = strlen(name);

	for (char *const *line = r->env; *line; line++)
		if (strncmp(*line, name, n) == 0 && (*line)[n] == '=')
			return (*line)[n + 1] ? *line + n + 1 : NULL;
	return NULL;
}

/* ---- reading ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes; NULL for a broken escape or a NUL. */
static const char *decode(const void *ctx, struct str s, bool plus_is_space)
{
	char *text = mem_strndup(ctx, s.p, s.n);
	char *to = text;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
			if (high < 0 || low < 0 || high + low == 0)
				return NULL;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		*to++ = c;
	}
	*to = '\0';
	return text;
}

/* The text up to any of the stop characters; *rest goes behind it. */
static struct str take_until(const char **rest, const char *stops)
{
	struct str s = { *rest, strcspn(*rest, stops) };

	*rest += s.n;
	return s;
}

static int read_path(struct http_request *r, const char **uri, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*uri, prefix, n) != 0)
		return ERR_NOT_FOUND;
	*uri += n;
	while (**uri && **uri != '?') {
		if (r->n_segments == HTTP_PATH_MAX_SEGMENTS)
			return ERR_NOT_FOUND;
		const char *segment = decode(r->ctx, take_until(uri, "/?"), false);
		if (!segment)
			return ERR_MALFORMED;
		r->segments[r->n_segments++] = segment;
		if (**uri != '/')
			break;
		/* One address, one spelling: the door's own limits go by it. */
		if (*++*uri == '\0' || **uri == '?')
			return ERR_NOT_FOUND;
	}
	return 0;
}

static int read_query(struct http_request *r, const char *uri)
{
	while (*uri == '?' || *uri == '&') {
		uri++;
		struct str name = take_until(&uri, "=&");
		struct str value = { "", 0 };
		if (*uri == '=') {
			uri++;
			value = take_until(&uri, "&");
		}
		if (name.n == 0)
			continue;
		if (r->n_query == HTTP_QUERY_MAX_PAIRS)
			return ERR_TOO_LARGE;
		struct param_pair *pair = &r->query[r->n_query++];
		pair->name = decode(r->ctx, name, true);
		pair->value = decode(r->ctx, value, true);
		if (!pair->name || !pair->value)
			return ERR_MALFORMED;
	}
	return 0;
}

static void read_method(struct http_request *r)
{
	const char *name = http_variable(r, "REQUEST_METHOD");

	r->head = name && strcmp(name, "HEAD") == 0;
	for (size_t i = HTTP_GET; name && i < ARRAY_LEN(method_names); i++)
		if (strcmp(name, method_names[i]) == 0)
			r->method = (enum http_method)i;
	if (r->head)
		r->method = HTTP_GET;
}

static bool is_request_id(const char *text)
{
	size_t n = text ? strlen(text) : 0;

	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return false;
	return n >= REQUEST_ID_MIN && n <= REQUEST_ID_MAX;
}

int http_request_read(const void *ctx, char *const *env, struct str body, const char *prefix,
		      struct http_request *out)
{
	*out = (struct http_request){ .ctx = ctx, .env = env, .body = body };
	read_method(out);
	const char *id = http_variable(out, "HTTP_X_REQUEST_ID");
	out->id = is_request_id(id) ? id : secret_uuid(ctx);
	const char *uri = http_variable(out, "REQUEST_URI");
	if (!uri)
		return ERR_MALFORMED;
	int err = read_path(out, &uri, prefix);
	return err ? err : read_query(out, uri);
}

const char *http_cookie(const struct http_request *r, const char *name)
{
	const char *header = http_variable(r, "HTTP_COOKIE");
	struct str value = bearer_cookie(str_of(header ? header : ""), str_of(name));

	return value.p ? mem_strndup(r->ctx, value.p, value.n) : NULL;
}

bool http_is(const struct http_request *r, const char *media_type)
{
	const char *type = http_variable(r, "CONTENT_TYPE");
	size_t n = strlen(media_type);

	if (!type || strncasecmp(type, media_type, n) != 0)
		return false;
	type += n;
	return *type == '\0' || *type == ';' || *type == ' ';
}

/* ---- answering ---- */

void http_response_init(const void *ctx, struct http_response *out)
{
	*out = (struct http_response){ .headers = buf_new(ctx), .body = buf_new(ctx) };
}

void http_header(struct http_response *r, const char *name, const char *value)
{
	buf_printf(r->headers, "%s: %s\r\n", name, value);
}

struct buf *http_render(const void *ctx, const struct http_request *request,
			const struct http_response *response)
{
	struct buf *b = buf_new(ctx);

	buf_printf(b, "Status: %d\r\n", response->status);
	if (response->type)
		buf_printf(b, "Content-Type: %s\r\n", response->type);
	if (response->status != 204)
		buf_printf(b, "Content-Length: %zu\r\n", response->body->n);
	buf_printf(b, "Cache-Control: no-store\r\nX-Request-Id: %s\r\n", request->id);
	buf_add(b, response->headers->p, response->headers->n);
	buf_adds(b, "\r\n");
	if (!request->head)
		buf_add(b, response->body->p, response->body->n);
	return b;
}
