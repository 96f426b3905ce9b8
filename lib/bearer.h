/* What stands in an Authorization header or a cookie, told apart by its shape alone. Pure. */
#ifndef CB_BEARER_H
#define CB_BEARER_H

#include "lib/base.h"

enum bearer_kind {
	BEARER_NONE,       /* nothing that we could have given out */
	BEARER_SESSION,    /* 256 random bits */
	BEARER_API_TOKEN,  /* the same after its prefix */
	BEARER_JWT         /* three parts in base64url */
};

#define BEARER_API_PREFIX "cb_"

enum { BEARER_TOKEN_LENGTH = 43, BEARER_MAX_BYTES = 4096 };

/* "Bearer <token>": what kind the token is, and where it stands in the header. */
enum bearer_kind bearer_read(struct str header, struct str *token);
/* The kind of a token by itself. */
enum bearer_kind bearer_kind(struct str token);
/* A cookie's value in a Cookie header, by its whole name. p is NULL if it is not there. */
struct str bearer_cookie(struct str header, struct str name);

#endif
