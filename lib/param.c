/* Declared inputs: one row each, one checker a type. */
#include "lib/param.h"

#include "lib/err.h"
#include "lib/secret.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { PHONE_MIN = 2, PHONE_MAX = 20, UUID_LENGTH = 36, TEXT_MAX = 1000 };

struct reader {
	const void *ctx;
	const struct param_source *source;
	struct param_values *out;
	const char *at;            /* JSON pointer of the object that is read; "" is the body */
};

/* name: of a member of the object that is read; NULL: the object itself. */
static void add_error(struct reader *r, const char *name, const char *detail)
{
	struct param_values *out = r->out;
	const char *pointer = name ? mem_printf(r->ctx, "%s/%s", r->at, name) : r->at;

	out->errors = mem_grow(r->ctx, out->errors, struct param_error, out->n_errors + 1);
	out->errors[out->n_errors++] = (struct param_error){ pointer, detail };
}

/* ---- checks of one text: NULL when it is good, otherwise what is wrong ---- */

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static bool matches(const char *pattern, const char *text)
{
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		abort();
	bool found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static const char *check_text(const void *ctx, const struct param_row *row, const char *text)
{
	size_t n = characters(text);
	size_t max = row->max ? (size_t)row->max : TEXT_MAX;

	if (!json_is_utf8(str_of(text)))
		return "must be UTF-8";
	for (const char *p = text; *p; p++)
		if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
			return "must not hold control characters";
	if (n < (size_t)row->min && n == 0)
		return "must not be empty";
	if (n < (size_t)row->min)
		return mem_printf(ctx, "must have at least %" PRId64 " characters", row->min);
	if (n > max)
		return mem_printf(ctx, "must have at most %zu characters", max);
	if (row->pattern && !matches(row->pattern, text))
		return mem_printf(ctx, "must match %s", row->pattern);
	return NULL;
}

static const char *check_int(const void *ctx, const struct param_row *row, const char *text)
{
	char *end;

	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno || end == text || *end || isspace((unsigned char)*text))
		return "must be a whole number";
	if ((row->min || row->max) && (n < row->min || n > row->max))
		return mem_printf(ctx, "must be from %" PRId64 " to %" PRId64, row->min, row->max);
	if (row->step && n % row->step)
		return mem_printf(ctx, "must be a multiple of %" PRId64, row->step);
	return NULL;
}

/* What PostgreSQL reads as a number, too: nothing too small to be told from zero. */
static const char *check_number(const void *ctx, const struct param_row *row, const char *text)
{
	char *end;

	errno = 0;
	double n = strtod(text, &end);
	if (errno || end == text || *end || text[strspn(text, "0123456789.eE+-")])
		return "must be a number";
	if ((row->min || row->max) && (n < (double)row->min || n > (double)row->max))
		return mem_printf(ctx, "must be from %" PRId64 " to %" PRId64, row->min, row->max);
	return NULL;
}

