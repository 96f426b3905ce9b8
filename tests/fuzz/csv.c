/*
 * CSV: of arbitrary bytes every row is passed over whole and its fields lie within it; what is
 * written from arbitrary fields is read back as it was. Then the same bytes as a file of contacts:
 * whatever it holds, lines and errors are JSON, and none of the lines is in the errors.
 */
#include "cgi-bin/import.h"
#include "lib/csv.h"
#include "lib/err.h"
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct import_field fields[] = { { "plan", "Plan" }, { "since", "Customer since" } };

static void read_rows(const void *ctx, char separator, struct str text)
{
	/* Exactly as long: a step too far is found. */
	char *copy = mem_array(ctx, char, text.n);
	struct csv_row row;
	size_t used;

	memcpy(copy, text.p, text.n);
	for (size_t at = 0; at < text.n; at += used) {
		int err = csv_next_by(separator, copy + at, text.n - at, &row, &used);
		if (err && err != ERR_MALFORMED)
			abort();
		if (!used)
			break;
		if (used > text.n - at || row.lines == 0 || row.lines > used || row.n > CSV_FIELDS_MAX)
			abort();
		for (size_t i = 0; i < row.n; i++)
			if (row.fields[i].p < copy + at || row.fields[i].p + row.fields[i].n >= copy + at + used)
				abort();
	}
}

static void write_field(struct buf *b, struct str field)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_addc(b, '"');
		buf_addc(b, field.p[i]);
	}
	buf_addc(b, '"');
}

/* The text as fields, parted at each NUL. */
static void round_trip(const void *ctx, char separator, struct str text)
{
	struct str written[CSV_FIELDS_MAX];
	struct buf *b = buf_new(ctx);
	struct csv_row row;
	size_t n = 0, used;

	for (bool more = true; more && n < CSV_FIELDS_MAX; n++) {
		const char *end = memchr(text.p, '\0', text.n);
		written[n] = (struct str){ text.p, end ? (size_t)(end - text.p) : text.n };
		if (n)
			buf_addc(b, separator);
		write_field(b, written[n]);
		more = end != NULL;
		text = (struct str){ text.p + written[n].n + more, text.n - written[n].n - more };
	}
	buf_adds(b, "\r\n");
	if (csv_next_by(separator, b->p, b->n, &row, &used) || used != b->n || row.n != n)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!str_eq(row.fields[i], written[i]))
			abort();
}

static const struct json *parse(const void *ctx, const struct buf *b)
{
	const struct json *list;

	if (json_parse(ctx, b->p, b->n, &list) || json_kind(list) != JSON_ARRAY)
		abort();
	return list;
}

static void import(const void *ctx, struct str text)
{
	struct import out;
	import_read(ctx, text, fields, ARRAY_LEN(fields), &out);
	const struct json *lines = parse(ctx, out.lines), *errors = parse(ctx, out.errors);
	int64_t last = 1;

	if (!out.readable && (json_length(lines) || !json_length(errors)))
		abort();
	if (json_length(lines) > out.n_lines)
		abort();
	for (size_t i = 0; i < json_length(lines); i++) {
		int64_t line = json_get_int(json_at(lines, i), "line", 0);
		if (line <= last)
			abort();
		last = line;
	}
	for (size_t i = 0, k = 0; i < json_length(errors); i++) {
		const struct json *error = json_at(errors, i);
		int64_t line = json_get_int(error, "line", 0);
		if (line < 1 || !json_get_string(error, "column") || !json_get_string(error, "reason"))
			abort();
		while (k < json_length(lines) && json_get_int(json_at(lines, k), "line", 0) < line)
			k++;
		if (k < json_length(lines) && json_get_int(json_at(lines, k), "line", 0) == line)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	void *ctx = mem_context();
	struct str text = { (const char *)data + 1, size - 1 };
	char separator = data[0] & 1 ? ';' : ',';

	read_rows(ctx, separator, text);
	round_trip(ctx, separator, text);
	import(ctx, text);
	talloc_free(ctx);
	return 0;
}
