/* A CSV file of contacts: its columns, its lines, its errors. */
#include "cgi-bin/import.h"

#include "lib/csv.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/param.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum kind { SINGLE, TAGS, NUMBERS, FIELD, KINDS };

/* Longer than any title that is known; what stands in each error must not be as long as a file. */
enum { TITLE_MAX_BYTES = 400 };

/* A column there always is, and what its cells, or their parts, may hold. */
struct column_row {
	const char *header;
	enum kind kind;
	struct param_row cell;
};

static const struct column_row column_rows[] = {
	{ "name", SINGLE, { "name", PARAM_TEXT, .min = 1, .max = 200 } },
	{ "company", SINGLE, { "company", PARAM_TEXT, .min = 1, .max = 200 } },
	{ "email", SINGLE, { "email", PARAM_TEXT, .min = 3, .max = 254, .pattern = PARAM_EMAIL } },
	{ "e-mail", SINGLE, { "email", PARAM_TEXT, .min = 3, .max = 254, .pattern = PARAM_EMAIL } },
	{ "tags", TAGS, { "tags", PARAM_TEXT, .min = 1, .max = 40 } },
	{ "tag", TAGS, { "tags", PARAM_TEXT, .min = 1, .max = 40 } },
	{ "number", NUMBERS, { .name = "numbers", .type = PARAM_PHONE } },
	{ "numbers", NUMBERS, { .name = "numbers", .type = PARAM_PHONE } },
	{ "phone", NUMBERS, { .name = "numbers", .type = PARAM_PHONE } },
	{ "mobile", NUMBERS, { .name = "numbers", .type = PARAM_PHONE } },
};

static const struct param_row field_cell = { "fields", PARAM_TEXT, .min = 1, .max = 1000 };

/* A column of this file. */
struct column {
	const char *title;            /* as the file has it: what errors call it */
	const char *key;              /* of the JSON */
	enum kind kind;
	const struct param_row *cell;
};

struct reader {
	const void *ctx;
	struct import *out;
	struct json_out lines, errors;
	const struct import_field *fields;
	size_t n_fields;
	struct column columns[CSV_FIELDS_MAX];
	size_t n_columns;
	char separator;
	size_t line;                  /* of the row in hand */
	size_t n_errors;
	bool good;                    /* the row in hand, so far */
};

/*
 * Beyond as many as are told, each bad line is still counted, by its first: errors may not outgrow the
 * file that they are of.
 */
static void add_error(struct reader *r, const char *column, const char *reason)
{
	bool counts = r->good || r->n_errors < IMPORT_ERRORS_MAX;

	r->good = false;
	if (!counts)
		return;
	r->n_errors++;
	json_open(&r->errors, '{');
	json_put_int(&r->errors, "line", (int64_t)r->line);
	json_put_text(&r->errors, "column", column);
	json_put_text(&r->errors, "reason", reason);
	json_close(&r->errors, '}');
}

static struct str trimmed(struct str s)
{
	while (s.n && isspace((unsigned char)s.p[0]))
		s = (struct str){ s.p + 1, s.n - 1 };
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

/* A cell as a text; NULL, with the error listed, for bytes that are none. */
static const char *cell_text(struct reader *r, const char *column, struct str cell)
{
	if (!json_is_utf8(cell)) {
		add_error(r, column, "is not UTF-8 (it may be Latin-1): save the file as UTF-8");
		return NULL;
	}
	if (memchr(cell.p, '\0', cell.n)) {
		add_error(r, column, "must not hold control characters");
		return NULL;
	}
	return mem_strndup(r->ctx, cell.p, cell.n);
}

/* ---- the row of names ---- */

/* "Phone 2" is a phone. */
static bool is_header(const char *title, const char *header)
{
	size_t n = strlen(header);

	return strncasecmp(title, header, n) == 0 && title[n + strspn(title + n, " 0123456789")] == '\0';
}

static bool find_column(struct reader *r, struct column *c)
{
	for (size_t i = 0; i < ARRAY_LEN(column_rows); i++)
		if (is_header(c->title, column_rows[i].header)) {
			*c = (struct column){ c->title, column_rows[i].cell.name,
					      column_rows[i].kind, &column_rows[i].cell };
			return true;
		}
	for (size_t i = 0; i < r->n_fields; i++)
		if (strcasecmp(c->title, r->fields[i].name) == 0 ||
		    strcasecmp(c->title, r->fields[i].label) == 0) {
			*c = (struct column){ c->title, r->fields[i].name, FIELD, &field_cell };
			return true;
		}
	return false;
}

/* Several columns may hold numbers or tags; of others there is one. */
static bool is_repeated(const struct reader *r, const struct column *c)
{
	for (size_t i = 0; i < r->n_columns && (c->kind == SINGLE || c->kind == FIELD); i++)
		if (r->columns[i].kind == c->kind && strcmp(r->columns[i].key, c->key) == 0)
			return true;
	return false;
}

static void read_header(struct reader *r, const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		struct column c = { .title = cell_text(r, "", trimmed(row->fields[i])) };
		if (!c.title)
			continue;
		if (strlen(c.title) > TITLE_MAX_BYTES)
			add_error(r, "", "has a title that is too long");
		else if (!find_column(r, &c))
			add_error(r, c.title, "is neither a known column nor a custom field");
		else if (is_repeated(r, &c))
			add_error(r, c.title, "is there twice");
		else
			r->columns[r->n_columns++] = c;
	}
}

/* Whichever parts the names. */
static char find_separator(struct str text)
{
	const char *end = memchr(text.p, '\n', text.n);
	size_t n = end ? (size_t)(end - text.p) : text.n;

	return memchr(text.p, ';', n) && !memchr(text.p, ',', n) ? ';' : ',';
}

