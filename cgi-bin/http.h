/* One HTTP request as FastCGI hands it over, and the answer to it. No I/O: api.c does that. */
#ifndef CB_HTTP_H
#define CB_HTTP_H

#include "lib/json.h"
#include "lib/param.h"

enum http_method { HTTP_OTHER, HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };

enum {
	HTTP_BODY_MAX_BYTES = 64 * 1024,
	HTTP_PATH_MAX_SEGMENTS = 8,
	HTTP_QUERY_MAX_PAIRS = 32
};

struct http_request {
	const void *ctx;
	char *const *env;                 /* NAME=value, as CGI names them; ends with NULL */
	const char *id;                   /* the caller's X-Request-Id if sane, else a new one */
	enum http_method method;
	bool head;                        /* HEAD: a GET whose body is not sent */
	const char *segments[HTTP_PATH_MAX_SEGMENTS];    /* of the path below the prefix, decoded */
	size_t n_segments;
	struct param_pair query[HTTP_QUERY_MAX_PAIRS];
	size_t n_query;
	struct str body;
};

struct http_response {
	int status;
	const char *type;                 /* of the body; NULL: there is none */
	struct buf *headers;              /* complete lines, CR LF each */
	struct buf *body;
};

/* Paths outside prefix give ERR_NOT_FOUND, what cannot be decoded ERR_MALFORMED. */
int http_request_read(const void *ctx, char *const *env, struct str body, const char *prefix,
		      struct http_request *out);
/* A CGI variable ("HTTP_ORIGIN"), NULL if absent or empty. */
const char *http_variable(const struct http_request *r, const char *name);
/* A cookie's value, NULL if absent. */
const char *http_cookie(const struct http_request *r, const char *name);
/* Whether the body claims to be of that media type. */
bool http_is(const struct http_request *r, const char *media_type);
const char *http_method_name(enum http_method method);

void http_response_init(const void *ctx, struct http_response *out);
/* Values must hold no line break: they come from rows and settings, never from a client. */
void http_header(struct http_response *r, const char *name, const char *value);
/* The whole answer as a CGI program writes it. */
struct buf *http_render(const void *ctx, const struct http_request *request,
			const struct http_response *response);

#endif
