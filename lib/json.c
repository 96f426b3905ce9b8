/* JSON: a writer of our own, reading by json-c. */
#include "lib/json.h"

#include "lib/err.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* ---- writing ---- */

void json_out_init(struct json_out *o, struct buf *buf)
{
	*o = (struct json_out){ .buf = buf };
}

static void value_begins(struct json_out *o)
{
	if (o->comma)
		buf_addc(o->buf, ',');
	o->comma = true;
}

void json_open(struct json_out *o, char bracket)
{
	value_begins(o);
	buf_addc(o->buf, bracket);
	o->comma = false;
}

void json_close(struct json_out *o, char bracket)
{
	buf_addc(o->buf, bracket);
	o->comma = true;
}

/* Length of the UTF-8 sequence at p (RFC 3629: shortest form, no surrogates), 0 if it is none. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if (len >= 3) {
		unsigned char d = p[1];
		if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f) ||
		    (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f))
			return 0;
	}
	return len;
}

bool json_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, length = 1;

	for (; i < s.n && length; i += length)
		length = utf8_length(p + i, s.n - i);
	return i == s.n && length;
}

static const char *escape_of(unsigned char c, char hex[8])
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		snprintf(hex, 8, "\\u%04x", c);
		return hex;
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Writes what cannot stand for itself at p[0]; returns how many bytes of it that was. */
static size_t put_special(char **at, const unsigned char *p, size_t n)
{
	char hex[8];
	size_t len = p[0] < 0x80 ? 0 : utf8_length(p, n);

	*at = len ? mempcpy(*at, p, len)
		  : stpcpy(*at, p[0] < 0x80 ? escape_of(p[0], hex) : "\xef\xbf\xbd");
	return len ? len : 1;
}

/* The longest that a byte can become is \u00XX. */
enum { ESCAPED_BYTES = 6 };

/* The text in quotes; there is room for it and two bytes more. */
static void put_quoted(struct json_out *o, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	char *begin = buf_reserve(o->buf, ESCAPED_BYTES * s.n + 4), *at = begin;

	if (o->comma)
		*at++ = ',';
	*at++ = '"';
	for (size_t i = 0; i < s.n;)
		if (is_plain(p[i]))
			*at++ = (char)p[i++];
		else
			i += put_special(&at, p + i, s.n - i);
	*at++ = '"';
	o->buf->n += (size_t)(at - begin);
}

void json_key(struct json_out *o, const char *key)
{
	put_quoted(o, str_of(key));
	o->buf->p[o->buf->n++] = ':';
	o->comma = false;
}

void json_str(struct json_out *o, struct str s)
{
	put_quoted(o, s);
	o->comma = true;
}

void json_text(struct json_out *o, const char *s)
{
	if (s)
		json_str(o, str_of(s));
	else
		json_null(o);
}

void json_raw(struct json_out *o, struct str json)
{
	value_begins(o);
	buf_add(o->buf, json.p, json.n);
}

void json_int(struct json_out *o, int64_t value)
{
	value_begins(o);
	buf_add_int(o->buf, value);
}

void json_flag(struct json_out *o, bool value)
{
	json_raw(o, value ? STR("true") : STR("false"));
}

void json_null(struct json_out *o)
{
	json_raw(o, STR("null"));
}

void json_time(struct json_out *o, int64_t wall_us)
{
	char text[TIME_TEXT_SIZE];

	if (wall_us)
		json_text(o, time_rfc3339(wall_us, text));
	else
		json_null(o);
}

void json_put_str(struct json_out *o, const char *key, struct str s)
{
	json_key(o, key);
	json_str(o, s);
}

void json_put_text(struct json_out *o, const char *key, const char *s)
{
	json_key(o, key);
	json_text(o, s);
}

void json_put_int(struct json_out *o, const char *key, int64_t value)
{
	json_key(o, key);
	json_int(o, value);
}

void json_put_bool(struct json_out *o, const char *key, bool value)
{
	json_key(o, key);
	json_flag(o, value);
}

void json_put_time(struct json_out *o, const char *key, int64_t wall_us)
{
	json_key(o, key);
	json_time(o, wall_us);
}

