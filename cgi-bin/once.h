/* Idempotency-Key: the same request sent twice is done once and answered twice. */
#ifndef CB_ONCE_H
#define CB_ONCE_H

#include "cgi-bin/route.h"

/*
 * Runs f unless this session already sent key to this route: then its answer is given again, or
 * ERR_CONFLICT while it is still being worked on. Refusals are not kept: they may be tried again.
 */
int once_run(struct request *r, const char *key, int (*f)(struct request *r));

#endif