/* ---- one line ---- */

static void put_cell(struct reader *r, const struct column *c, struct str cell, bool keyed)
{
	const char *bound, *text = cell_text(r, c->title, cell);
	const char *wrong = text ? param_check(r->ctx, c->cell, text, &bound) : NULL;

	if (wrong)
		add_error(r, c->title, wrong);
	if (!text || wrong)
		return;
	if (keyed)
		json_key(&r->lines, c->key);
	json_text(&r->lines, bound);
}

/* *left: how many parts more the line may have of this kind. */
static void put_parts(struct reader *r, const struct column *c, struct str cell, size_t *left)
{
	while (cell.n) {
		size_t n = 0;
		while (n < cell.n && !strchr("|;,", cell.p[n]))
			n++;
		struct str part = trimmed((struct str){ cell.p, n });
		if (part.n && *left == 0) {
			add_error(r, c->title, "is one too many: a line may have 50");
			return;
		}
		if (part.n) {
			put_cell(r, c, part, false);
			(*left)--;
		}
		n += n < cell.n;
		cell = (struct str){ cell.p + n, cell.n - n };
	}
}

/* All cells of a kind that are not empty: what an empty one says nothing of stays as it is. */
static void put_kind(struct reader *r, const struct csv_row *row, enum kind kind)
{
	static const char brackets[KINDS][2] = { [TAGS] = "[]", [NUMBERS] = "[]", [FIELD] = "{}" };
	size_t left = PARAM_ITEMS_MAX;
	bool open = false;

	for (size_t i = 0; i < r->n_columns; i++) {
		const struct column *c = &r->columns[i];
		struct str cell = trimmed(row->fields[i]);
		if (c->kind != kind || !cell.n)
			continue;
		if (kind != SINGLE && !open) {
			json_key(&r->lines, kind == FIELD ? "fields" : c->key);
			json_open(&r->lines, brackets[kind][0]);
			open = true;
		}
		if (kind == TAGS || kind == NUMBERS)
			put_parts(r, c, cell, &left);
		else
			put_cell(r, c, cell, true);
	}
	if (open)
		json_close(&r->lines, brackets[kind][1]);
}

static void read_line(struct reader *r, const struct csv_row *row)
{
	struct json_out before = r->lines;
	size_t n = r->lines.buf->n;

	if (row->n != r->n_columns) {
		add_error(r, "", mem_printf(r->ctx, "has %zu cells where the first row has %zu",
					    row->n, r->n_columns));
		return;
	}
	json_open(&r->lines, '{');
	json_put_int(&r->lines, "line", (int64_t)r->line);
	for (enum kind kind = SINGLE; kind < KINDS; kind++)
		put_kind(r, row, kind);
	json_close(&r->lines, '}');
	if (r->good)
		return;
	r->lines = before;
	r->lines.buf->n = n;
}

static bool is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (trimmed(row->fields[i]).n)
			return false;
	return true;
}

static void read_row(struct reader *r, int err, const struct csv_row *row)
{
	if (err)
		add_error(r, "", row->n == CSV_FIELDS_MAX ? "has too many cells"
							   : "has a quote where none may stand");
	if (r->n_columns) {
		r->out->n_lines++;
		if (!err)
			read_line(r, row);
	} else if (!err) {
		read_header(r, row);
	}
	if (!r->n_columns || (r->out->n_lines == 0 && !r->good))
		r->out->readable = false;
}

/* ---- the file ---- */

static void read_rows(struct reader *r, char *text, size_t n)
{
	struct csv_row row;
	size_t used;

	for (r->line = 1; n && r->out->readable; text += used, n -= used) {
		r->good = true;
		int err = csv_next_by(r->separator, text, n, &row, &used);
		if (!used) {
			r->out->readable = false;
			add_error(r, "", "has a quoted cell that is never closed");
			return;
		}
		if (r->out->n_lines == IMPORT_LINES_MAX) {
			r->out->readable = false;
			add_error(r, "", "is one too many: a file may have 50,000");
			return;
		}
		if (err || !is_blank(&row))
			read_row(r, err, &row);
		r->line += row.lines;
	}
}

/* What stands behind a byte order mark, which says nothing in UTF-8, with an end to its last row. */
static char *content(const void *ctx, struct str text, size_t *n)
{
	size_t mark = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	char *copy = mem_array(ctx, char, text.n + 1);

	*n = text.n - mark;
	memcpy(copy, text.p + mark, *n);
	if (*n && copy[*n - 1] != '\n')
		copy[(*n)++] = '\n';
	return copy;
}

void import_read(const void *ctx, struct str text, const struct import_field *fields,
		 size_t n_fields, struct import *out)
{
	struct reader *r = mem_new(ctx, struct reader);
	size_t n;
	char *copy = content(ctx, text, &n);

	*out = (struct import){ .lines = buf_new(ctx), .errors = buf_new(ctx), .readable = true };
	r->ctx = ctx;
	r->out = out;
	r->fields = fields;
	r->n_fields = n_fields;
	r->separator = find_separator((struct str){ copy, n });
	json_out_init(&r->lines, out->lines);
	json_out_init(&r->errors, out->errors);
	json_open(&r->lines, '[');
	json_open(&r->errors, '[');
	read_rows(r, copy, n);
	if (out->readable && out->n_lines == 0) {
		out->readable = false;
		add_error(r, "", "there is no line of contacts");
	}
	if (!out->readable) {
		out->lines->n = 0;
		json_out_init(&r->lines, out->lines);
		json_open(&r->lines, '[');
	}
	json_close(&r->lines, ']');
	json_close(&r->errors, ']');
}
