/* Recorded streams through reader and tracker. */
#include "workers/amid/replay.h"

#include "lib/err.h"
#include "lib/log.h"
#include "workers/amid/tracker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
	struct ami_reader *reader;
	struct tracker *tracker;
	struct buf *out;
};

static int drain(struct replay *r)
{
	const struct ami_message *m;
	int err;

	while (!(err = ami_reader_next(r->reader, &m)) && m)
		tracker_ami(r->tracker, m);
	tracker_print_ended(r->tracker, r->out);
	return err;
}

static int feed(struct replay *r, const char *p, size_t n)
{
	ami_reader_feed(r->reader, p, n);
	return drain(r);
}

/* Lines go in one by one, so that a "#" line is seen wherever it stands between messages. */
static int replay_file(struct replay *r, FILE *file)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int err = ERR_OK;

	while (!err && (n = getline(&line, &cap, file)) > 0) {
		if (line[0] == '#')
			ami_reader_reset(r->reader);
		else
			err = feed(r, line, (size_t)n);
	}
	free(line);
	ami_reader_reset(r->reader);
	return err;
}

int replay_files(char *const *paths, int n)
{
	void *ctx = mem_context();
	struct tracker_options options = { .default_tenant = "default", .outbound_prefix = "9",
					   .replay = true };
	struct replay r = { ami_reader_new(ctx), tracker_new(ctx, &options), buf_new(ctx) };
	int status = 0;

	for (int i = 0; i < n && !status; i++) {
		FILE *file = fopen(paths[i], "re");
		if (!file) {
			log_error("cannot open file=%s error=%s", paths[i], strerror(errno));
			status = 1;
			break;
		}
		if (replay_file(&r, file)) {
			log_error("not an AMI stream file=%s", paths[i]);
			status = 1;
		}
		fclose(file);
	}
	tracker_print_open(r.tracker, r.out);
	if (r.out->n)
		fwrite(r.out->p, 1, r.out->n, stdout);
	talloc_free(ctx);
	return status;
}
