/*
 * JSON both ways. Writing goes straight into a buffer (no tree is built); reading is json-c's
 * work, wrapped so that no other file includes it.
 */
#ifndef CB_JSON_H
#define CB_JSON_H

#include "lib/buf.h"

#include <stdbool.h>

/* Whether all of it is UTF-8 (RFC 3629: shortest forms, no surrogates). */
bool json_is_utf8(struct str s);

/* ---- writing ---- */

struct json_out {
	struct buf *buf;
	bool comma;      /* a value stands before the next one on this level */
};

/* Writes to the end of buf. */
void json_out_init(struct json_out *o, struct buf *buf);
void json_open(struct json_out *o, char bracket);     /* '{' or '[' */
void json_close(struct json_out *o, char bracket);    /* '}' or ']' */
void json_key(struct json_out *o, const char *key);
/* Bytes that are not UTF-8 become U+FFFD; every control character is escaped. */
void json_str(struct json_out *o, struct str s);
void json_text(struct json_out *o, const char *s);    /* NULL becomes null */
void json_int(struct json_out *o, int64_t value);
void json_flag(struct json_out *o, bool value);
void json_null(struct json_out *o);
void json_time(struct json_out *o, int64_t wall_us);  /* RFC 3339; 0 becomes null */
void json_raw(struct json_out *o, struct str json);   /* a complete value, passed through */

/* Key and value in one call. */
void json_put_str(struct json_out *o, const char *key, struct str s);
void json_put_text(struct json_out *o, const char *key, const char *s);
void json_put_int(struct json_out *o, const char *key, int64_t value);
void json_put_bool(struct json_out *o, const char *key, bool value);
void json_put_time(struct json_out *o, const char *key, int64_t wall_us);

/* ---- reading ---- */

struct json;           /* a parsed value; belongs to the context given to json_parse */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_DOUBLE, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

enum { JSON_DEPTH_MAX = 20 };

/*
 * Parses exactly one value of n bytes; deeper than JSON_DEPTH_MAX, trailing bytes, a repeated
 * key's earlier value and invalid UTF-8 are refused or dropped by json-c's strict mode.
 * Returns 0, or ERR_MALFORMED.
 */
int json_parse(const void *ctx, const char *p, size_t n, const struct json **out);
enum json_kind json_kind(const struct json *v);
/* The member of an object, NULL if absent or v is no object. */
const struct json *json_get(const struct json *v, const char *key);
/* Whether an object has the member, be it null. */
bool json_has(const struct json *v, const char *key);
/* The text of a string; the member's text, or NULL. Valid as long as v. */
const char *json_string(const struct json *v, size_t *n);
const char *json_get_string(const struct json *v, const char *key);
int64_t json_get_int(const struct json *v, const char *key, int64_t fallback);
bool json_get_bool(const struct json *v, const char *key, bool fallback);
int64_t json_integer(const struct json *v);
bool json_boolean(const struct json *v);
size_t json_length(const struct json *v);
const struct json *json_at(const struct json *v, size_t i);
/* Calls f for each member of an object, in order, until it returns non-zero; returns that. */
int json_each(const struct json *v, int (*f)(void *arg, const char *key, const struct json *value),
	      void *arg);
/* The value as JSON text; a child of ctx. */
const char *json_print(const void *ctx, const struct json *v);

#endif
