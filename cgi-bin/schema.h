/* What answers look like: one named schema an answer, for the description and the tests. */
#ifndef CB_SCHEMA_H
#define CB_SCHEMA_H

#include "lib/json.h"

enum schema_type {
	SCHEMA_TEXT,
	SCHEMA_INT,
	SCHEMA_NUMBER,
	SCHEMA_BOOL,
	SCHEMA_UUID,
	SCHEMA_TIME,
	SCHEMA_TEXTS,     /* a list of texts */
	SCHEMA_FIELDS,    /* an object of texts under names of somebody's choice */
	SCHEMA_ANY,       /* an object that is described elsewhere */
	SCHEMA_ONE,       /* an object of the schema in .of */
	SCHEMA_MANY,      /* a list of such */
	SCHEMA_MEMBERS,   /* an object whose members are such, under names of somebody's choice */
	SCHEMA_ALSO       /* no field: all fields of the schema in .of stand here as well */
};

struct schema_row {
	const char *name;       /* of the field: of the statement's column, or what the handler writes */
	enum schema_type type;
	const char *of;         /* of SCHEMA_TEXT: the words there are, NULL for free text; of those that
				   speak of a schema: its name */
	bool null;              /* may be null */
	bool optional;          /* may be left out */
};

struct schema {
	const char *name;
	bool versioned;                  /* answers carry an ETag, and changes take If-Match */
	const struct schema_row *rows;   /* ends with a row without a name; NULL: any object */
};

enum { SCHEMA_NAME_MAX = 48 };

/* Ends with one without a name. */
extern const struct schema schemas[];

/* NULL if there is none of that name, or the name is NULL. */
const struct schema *schema_find(const char *name);
/* Calls f for each field, those of SCHEMA_ALSO in their place, until it returns non-zero; returns that. */
int schema_each(const struct schema *schema, int (*f)(void *arg, const struct schema_row *row),
		void *arg);
/* A reference to a schema by its name. */
void schema_put_ref(struct json_out *o, const char *name);
/* All of them as members of the object that is open. */
void schema_put_all(struct json_out *o);

#endif
