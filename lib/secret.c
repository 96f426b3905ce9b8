/* Random, hashes and comparisons. */
#include "lib/secret.h"

#include "lib/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 64 };

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

void secret_init(void)
{
	if (sodium_init() < 0) {
		log_error("libsodium found no randomness");
		abort();
	}
}

/* At most BYTES_MAX random bytes. */
static size_t random_bytes(unsigned char raw[BYTES_MAX], size_t bytes)
{
	size_t n = bytes < BYTES_MAX ? bytes : BYTES_MAX;

	randombytes_buf(raw, n);
	return n;
}

char *secret_base64(const void *ctx, struct str s)
{
	size_t size = sodium_base64_encoded_len(s.n, BASE64);
	char *text = mem_array(ctx, char, size);

	return sodium_bin2base64(text, size, (const unsigned char *)s.p, s.n, BASE64);
}

char *secret_unbase64(const void *ctx, struct str s, size_t *n)
{
	char *bytes = mem_array(ctx, char, s.n + 1);

	/* libsodium 1.0.18 takes '-' and '_' with the eighth bit set for the plain ones. */
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 127)
			return NULL;
	if (sodium_base642bin((unsigned char *)bytes, s.n, s.p, s.n, NULL, n, NULL, BASE64) != 0)
		return NULL;
	bytes[*n] = '\0';
	return bytes;
}

static char *to_hex(const void *ctx, const unsigned char *raw, size_t n)
{
	char *text = mem_array(ctx, char, 2 * n + 1);

	return sodium_bin2hex(text, 2 * n + 1, raw, n);
}

char *secret_token(const void *ctx, size_t bytes)
{
	unsigned char raw[BYTES_MAX];
	size_t n = random_bytes(raw, bytes);

	return secret_base64(ctx, (struct str){ (const char *)raw, n });
}

char *secret_hex(const void *ctx, size_t bytes)
{
	unsigned char raw[BYTES_MAX];

	return to_hex(ctx, raw, random_bytes(raw, bytes));
}

char *secret_uuid(const void *ctx)
{
	unsigned char raw[BYTES_MAX];

	random_bytes(raw, 16);
	raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x40);
	raw[8] = (unsigned char)((raw[8] & 0x3f) | 0x80);
	char *hex = to_hex(ctx, raw, 16);
	char *uuid = mem_printf(ctx, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16,
				hex + 20);
	talloc_free(hex);
	return uuid;
}

char *secret_sha256(const void *ctx, struct str s)
{
	unsigned char digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, (const unsigned char *)s.p, s.n);
	return to_hex(ctx, digest, sizeof(digest));
}

void secret_hmac(struct str key, struct str s, char out[SECRET_HMAC_BYTES])
{
	crypto_auth_hmacsha256_state state;

	_Static_assert(SECRET_HMAC_BYTES == crypto_auth_hmacsha256_BYTES, "one size");
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)s.p, s.n);
	crypto_auth_hmacsha256_final(&state, (unsigned char *)out);
}

/* ---- passwords ---- */

static size_t cost_bytes(struct secret_cost cost)
{
	return (size_t)cost.kib << 10;
}

char *secret_hash(const void *ctx, const char *password, struct secret_cost cost)
{
	char *hash = mem_array(ctx, char, crypto_pwhash_STRBYTES);

	if (crypto_pwhash_str_alg(hash, password, strlen(password),
				  (unsigned long long)cost.passes, cost_bytes(cost),
				  crypto_pwhash_ALG_ARGON2ID13) == 0)
		return hash;
	log_error("no memory to hash a password kib=%d", cost.kib);
	return NULL;
}

bool secret_verify(const char *hash, const char *password, struct secret_cost cost)
{
	char nobody[crypto_pwhash_STRBYTES];

	snprintf(nobody, sizeof(nobody), "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", cost.kib,
		 cost.passes, "gbXUbVJ0XU4WRTBFfy874Q",
		 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	bool same = crypto_pwhash_str_verify(hash ? hash : nobody, password, strlen(password)) == 0;

	return hash && same;
}

bool secret_outdated(const char *hash, struct secret_cost cost)
{
	return crypto_pwhash_str_needs_rehash(hash, (unsigned long long)cost.passes,
					      cost_bytes(cost)) != 0;
}

bool secret_equal(struct str a, struct str b)
{
	return a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}
