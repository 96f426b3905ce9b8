/* Random values, hashes, base64. */
#include "lib/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void *ctx;
static const struct secret_cost cost = { 40960, 2 };

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

static void tokens_have_their_length_and_differ(void **state)
{
	const char *a = secret_token(ctx, 32), *b = secret_token(ctx, 32);

	(void)state;
	assert_int_equal(strlen(a), 43);
	assert_string_not_equal(a, b);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			 43);
	assert_int_equal(strlen(secret_hex(ctx, 16)), 32);
}

static void uuids_are_version_4(void **state)
{
	const char *uuid = secret_uuid(ctx);

	(void)state;
	assert_int_equal(strlen(uuid), 36);
	assert_int_equal(uuid[14], '4');
	assert_non_null(strchr("89ab", uuid[19]));
	assert_string_not_equal(uuid, secret_uuid(ctx));
}

static void sha256_is_the_known_one(void **state)
{
	(void)state;
	assert_string_equal(secret_sha256(ctx, STR("abc")),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_password_fits_its_own_hash_only(void **state)
{
	const char *hash = secret_hash(ctx, "right", cost);

	(void)state;
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=40960,t=2,p=1$", 31), 0);
	assert_true(secret_verify(hash, "right", cost));
	assert_false(secret_verify(hash, "wrong", cost));
	assert_false(secret_verify("", "right", cost));
	assert_false(secret_verify(hash, "", cost));
}

static void a_hash_of_another_cost_is_outdated(void **state)
{
	const struct secret_cost cheaper = { 19456, 2 }, shorter = { 40960, 1 };
	const char *hash = secret_hash(ctx, "right", cheaper);

	(void)state;
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_false(secret_outdated(hash, cheaper));
	assert_true(secret_outdated(hash, cost));
	assert_true(secret_outdated(secret_hash(ctx, "right", shorter), cost));
	assert_true(secret_verify(hash, "right", cost));
}

/* RFC 4231, test case 2, and a key longer than a block. */
static void hmac_is_the_known_one(void **state)
{
	char mac[SECRET_HMAC_BYTES], key[131];

	(void)state;
	secret_hmac(STR("Jefe"), STR("what do ya want for nothing?"), mac);
	assert_memory_equal(mac, "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7",
			    16);
	memset(key, 0xaa, sizeof(key));
	secret_hmac((struct str){ key, sizeof(key) },
		    STR("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	assert_memory_equal(mac, "\x60\xe4\x31\x59\x1e\xe0\xb6\x7f\x0d\x8a\x26\xaa\xcb\xf5\xb7\x7f",
			    16);
}

static int64_t shorter(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A name nobody has costs as much as a wrong password: the quickest of each, on whatever else is busy. */
static void nobody_takes_as_long_as_somebody(void **state)
{
	const char *hash = secret_hash(ctx, "right", cost);
	int64_t somebody_ms = INT64_MAX, nobody_ms = INT64_MAX;

	(void)state;
	for (int i = 0; i < 9; i++) {
		int64_t began = clock_mono_ms();
		assert_false(secret_verify(hash, "wrong", cost));
		int64_t middle = clock_mono_ms();
		assert_false(secret_verify(NULL, "wrong", cost));
		somebody_ms = shorter(somebody_ms, middle - began);
		nobody_ms = shorter(nobody_ms, clock_mono_ms() - middle);
	}
	assert_true(nobody_ms * 2 > somebody_ms);
	assert_true(nobody_ms < somebody_ms * 2);
}

static void base64_goes_both_ways_and_refuses_the_rest(void **state)
{
	size_t n;
	const char *text = secret_base64(ctx, STR("a|\xc3\xa4?>"));

	(void)state;
	assert_memory_equal(secret_unbase64(ctx, str_of(text), &n), "a|\xc3\xa4?>", 6);
	assert_int_equal(n, 6);
	assert_null(secret_unbase64(ctx, STR("a+b/"), &n));
	assert_null(secret_unbase64(ctx, STR("YQ=="), &n));
	assert_null(secret_unbase64(ctx, STR("Y"), &n));
	for (int c = 128; c < 256; c++)
		assert_null(secret_unbase64(ctx, (struct str){ (char[]){ 'Y', 'W', 'J', (char)c }, 4 }, &n));
}

static void equality_needs_the_same_length(void **state)
{
	(void)state;
	assert_true(secret_equal(STR("abc"), STR("abc")));
	assert_false(secret_equal(STR("abc"), STR("abd")));
	assert_false(secret_equal(STR("abc"), STR("ab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_have_their_length_and_differ),
		cmocka_unit_test(uuids_are_version_4),
		cmocka_unit_test(sha256_is_the_known_one),
		cmocka_unit_test(a_password_fits_its_own_hash_only),
		cmocka_unit_test(a_hash_of_another_cost_is_outdated),
		cmocka_unit_test(hmac_is_the_known_one),
		cmocka_unit_test(nobody_takes_as_long_as_somebody),
		cmocka_unit_test(base64_goes_both_ways_and_refuses_the_rest),
		cmocka_unit_test(equality_needs_the_same_length),
	};

	return cmocka_run_group_tests_name("secret", tests, begin, end);
}
