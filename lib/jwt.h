/*
 * JSON Web Tokens of another platform: HS256 and nothing else. Pure: the time is an argument, and
 * what a token says of algorithms, keys or places to fetch them decides nothing.
 */
#ifndef CB_JWT_H
#define CB_JWT_H

#include "lib/base.h"

#include <stdbool.h>

enum { JWT_SECRET_MIN_BYTES = 32, JWT_MAX_BYTES = 4096, JWT_LEEWAY_S = 30 };

struct jwt_rules {
	struct str secret;         /* n == 0: no token is good */
	const char *issuer;        /* "": any */
	const char *audience;      /* "": any */
	const char *user_claim, *tenant_claim;
	int max_age_s;             /* between iat and now, and between now and exp */
};

struct jwt_claims {
	const char *user;          /* an extension or an e-mail address */
	const char *tenant;        /* NULL: the default one */
	int64_t expires_s;
};

/*
 * Whether the token is good now, and what it claims (children of ctx). The signature is compared in
 * constant time, and nothing of the token is parsed before it is right.
 */
bool jwt_verify(const void *ctx, const struct jwt_rules *rules, struct str token, int64_t now_s,
		struct jwt_claims *claims);

#endif
