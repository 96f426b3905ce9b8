/* Ends of sessions: whoever heard of one must hear that it is over. */
#ifndef CB_ENDED_H
#define CB_ENDED_H

#include "cgi-bin/route.h"

/* How long after a ticket was given out it opens a socket. */
enum { TICKET_SECONDS = 30 };

/*
 * Tells of each row (session's or API token's id, extension whose phone went with it or NULL) of a
 * text result: its sockets close, its unused tickets open none any more, its phone is forgotten.
 * What fails here is logged and not the caller's concern: the session has ended, cordboard-relayd
 * asks for itself what is over, and cordboard-amid sees that the phone's secret is gone.
 */
void ended_tell(struct request *r, const struct db_result *ended);

/* Runs a change and the statement that lists what it ended, both with these params, and tells of it. */
int ended_run(struct request *r, enum query change, enum query ended, const char *const *params);

#endif
