/*
 * A line for each change of a call's or an agent's state, for who wants to follow the floor in the
 * log. Records in, text out: it remembers the last status of each open call, and nothing else.
 */
#ifndef AMID_STATES_H
#define AMID_STATES_H

#include "workers/amid/tracker.h"

struct json;
struct states;

struct states *states_new(const void *ctx);
/* A call as it is stored: no change, only what the next one is compared with. */
void states_know(struct states *s, const struct json *call);
/* Writes the line of a record into `out`, emptied first; false: its status has not changed. */
bool states_line(struct states *s, const struct record *record, struct buf *out);

#endif
