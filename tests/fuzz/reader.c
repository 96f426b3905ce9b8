/*
 * The AMI reader on arbitrary bytes: the first byte chooses the size of the pieces, and any pieces
 * must give the same messages as the whole.
 */
#include "lib/ami.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf *read_all(void *ctx, const uint8_t *data, size_t size, size_t piece)
{
	struct ami_reader *reader = ami_reader_new(ctx);
	struct buf *out = buf_new(ctx);
	const struct ami_message *m;

	for (size_t at = 0; at < size; at += piece) {
		ami_reader_feed(reader, data + at, size - at < piece ? size - at : piece);
		int err;
		while (!(err = ami_reader_next(reader, &m)) && m) {
			for (size_t i = 0; i < m->n; i++) {
				buf_add(out, m->headers[i].key.p, m->headers[i].key.n);
				buf_addc(out, '=');
				buf_add(out, m->headers[i].value.p, m->headers[i].value.n);
				buf_addc(out, '\n');
			}
			buf_adds(out, "--\n");
			ami_timestamp_us(m);
			ami_get_variable(m, "ChanVariable", "CC_CALL_ID");
		}
		if (err)
			break;
	}
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	void *ctx = mem_context();
	struct buf *whole = read_all(ctx, data + 1, size - 1, size);
	struct buf *pieces = read_all(ctx, data + 1, size - 1, 1u + data[0]);
	if (whole->n != pieces->n || (whole->n && memcmp(whole->p, pieces->p, whole->n) != 0))
		abort();
	talloc_free(ctx);
	return 0;
}
