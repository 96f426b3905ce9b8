/* CSV rows. */
#include "lib/csv.h"

#include "lib/err.h"

#include <stdbool.h>
#include <string.h>

struct scan {
	char *at, *end;
	struct csv_row *row;
};

static bool add(struct scan *s, const char *p, size_t n)
{
	if (s->row->n == CSV_FIELDS_MAX)
		return false;
	s->row->fields[s->row->n++] = (struct str){ p, n };
	return true;
}

/* Removes the quotes; s->at is left behind the closing one. False: it has not come yet. */
static bool quoted(struct scan *s, struct str *field)
{
	char *begin = s->at + 1, *out = begin;

	for (char *in = begin; in < s->end; in++) {
		if (*in != '"') {
			*out++ = *in;
		} else if (in + 1 < s->end && in[1] == '"') {
			*out++ = *in++;
		} else {
			/* At the very end of the text a second quote may still follow. */
			if (in + 1 == s->end)
				return false;
			s->at = in + 1;
			*field = (struct str){ begin, (size_t)(out - begin) };
			return true;
		}
	}
	return false;
}

static bool plain(struct scan *s, struct str *field)
{
	char *begin = s->at;

	while (s->at < s->end && *s->at != ',' && *s->at != '\n')
		s->at++;
	if (s->at == s->end)
		return false;
	size_t n = (size_t)(s->at - begin);
	if (*s->at == '\n' && n && begin[n - 1] == '\r')
		n--;
	*field = (struct str){ begin, n };
	return true;
}

/* A row is complete if a line ends outside of quotes: told before anything is unquoted. */
static bool is_complete(const char *text, size_t n)
{
	bool inside = false;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			inside = !inside;
		else if (text[i] == '\n' && !inside)
			return true;
	}
	return false;
}

static int malformed(const char *text, const char *from, const char *end, size_t *used)
{
	const char *eol = memchr(from, '\n', (size_t)(end - from));

	*used = (size_t)((eol ? eol + 1 : end) - text);
	return ERR_MALFORMED;
}

int csv_next(char *text, size_t n, struct csv_row *row, size_t *used)
{
	struct scan s = { text, text + n, row };
	struct str field;

	row->n = 0;
	*used = 0;
	if (!is_complete(text, n))
		return ERR_OK;
	for (;;) {
		bool is_quoted = *s.at == '"';
		if (!(is_quoted ? quoted(&s, &field) : plain(&s, &field)))
			return malformed(text, s.at, s.end, used);
		if (is_quoted && *s.at == '\r' && s.at + 1 < s.end)
			s.at++;
		if ((*s.at != ',' && *s.at != '\n') || !add(&s, field.p, field.n))
			return malformed(text, s.at, s.end, used);
		if (*s.at++ == '\n') {
			*used = (size_t)(s.at - text);
			return ERR_OK;
		}
		if (s.at == s.end)
			return malformed(text, s.at, s.end, used);
	}
}
