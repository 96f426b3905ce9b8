/*
 * Who waits, in the order of beginning to: a list for each thing that is waited for, all in it with
 * the same patience, so that only the first is looked at to know who is overdue. Pure.
 */
#ifndef CB_WAITS_H
#define CB_WAITS_H

#include "lib/base.h"

struct waits;

/* Part of whoever waits; it waits for one thing at a time. */
struct wait {
	struct wait *next, **link;
	struct waits *in; /* NULL: for nothing */
	int64_t since_ms;
};

struct waits {
	struct wait *first, **end;
	size_t n;
	int64_t patience_ms;
};

void waits_init(struct waits *waits, int64_t patience_ms);
/* Begins to wait here, as the last, and no longer where it waited. */
void waits_add(struct waits *waits, struct wait *wait, int64_t now_ms);
void wait_end(struct wait *wait);
/* The first if its patience is over, else NULL. */
struct wait *waits_overdue(const struct waits *waits, int64_t now_ms);

#endif
