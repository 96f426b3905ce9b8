/* Tokens of another platform: the genuine one opens, forgeries do not. */
#include "lib/jwt.h"

#include "lib/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS "{\"sub\":\"1001\",\"exp\":1000060,\"iat\":1000000}"

enum { NOW = 1000000 };

static void *ctx;
static struct jwt_rules rules = {
	.secret = { SECRET, sizeof(SECRET) - 1 },
	.issuer = "",
	.audience = "",
	.user_claim = "sub",
	.tenant_claim = "tenant",
	.max_age_s = 600,
};

static int begin(void **state)
{
	(void)state;
	secret_init();
	ctx = talloc_new(NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	talloc_free(ctx);
	return 0;
}

static const char *part(const char *json)
{
	return secret_base64(ctx, str_of(json));
}

static const char *sign(const char *message, const char *secret)
{
	char mac[SECRET_HMAC_BYTES];

	secret_hmac(str_of(secret), str_of(message), mac);
	return mem_printf(ctx, "%s.%s", message,
			  secret_base64(ctx, (struct str){ mac, sizeof(mac) }));
}

/* Rightly signed, whatever it says. */
static const char *token(const char *header, const char *claims)
{
	return sign(mem_printf(ctx, "%s.%s", part(header), part(claims)), SECRET);
}

static bool opens(const struct jwt_rules *with, const char *text)
{
	struct jwt_claims claims;

	return jwt_verify(ctx, with, str_of(text), NOW, &claims);
}

static void a_genuine_token_names_its_user(void **state)
{
	struct jwt_claims claims;
	const char *full = "{\"sub\":\"nora@example.com\",\"tenant\":\"acme\",\"exp\":1000600,"
			   "\"nbf\":1000030,\"iat\":1000030,\"aud\":\"x\"}";

	(void)state;
	assert_true(jwt_verify(ctx, &rules, str_of(token(HEADER, CLAIMS)), NOW, &claims));
	assert_string_equal(claims.user, "1001");
	assert_null(claims.tenant);
	assert_int_equal(claims.expires_s, 1000060);
	assert_true(jwt_verify(ctx, &rules, str_of(token(HEADER, full)), NOW, &claims));
	assert_string_equal(claims.user, "nora@example.com");
	assert_string_equal(claims.tenant, "acme");
	assert_true(opens(&rules, token("{\"alg\":\"HS256\"}", CLAIMS)));
	assert_true(opens(&rules, token("{\"typ\":\"jwt\",\"kid\":\"../../etc\",\"alg\":\"HS256\"}",
					CLAIMS)));
}

static void issuer_and_audience_are_asked_for_where_they_are_set(void **state)
{
	struct jwt_rules strict = rules;

	(void)state;
	strict.issuer = "platform";
	strict.audience = "cordboard";
	assert_true(opens(&strict, token(HEADER, "{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\","
						 "\"aud\":[\"else\",\"cordboard\"]}")));
	assert_true(opens(&strict, token(HEADER, "{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\","
						 "\"aud\":\"cordboard\"}")));
	static const char *const wrong[] = {
		CLAIMS,
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\"}",
		"{\"sub\":\"1\",\"exp\":1000060,\"aud\":\"cordboard\"}",
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"Platform\",\"aud\":\"cordboard\"}",
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\",\"aud\":\"cordboard2\"}",
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\",\"aud\":[]}",
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\",\"aud\":{\"a\":\"cordboard\"}}",
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":[\"platform\"],\"aud\":\"cordboard\"}",
		"{\"sub\":\"1\",\"exp\":1000060,\"iss\":\"platform\",\"aud\":\"cordboard\\u0000\"}",
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (opens(&strict, token(HEADER, wrong[i])))
			fail_msg("%s", wrong[i]);
}

static void a_signed_token_that_says_the_wrong_thing_opens_nothing(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\"}",
		"{\"alg\":\"None\"}",
		"{\"alg\":\"\"}",
		"{}",
		"{\"alg\":null}",
		"{\"alg\":[\"HS256\"]}",
		"{\"alg\":\"hs256\"}",
		"{\"alg\":\"HS256 \"}",
		"{\"alg\":\"HS384\"}",
		"{\"alg\":\"HS512\"}",
		"{\"alg\":\"RS256\"}",
		"{\"alg\":\"ES256\"}",
		"{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"HS256\",\"b64\":false}",
		"{\"alg\":\"HS256\",\"zip\":\"DEF\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWE\"}",
		"{\"alg\":\"HS256\",\"typ\":1}",
		"[\"HS256\"]",
		"\"HS256\"",
		"{\"alg\":\"HS256\"",
		"{\"alg\":\"HS256\"}{}",
		"",
	};
	static const char *const claims[] = {
		"{}",
		"{\"sub\":\"1001\"}",
		"{\"sub\":\"1001\",\"exp\":null}",
		"{\"sub\":\"1001\",\"exp\":\"1000060\"}",
		"{\"sub\":\"1001\",\"exp\":1000060.5}",
		"{\"sub\":\"1001\",\"exp\":1000000}",
		"{\"sub\":\"1001\",\"exp\":999999}",
		"{\"sub\":\"1001\",\"exp\":-1}",
		"{\"sub\":\"1001\",\"exp\":9223372036854775807}",
		"{\"sub\":\"1001\",\"exp\":1e30}",
		"{\"sub\":\"1001\",\"exp\":1001000}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"nbf\":1000031}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"nbf\":\"now\"}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"iat\":1000031}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"iat\":999399}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"iat\":null}",
		"{\"exp\":1000060}",
		"{\"sub\":null,\"exp\":1000060}",
		"{\"sub\":\"\",\"exp\":1000060}",
		"{\"sub\":1001,\"exp\":1000060}",
		"{\"sub\":[\"1001\"],\"exp\":1000060}",
		"{\"sub\":\"1001\\u0000\",\"exp\":1000060}",
		"{\"sub\":\"1001\\n\",\"exp\":1000060}",
		"{\"sub\":\"10 01\",\"exp\":1000060}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"tenant\":null}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"tenant\":7}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"tenant\":\"\"}",
		"{\"sub\":\"1001\",\"exp\":1000060,\"tenant\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
		"[]",
		"null",
		"{\"sub\":\"1001\",\"exp\":1000060",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		if (opens(&rules, token(headers[i], CLAIMS)))
			fail_msg("%s", headers[i]);
	for (size_t i = 0; i < ARRAY_LEN(claims); i++)
		if (opens(&rules, token(HEADER, claims[i])))
			fail_msg("%s", claims[i]);
}

static void a_token_that_is_not_signed_by_the_secret_opens_nothing(void **state)
{
	const char *message = mem_printf(ctx, "%s.%s", part(HEADER), part(CLAIMS));
	const char *good = token(HEADER, CLAIMS);
	const char *signature = strrchr(good, '.') + 1;
	const char *forged[] = {
		message,
		mem_printf(ctx, "%s.", message),
		mem_printf(ctx, "%s.%s.", message, signature),
		mem_printf(ctx, "%s.%s.%s", message, signature, signature),
		mem_printf(ctx, ".%s", good),
		mem_printf(ctx, "%s=", good),
		mem_printf(ctx, "%s ", good),
		mem_printf(ctx, "%s.%.42s", message, signature),
		mem_printf(ctx, "%s.%sA", message, signature),
		mem_printf(ctx, "%s.%s", message, part("")),
		mem_printf(ctx, "%s.%s", message, part("00000000000000000000000000000000")),
		mem_printf(ctx, "%s.%s.%s", part("{\"alg\":\"none\"}"), part(CLAIMS), signature),
		mem_printf(ctx, "%s.%s.%s", part(HEADER),
			   part("{\"sub\":\"2003\",\"exp\":1000060}"), signature),
		mem_printf(ctx, "..%s", signature),
		mem_printf(ctx, "%s..%s", part(HEADER), signature),
		mem_printf(ctx, ".%s.%s", part(CLAIMS), signature),
		sign(message, ""),
		sign(message, "0123456789abcdef0123456789abcdeF"),
		sign(message, SECRET SECRET),
		"",
		".",
		"..",
		"...",
	};
	char *bent = mem_strdup(ctx, good);

	(void)state;
	assert_true(opens(&rules, good));
	for (size_t i = 0; i < ARRAY_LEN(forged); i++)
		if (opens(&rules, forged[i]))
			fail_msg("%zu: %s", i, forged[i]);
	/* Any other character anywhere. */
	for (size_t i = 0; good[i]; i++)
		for (const char *c = "Aa_.="; *c; c++) {
			bent[i] = *c;
			if (*c != good[i] && opens(&rules, bent))
				fail_msg("%zu: %s", i, bent);
			bent[i] = good[i];
		}
}

static void without_a_long_secret_nothing_opens(void **state)
{
	struct jwt_rules off = rules, brief = rules;
	const char *message = mem_printf(ctx, "%s.%s", part(HEADER), part(CLAIMS));

	(void)state;
	off.secret = (struct str){ "", 0 };
	brief.secret = STR("short");
	assert_false(opens(&off, sign(message, "")));
	assert_false(opens(&brief, sign(message, "short")));
}

static void a_huge_token_is_not_even_read(void **state)
{
	char *padding = mem_array(ctx, char, JWT_MAX_BYTES + 1);

	(void)state;
	memset(padding, 'x', JWT_MAX_BYTES);
	padding[JWT_MAX_BYTES] = '\0';
	assert_false(opens(&rules, token(HEADER, mem_printf(ctx, "{\"sub\":\"1001\",\"exp\":1000060,"
							       "\"pad\":\"%s\"}", padding))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_genuine_token_names_its_user),
		cmocka_unit_test(issuer_and_audience_are_asked_for_where_they_are_set),
		cmocka_unit_test(a_signed_token_that_says_the_wrong_thing_opens_nothing),
		cmocka_unit_test(a_token_that_is_not_signed_by_the_secret_opens_nothing),
		cmocka_unit_test(without_a_long_secret_nothing_opens),
		cmocka_unit_test(a_huge_token_is_not_even_read),
	};

	return cmocka_run_group_tests_name("jwt", tests, begin, end);
}
