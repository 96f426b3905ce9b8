/*
 * Comma-separated values (RFC 4180): rows of text to fields. No I/O.
 */
#ifndef CB_CSV_H
#define CB_CSV_H

#include "lib/base.h"

enum { CSV_FIELDS_MAX = 64 };

struct csv_row {
	size_t n;
	size_t lines;                        /* how many lines it stands on */
	struct str fields[CSV_FIELDS_MAX];   /* point into the text that was parsed */
};

/*
 * Takes the first row of n bytes of text; rows end in LF or CRLF, a quoted field may hold either.
 * Quotes are removed in place, so the text can be read once. *used is the length of the row with
 * its end; 0: the row is not complete, feed more. Returns 0, or ERR_MALFORMED (stray quotes, too
 * many fields): *used is to be passed over then.
 */
int csv_next(char *text, size_t n, struct csv_row *row, size_t *used);
/* The same of a file whose fields are parted by another character. */
int csv_next_by(char separator, char *text, size_t n, struct csv_row *row, size_t *used);

#endif
