/*
 * How fast clients are let in: so many a second that those who are in go on being served, and the
 * advice that spreads a crowd which lost its relay in one moment. Pure.
 */
#ifndef CB_PACE_H
#define CB_PACE_H

#include "lib/base.h"

#include <stdbool.h>

enum {
	PACE_A_SECOND = 500,
	PACE_AT_ONCE = 50,     /* let in without a wait after a quiet time */
	PACE_QUEUE_MAX = 2000, /* who would wait longer than four seconds is sent away */
	PACE_ADVICE_MAX_MS = 30000,
};

struct pace {
	int64_t at_ms, thousandths; /* places as of then */
};

/* Whether one more may come in now. */
bool pace_take(struct pace *pace, int64_t now_ms);
/*
 * Over how long this many clients had better spread their return, each choosing a moment of it at
 * random: then fewer come than are let in.
 */
int pace_advice_ms(int64_t clients);

#endif
