/* The append-only file between the tracker and everybody else. */
#include "workers/amid/journal.h"

#include "lib/log.h"
#include "workers/amid/mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18, HEADER_FIELDS = 10 };

struct journal {
	const char *dir;
	int dir_fd;
	int64_t next_seq;
	int64_t heard_us;                    /* as it was last said */
	struct buf *pending;                 /* appended, not written */
	int fd;                              /* of the newest file */
	int64_t file_bytes;
	int64_t committed_bytes;             /* in all files of this process */
	pthread_mutex_t mutex;               /* guards what follows */
	pthread_cond_t grown;
	int64_t newest;                      /* first seq of the newest file */
	int64_t committed_seq, synced_seq;
	pthread_t syncer;
};

struct journal_reader {
	struct journal *journal;
	int64_t after_seq;                   /* entries up to this one are passed over */
	int64_t file;                        /* first seq of the file being read, 0: none yet */
	int fd;
	struct buf *in;
	size_t used;
};

static void file_name(int64_t first_seq, char name[40])
{
	snprintf(name, 40, "journal-%016" PRIx64 ".log", (uint64_t)first_seq);
}

/* The smallest first seq above `after` among the files; 0 if there is none. */
static int64_t next_file(const struct journal *j, int64_t after)
{
	DIR *dir = opendir(j->dir);
	int64_t best = 0;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		uint64_t first;
		char expected[40];
		if (sscanf(entry->d_name, "journal-%16" SCNx64 ".log", &first) != 1)
			continue;
		file_name((int64_t)first, expected);
		if (strcmp(expected, entry->d_name) == 0 && (int64_t)first > after &&
		    (!best || (int64_t)first < best))
			best = (int64_t)first;
	}
	if (dir)
		closedir(dir);
	return best;
}

static int open_file(struct journal *j)
{
	char name[40];

	file_name(j->next_seq, name);
	int fd = openat(j->dir_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	int old = j->fd;
	if (old >= 0) {
		fdatasync(old);
		pthread_mutex_lock(&j->mutex);
		j->fd = -1;
		pthread_mutex_unlock(&j->mutex);
		close(old);
	}
	fsync(j->dir_fd);
	j->file_bytes = 0;
	pthread_mutex_lock(&j->mutex);
	j->fd = fd;
	j->newest = j->next_seq;
	pthread_mutex_unlock(&j->mutex);
	return 0;
}

int journal_open(const void *ctx, const char *dir, int64_t epoch, struct journal **out)
{
	struct journal *j = mem_new(ctx, struct journal);
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&j->mutex, NULL);
	pthread_cond_init(&j->grown, &monotonic);
	pthread_condattr_destroy(&monotonic);
	j->dir = mem_strdup(j, dir);
	j->pending = buf_new(j);
	j->fd = -1;
	j->next_seq = (epoch << JOURNAL_SEQ_BITS) + 1;
	j->committed_seq = j->synced_seq = j->next_seq - 1;
	if (mkdir(dir, 0750) && errno != EEXIST)
		return -errno;
	j->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->dir_fd < 0)
		return -errno;
	int err = open_file(j);
	if (err)
		return err;
	*out = j;
	return 0;
}

/* A field of the header: what would break the line becomes "-". */
static void put_field(struct buf *b, struct str s)
{
	bool fits = s.n > 0;

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			fits = false;
	if (fits)
		buf_add(b, s.p, s.n);
	else
		buf_addc(b, '-');
	buf_addc(b, ' ');
}

static int64_t append(struct journal *j, int kind, const struct record *r)
{
	struct buf *b = j->pending;
	int64_t seq = j->next_seq++;

	buf_printf(b, "%" PRId64 " %" PRId64 " %d ", seq, r->at_us, kind);
	put_field(b, str_of(r->live));
	buf_addc(b, r->gone ? '1' : '0');
	buf_addc(b, ' ');
	put_field(b, str_of(r->tenant));
	put_field(b, r->queue);
	put_field(b, r->agents);
	put_field(b, str_of(r->key));
	buf_printf(b, "%zu\n", r->json.n);
	buf_add(b, r->json.p, r->json.n);
	buf_addc(b, '\n');
	return seq;
}

int64_t journal_append(struct journal *j, const struct record *record)
{
	return append(j, (int)record->kind, record);
}

