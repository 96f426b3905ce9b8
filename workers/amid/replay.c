/* Recorded streams through reader and tracker. */
#include "workers/amid/replay.h"

#include "lib/err.h"
#include "lib/log.h"
#include "workers/amid/tracker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct replay {
	struct ami_reader *reader;
	struct tracker *tracker;
	struct buf *line;           /* begun, but not complete */
	struct buf *out;
	bool cut;                   /* a new connection; when Asterisk was started is not known yet */
	int64_t heard_us;           /* the last message before it */
	int64_t uptime_us;          /* as its login said, -1: not said */
};

/* A channel's id holds the second it was made: "node1-1795527290.12". */
static bool made_before(struct str uniqueid, int64_t moment_us)
{
	const char *dash = uniqueid.n ? memrchr(uniqueid.p, '-', uniqueid.n) : NULL;

	if (!dash)
		return false;
	size_t skip = (size_t)(dash - uniqueid.p) + 1;
	int64_t made_us = ami_epoch_us((struct str){ dash + 1, uniqueid.n - skip });
	return made_us && made_us < moment_us;
}

/*
 * After a cut the uptime and the first message that has a time tell when Asterisk was started. If
 * that was after the last message before the cut, none of the calls it had then is left. Who logs in
 * early hears of the start itself, without an uptime.
 */
static void look_for_restart(struct replay *r, const struct ami_message *m)
{
	int64_t at_us = ami_timestamp_us(m);

	if (str_is(ami_get(m, "Event"), "FullyBooted"))
		r->uptime_us = ami_get_int(m, "Uptime", 0) * 1000000;
	if (!r->cut || r->uptime_us < 0 || !at_us)
		return;
	int64_t boot_us = at_us - r->uptime_us;
	r->cut = false;
	if (boot_us <= r->heard_us || made_before(ami_get(m, "Uniqueid"), boot_us - 1000000))
		return;
	tracker_checked(r->tracker, r->heard_us);
	tracker_resync_begin(r->tracker);
	tracker_resync_end(r->tracker, boot_us, at_us);
}

static void cut(struct replay *r)
{
	ami_reader_reset(r->reader);
	r->cut = true;
	r->heard_us = tracker_heard_us(r->tracker);
	r->uptime_us = -1;
}

static int drain(struct replay *r)
{
	const struct ami_message *m;
	int err;

	while (!(err = ami_reader_next(r->reader, &m)) && m) {
		look_for_restart(r, m);
		tracker_ami(r->tracker, m);
	}
	tracker_print_ended(r->tracker, r->out);
	return err;
}

/* Lines go in one by one, so that a "#" line is seen wherever it stands between messages. */
static int take_line(struct replay *r)
{
	int err = ERR_OK;

	if (r->line->p[0] == '#') {
		cut(r);
	} else {
		ami_reader_feed(r->reader, r->line->p, r->line->n);
		err = drain(r);
	}
	r->line->n = 0;
	return err;
}

int replay_feed(struct replay *r, const char *p, size_t n)
{
	int err = ERR_OK;

	while (!err && n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t part = end ? (size_t)(end - p) + 1 : n;
		buf_add(r->line, p, part);
		p += part;
		n -= part;
		if (end)
			err = take_line(r);
	}
	return err;
}

const char *replay_lines(struct replay *r)
{
	tracker_print_open(r->tracker, r->out);
	return buf_text(r->out);
}

struct replay *replay_new(const void *ctx)
{
	struct replay *r = mem_new(ctx, struct replay);
	struct tracker_options options = { .default_tenant = "default", .outbound_prefix = "9",
					   .replay = true };

	r->reader = ami_reader_new(r);
	r->tracker = tracker_new(r, &options);
	r->line = buf_new(r);
	r->out = buf_new(r);
	r->uptime_us = -1;
	return r;
}

static int replay_file(struct replay *r, FILE *file)
{
	char piece[65536];
	size_t n;
	int err = ERR_OK;

	while (!err && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		err = replay_feed(r, piece, n);
	r->line->n = 0;
	cut(r);
	return err;
}

int replay_files(char *const *paths, int n)
{
	void *ctx = mem_context();
	struct replay *r = replay_new(ctx);
	int status = 0;

	for (int i = 0; i < n && !status; i++) {
		FILE *file = fopen(paths[i], "re");
		if (!file) {
			log_error("cannot open file=%s error=%s", paths[i], strerror(errno));
			status = 1;
			break;
		}
		if (replay_file(r, file)) {
			log_error("not an AMI stream file=%s", paths[i]);
			status = 1;
		}
		fclose(file);
	}
	fputs(replay_lines(r), stdout);
	talloc_free(ctx);
	return status;
}
