/*
 * The journal: every record, in the order in which it came to be, on disk before anybody else
 * hears of it. PostgreSQL and Redis are followers that read it each at their own pace, so either
 * may be away without holding up the other or losing anything.
 *
 * Files are journal-<first seq, 16 hex digits>.log in one directory. An entry is a header line
 *   <seq> <µs> <kind> <event type|-> <gone> <tenant> <queue|-> <extensions|-> <key> <bytes>
 * followed by that many bytes of JSON and a newline. A torn end (power loss) is cut off.
 */
#ifndef AMID_JOURNAL_H
#define AMID_JOURNAL_H

#include "workers/amid/tracker.h"

enum {
	JOURNAL_SEQ_BITS = 32,               /* seq = epoch << 32 | number */
	JOURNAL_FILE_MAX_BYTES = 64 << 20,
	JOURNAL_SYNC_MS = 200,
	/* Entries that are no records. */
	JOURNAL_RESET = RECORD__COUNT,       /* the live picture begins anew here */
	JOURNAL_HEARD,                       /* what Asterisk told up to at_us stands before here */
	JOURNAL__KINDS,
};

struct journal;
struct journal_reader;

/* One entry; strings point into the reader and live until its next call. */
struct journal_entry {
	int64_t seq, at_us;
	int kind;                            /* enum record_kind, or one of the above */
	const char *live, *tenant, *queue, *agents, *key;   /* "-" for none */
	bool gone;
	struct str json;
};

/* Opens the directory for appending under this epoch. Returns 0 or -errno. */
int journal_open(const void *ctx, const char *dir, int64_t epoch, struct journal **out);
/* Appends to memory; returns the entry's seq. */
int64_t journal_append(struct journal *j, const struct record *record);
int64_t journal_append_reset(struct journal *j, const char *tenant);
/*
 * Before a commit: all that Asterisk has told up to this moment has been appended. Says nothing unless
 * that is news and something else is to be committed. The moment is what the channel event log will be
 * read from, so it is none of our own clock: commands and configurations come while Asterisk is away.
 */
void journal_append_heard(struct journal *j, int64_t at_us);
/* Writes what was appended and wakes the followers. A disk that refuses ends the process. */
void journal_commit(struct journal *j);
int64_t journal_last_seq(struct journal *j);
/*
 * Starts a thread that brings what is written to the disk, at most JOURNAL_SYNC_MS later, whether
 * or not a follower gets on: a power loss takes no more than that. journal_synced_seq says how far.
 */
void journal_start_sync(struct journal *j);
int64_t journal_synced_seq(struct journal *j);
/* How many bytes this process has committed; the appending thread only. */
int64_t journal_committed_bytes(const struct journal *j);
/* Size of all files of a directory, opened or not. */
int64_t journal_disk_bytes(const char *dir);

/*
 * A follower, for one thread. It begins behind after_seq (0: with the oldest that is kept) and
 * deletes nothing.
 */
struct journal_reader *journal_follow(const void *ctx, struct journal *j, int64_t after_seq);
/* The next entry: 1, or 0 if there was none within timeout_ms. */
int journal_next(struct journal_reader *r, struct journal_entry *entry, int timeout_ms);
/* Everything before this seq may be deleted: files that hold nothing newer go. */
void journal_forget(struct journal *j, int64_t seq);

#endif
