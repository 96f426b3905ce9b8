/* Reading the channel event log. */
#include "workers/amid/cel_log.h"

#include "lib/buf.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	READ_BYTES = 1 << 16,
	LINE_MAX_BYTES = 1 << 14,        /* a row is a few hundred bytes; what is longer is none */
	FILES_MAX = 2,
};

struct cel_log {
	int fds[FILES_MAX];              /* the rotated file, then the present one */
	size_t n, current;
	int64_t from_us;
	struct buf *in;
	size_t used;
	bool in_overlong;                /* the line goes on that was found to be too long */
	struct csv_row csv;
};

static int close_all(struct cel_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		close(log->fds[i]);
	return 0;
}

/* The line's row, if it is one. Text is changed in place. */
static bool parse_line(char *line, size_t n, struct csv_row *csv, struct cel_row *row)
{
	size_t used;

	return n <= LINE_MAX_BYTES && csv_next(line, n, csv, &used) == 0 && used == n &&
	       cel_parse(csv, row) == 0;
}

/* Time of the first row that begins after offset; 0: there is none within a few lines. */
static int64_t time_after(int fd, off_t offset)
{
	char text[2 * LINE_MAX_BYTES];
	ssize_t n = pread(fd, text, sizeof(text), offset);
	char *end = text + (n > 0 ? n : 0), *line = text;
	struct csv_row csv;
	struct cel_row row;

	/* What the offset points into may be the middle of a line. */
	char *eol = offset ? memchr(text, '\n', (size_t)(end - text)) : text - 1;
	while (eol && (line = eol + 1) < end && (eol = memchr(line, '\n', (size_t)(end - line))))
		if (parse_line(line, (size_t)(eol + 1 - line), &csv, &row))
			return row.at_us;
	return 0;
}

/* An offset at or a little before the first row of from_us or later. */
static off_t bisect(int fd, int64_t from_us)
{
	struct stat st;
	off_t low = 0, high = fstat(fd, &st) ? 0 : st.st_size;

	while (high - low > READ_BYTES) {
		off_t middle = low + (high - low) / 2;
		int64_t at = time_after(fd, middle);
		if (at && at < from_us)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void add_file(struct cel_log *log, int fd)
{
	lseek(fd, bisect(fd, log->from_us), SEEK_SET);
	log->fds[log->n++] = fd;
}

static bool is_same(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* Asterisk makes the file with its first row: until then a directory for it is enough. */
static bool is_to_come(const void *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && access(mem_strndup(ctx, path, (size_t)(slash - path)), R_OK | X_OK) == 0;
}

int cel_log_open(const void *ctx, const char *path, int64_t from_us, struct cel_log **out)
{
	struct cel_log *log = mem_new(ctx, struct cel_log);

	log->from_us = from_us;
	log->in = buf_new(log);
	talloc_set_destructor(log, close_all);
	/* In this order a rotation in between shows one file twice, rather than one not at all. */
	int present = open(path, O_RDONLY | O_CLOEXEC), err = present < 0 ? -errno : 0;
	int rotated = open(mem_printf(log, "%s.1", path), O_RDONLY | O_CLOEXEC);
	if (rotated < 0 && errno != ENOENT)
		log_warn("channel event log unreadable path=%s.1 error=%s", path, strerror(errno));
	if (rotated >= 0 && present >= 0 && is_same(rotated, present)) {
		close(present);
		present = -1;
	}
	if (rotated >= 0)
		add_file(log, rotated);
	if (present >= 0)
		add_file(log, present);
	/* Right after a rotation there is only the old one. */
	if (err && (err != -ENOENT || (log->n == 0 && !is_to_come(log, path)))) {
		talloc_free(log);
		return err;
	}
	*out = log;
	return 0;
}

/* The unread rest moves to the front. What can be no row is let go, so that memory stays bounded. */
static void make_room(struct cel_log *log)
{
	if (log->used)
		buf_shift(log->in, log->used);
	log->used = 0;
	if (log->in->n > LINE_MAX_BYTES) {
		log->in->n = 0;
		log->in_overlong = true;
	}
}

static bool read_more(struct cel_log *log)
{
	make_room(log);
	while (log->current < log->n) {
		ssize_t n = read(log->fds[log->current], buf_reserve(log->in, READ_BYTES),
				 READ_BYTES);
		if (n > 0) {
			log->in->n += (size_t)n;
			return true;
		}
		if (log->current + 1 == log->n)
			return false;
		/* A last line without its end stays so: nothing of the next file belongs to it. */
		log->current++;
		log->in->n = 0;
		log->in_overlong = false;
	}
	return false;
}

int cel_log_next(struct cel_log *log, struct cel_row *row)
{
	for (;;) {
		char *line = log->in->n ? log->in->p + log->used : NULL;
		size_t left = log->in->n - log->used;
		char *eol = left ? memchr(line, '\n', left) : NULL;
		if (!eol && read_more(log))
			continue;
		if (!eol)
			return 0;
		size_t n = (size_t)(eol + 1 - line);
		bool is_rest = log->in_overlong;
		log->used += n;
		log->in_overlong = false;
		if (!is_rest && parse_line(line, n, &log->csv, row) && row->at_us >= log->from_us)
			return 1;
	}
}
