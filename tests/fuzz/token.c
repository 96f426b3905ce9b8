/*
 * What stands in an Authorization header or a cookie. Of arbitrary bytes, none is good. A token
 * that is signed with the right secret over an arbitrary header and arbitrary claims is good only
 * if it says HS256 and is timely; and a good one with any bit of it turned is good no more.
 */
#include "lib/bearer.h"
#include "lib/json.h"
#include "lib/jwt.h"
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_AGE_S = 3600 };

static const int64_t now_s = 1795520000;
static const struct jwt_rules rules = {
	.secret = STR("a secret of the fuzzer, thirty-two bytes and more"),
	.issuer = "", .audience = "", .user_claim = "sub", .tenant_claim = "tenant",
	.max_age_s = MAX_AGE_S,
};

static struct str sign(const void *ctx, struct str header, struct str claims)
{
	char mac[SECRET_HMAC_BYTES];
	const char *message = mem_printf(ctx, "%s.%s", secret_base64(ctx, header), secret_base64(ctx, claims));

	secret_hmac(rules.secret, str_of(message), mac);
	return str_of(mem_printf(ctx, "%s.%s", message, secret_base64(ctx, (struct str){ mac, sizeof(mac) })));
}

static void check_good(const void *ctx, struct str header, struct str claims, const struct jwt_claims *found)
{
	const struct json *h, *c;

	if (json_parse(ctx, header.p, header.n, &h) || json_parse(ctx, claims.p, claims.n, &c))
		abort();
	if (strcmp(json_get_string(h, "alg"), "HS256") != 0 ||
	    strcmp(json_get_string(c, "sub"), found->user) != 0)
		abort();
	if (json_get_int(c, "exp", 0) != found->expires_s || found->expires_s <= now_s ||
	    found->expires_s > now_s + MAX_AGE_S + JWT_LEEWAY_S)
		abort();
	if (found->tenant && strcmp(json_get_string(c, "tenant"), found->tenant) != 0)
		abort();
}

/* The last character of a base64 text may have bits that mean nothing, which must be refused, too. */
static void check_forged(const void *ctx, struct str token, uint8_t where, uint8_t bit)
{
	char *forged = mem_strndup(ctx, token.p, token.n);
	struct jwt_claims claims;

	forged[where * token.n / 256] ^= (char)(1 << bit % 8);
	if (jwt_verify(ctx, &rules, (struct str){ forged, token.n }, now_s, &claims))
		abort();
}

static void check_shape(struct str header)
{
	struct str token;
	enum bearer_kind kind = bearer_read(header, &token);

	if (kind != BEARER_NONE && (token.n == 0 || token.n > BEARER_MAX_BYTES || memchr(token.p, ' ', token.n)))
		abort();
	if (kind == BEARER_SESSION && token.n != BEARER_TOKEN_LENGTH)
		abort();
	if (kind != BEARER_NONE && kind != bearer_kind(token))
		abort();
	struct str value = bearer_cookie(header, STR("cordboard_session"));
	if (value.p && (value.p < header.p || value.p + value.n > header.p + header.n || memchr(value.p, ';', value.n)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	void *ctx = mem_context();
	struct str all = { (const char *)data + 3, size - 3 };
	struct jwt_claims claims;

	secret_init();
	check_shape(all);
	if (jwt_verify(ctx, &rules, all, now_s, &claims))
		abort();
	const char *end = memchr(all.p, '\0', all.n);
	struct str header = data[0] & 1 || !end ? STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
						: (struct str){ all.p, (size_t)(end - all.p) };
	struct str body = end ? (struct str){ end + 1, (size_t)(all.p + all.n - end - 1) } : all;
	struct str token = sign(ctx, header, body);
	if (jwt_verify(ctx, &rules, token, now_s, &claims)) {
		check_good(ctx, header, body, &claims);
		check_forged(ctx, token, data[1], data[2]);
	}
	talloc_free(ctx);
	return 0;
}