int64_t journal_append_reset(struct journal *j, const char *tenant)
{
	struct record reset = { .tenant = tenant, .key = "-", .at_us = clock_wall_us(),
				.json = STR("{}") };

	return append(j, JOURNAL_RESET, &reset);
}

void journal_append_heard(struct journal *j, int64_t at_us)
{
	struct record heard = { .tenant = "-", .key = "-", .at_us = at_us, .json = STR("{}") };

	if (j->pending->n == 0 || at_us <= j->heard_us)
		return;
	j->heard_us = at_us;
	append(j, JOURNAL_HEARD, &heard);
}

static void write_all(struct journal *j)
{
	size_t done = 0;

	while (done < j->pending->n) {
		ssize_t n = write(j->fd, j->pending->p + done, j->pending->n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			/* Nothing can be promised without a journal; a restart resyncs. */
			log_error("journal cannot be written dir=%s error=%s", j->dir,
				  strerror(errno));
			abort();
		}
		done += (size_t)n;
	}
}

void journal_commit(struct journal *j)
{
	if (j->pending->n == 0)
		return;
	write_all(j);
	j->file_bytes += (int64_t)j->pending->n;
	j->committed_bytes += (int64_t)j->pending->n;
	j->pending->n = 0;
	pthread_mutex_lock(&j->mutex);
	j->committed_seq = j->next_seq - 1;
	pthread_cond_broadcast(&j->grown);
	pthread_mutex_unlock(&j->mutex);
	if (j->file_bytes > JOURNAL_FILE_MAX_BYTES && open_file(j))
		log_error("journal cannot begin a file dir=%s error=%s", j->dir, strerror(errno));
}

int64_t journal_last_seq(struct journal *j)
{
	pthread_mutex_lock(&j->mutex);
	int64_t seq = j->committed_seq;
	pthread_mutex_unlock(&j->mutex);
	return seq;
}

int64_t journal_committed_bytes(const struct journal *j)
{
	return j->committed_bytes;
}

int64_t journal_disk_bytes(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	struct stat file;
	int64_t bytes = 0;

	while (dir && (entry = readdir(dir)))
		if (strncmp(entry->d_name, "journal-", 8) == 0 &&
		    fstatat(dirfd(dir), entry->d_name, &file, 0) == 0)
			bytes += file.st_size;
	if (dir)
		closedir(dir);
	return bytes;
}

/* ---- to the disk ---- */

/* What is committed now is on the disk when this returns. */
static void sync_once(struct journal *j)
{
	pthread_mutex_lock(&j->mutex);
	int64_t seq = j->committed_seq;
	int fd = j->fd < 0 ? -1 : dup(j->fd);
	pthread_mutex_unlock(&j->mutex);
	if (fd < 0)
		return;
	fdatasync(fd);
	close(fd);
	pthread_mutex_lock(&j->mutex);
	j->synced_seq = seq;
	pthread_mutex_unlock(&j->mutex);
}

