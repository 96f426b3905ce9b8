/* Secrets through libsodium: the only file that includes it is secret.c. */
#ifndef CB_SECRET_H
#define CB_SECRET_H

#include "lib/base.h"

#include <stdbool.h>

/* Once at start; ends the process if the system has no randomness. */
void secret_init(void);

/* Random bytes as URL-safe base64 without padding, as hex, as a version 4 UUID. */
char *secret_token(const void *ctx, size_t bytes);
char *secret_hex(const void *ctx, size_t bytes);
char *secret_uuid(const void *ctx);

/* SHA-256 in lower-case hex: what is stored of a token. */
char *secret_sha256(const void *ctx, struct str s);

/* HMAC-SHA256 of s under a key of any length. */
enum { SECRET_HMAC_BYTES = 32 };
void secret_hmac(struct str key, struct str s, char out[SECRET_HMAC_BYTES]);

/* What a password's hash costs. */
struct secret_cost {
	int kib, passes;
};

/* argon2id as libsodium writes it; NULL when there is no memory for it. */
char *secret_hash(const void *ctx, const char *password, struct secret_cost cost);
/* hash may be NULL (nobody by that name): takes the time of one with that cost and is false. */
bool secret_verify(const char *hash, const char *password, struct secret_cost cost);
/* Whether the hash was made with another cost. */
bool secret_outdated(const char *hash, struct secret_cost cost);

/* In a time that does not depend on where they differ. */
bool secret_equal(struct str a, struct str b);

/* URL-safe base64 without padding, both ways; decoding gives NULL for anything else. */
char *secret_base64(const void *ctx, struct str s);
char *secret_unbase64(const void *ctx, struct str s, size_t *n);

#endif
