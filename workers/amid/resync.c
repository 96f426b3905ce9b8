/* Filling gaps and comparing lists. */
#include "workers/amid/resync.h"

#include "lib/log.h"
#include "workers/amid/cel_log.h"

#include <inttypes.h>
#include <string.h>

enum {
	DEADLINE_MS = 5000,
	AUDIT_EVERY_MS = 30000,
	AUDIT_AGAIN_MS = 3000,           /* after a gap, once its doubts are settled, or a bad list */
	PROGRESS_ROWS = 1000,
	/* How long live events are kept back to find a quiet moment of each call. */
	LISTEN_MS = 250,
	/* The manager's message of an event is up to some ms younger than its row. */
	OVERLAP_US = 100000,
	/* A row may be written this much later than its event happened. */
	LATE_US = 1000000,
};

enum state { STATE_DOWN, STATE_ASKING, STATE_LISTENING, STATE_LISTING, STATE_IDLE };

struct resync {
	struct resync_options options;
	enum state state;
	bool gap;                        /* the running comparison follows a gap */
	int64_t begun_ms, next_ms;
	int64_t read_from_us;            /* what happened before was heard */
	int64_t listening_us;            /* since when events reach us again */
	int64_t silent_us;               /* last sign of life before the gap */
	int64_t checked_us;              /* the last list that was complete */
	int64_t boot_us;                 /* Asterisk's start, to a second */
	int64_t listed;                  /* rows of the running list */
	uint64_t differences;            /* of the tracker, when last looked at */
	struct resync_counts counts;
};

struct resync *resync_new(const void *ctx, const struct resync_options *options)
{
	struct resync *r = mem_new(ctx, struct resync);

	r->options = *options;
	r->read_from_us = options->heard_us;
	r->silent_us = options->alive_us > options->heard_us ? options->alive_us
							     : options->heard_us;
	r->next_ms = INT64_MAX;
	return r;
}

struct resync_counts resync_counts(const struct resync *r)
{
	return r->counts;
}

int64_t resync_next_ms(const struct resync *r)
{
	return r->state == STATE_IDLE || r->state == STATE_LISTENING ? r->next_ms : INT64_MAX;
}

/* ---- the log ---- */

/* The log from this moment on; NULL if it cannot be read, which is counted. */
static struct cel_log *open_log(struct resync *r, const void *ctx, int64_t from_us)
{
	struct cel_log *log = NULL;
	int err = cel_log_open(ctx, r->options.log_path, from_us, &log);

	if (err) {
		r->counts.log_failures++;
		log_warn("channel event log unreadable path=%s error=%s", r->options.log_path,
			 strerror(-err));
	}
	return log;
}

static void tell_log(struct resync *r, struct cel_log *log)
{
	struct cel_row row;

	while (cel_log_next(log, &row)) {
		if (tracker_cel(r->options.tracker, &row) &&
		    ++r->counts.rows_told % PROGRESS_ROWS == 0)
			r->options.on_progress(r->options.arg);
	}
}

/* What was written since the last list, for channels in doubt and for rows that came late. */
static void look_again(struct resync *r)
{
	void *ctx = mem_context();
	struct cel_log *log = open_log(r, ctx, r->checked_us - LATE_US);

	if (log)
		tell_log(r, log);
	talloc_free(ctx);
}

void resync_before_tick(struct resync *r)
{
	if (tracker_doubt_due(r->options.tracker, clock_wall_us()))
		look_again(r);
}

/* ---- the lists ---- */

static void note_differences(struct resync *r)
{
	uint64_t now = tracker_differences(r->options.tracker);

	if (now != r->differences)
		log_warn("list and events differed count=%" PRIu64, now - r->differences);
	r->differences = now;
}

static void finish(struct resync *r)
{
	int64_t took = clock_mono_ms() - r->begun_ms;

	r->state = STATE_IDLE;
	r->next_ms = clock_mono_ms() + (r->gap ? AUDIT_AGAIN_MS : AUDIT_EVERY_MS);
	if (!r->gap) {
		r->counts.audits++;
		return;
	}
	r->gap = false;
	r->counts.resyncs++;
	r->counts.last_ms = took;
	log_info("resync done ms=%" PRId64 " channels=%" PRId64 " rows=%" PRIu64, took, r->listed,
		 r->counts.rows_told);
	r->options.on_done(r->options.arg);
}

