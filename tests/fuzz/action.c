/*
 * The action encoder on arbitrary keys and values (separated by NUL): whatever is accepted reads
 * back as exactly one action with the same fields.
 */
#include "lib/ami.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(void *ctx, const struct buf *written, const char *key, const char *value)
{
	struct ami_reader *reader = ami_reader_new(ctx);
	const struct ami_message *m;

	ami_reader_feed(reader, written->p, written->n);
	if (ami_reader_next(reader, &m) || !m || m->n != 3)
		abort();
	if (!str_is(m->headers[2].key, key))
		abort();
	/* One space after the colon is the reader's to take. */
	if (*value != ' ' && !str_is(m->headers[2].value, value))
		abort();
	if (ami_reader_next(reader, &m) || m)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *ctx = mem_context();
	const char *key = mem_strndup(ctx, (const char *)data, size);
	size_t n = strlen(key);
	const char *value = n < size ? mem_strndup(ctx, (const char *)data + n + 1, size - n - 1)
				     : "";
	struct buf *b = buf_new(ctx);
	struct ami_action a;

	ami_action_begin(&a, b, "Setvar", "id");
	ami_action_put(&a, key, value);
	if (ami_action_end(&a) == 0)
		check(ctx, b, key, value);
	else if (b->n)
		abort();
	talloc_free(ctx);
	return 0;
}