/* ---- reading ---- */

/* json-c's own type behind ours: a JSON null is a NULL there, so it gets an object of its own. */
static const char null_value;

static struct json_object *inner(const struct json *v)
{
	if (v == (const void *)&null_value)
		return NULL;
	union {
		const struct json *outer;
		struct json_object *object;
	} both = { .outer = v };
	return both.object;
}

static const struct json *outer(struct json_object *object)
{
	return object ? (const void *)object : (const void *)&null_value;
}

static int put_root(struct json_object **root)
{
	json_object_put(*root);
	return 0;
}

int json_parse(const void *ctx, const char *p, size_t n, const struct json **out)
{
	struct json_tokener *tokener = mem_check(json_tokener_new_ex(JSON_DEPTH_MAX));
	int result = ERR_MALFORMED;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *object = n > INT32_MAX ? NULL
						   : json_tokener_parse_ex(tokener, p, (int)n);
	enum json_tokener_error state = json_tokener_get_error(tokener);
	if (state == json_tokener_continue && n > 0 && n <= INT32_MAX)
		/* A bare number or null is only complete once something ends it. */
		object = json_tokener_parse_ex(tokener, "", 1), state =
			json_tokener_get_error(tokener);
	else if (state == json_tokener_success && json_tokener_get_parse_end(tokener) != n)
		state = json_tokener_error_parse_unexpected;
	if (state == json_tokener_success) {
		struct json_object **root = mem_new(ctx, struct json_object *);
		*root = object;
		talloc_set_destructor(root, put_root);
		*out = outer(object);
		result = ERR_OK;
	} else if (object) {
		json_object_put(object);
	}
	json_tokener_free(tokener);
	return result;
}

enum json_kind json_kind(const struct json *v)
{
	switch (v ? json_object_get_type(inner(v)) : json_type_null) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_double:
		return JSON_DOUBLE;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const struct json *json_get(const struct json *v, const char *key)
{
	struct json_object *member;

	if (json_kind(v) != JSON_OBJECT || !json_object_object_get_ex(inner(v), key, &member))
		return NULL;
	return outer(member);
}

bool json_has(const struct json *v, const char *key)
{
	return json_kind(v) == JSON_OBJECT && json_object_object_get_ex(inner(v), key, NULL);
}

const char *json_string(const struct json *v, size_t *n)
{
	if (json_kind(v) != JSON_STRING)
		return NULL;
	if (n)
		*n = (size_t)json_object_get_string_len(inner(v));
	return json_object_get_string(inner(v));
}

const char *json_get_string(const struct json *v, const char *key)
{
	return json_string(json_get(v, key), NULL);
}

int64_t json_integer(const struct json *v)
{
	return json_object_get_int64(inner(v));
}

int64_t json_get_int(const struct json *v, const char *key, int64_t fallback)
{
	const struct json *member = json_get(v, key);

	return json_kind(member) == JSON_INT ? json_integer(member) : fallback;
}

bool json_boolean(const struct json *v)
{
	return json_object_get_boolean(inner(v));
}

bool json_get_bool(const struct json *v, const char *key, bool fallback)
{
	const struct json *member = json_get(v, key);

	return json_kind(member) == JSON_BOOL ? json_boolean(member) : fallback;
}

size_t json_length(const struct json *v)
{
	return json_kind(v) == JSON_ARRAY ? json_object_array_length(inner(v)) : 0;
}

const struct json *json_at(const struct json *v, size_t i)
{
	return i < json_length(v) ? outer(json_object_array_get_idx(inner(v), i)) : NULL;
}

int json_each(const struct json *v, int (*f)(void *arg, const char *key, const struct json *value),
	      void *arg)
{
	if (json_kind(v) != JSON_OBJECT)
		return 0;
	json_object_object_foreach(inner(v), key, value)
	{
		int stop = f(arg, key, outer(value));
		if (stop)
			return stop;
	}
	return 0;
}

const char *json_print(const void *ctx, const struct json *v)
{
	return mem_strdup(ctx, json_object_to_json_string_ext(inner(v), JSON_C_TO_STRING_PLAIN));
}
