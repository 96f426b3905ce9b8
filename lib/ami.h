/*
 * The Asterisk Manager Interface's wire format: a streaming reader and an encoder. No sockets.
 *
 * Reader: bytes may come in any pieces; messages come out the same. A message points into the
 * reader's buffer and is valid until the next call on the reader. Observed on Asterisk 22 and
 * built in: lines end in CRLF only (a value may hold a bare LF); a message ends with an empty
 * line; empty messages and the banner line are skipped; keys repeat (ChanVariable); of several
 * `Event` keys the first is Asterisk's own, the rest is what somebody put into a user event.
 */
#ifndef CB_AMI_H
#define CB_AMI_H

#include "lib/buf.h"

enum {
	AMI_HEADERS_MAX = 512,                 /* of one incoming message; more is a protocol error */
	AMI_MESSAGE_MAX_BYTES = 1 << 20,
	AMI_ACTION_LINES_MAX = 100,            /* Asterisk refuses 128 and more */
	AMI_ACTION_LINE_MAX_BYTES = 1000,      /* Asterisk refuses 1,024 and more */
};

struct ami_header {
	struct str key, value;
};

struct ami_message {
	size_t n;
	struct ami_header headers[AMI_HEADERS_MAX];
};

struct ami_reader;

struct ami_reader *ami_reader_new(const void *ctx);
/* Forgets everything read so far: a new connection begins. */
void ami_reader_reset(struct ami_reader *r);
void ami_reader_feed(struct ami_reader *r, const void *p, size_t n);
/*
 * The next complete message. Returns 0 with *out set (NULL: feed more), ERR_TOO_LARGE when the
 * stream breaks a limit, or ERR_MALFORMED at a NUL, which Asterisk never sends: values are safe to
 * use as C strings. Nothing after an error can be trusted; the link must be dropped.
 */
int ami_reader_next(struct ami_reader *r, const struct ami_message **out);

/* The first value of a key; empty if there is none. */
struct str ami_find(const struct ami_message *m, struct str key);
static inline struct str ami_get(const struct ami_message *m, const char *key)
{
	return ami_find(m, (struct str){ key, strlen(key) });
}
/* The value of NAME in repeated headers `key: NAME=value`, such as ChanVariable. */
struct str ami_get_variable(const struct ami_message *m, const char *key, const char *name);
/* A whole number, or fallback. */
int64_t ami_get_int(const struct ami_message *m, const char *key, int64_t fallback);
/* Asterisk's "seconds.micros" as microseconds since the epoch; 0 if it is none. */
int64_t ami_epoch_us(struct str text);
/* The message's `Timestamp`, likewise. */
int64_t ami_timestamp_us(const struct ami_message *m);

/* The value without what means "unknown" (`<unknown>`, `(null)`): empty then. */
struct str ami_known(struct str value);
/*
 * Undoes the C escaping of snapshot values (caller names, variables); the result belongs to ctx.
 * Control characters that come out are kept: JSON and HTML escape them again.
 */
struct str ami_unescape(const void *ctx, struct str value);

/* ---- actions ---- */

struct ami_action {
	struct buf *buf;
	size_t begin;        /* where this action starts in buf */
	int lines;
	int err;             /* first refusal; ami_action_end drops the action then */
};

/* Begins an action at the end of buf. */
void ami_action_begin(struct ami_action *a, struct buf *buf, const char *name, const char *id);
/*
 * One header. Refused (never altered): CR, LF or NUL in key or value, a line over the limit, and a
 * Channel that begins with "/", which Asterisk's Hangup would take for a pattern of channels.
 */
void ami_action_put(struct ami_action *a, const char *key, const char *value);
void ami_action_printf(struct ami_action *a, const char *key, const char *fmt, ...) CB_PRINTF(3, 4);
/* Ends it. Returns 0, or ERR_INVALID with nothing left in buf. */
int ami_action_end(struct ami_action *a);

#endif
