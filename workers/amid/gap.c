/*
 * A gap in the stream: messages are kept back until the channel event log has told what came before
 * them, and where one takes over from the other is chosen for each call.
 */
#include "workers/amid/model.h"

/* What belongs together comes in less than this; the first silence so long is good to cut in. */
enum { QUIET_US = 50000 };

/* Up to when the log is believed about the calls of one Linkedid. */
struct quiet {
	UT_hash_handle hh;
	const char *linkedid;
	int64_t last_us;             /* its newest message so far */
	int64_t length_us, cut_us;   /* the silence that is best so far, and the middle of it */
};

struct gap {
	void *ctx;                   /* holds all of one gap */
	struct buf *kept;            /* messages, as they came */
	struct quiet *quiet;
	int64_t from_us, until_us;   /* 0: the log was not read */
};

static int free_table(struct gap *gap)
{
	HASH_CLEAR(hh, gap->quiet);
	return 0;
}

struct gap *gap_new(struct tracker *t)
{
	struct gap *gap = mem_new(t, struct gap);

	talloc_set_destructor(gap, free_table);
	return gap;
}

void gap_keep(struct tracker *t, const struct ami_message *m)
{
	struct gap *gap = t->gap;

	for (size_t i = 0; i < m->n; i++) {
		buf_add(gap->kept, m->headers[i].key.p, m->headers[i].key.n);
		buf_adds(gap->kept, ": ");
		buf_add(gap->kept, m->headers[i].value.p, m->headers[i].value.n);
		buf_adds(gap->kept, "\r\n");
	}
	buf_adds(gap->kept, "\r\n");
}

void tracker_gap_begin(struct tracker *t, int64_t silent_us)
{
	struct gap *gap = t->gap;

	HASH_CLEAR(hh, gap->quiet);
	talloc_free(gap->ctx);
	gap->ctx = talloc_new(gap);
	gap->kept = buf_new(gap->ctx);
	gap->from_us = gap->until_us = 0;
	t->silent_us = silent_us;
	t->keeping = true;
}

/* The call a message is about; empty for none. */
static struct str linkedid_of(const struct ami_message *m)
{
	static const char *const keys[] = { "Linkedid", "DestLinkedid", "TransfererLinkedid",
					    "OrigTransfererLinkedid" };
	struct str id = { "", 0 };

	for (size_t i = 0; i < ARRAY_LEN(keys) && !id.n; i++)
		id = ami_get(m, keys[i]);
	return id;
}

static struct quiet *quiet_find(const struct gap *gap, struct str linkedid)
{
	struct quiet *quiet;

	HASH_FIND(hh, gap->quiet, linkedid.p, linkedid.n, quiet);
	return quiet;
}

static void quiet_note(struct quiet *quiet, int64_t at_us)
{
	if (quiet->length_us < QUIET_US && at_us - quiet->last_us > quiet->length_us) {
		quiet->length_us = at_us - quiet->last_us;
		quiet->cut_us = quiet->last_us + quiet->length_us / 2;
	}
	quiet->last_us = at_us;
}

static void each_kept(struct tracker *t, void (*f)(struct tracker *t, const struct ami_message *m))
{
	struct ami_reader *reader = ami_reader_new(t->gap->ctx);
	const struct ami_message *m;

	ami_reader_feed(reader, t->gap->kept->p, t->gap->kept->n);
	while (ami_reader_next(reader, &m) == 0 && m)
		f(t, m);
	talloc_free(reader);
}

static void note_quiet(struct tracker *t, const struct ami_message *m)
{
	struct gap *gap = t->gap;
	struct str id = linkedid_of(m);
	struct quiet *quiet = quiet_find(gap, id);
	int64_t at_us = ami_timestamp_us(m);

	if (!id.n || !at_us)
		return;
	if (!quiet) {
		quiet = mem_new(gap->ctx, struct quiet);
		quiet->linkedid = mem_strndup(quiet, id.p, id.n);
		quiet->last_us = gap->from_us;
		quiet->cut_us = gap->from_us;
		HASH_ADD_KEYPTR(hh, gap->quiet, quiet->linkedid, id.n, quiet);
	}
	quiet_note(quiet, at_us);
}

void tracker_gap_read(struct tracker *t, int64_t from_us, int64_t until_us)
{
	t->gap->from_us = from_us;
	t->gap->until_us = until_us;
	each_kept(t, note_quiet);
	for (struct quiet *quiet = t->gap->quiet; quiet; quiet = quiet->hh.next)
		quiet_note(quiet, until_us);
}

int64_t gap_cut_us(const struct gap *gap, struct str linkedid)
{
	const struct quiet *quiet = quiet_find(gap, linkedid);

	return quiet ? quiet->cut_us : gap->from_us + QUIET_US / 2;
}

static void tell_kept(struct tracker *t, const struct ami_message *m)
{
	struct str id = linkedid_of(m);
	int64_t at_us = ami_timestamp_us(m);

	if (!t->gap->until_us || !id.n || !at_us || at_us > gap_cut_us(t->gap, id))
		tracker_ami(t, m);
}

void tracker_gap_end(struct tracker *t)
{
	t->keeping = false;
	each_kept(t, tell_kept);
	t->gap->kept->n = 0;
	tracker_flush(t);
}
