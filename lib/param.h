/*
 * Declared inputs. A row names one input, where it stands and its bounds; param_read turns what
 * came into the text values that statements bind, or into a list of everything that is wrong.
 */
#ifndef CB_PARAM_H
#define CB_PARAM_H

#include "lib/json.h"

enum param_type {
	PARAM_TEXT,        /* min..max characters; of control ones only newline and tab */
	PARAM_INT,         /* min..max */
	PARAM_NUMBER,      /* min..max, with a fraction */
	PARAM_BOOL,
	PARAM_UUID,
	PARAM_TIME,        /* RFC 3339 */
	PARAM_CHOICE,      /* one of the words in choices */
	PARAM_PHONE,       /* ^\+?[0-9]{2,20}$ once spaces ( ) - . are gone, which is what is bound */
	PARAM_TEXTS,       /* array of texts; min..max of each, at most PARAM_ITEMS_MAX; text[] */
	PARAM_PHONES,      /* the same of numbers */
	PARAM_FIELDS,      /* object of texts, at most PARAM_ITEMS_MAX; bound as JSON */
	PARAM_OBJECT,      /* object of the inputs in items; bound as JSON */
	PARAM_OBJECTS,     /* array of such, at most max; bound as JSON */
	PARAM_CURSOR       /* what an earlier page gave as "next"; bound decoded */
};

enum param_where { PARAM_BODY, PARAM_QUERY, PARAM_PATH };

enum { PARAM_MAX = 24, PARAM_ITEMS_MAX = 50 };

/* Of what has two sides of an @, or of nothing, which clears it. */
#define PARAM_EMAIL "^([^@ ]+@[^@ ]+)?$"

struct param_row {
	const char *name;
	enum param_type type;
	enum param_where where;
	int64_t min, max;          /* 0, 0: no bounds beyond the type's */
	bool required;
	bool nullable;             /* an explicit null is bound as an empty text: it clears */
	int64_t step;              /* PARAM_INT: a multiple of it; 0: any */
	const char *pattern;       /* PARAM_TEXT: "^…$", as POSIX and ECMAScript both read it */
	const struct param_row *items;  /* PARAM_OBJECT, PARAM_OBJECTS; no fallbacks in them */
	const char *choices;       /* PARAM_CHOICE: words with single spaces between */
	const char *fallback;      /* bound when absent; NULL: SQL NULL */
	const char *example;       /* a valid value as it would be sent: texts bare, the rest as JSON */
};

/* A decoded name and value of a query string or path. */
struct param_pair {
	const char *name, *value;
};

struct param_source {
	const struct json *body;              /* NULL: none was sent */
	const struct param_pair *query, *path;
	size_t n_query, n_path;
};

struct param_error {
	const char *pointer;       /* JSON pointer of the input: "/phoneNumber", "/tags/2" */
	const char *detail;
};

struct param_values {
	const char *text[PARAM_MAX];    /* by row; NULL is absent or null */
	struct param_error *errors;     /* a talloc array */
	size_t n_errors;
};

/* Rows end with one without a name. Returns 0, or ERR_INVALID with every error listed. */
int param_read(const void *ctx, const struct param_row *rows, const struct param_source *source,
	       struct param_values *out);

/* Checks one text as param_read would: NULL and the form that is bound, or what is wrong with it. */
const char *param_check(const void *ctx, const struct param_row *row, const char *text,
			const char **bound);

/* How many rows there are. */
size_t param_count(const struct param_row *rows);

#endif
