/* Shapes of tokens. */
#include "lib/bearer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static size_t base64url_span(struct str s)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = 0;

	while (n < s.n && s.p[n] && strchr(alphabet, s.p[n]))
		n++;
	return n;
}

static struct str skip(struct str s, size_t n)
{
	return (struct str){ s.p + n, s.n - n };
}

static bool is_random(struct str s)
{
	return s.n == BEARER_TOKEN_LENGTH && base64url_span(s) == s.n;
}

static bool is_jwt(struct str s)
{
	for (int dots = 0; dots < 2; dots++) {
		size_t n = base64url_span(s);
		if (n == 0 || n == s.n || s.p[n] != '.')
			return false;
		s = skip(s, n + 1);
	}
	return s.n > 0 && base64url_span(s) == s.n;
}

enum bearer_kind bearer_kind(struct str token)
{
	size_t prefix = strlen(BEARER_API_PREFIX);

	if (token.n == 0 || token.n > BEARER_MAX_BYTES)
		return BEARER_NONE;
	if (is_random(token))
		return BEARER_SESSION;
	if (token.n > prefix && memcmp(token.p, BEARER_API_PREFIX, prefix) == 0 &&
	    is_random(skip(token, prefix)))
		return BEARER_API_TOKEN;
	return is_jwt(token) ? BEARER_JWT : BEARER_NONE;
}

enum bearer_kind bearer_read(struct str header, struct str *token)
{
	static const char scheme[] = "bearer ";
	size_t n = sizeof(scheme) - 1;

	*token = (struct str){ header.p, 0 };
	if (header.n <= n || strncasecmp(header.p, scheme, n) != 0)
		return BEARER_NONE;
	while (n < header.n && header.p[n] == ' ')
		n++;
	*token = skip(header, n);
	return bearer_kind(*token);
}

struct str bearer_cookie(struct str header, struct str name)
{
	while (header.n) {
		const char *end = memchr(header.p, ';', header.n);
		size_t n = end ? (size_t)(end - header.p) : header.n;
		struct str pair = { header.p, n };
		header = skip(header, n + (end != NULL));
		while (pair.n && *pair.p == ' ')
			pair = skip(pair, 1);
		if (pair.n > name.n && memcmp(pair.p, name.p, name.n) == 0 &&
		    pair.p[name.n] == '=')
			return skip(pair, name.n + 1);
	}
	return (struct str){ NULL, 0 };
}
