/* What a request shows of who sends it. */
#ifndef CB_CREDENTIAL_H
#define CB_CREDENTIAL_H

#include "cgi-bin/route.h"

/*
 * Fills r->token and, for another platform's token, r->adopt. What cannot be good, by its shape or
 * its signature, counts as nothing. by_cookie: a browser sent it by itself.
 */
void credential_read(struct request *r, bool *by_cookie);

#endif
