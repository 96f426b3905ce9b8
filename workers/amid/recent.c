/* A ring of hashes in order of arrival, and a table to find them in. */
#include "workers/amid/recent.h"

struct recent {
	uint64_t ring[RECENT_MAX];
	uint64_t table[2 * RECENT_MAX];      /* 0: empty */
	size_t next;
};

struct recent *recent_new(const void *ctx)
{
	return mem_new(ctx, struct recent);
}

static size_t slot_of(const struct recent *r, uint64_t hash)
{
	size_t slot = (hash >> 1) % ARRAY_LEN(r->table);     /* the last bit is set in all */

	while (r->table[slot] && r->table[slot] != hash)
		slot = (slot + 1) % ARRAY_LEN(r->table);
	return slot;
}

/* Removal from a table with linear probing: what follows is put in anew. */
static void drop(struct recent *r, uint64_t hash)
{
	size_t slot = slot_of(r, hash);

	if (!r->table[slot])
		return;
	r->table[slot] = 0;
	for (slot = (slot + 1) % ARRAY_LEN(r->table); r->table[slot];
	     slot = (slot + 1) % ARRAY_LEN(r->table)) {
		uint64_t moved = r->table[slot];
		r->table[slot] = 0;
		r->table[slot_of(r, moved)] = moved;
	}
}

bool recent_has(const struct recent *r, uint64_t hash)
{
	return r->table[slot_of(r, hash | 1)] != 0;
}

bool recent_note(struct recent *r, uint64_t hash)
{
	hash |= 1;       /* 0 is the empty slot */
	if (recent_has(r, hash))
		return true;
	if (r->ring[r->next])
		drop(r, r->ring[r->next]);
	r->ring[r->next] = hash;
	r->table[slot_of(r, hash)] = hash;
	r->next = (r->next + 1) % RECENT_MAX;
	return false;
}
