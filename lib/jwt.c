/* Verifies HS256 tokens. */
#include "lib/jwt.h"

#include "lib/json.h"
#include "lib/secret.h"

#include <string.h>
#include <strings.h>

enum { USER_MAX = 254, TENANT_MAX = 31 };

/* The part up to the next dot or the end; rest goes on behind it. */
static struct str next_part(struct str *rest)
{
	const char *dot = memchr(rest->p, '.', rest->n);
	struct str part = { rest->p, dot ? (size_t)(dot - rest->p) : rest->n };
	size_t past = part.n + (dot != NULL);

	*rest = (struct str){ rest->p + past, rest->n - past };
	return part;
}

static bool is_signed(const void *ctx, struct str secret, struct str message, struct str signature)
{
	char right[SECRET_HMAC_BYTES];
	size_t n;
	const char *given = secret_unbase64(ctx, signature, &n);

	secret_hmac(secret, message, right);
	return given && secret_equal((struct str){ given, n }, (struct str){ right, sizeof(right) });
}

/* A part's JSON object, NULL if it is none. */
static const struct json *read_part(const void *ctx, struct str part)
{
	const struct json *value;
	size_t n;
	const char *text = secret_unbase64(ctx, part, &n);

	if (!text || json_parse(ctx, text, n, &value) || json_kind(value) != JSON_OBJECT)
		return NULL;
	return value;
}

static bool header_is_ours(const struct json *header)
{
	const char *alg = json_get_string(header, "alg"), *typ = json_get_string(header, "typ");

	/* What must be understood ("crit") is understood by nobody here. */
	return alg && strcmp(alg, "HS256") == 0 && !json_has(header, "crit") &&
	       !json_has(header, "b64") && !json_has(header, "zip") &&
	       (!json_has(header, "typ") || (typ && strcasecmp(typ, "JWT") == 0));
}

/* A time in whole seconds. Absent: true and *out stays. */
static bool read_time(const struct json *claims, const char *name, int64_t *out)
{
	const struct json *value = json_get(claims, name);

	if (!json_has(claims, name))
		return true;
	if (!value || json_kind(value) != JSON_INT)
		return false;
	*out = json_integer(value);
	return *out >= 0 && *out < INT64_C(1) << 40;
}

static bool is_timely(const struct json *claims, const struct jwt_rules *rules, int64_t now_s,
		      int64_t *expires_s)
{
	int64_t expires = -1, issued = now_s, begins = now_s;

	if (!read_time(claims, "exp", &expires) || !read_time(claims, "iat", &issued) ||
	    !read_time(claims, "nbf", &begins))
		return false;
	*expires_s = expires;
	return expires > now_s && expires - now_s <= rules->max_age_s + JWT_LEEWAY_S &&
	       issued <= now_s + JWT_LEEWAY_S && now_s - issued <= rules->max_age_s &&
	       begins <= now_s + JWT_LEEWAY_S;
}

static bool is_text(const struct json *value, const char *text)
{
	size_t n;
	const char *given = value ? json_string(value, &n) : NULL;

	return given && n == strlen(text) && memcmp(given, text, n) == 0;
}

static bool is_for_us(const struct json *claims, const struct jwt_rules *rules)
{
	const struct json *audience = json_get(claims, "aud");
	bool meant = !*rules->audience || is_text(audience, rules->audience);

	for (size_t i = 0; audience && json_kind(audience) == JSON_ARRAY && !meant &&
			   i < json_length(audience); i++)
		meant = is_text(json_at(audience, i), rules->audience);
	return meant && (!*rules->issuer || is_text(json_get(claims, "iss"), rules->issuer));
}

/* A claim's text without control characters, 1 to max bytes; NULL if it is anything else. */
static const char *read_name(const void *ctx, const struct json *claims, const char *claim, size_t max)
{
	const struct json *value = json_get(claims, claim);
	size_t n;
	const char *text = value ? json_string(value, &n) : NULL;

	if (!text || n == 0 || n > max)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 127)
			return NULL;
	return mem_strndup(ctx, text, n);
}

bool jwt_verify(const void *ctx, const struct jwt_rules *rules, struct str token, int64_t now_s,
		struct jwt_claims *out)
{
	struct str rest = token;
	struct str header = next_part(&rest), payload = next_part(&rest), signature = rest;
	struct str message = { token.p, header.n + 1 + payload.n };

	*out = (struct jwt_claims){ 0 };
	if (rules->secret.n < JWT_SECRET_MIN_BYTES || token.n > JWT_MAX_BYTES || !header.n ||
	    !payload.n || message.n >= token.n ||
	    !is_signed(ctx, rules->secret, message, signature))
		return false;
	const struct json *head = read_part(ctx, header), *claims = read_part(ctx, payload);
	if (!head || !claims || !header_is_ours(head) ||
	    !is_timely(claims, rules, now_s, &out->expires_s) || !is_for_us(claims, rules))
		return false;
	out->user = read_name(ctx, claims, rules->user_claim, USER_MAX);
	out->tenant = read_name(ctx, claims, rules->tenant_claim, TENANT_MAX);
	return out->user && (out->tenant || !json_has(claims, rules->tenant_claim));
}
