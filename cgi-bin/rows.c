/* One writer a type: the binary forms that PostgreSQL sends. */
#include "cgi-bin/rows.h"

#include "lib/err.h"
#include "lib/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Microseconds from 1970 to 2000, where PostgreSQL's clock begins. */
#define PG_EPOCH_US INT64_C(946684800000000)

static uint64_t unsigned_of(struct str v)
{
	uint64_t n = 0;

	for (size_t i = 0; i < v.n && i < sizeof(n); i++)
		n = n << 8 | (unsigned char)v.p[i];
	return n;
}

static int64_t signed_of(struct str v)
{
	uint64_t n = unsigned_of(v);

	if (v.n == sizeof(int32_t))
		return (int32_t)n;
	return v.n == sizeof(int16_t) ? (int16_t)n : (int64_t)n;
}

static void put_int(struct json_out *o, struct str v)
{
	json_int(o, signed_of(v));
}

static void put_bool(struct json_out *o, struct str v)
{
	json_flag(o, v.n == 1 && v.p[0]);
}

static void put_float(struct json_out *o, struct str v)
{
	union {
		uint64_t bits;
		double value;
	} both = { .bits = unsigned_of(v) };
	char text[32];

	if (!isfinite(both.value)) {
		json_null(o);
		return;
	}
	int n = snprintf(text, sizeof(text), "%.12g", both.value);
	json_raw(o, (struct str){ text, (size_t)n });
}

static void put_uuid(struct json_out *o, struct str v)
{
	static const char digits[] = "0123456789abcdef";
	char text[36];
	size_t n = 0;

	for (size_t i = 0; i < v.n && i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		text[n++] = digits[(unsigned char)v.p[i] >> 4];
		text[n++] = digits[(unsigned char)v.p[i] & 15];
	}
	json_str(o, (struct str){ text, n });
}

static void put_time(struct json_out *o, struct str v)
{
	char text[TIME_TEXT_SIZE];

	json_text(o, time_rfc3339(signed_of(v) + PG_EPOCH_US, text));
}

static void put_jsonb(struct json_out *o, struct str v)
{
	/* A version byte stands before the text. */
	json_raw(o, (struct str){ v.p + 1, v.n - 1 });
}

/* Dimensions, flags, element type; length and lower bound; each element after its length. */
static void put_texts(struct json_out *o, struct str v)
{
	enum { HEADER_BYTES = 20, LENGTH_BYTES = 4 };
	const char *end = v.p + v.n;

	json_open(o, '[');
	for (const char *p = v.p + HEADER_BYTES; v.n > HEADER_BYTES && end - p >= LENGTH_BYTES;) {
		int32_t n = (int32_t)unsigned_of((struct str){ p, LENGTH_BYTES });
		p += LENGTH_BYTES;
		if (n > end - p)
			break;
		if (n < 0)
			json_null(o);
		else
			json_str(o, (struct str){ p, (size_t)n });
		p += n < 0 ? 0 : n;
	}
	json_close(o, ']');
}

struct writer {
	unsigned oid;
	void (*put)(struct json_out *o, struct str v);
};

static const struct writer writers[] = {
	{ 25, json_str },     /* text */
	{ 1043, json_str },   /* varchar */
	{ 20, put_int },      /* int8 */
	{ 23, put_int },      /* int4 */
	{ 21, put_int },      /* int2 */
	{ 16, put_bool },
	{ 2950, put_uuid },
	{ 1184, put_time },   /* timestamptz */
	{ 114, json_raw },    /* json */
	{ 3802, put_jsonb },
	{ 1009, put_texts },  /* text[] */
	{ 701, put_float },   /* float8 */
};

static const struct writer *writer_of(unsigned oid)
{
	for (size_t i = 0; i < ARRAY_LEN(writers); i++)
		if (writers[i].oid == oid)
			return &writers[i];
	return NULL;
}

int rows_put_members(struct json_out *o, const struct db_result *result, size_t row)
{
	for (size_t i = 0; i < db_columns(result); i++) {
		const char *name = db_column_name(result, i);
		if (name[0] == '_')
			continue;
		const struct writer *writer = writer_of(db_column_oid(result, i));
		if (!writer) {
			log_error("no JSON for a column name=%s oid=%u", name,
				  db_column_oid(result, i));
			return ERR_INTERNAL;
		}
		json_key(o, name);
		if (db_is_null(result, row, i))
			json_null(o);
		else
			writer->put(o, db_value(result, row, i));
	}
	return 0;
}

int rows_put(struct json_out *o, const struct db_result *result, size_t row)
{
	json_open(o, '{');
	int err = rows_put_members(o, result, row);
	json_close(o, '}');
	return err;
}

int64_t rows_int(const struct db_result *result, size_t row, size_t column)
{
	return signed_of(db_value(result, row, column));
}

size_t rows_column(const struct db_result *result, const char *name)
{
	size_t i = 0;

	while (i < db_columns(result) && strcmp(db_column_name(result, i), name) != 0)
		i++;
	return i;
}
