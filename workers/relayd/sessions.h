/*
 * Which sessions are over, asked of the database itself: whatever Redis did not tell (it was away,
 * a session ran out, its user was disabled) is known within SESSIONS_ASK_MS and an answer. Runs in a
 * thread of its own, so that a slow database holds up no browser.
 */
#ifndef CB_SESSIONS_H
#define CB_SESSIONS_H

#include "lib/buf.h"

#include <stdbool.h>

enum { SESSIONS_ASK_MS = 2000, SESSIONS_ID_LENGTH = 36 };

struct sessions;

/* Without a database nobody's session is over. */
struct sessions *sessions_start(const void *ctx, const char *conninfo);
/* Whether it is free to be asked. */
bool sessions_idle(struct sessions *s);
/* Asks about these ids (an array literal); ids stays the caller's. Only when idle. */
void sessions_ask(struct sessions *s, const struct buf *ids);
/* Calls over for each id of the last question that is over, once; nothing while it is being asked. */
void sessions_answer(struct sessions *s, void (*over)(void *arg, struct str id), void *arg);
/* Whether it is an id that may be asked about. */
bool sessions_is_id(const char *id);

#endif
