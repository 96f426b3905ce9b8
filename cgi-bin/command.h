/* Commands to cordboard-amid: whoever wants a change of a call or an agent asks there. */
#ifndef CB_COMMAND_H
#define CB_COMMAND_H

#include "cgi-bin/route.h"

/*
 * Sends the command as the acting user and waits for what Asterisk said. args is a JSON object.
 * Returns 0 with *result (may be NULL); the error amid answered, with its words in r->detail;
 * ERR_PBX_UNAVAILABLE at once when no amid is alive; ERR_TIMEOUT when it gave no answer in time.
 */
int command_send(struct request *r, const char *verb, struct buf *args, int timeout_ms,
		 const struct json **result);

#endif
