/*
 * The one error convention. A function that can fail returns int:
 *   0         done;
 *   negative  -errno: the world broke; forwarded unchanged, logged once where it arose;
 *   positive  a row below: a documented answer that the caller must handle or pass on.
 */
#ifndef CB_ERR_H
#define CB_ERR_H

enum err {
	ERR_OK,
	ERR_MALFORMED,         /* the bytes are not what they claim to be (JSON, cursor, header) */
	ERR_INVALID,           /* well-formed, but a named field is out of bounds */
	ERR_UNAUTHENTICATED,   /* no session, or an expired or revoked one */
	ERR_BAD_CREDENTIALS,   /* wrong extension or password: never says which */
	ERR_FORBIDDEN,         /* a valid session that may not do this */
	ERR_CROSS_SITE,        /* a browser mutation without the header or with a foreign Origin */
	ERR_NOT_FOUND,
	ERR_METHOD,            /* the path exists, the method does not */
	ERR_CONFLICT,          /* the object's state does not allow it */
	ERR_DUPLICATE,         /* an object with that key exists */
	ERR_PRECONDITION,      /* If-Match names another version than the object has */
	ERR_TOO_LARGE,
	ERR_MEDIA_TYPE,
	ERR_RATE_LIMITED,
	ERR_PBX_REFUSED,       /* Asterisk answered no */
	ERR_PBX_UNAVAILABLE,   /* no link to Asterisk, so nothing can be promised */
	ERR_UNAVAILABLE,       /* the database or Redis is away */
	ERR_TIMEOUT,           /* no answer before the deadline; it was not and will not be done */
	ERR_INTERNAL,
	ERR__COUNT
};

struct err_row {
	const char *name;      /* stable slug: the problem type is "/problems/<name>" */
	int http;              /* HTTP status */
	const char *title;     /* one sentence for people */
};

/* The row of a positive code; ERR_INTERNAL's row for anything else. */
const struct err_row *err_row(int err);
/* The code of a row by its slug, ERR_INTERNAL if there is none: commands answer with slugs. */
int err_by_name(const char *name);

#endif
