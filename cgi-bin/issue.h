/* Bearer tokens that are told once, of which only a hash is kept: API tokens and wallboards' links. */
#ifndef CB_ISSUE_H
#define CB_ISSUE_H

#include "cgi-bin/route.h"

/* A new token and the hash to keep of it; both live as long as the request. */
struct issued {
	const char *token, *hash;
};
struct issued issue_token(struct request *r);

/* Runs the statement that keeps it (one row) and answers with the token and the row's members. */
int issue_answer(struct request *r, const struct issued *issued, enum query query,
		 const char *const *params);

#endif
