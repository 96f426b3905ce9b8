/* New passwords: good enough, and hashed when there is a place to do it in. */
#ifndef CB_PASSWORD_H
#define CB_PASSWORD_H

#include "cgi-bin/route.h"
#include "lib/secret.h"

/* Bounds of a new password, for rows. */
enum { PASSWORD_MIN = 12, PASSWORD_MAX = 128 };

struct secret_cost password_cost(const struct request *r);
/* How many places there are, as statements take it. */
const char *password_places(const struct request *r);
/* The answer when all places are taken: ERR_UNAVAILABLE, with a time to wait. */
int password_busy(struct request *r);
/* Lists the input as weak, and returns ERR_INVALID, or 0. */
int password_check(struct request *r, const char *input);
/*
 * For those who may set somebody's password: begins the session, checks the input of that name and
 * hashes it. The place is held until the next request of this worker that takes one, or Q_HASH_DONE.
 */
int password_take(struct request *r, const char *input, const char **hash);

#endif
