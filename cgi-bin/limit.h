/* How often one user may do what costs money or much work, counted in Redis. */
#ifndef CB_LIMIT_H
#define CB_LIMIT_H

#include "cgi-bin/route.h"

/*
 * Runs f if the user of the session that has begun is below the limit of this class;
 * otherwise ERR_RATE_LIMITED, with the time to wait. What f refused is not counted. Every answer
 * says what is left, in the fields RateLimit-Policy and RateLimit.
 */
int limit_run(struct request *r, enum limit limit, int (*f)(struct request *r));
/* What clients call the class. */
const char *limit_name(enum limit limit);

#endif
