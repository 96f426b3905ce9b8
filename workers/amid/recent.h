/* The last things of a kind, remembered by their hashes. */
#ifndef AMID_RECENT_H
#define AMID_RECENT_H

#include "lib/base.h"

#include <stdbool.h>

struct recent;

struct recent *recent_new(const void *ctx);
/* Whether the hash is among the last RECENT_MAX; then, or not, it is remembered. */
bool recent_note(struct recent *r, uint64_t hash);
bool recent_has(const struct recent *r, uint64_t hash);

enum { RECENT_MAX = 1 << 12 };

#endif