static void *run_sync(void *arg)
{
	struct journal *j = arg;
	const struct timespec pause = { .tv_nsec = JOURNAL_SYNC_MS * 1000000L };

	for (;;) {
		pthread_mutex_lock(&j->mutex);
		while (j->synced_seq == j->committed_seq)
			pthread_cond_wait(&j->grown, &j->mutex);
		pthread_mutex_unlock(&j->mutex);
		sync_once(j);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

void journal_start_sync(struct journal *j)
{
	if (pthread_create(&j->syncer, NULL, run_sync, j)) {
		log_error("no thread name=sync");
		abort();
	}
}

int64_t journal_synced_seq(struct journal *j)
{
	pthread_mutex_lock(&j->mutex);
	int64_t seq = j->synced_seq;
	pthread_mutex_unlock(&j->mutex);
	return seq;
}

/* ---- following ---- */

static int close_reader(struct journal_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	return 0;
}

struct journal_reader *journal_follow(const void *ctx, struct journal *j, int64_t after_seq)
{
	struct journal_reader *r = mem_new(ctx, struct journal_reader);

	r->journal = j;
	r->after_seq = after_seq;
	r->fd = -1;
	r->in = buf_new(r);
	talloc_set_destructor(r, close_reader);
	return r;
}

static bool open_next(struct journal_reader *r)
{
	char name[40];
	int64_t next = next_file(r->journal, r->file);

	if (!next)
		return false;
	file_name(next, name);
	int fd = openat(r->journal->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	close_reader(r);
	r->fd = fd;
	r->file = next;
	r->in->n = r->used = 0;
	return true;
}

static bool read_more(struct journal_reader *r)
{
	if (r->used) {
		buf_shift(r->in, r->used);
		r->used = 0;
	}
	ssize_t n = r->fd < 0 ? 0 : read(r->fd, buf_reserve(r->in, READ_BYTES), READ_BYTES);
	if (n > 0)
		r->in->n += (size_t)n;
	return n > 0;
}

static int64_t number(const char *text)
{
	return strtoll(text, NULL, 10);
}

/* Splits a complete entry at the reader's place. 1: done, 0: more bytes are needed. */
static int parse(struct journal_reader *r, struct journal_entry *entry)
{
	char *p = r->in->p + r->used, *fields[HEADER_FIELDS];
	size_t left = r->in->n - r->used;
	char *eol = left ? memchr(p, '\n', left) : NULL;

	if (!eol)
		return 0;
	char *last_space = memrchr(p, ' ', (size_t)(eol - p));
	size_t json_n = last_space ? (size_t)number(last_space + 1) : 0;
	size_t total = (size_t)(eol - p) + 1 + json_n + 1;
	if (left < total)
		return 0;
	size_t n = 0;
	for (char *at = p; n < HEADER_FIELDS; at++) {
		fields[n++] = at;
		char *end = memchr(at, n == HEADER_FIELDS ? '\n' : ' ', (size_t)(eol + 1 - at));
		if (!end)
			break;
		*end = '\0';
		at = end;
	}
	r->used += total;
	if (n != HEADER_FIELDS || p[total - 1] != '\n') {
		log_error("journal entry damaged file=%" PRIx64, (uint64_t)r->file);
		return 0;
	}
	*entry = (struct journal_entry){
		.seq = number(fields[0]), .at_us = number(fields[1]),
		.kind = (int)number(fields[2]), .live = fields[3],
		.gone = fields[4][0] == '1', .tenant = fields[5],
		.queue = fields[6], .agents = fields[7],
		.key = fields[8], .json = { eol + 1, json_n },
	};
	return 1;
}

/* Waits for a commit later than `seen`. */
static bool wait_for_more(struct journal_reader *r, int64_t seen, int timeout_ms)
{
	struct journal *j = r->journal;
	struct timespec deadline;
	bool more;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += timeout_ms / 1000;
	deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_nsec -= 1000000000;
		deadline.tv_sec++;
	}
	pthread_mutex_lock(&j->mutex);
	while (!(more = j->committed_seq > seen) && timeout_ms > 0)
		if (pthread_cond_timedwait(&j->grown, &j->mutex, &deadline))
			break;
	pthread_mutex_unlock(&j->mutex);
	return more;
}

static bool is_newest(struct journal_reader *r)
{
	pthread_mutex_lock(&r->journal->mutex);
	bool newest = r->file >= r->journal->newest;
	pthread_mutex_unlock(&r->journal->mutex);
	return newest;
}

int journal_next(struct journal_reader *r, struct journal_entry *entry, int timeout_ms)
{
	for (;;) {
		while (parse(r, entry)) {
			if (entry->seq > r->after_seq) {
				r->after_seq = entry->seq;
				return 1;
			}
		}
		/* Taken before the read: what is committed after it is worth another one. */
		int64_t committed = journal_last_seq(r->journal);
		if (read_more(r))
			continue;
		/* The end of a file that is not the newest is final: it was cut or is complete. */
		if ((r->fd < 0 || !is_newest(r)) && open_next(r))
			continue;
		if (!wait_for_more(r, committed, timeout_ms))
			return 0;
	}
}

void journal_forget(struct journal *j, int64_t seq)
{
	char name[40];
	int64_t first = next_file(j, 0), next;

	/* A file's last seq is known from where its successor begins. */
	while (first && (next = next_file(j, first)) && next <= seq + 1) {
		file_name(first, name);
		unlinkat(j->dir_fd, name, 0);
		first = next;
	}
}
