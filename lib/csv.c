/* CSV rows. */
#include "lib/csv.h"

#include "lib/err.h"

#include <stdbool.h>
#include <string.h>

/* The first row with its end; 0: none ends here. A quote opens only a field, or one just closed. */
static size_t row_length(char separator, const char *text, size_t n, size_t *lines)
{
	bool inside = false, may_open = true;

	*lines = 0;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"' && (inside || may_open)) {
			inside = !inside;
			may_open = true;
			continue;
		}
		*lines += text[i] == '\n';
		if (inside)
			continue;
		if (text[i] == '\n')
			return i + 1;
		may_open = text[i] == separator;
	}
	return 0;
}

/* Removes the quotes. Returns what stands behind the closing one. */
static char *quoted(char *in, struct str *field)
{
	char *begin = ++in, *out = begin;

	for (; *in != '"' || in[1] == '"'; in++) {
		if (*in == '"')
			in++;
		*out++ = *in;
	}
	*field = (struct str){ begin, (size_t)(out - begin) };
	return in + 1;
}

static bool ends_row(const char *p)
{
	return *p == '\n' || (*p == '\r' && p[1] == '\n');
}

static char *plain(char separator, char *in, struct str *field)
{
	char *begin = in;

	while (*in != separator && *in != '"' && !ends_row(in))
		in++;
	*field = (struct str){ begin, (size_t)(in - begin) };
	return in;
}

int csv_next_by(char separator, char *text, size_t n, struct csv_row *row, size_t *used)
{
	char *at = text;

	row->n = 0;
	*used = row_length(separator, text, n, &row->lines);
	while (*used) {
		struct str field;
		at = *at == '"' ? quoted(at, &field) : plain(separator, at, &field);
		if (row->n == CSV_FIELDS_MAX || (*at != separator && !ends_row(at)))
			return ERR_MALFORMED;
		row->fields[row->n++] = field;
		if (*at++ != separator)
			break;
	}
	return ERR_OK;
}

int csv_next(char *text, size_t n, struct csv_row *row, size_t *used)
{
	return csv_next_by(',', text, n, row, used);
}