static bool is_uuid(const char *text)
{
	if (strlen(text) != UUID_LENGTH)
		return false;
	for (size_t i = 0; i < UUID_LENGTH; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

/* '9' a digit, anything else itself. */
static bool fits(const char *text, const char *pattern)
{
	for (; *pattern; pattern++, text++)
		if (*pattern == '9' ? !isdigit((unsigned char)*text) : *text != *pattern)
			return false;
	return true;
}

/* Two digits from min to max. */
static bool is_up_to(const char *digits, int min, int max)
{
	int n = (digits[0] - '0') * 10 + digits[1] - '0';

	return n >= min && n <= max;
}

static bool is_date(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	long year = strtol(text, NULL, 10), month = strtol(text + 5, NULL, 10);

	if (year < 1 || month < 1 || month > 12)
		return false;
	bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return is_up_to(text + 8, 1, days[month - 1] + leap);
}

static bool is_time(const char *text)
{
	if (!fits(text, "9999-99-99T99:99:99") || !is_date(text) || !is_up_to(text + 11, 0, 23) ||
	    !is_up_to(text + 14, 0, 59) || !is_up_to(text + 17, 0, 60))
		return false;
	text += strlen("9999-99-99T99:99:99");
	if (*text == '.') {
		size_t digits = strspn(text + 1, "0123456789");
		if (digits < 1 || digits > 9)
			return false;
		text += 1 + digits;
	}
	if (strcmp(text, "Z") == 0)
		return true;
	return (*text == '+' || *text == '-') && fits(text + 1, "99:99") && strlen(text) == 6 &&
	       is_up_to(text + 1, 0, 14) && is_up_to(text + 4, 0, 59);
}

static bool is_choice(const char *choices, const char *text)
{
	size_t n = strlen(text);

	for (const char *p = choices; p && n; p = strchr(p, ' '), p = p ? p + 1 : NULL)
		if (strncmp(p, text, n) == 0 && (p[n] == ' ' || p[n] == '\0'))
			return !strchr(text, ' ');
	return false;
}

/* Leaves out what people write between digits. */
static char *bare_number(const void *ctx, const char *text)
{
	char *bare = mem_strdup(ctx, text);
	char *to = bare;

	for (; *text; text++)
		if (!strchr(" ()-.", *text))
			*to++ = *text;
	*to = '\0';
	return bare;
}

static const char *check_phone(const char *bare)
{
	const char *digits = bare + (*bare == '+');
	size_t n = strspn(digits, "0123456789");

	if (!*bare)
		return "must not be empty";
	if (digits[n])
		return "must hold digits only, after an optional +";
	if (n < PHONE_MIN || n > PHONE_MAX)
		return "must have 2 to 20 digits";
	return NULL;
}

const char *param_check(const void *ctx, const struct param_row *row, const char *text,
			const char **bound)
{
	size_t n;

	*bound = text;
	switch (row->type) {
	case PARAM_INT:
		return check_int(ctx, row, text);
	case PARAM_NUMBER:
		return check_number(ctx, row, text);
	case PARAM_BOOL:
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0
			       ? NULL
			       : "must be true or false";
	case PARAM_UUID:
		return is_uuid(text) ? NULL : "must be a UUID";
	case PARAM_TIME:
		return is_time(text) ? NULL : "must be a time as in RFC 3339";
	case PARAM_CHOICE:
		return is_choice(row->choices, text)
			       ? NULL
			       : mem_printf(ctx, "must be one of: %s", row->choices);
	case PARAM_PHONE:
	case PARAM_PHONES:
		*bound = bare_number(ctx, text);
		return check_phone(*bound);
	case PARAM_CURSOR:
		*bound = secret_unbase64(ctx, str_of(text), &n);
		return *bound && strlen(*bound) == n && json_is_utf8(str_of(*bound))
			       ? NULL
			       : "must be the \"next\" of an earlier page";
	default:
		return check_text(ctx, row, text);
	}
}

/* ---- values of a body ---- */

/* A JSON value of the right kind as text; NULL: wrong kind. */
static const char *scalar(const void *ctx, const struct param_row *row, const struct json *v,
			  const char **wrong)
{
	enum json_kind kind = json_kind(v);
	size_t n;

	if (row->type == PARAM_NUMBER) {
		*wrong = "must be a number";
		return kind == JSON_INT || kind == JSON_DOUBLE ? json_print(ctx, v) : NULL;
	}
	if (row->type == PARAM_INT || row->type == PARAM_BOOL) {
		enum json_kind needed = row->type == PARAM_INT ? JSON_INT : JSON_BOOL;
		*wrong = row->type == PARAM_INT ? "must be a whole number"
						: "must be true or false";
		return kind == needed ? json_print(ctx, v) : NULL;
	}
	const char *text = json_string(v, &n);
	*wrong = "must be a text";
	if (text && strlen(text) != n) {
		*wrong = "must not hold control characters";
		return NULL;
	}
	return text;
}

/* One element of a PostgreSQL array literal. */
static void add_element(struct buf *b, const char *text)
{
	buf_adds(b, b->n > 1 ? ",\"" : "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *text);
	}
	buf_addc(b, '"');
}

static const char *read_array(struct reader *r, const struct param_row *row, const struct json *v)
{
	struct buf *literal = buf_new(r->ctx);
	size_t n = json_length(v);

	if (json_kind(v) != JSON_ARRAY || n > PARAM_ITEMS_MAX) {
		add_error(r, row->name,
			  mem_printf(r->ctx, "must be a list of at most %d", PARAM_ITEMS_MAX));
		return NULL;
	}
	buf_addc(literal, '{');
	for (size_t i = 0; i < n; i++) {
		const char *wrong, *bound = NULL;
		const char *text = scalar(r->ctx, row, json_at(v, i), &wrong);
		if (text)
			wrong = param_check(r->ctx, row, text, &bound);
		if (wrong)
			add_error(r, mem_printf(r->ctx, "%s/%zu", row->name, i), wrong);
		else
			add_element(literal, bound);
	}
	buf_addc(literal, '}');
	return buf_text(literal);
}

struct members {
	struct reader *reader;
	const struct param_row *row;
	size_t n;
};

static int check_member(void *arg, const char *key, const struct json *v)
{
	struct members *m = arg;
	const char *wrong, *bound;
	const char *text = scalar(m->reader->ctx, m->row, v, &wrong);

	m->n++;
	if (text)
		wrong = param_check(m->reader->ctx, m->row, text, &bound);
	if (!wrong)
		wrong = param_check(m->reader->ctx, m->row, key, &bound);
	if (wrong)
		add_error(m->reader, mem_printf(m->reader->ctx, "%s/%s", m->row->name, key), wrong);
	return 0;
}

static const char *read_fields(struct reader *r, const struct param_row *row, const struct json *v)
{
	struct members m = { r, row, 0 };

	if (json_kind(v) == JSON_OBJECT)
		json_each(v, check_member, &m);
	if (json_kind(v) != JSON_OBJECT || m.n > PARAM_ITEMS_MAX) {
		add_error(r, row->name,
			  mem_printf(r->ctx, "must be an object of at most %d", PARAM_ITEMS_MAX));
		return NULL;
	}
	return json_print(r->ctx, v);
}

/* ---- one row ---- */

static const char *pair_value(const struct param_pair *pairs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(pairs[i].name, name) == 0)
			return pairs[i].value;
	return NULL;
}

static const char *read_text(struct reader *r, const struct param_row *row, const char *text)
{
	const char *bound;
	const char *wrong = param_check(r->ctx, row, text, &bound);

	if (wrong)
		add_error(r, row->name, wrong);
	return wrong ? NULL : bound;
}

static void read_object(struct reader *r, const struct param_row *rows, const struct json *v);

static const char *read_objects(struct reader *r, const struct param_row *row, const struct json *v)
{
	struct reader inner = *r;
	size_t n = json_length(v);

	if (json_kind(v) != JSON_ARRAY || n > (size_t)row->max) {
		add_error(r, row->name,
			  mem_printf(r->ctx, "must be a list of at most %" PRId64, row->max));
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		inner.at = mem_printf(r->ctx, "%s/%s/%zu", r->at, row->name, i);
		read_object(&inner, row->items, json_at(v, i));
	}
	return json_print(r->ctx, v);
}

static const char *read_inner(struct reader *r, const struct param_row *row, const struct json *v)
{
	struct reader inner = *r;

	inner.at = mem_printf(r->ctx, "%s/%s", r->at, row->name);
	read_object(&inner, row->items, v);
	return json_print(r->ctx, v);
}

static const char *read_body(struct reader *r, const struct param_row *row, const struct json *v)
{
	const char *wrong;

	if (row->type == PARAM_TEXTS || row->type == PARAM_PHONES)
		return read_array(r, row, v);
	if (row->type == PARAM_FIELDS)
		return read_fields(r, row, v);
	if (row->type == PARAM_OBJECT)
		return read_inner(r, row, v);
	if (row->type == PARAM_OBJECTS)
		return read_objects(r, row, v);
	const char *text = scalar(r->ctx, row, v, &wrong);
	if (text)
		return read_text(r, row, text);
	add_error(r, row->name, wrong);
	return NULL;
}

static const char *read_missing(struct reader *r, const struct param_row *row)
{
	if (row->required)
		add_error(r, row->name, "is required");
	return row->fallback;
}

/* A member of a JSON object. */
static const char *read_member(struct reader *r, const struct param_row *row,
			       const struct json *object)
{
	const struct json *member = json_get(object, row->name);

	if (member && json_kind(member) != JSON_NULL)
		return read_body(r, row, member);
	if (row->nullable && json_has(object, row->name))
		return "";
	return read_missing(r, row);
}

static const char *read_row(struct reader *r, const struct param_row *row)
{
	const struct param_source *s = r->source;
	const char *text = row->where == PARAM_QUERY ? pair_value(s->query, s->n_query, row->name)
						     : pair_value(s->path, s->n_path, row->name);

	if (row->where == PARAM_BODY)
		return read_member(r, row, s->body);
	/* An empty query value is a form field nobody filled in. */
	if (text && (*text || row->where == PARAM_PATH))
		return read_text(r, row, text);
	return read_missing(r, row);
}

/* ---- what nobody declared ---- */

struct strangers {
	struct reader *reader;
	const struct param_row *rows;
};

static bool is_declared(const struct param_row *rows, enum param_where where, const char *name)
{
	for (; rows->name; rows++)
		if (rows->where == where && strcmp(rows->name, name) == 0)
			return true;
	return false;
}

static int check_stranger(void *arg, const char *key, const struct json *v)
{
	struct strangers *s = arg;

	(void)v;
	if (!is_declared(s->rows, PARAM_BODY, key))
		add_error(s->reader, key, "is not known here");
	return 0;
}

static void check_members(struct reader *r, const struct param_row *rows, const struct json *object)
{
	struct strangers s = { r, rows };

	if (json_kind(object) != JSON_OBJECT)
		add_error(r, NULL, "must be an object");
	json_each(object, check_stranger, &s);
}

static void check_query(struct reader *r, const struct param_row *rows)
{
	for (size_t i = 0; i < r->source->n_query; i++)
		if (!is_declared(rows, PARAM_QUERY, r->source->query[i].name))
			add_error(r, r->source->query[i].name, "is not known here");
}

static void read_object(struct reader *r, const struct param_row *rows, const struct json *v)
{
	check_members(r, rows, v);
	for (; json_kind(v) == JSON_OBJECT && rows->name; rows++)
		read_member(r, rows, v);
}

size_t param_count(const struct param_row *rows)
{
	size_t n = 0;

	while (rows[n].name)
		n++;
	return n;
}

int param_read(const void *ctx, const struct param_row *rows, const struct param_source *source,
	       struct param_values *out)
{
	struct reader r = { ctx, source, out, "" };

	*out = (struct param_values){ 0 };
	for (size_t i = 0; rows[i].name; i++)
		out->text[i] = read_row(&r, &rows[i]);
	if (source->body)
		check_members(&r, rows, source->body);
	check_query(&r, rows);
	return out->n_errors ? ERR_INVALID : 0;
}
