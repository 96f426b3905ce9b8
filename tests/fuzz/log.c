/*
 * The channel event log as a file of arbitrary bytes, read from an arbitrary moment and told to the
 * tracker. Whatever stands there, every row that comes out is whole and not from before that
 * moment, and a list without channels leaves no call open.
 */
#include "workers/amid/cel_log.h"
#include "workers/amid/tracker.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECOND_US = 1000000 };

/* The first four bytes say from how many seconds into the recordings on. */
static int64_t moment(const uint8_t *data)
{
	return data[0] & 1 ? 1 : (INT64_C(1795520000) + data[1] * 256 + data[2]) * SECOND_US;
}

static void tell(struct tracker *t, const char *path, int64_t from_us)
{
	struct cel_log *log;
	struct cel_row row;

	if (cel_log_open(t, path, from_us, &log))
		abort();
	while (cel_log_next(log, &row)) {
		if (row.at_us < from_us || !row.uniqueid.n)
			abort();
		tracker_cel(t, &row);
	}
	talloc_free(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	void *ctx = mem_context();
	struct tracker_options options = { .default_tenant = "demo", .outbound_prefix = "9",
					   .outbound_wrapup_ms = 5000, .replay = true };
	struct tracker *t = tracker_new(ctx, &options);
	int fd = memfd_create("log", MFD_CLOEXEC);
	const char *path = mem_printf(ctx, "/proc/self/fd/%d", fd);
	const int64_t end_us = INT64_C(1900000000) * SECOND_US;

	if (fd < 0 || write(fd, data + 4, size - 4) != (ssize_t)(size - 4))
		abort();
	tracker_gap_begin(t, 1);
	tracker_gap_read(t, end_us, end_us);
	tell(t, path, moment(data));
	tell(t, path, moment(data));
	tracker_gap_end(t);
	tracker_resync_begin(t);
	tracker_resync_end(t, 0, end_us);
	tracker_tick(t, end_us + 3 * SECOND_US);
	struct buf *open = buf_new(ctx);
	tracker_print_open(t, open);
	if (open->n)
		abort();
	close(fd);
	talloc_free(ctx);
	return 0;
}
