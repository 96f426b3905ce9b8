/*
 * How fast clients are let in: so many a second that those who are in go on being served, and the
 * advice that spreads a crowd which lost its relay in one moment. Pure.
 */
#ifndef CB_PACE_H
#define CB_PACE_H

#include "lib/base.h"

#include <stdbool.h>

enum { PACE_ADVICE_MAX_MS = 30000 };

struct pace {
	int a_second;
	int64_t at_ms, thousandths; /* places as of then */
};

/* Whether one more may come in now; after a quiet time a tenth of a second's worth at once. */
bool pace_take(struct pace *pace, int64_t now_ms);
/* Whether so many are waiting that one more would wait for longer than four seconds. */
bool pace_is_full(const struct pace *pace, size_t waiting);
/*
 * Over how long this many clients had better spread their return, each choosing a moment of it at
 * random: then fewer come than are let in.
 */
int pace_advice_ms(const struct pace *pace, int64_t clients);

#endif
