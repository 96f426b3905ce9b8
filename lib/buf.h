/* A growing run of bytes: what is built before it is sent. Owned by a talloc context. */
#ifndef CB_BUF_H
#define CB_BUF_H

#include "lib/base.h"

struct buf {
	char *p;
	size_t n;        /* bytes in use */
	size_t cap;
};

/* An empty buffer; its memory is a child of ctx. */
struct buf *buf_new(const void *ctx);
/* Makes room for n more bytes and returns where they go; the caller adds to b->n what it used. */
char *buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
/* A whole number in decimal digits. */
void buf_add_int(struct buf *b, int64_t value);
void buf_printf(struct buf *b, const char *fmt, ...) CB_PRINTF(2, 3);
/* Drops the first n bytes. */
void buf_shift(struct buf *b, size_t n);
/* The bytes as a terminated string, valid until the next change. */
const char *buf_text(struct buf *b);

#endif
