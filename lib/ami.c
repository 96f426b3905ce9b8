/* AMI: bytes to messages, actions to bytes. */
#include "lib/ami.h"

#include "lib/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- reader ---- */

struct ami_reader {
	struct buf *in;
	size_t begin;                /* first byte that is not part of a message handed out */
	bool waiting;                /* the message at begin was incomplete when last looked at */
	size_t scanned;              /* if so: it has no end before this byte */
	bool broken;                 /* a NUL came: what follows it is not kept */
	struct ami_message message;
};

struct ami_reader *ami_reader_new(const void *ctx)
{
	struct ami_reader *r = mem_new(ctx, struct ami_reader);

	r->in = buf_new(r);
	return r;
}

void ami_reader_reset(struct ami_reader *r)
{
	r->in->n = r->begin = r->scanned = 0;
	r->waiting = r->broken = false;
}

void ami_reader_feed(struct ami_reader *r, const void *p, size_t n)
{
	const char *nul = n ? memchr(p, '\0', n) : NULL;

	if (r->broken)
		return;
	if (nul) {
		r->broken = true;
		n = (size_t)(nul - (const char *)p);
	}
	if (r->begin == r->in->n) {
		r->in->n = r->begin = r->scanned = 0;
	} else if (r->begin > AMI_MESSAGE_MAX_BYTES) {
		buf_shift(r->in, r->begin);
		r->scanned -= r->begin;
		r->begin = 0;
	}
	buf_add(r->in, p, n);
}

/* End of the first line at or after p: where its CRLF stands, NULL if it is not complete. */
static const char *line_end(const char *p, const char *end)
{
	while ((p = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		if (end - p < 2)
			return NULL;
		if (p[1] == '\n')
			return p;
		p++;
	}
	return NULL;
}

static int add_header(struct ami_message *m, const char *line, const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));

	if (!colon)
		return ERR_OK;       /* the banner, or command output */
	if (m->n == AMI_HEADERS_MAX)
		return ERR_TOO_LARGE;
	const char *value = colon + 1;
	if (value < end && *value == ' ')
		value++;
	m->headers[m->n++] = (struct ami_header){
		.key = { line, (size_t)(colon - line) },
		.value = { value, (size_t)(end - value) },
	};
	return ERR_OK;
}

/* Splits one message; *next is set behind its empty line. NULL next: it is not complete. */
static int split(struct ami_message *m, const char *p, const char *end, const char **next)
{
	*next = NULL;
	m->n = 0;
	for (;;) {
		const char *eol = line_end(p, end);
		if (!eol)
			return ERR_OK;
		if (eol == p) {
			*next = eol + 2;
			return ERR_OK;
		}
		int err = add_header(m, p, eol);
		if (err)
			return err;
		p = eol + 2;
	}
}

/* Whether an empty line ends somewhere in what has not been scanned; moves the scan mark. */
static int has_message(struct ami_reader *r)
{
	const char *p = r->in->p + r->scanned;
	const char *end = r->in->p + r->in->n;

	while (p < end && (p = memmem(p, (size_t)(end - p), "\r\n", 2)) != NULL) {
		int starts_message = p == r->in->p + r->begin;
		if (starts_message || (end - p >= 4 && memcmp(p + 2, "\r\n", 2) == 0)) {
			r->scanned = (size_t)(p - r->in->p);
			return 1;
		}
		p += 2;
	}
	/* The next bytes may complete a CRLFCRLF that begins in the last three. */
	if (r->in->n >= r->begin + 3)
		r->scanned = r->in->n - 3;
	if (r->scanned < r->begin)
		r->scanned = r->begin;
	return 0;
}

int ami_reader_next(struct ami_reader *r, const struct ami_message **out)
{
	*out = NULL;
	/* A whole message is read once; only of one that comes in pieces the end is looked for first. */
	while (r->in->n && (!r->waiting || has_message(r))) {
		const char *next;
		int err = split(&r->message, r->in->p + r->begin, r->in->p + r->in->n, &next);
		if (err)
			return err;
		r->waiting = !next;
		if (!next)
			break;
		r->begin = r->scanned = (size_t)(next - r->in->p);
		if (r->message.n > 0) {
			*out = &r->message;
			return ERR_OK;
		}
	}
	if (r->broken)
		return ERR_MALFORMED;
	return r->in->n - r->begin > AMI_MESSAGE_MAX_BYTES ? ERR_TOO_LARGE : ERR_OK;
}

