/*
 * Contacts out of a CSV file: what each line says, as the SQL function contact_import() takes it, and
 * what is wrong with it. No I/O.
 *
 * The first row names the columns: name, company, email, tags, number (also phone or mobile, and
 * several of them: "Phone 2"), and custom fields by their name or label. Tags and numbers may stand
 * together in a cell, parted by | or ; or a comma.
 */
#ifndef CB_IMPORT_H
#define CB_IMPORT_H

#include "lib/buf.h"

#include <stdbool.h>

enum {
	IMPORT_BODY_MAX_BYTES = 8 * 1024 * 1024,
	IMPORT_LINES_MAX = 50000,
	IMPORT_ERRORS_MAX = 1000 /* as many as contact_import() tells */
};

/* A custom field that is defined. */
struct import_field {
	const char *name, *label;
};

struct import {
	struct buf *lines;      /* JSON: [{"line":2,"name":…,"numbers":[…],"fields":{…}}…]: the good ones */
	struct buf *errors;     /* JSON: [{"line":3,"column":"number","reason":…}…]; beyond
	                           IMPORT_ERRORS_MAX of them one for each bad line */
	size_t n_lines;         /* with something in them, the row of names not counted */
	bool readable;          /* false: there are no lines, and errors tell why */
};

void import_read(const void *ctx, struct str text, const struct import_field *fields,
		 size_t n_fields, struct import *out);

#endif