/* A list proves something only if it is complete and holds as many rows as it says. */
static bool is_whole(struct resync *r, const struct ami_message *m)
{
	if (m && str_is(ami_get(m, "Event"), "StatusComplete") &&
	    (ami_get_int(m, "ListItems", r->listed) == r->listed))
		return true;
	r->counts.bad_lists++;
	log_warn("list not complete rows=%" PRId64, r->listed);
	return false;
}

static void on_status(void *arg, const struct ami_message *m, bool last)
{
	struct resync *r = arg;

	if (r->state != STATE_LISTING)
		return;
	if (!last) {
		r->listed++;
		tracker_resync_channel(r->options.tracker, m, clock_wall_us());
		return;
	}
	if (!is_whole(r, m)) {
		/* The gap, if there was one, is still to be closed. */
		r->state = STATE_IDLE;
		r->next_ms = clock_mono_ms() + AUDIT_AGAIN_MS;
		return;
	}
	tracker_resync_end(r->options.tracker, r->boot_us, clock_wall_us());
	if (r->gap)
		look_again(r);
	r->checked_us = clock_wall_us();
	finish(r);
}

/* Rows of other lists are told as the events they are like. */
static void on_row(void *arg, const struct ami_message *m, bool last)
{
	struct resync *r = arg;

	if (m && !last)
		tracker_ami(r->options.tracker, m);
}

static void list(struct resync *r)
{
	struct session *s = r->options.events;

	r->state = STATE_LISTING;
	r->listed = 0;
	if (!r->gap)
		tracker_checked(r->options.tracker, r->checked_us);
	tracker_resync_begin(r->options.tracker);
	ami_action_put(session_begin(s, "Status"), "AllVariables", "false");
	session_send(s, on_status, r, DEADLINE_MS);
	session_begin(s, "DeviceStateList");
	session_send(s, on_row, r, DEADLINE_MS);
	/* Makes Asterisk read queues and members (and who is paused) from the database, too. */
	session_begin(s, "QueueStatus");
	session_send(s, on_row, r, DEADLINE_MS);
}

/* ---- gaps ---- */

static void fill_gap(struct resync *r)
{
	struct tracker *t = r->options.tracker;
	int64_t now_us = clock_wall_us();
	void *ctx = mem_context();
	/* Without a past there is nothing that was missed. */
	struct cel_log *log =
		r->read_from_us ? open_log(r, ctx, r->read_from_us - OVERLAP_US) : NULL;

	if (log) {
		tracker_gap_read(t, r->listening_us, now_us);
		tell_log(r, log);
	}
	r->read_from_us = r->checked_us = now_us;
	tracker_gap_end(t);
	talloc_free(ctx);
}

/* Asterisk's own clock says from when on its events reach us. */
static void on_pong(void *arg, const struct ami_message *m, bool last)
{
	struct resync *r = arg;
	int64_t now_us = m ? ami_timestamp_us(m) : 0;

	(void)last;
	/* Without an answer the session is about to go down. */
	if (!now_us || r->state != STATE_ASKING)
		return;
	r->listening_us = now_us;
	r->boot_us = now_us - session_uptime_s(r->options.events) * 1000000;
	r->state = STATE_LISTENING;
	r->next_ms = clock_mono_ms() + LISTEN_MS;
}

void resync_begin(struct resync *r)
{
	struct tracker *t = r->options.tracker;

	r->state = STATE_ASKING;
	r->gap = true;
	r->begun_ms = clock_mono_ms();
	if (tracker_heard_us(t) > r->read_from_us)
		r->read_from_us = tracker_heard_us(t);
	if (r->read_from_us > r->silent_us)
		r->silent_us = r->read_from_us;
	tracker_gap_begin(t, r->silent_us);
	session_begin(r->options.events, "Ping");
	session_send(r->options.events, on_pong, r, DEADLINE_MS);
}

void resync_lost(struct resync *r)
{
	r->state = STATE_DOWN;
	r->silent_us = session_heard_us(r->options.events);
}

void resync_run(struct resync *r)
{
	bool due = clock_mono_ms() >= resync_next_ms(r);

	if (due && r->state == STATE_LISTENING)
		fill_gap(r);
	if (due)
		list(r);
	note_differences(r);
}