struct str ami_find(const struct ami_message *m, struct str key)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->headers[i].key, key))
			return m->headers[i].value;
	return (struct str){ "", 0 };
}

struct str ami_get_variable(const struct ami_message *m, const char *key, const char *name)
{
	struct str wanted = str_of(key);
	size_t name_n = strlen(name);

	for (size_t i = 0; i < m->n; i++) {
		const struct ami_header *h = &m->headers[i];
		if (str_eq(h->key, wanted) && h->value.n > name_n && h->value.p[name_n] == '=' &&
		    memcmp(h->value.p, name, name_n) == 0)
			return (struct str){ h->value.p + name_n + 1, h->value.n - name_n - 1 };
	}
	return (struct str){ "", 0 };
}

/* Leading digits as a number; *used says how many. Stops before it could overflow. */
static int64_t digits(struct str s, size_t *used)
{
	int64_t value = 0;
	size_t i = 0;

	while (i < s.n && i < 18 && s.p[i] >= '0' && s.p[i] <= '9')
		value = value * 10 + (s.p[i++] - '0');
	*used = i;
	return value;
}

int64_t ami_get_int(const struct ami_message *m, const char *key, int64_t fallback)
{
	struct str s = ami_get(m, key);
	size_t used;
	int64_t value = digits(s, &used);

	return used > 0 && used == s.n ? value : fallback;
}

int64_t ami_epoch_us(struct str s)
{
	size_t used, fraction;
	int64_t seconds = digits(s, &used);

	if (used == 0 || used > 12 || used >= s.n || s.p[used] != '.')
		return 0;
	int64_t micros = digits((struct str){ s.p + used + 1, s.n - used - 1 }, &fraction);
	if (fraction == 0 || fraction > 6)
		return 0;
	for (; fraction < 6; fraction++)
		micros *= 10;
	return seconds * 1000000 + micros;
}

int64_t ami_timestamp_us(const struct ami_message *m)
{
	return ami_epoch_us(ami_get(m, "Timestamp"));
}

struct str ami_known(struct str value)
{
	if (str_is(value, "<unknown>") || str_is(value, "(null)"))
		return (struct str){ "", 0 };
	return value;
}

static char unescaped(char c)
{
	static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
	const char *at = strchr(from, c);

	return c && at ? to[at - from] : c;
}

struct str ami_unescape(const void *ctx, struct str value)
{
	char *out = mem_array(ctx, char, value.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\\' && i + 1 < value.n)
			out[n++] = unescaped(value.p[++i]);
		else
			out[n++] = value.p[i];
	return (struct str){ out, n };
}

/* ---- actions ---- */

void ami_action_begin(struct ami_action *a, struct buf *buf, const char *name, const char *id)
{
	*a = (struct ami_action){ .buf = buf, .begin = buf->n };
	ami_action_put(a, "Action", name);
	ami_action_put(a, "ActionID", id);
}

static int is_clean(const char *s)
{
	return s[strcspn(s, "\r\n")] == '\0';
}

void ami_action_put(struct ami_action *a, const char *key, const char *value)
{
	int is_channel = strstr(key, "Channel") != NULL;

	if (!*key || strchr(key, ':') || !is_clean(key) || !is_clean(value) ||
	    strlen(key) + strlen(value) + 2 > AMI_ACTION_LINE_MAX_BYTES ||
	    ++a->lines > AMI_ACTION_LINES_MAX || (is_channel && *value == '/')) {
		a->err = ERR_INVALID;
		return;
	}
	buf_adds(a->buf, key);
	buf_adds(a->buf, ": ");
	buf_adds(a->buf, value);
	buf_adds(a->buf, "\r\n");
}

void ami_action_printf(struct ami_action *a, const char *key, const char *fmt, ...)
{
	char value[AMI_ACTION_LINE_MAX_BYTES + 1];
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(value))
		a->err = ERR_INVALID;
	else
		ami_action_put(a, key, value);
}

int ami_action_end(struct ami_action *a)
{
	if (a->err)
		a->buf->n = a->begin;
	else
		buf_adds(a->buf, "\r\n");
	return a->err;
}
