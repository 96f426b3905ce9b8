/* Counters in shared memory, one block a route. */
#include "cgi-bin/metrics.h"

#include "cgi-bin/site.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUTES_MAX = 256, CLASSES = 6, US_PER_MS = 1000 };

/* Upper bounds of the histogram; what is above the last is in no bucket but +Inf. */
static const int64_t bounds_us[] = { 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000,
				     250000, 500000, 1000000, 2500000, 5000000 };
enum { BOUNDS = sizeof(bounds_us) / sizeof(bounds_us[0]) };

static const struct {
	const char *name, *help;
} rows[METRIC__COUNT] = {
	[METRIC_PASSWORD_BUSY] = { "password_busy_total",
				   "requests refused since all places for password hashes were taken" },
};

struct counts {
	_Atomic uint64_t by_class[CLASSES];    /* of the status: 2xx in [2] */
	_Atomic uint64_t by_bound[BOUNDS];     /* that took so long at most, and longer than the one before */
	_Atomic uint64_t us;
};

/* The last block is of requests that matched no route. */
struct shared {
	uint64_t layout;
	_Atomic uint64_t metrics[METRIC__COUNT];
	_Atomic uint64_t refusals[ERR__COUNT];
	struct counts routes[ROUTES_MAX + 1];
};

static struct shared alone;
static struct shared *shared = &alone;

static size_t route_index(const struct route *route)
{
	size_t first = 0;

	for (const struct resource *const *r = site; route && *r; r++) {
		if (route >= (*r)->routes && route < (*r)->routes + (*r)->n) {
			size_t i = first + (size_t)(route - (*r)->routes);
			return i < ROUTES_MAX ? i : ROUTES_MAX;
		}
		first += (*r)->n;
	}
	return ROUTES_MAX;
}

/* ---- the file ---- */

/* Two programs with the same routes in the same places may count together. */
static uint64_t layout(void)
{
	uint64_t hash = sizeof(struct shared);

	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n; i++)
			hash = str_hash(str_of((*r)->routes[i].path),
					hash * 31 + (uint64_t)(*r)->routes[i].method);
	return hash;
}

static bool fits(int fd)
{
	struct stat st;
	uint64_t found = 0;

	return fstat(fd, &st) == 0 && st.st_size == sizeof(struct shared) &&
	       pread(fd, &found, sizeof(found), 0) == sizeof(found) && found == layout();
}

static int fill(int fd)
{
	uint64_t mine = layout();

	if (ftruncate(fd, sizeof(struct shared)) != 0)
		return -errno;
	return pwrite(fd, &mine, sizeof(mine), 0) == sizeof(mine) ? 0 : -EIO;
}

/* Whether the path still names the file that is open. */
static bool is_current(const char *path, int fd)
{
	struct stat at, open;

	return stat(path, &at) == 0 && fstat(fd, &open) == 0 && at.st_ino == open.st_ino &&
	       at.st_dev == open.st_dev;
}

/*
 * An open and fitting file, or -errno. One of another layout may still be counted in by workers of
 * the program before: it is left to them, and a new one takes its name.
 */
static int open_file(const char *path)
{
	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
		struct stat st;
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX) == 0 && is_current(path, fd)) {
			if (fits(fd))
				return fd;
			if (fstat(fd, &st) == 0 && st.st_size == 0) {
				int err = fill(fd);
				if (!err)
					return fd;
				close(fd);
				return err;
			}
			if (unlink(path) != 0) {
				int err = -errno;
				close(fd);
				return err;
			}
		}
		close(fd);
	}
}

void metrics_open(const char *path)
{
	int fd = open_file(path);
	void *p = fd < 0 ? MAP_FAILED
			 : mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0) {
		/* The mapping holds on to the open file, and that to its lock. */
		flock(fd, LOCK_UN);
		close(fd);
	}
	if (p == MAP_FAILED) {
		log_error("workers count alone path=%s error=%s", path,
			  strerror(fd < 0 ? -fd : errno));
		return;
	}
	shared = p;
}

/* ---- counting ---- */

static void add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t value(_Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_count(enum metric metric)
{
	add(&shared->metrics[metric], 1);
}

void metrics_request(const struct route *route, int status, int err, int64_t us)
{
	struct counts *c = &shared->routes[route_index(route)];
	size_t i = 0;

	if (status >= 100 && status < 100 * CLASSES)
		add(&c->by_class[status / 100], 1);
	while (i < BOUNDS && us > bounds_us[i])
		i++;
	if (i < BOUNDS)
		add(&c->by_bound[i], 1);
	add(&c->us, (uint64_t)us);
	if (err)
		add(&shared->refusals[err > 0 && err < ERR__COUNT ? err : ERR_UNAVAILABLE], 1);
}

/* ---- printing ---- */

static void print_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP cordboard_api_%s %s\n# TYPE cordboard_api_%s %s\n", name, help, name,
		   type);
}

static uint64_t total(struct counts *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < CLASSES; i++)
		n += value(&c->by_class[i]);
	return n;
}

static void print_classes(struct buf *out, const char *labels, struct counts *c)
{
	for (size_t i = 0; i < CLASSES; i++)
		if (value(&c->by_class[i]))
			buf_printf(out, "cordboard_api_requests_total{%s,class=\"%zuxx\"} %" PRIu64 "\n",
				   labels, i, value(&c->by_class[i]));
}

/* The total is read last, so that no bucket ever has more than +Inf. */
static void print_histogram(struct buf *out, const char *labels, struct counts *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < BOUNDS; i++) {
		n += value(&c->by_bound[i]);
		buf_printf(out, "cordboard_api_request_seconds_bucket{%s,le=\"%g\"} %" PRIu64 "\n",
			   labels, (double)bounds_us[i] / (US_PER_MS * US_PER_MS), n);
	}
	uint64_t us = value(&c->us), all = total(c);
	all = all < n ? n : all;
	buf_printf(out, "cordboard_api_request_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", labels,
		   all);
	buf_printf(out, "cordboard_api_request_seconds_sum{%s} %.6f\n", labels,
		   (double)us / (US_PER_MS * US_PER_MS));
	buf_printf(out, "cordboard_api_request_seconds_count{%s} %" PRIu64 "\n", labels, all);
}

typedef void printer(struct buf *out, const char *labels, struct counts *c);

static void print_route(struct buf *out, const char *method, const char *path, struct counts *c,
			printer *print)
{
	if (total(c))
		print(out, mem_printf(out, "method=\"%s\",path=\"%s\"", method, path), c);
}

/* Routes that were never asked for are left out. */
static void print_routes(struct buf *out, printer *print)
{
	size_t at = 0;

	for (const struct resource *const *r = site; *r; r++)
		for (size_t i = 0; i < (*r)->n && at < ROUTES_MAX; i++, at++)
			print_route(out, http_method_name((*r)->routes[i].method),
				    (*r)->routes[i].path, &shared->routes[at], print);
	print_route(out, "", "", &shared->routes[ROUTES_MAX], print);
}

void metrics_print(struct buf *out)
{
	print_head(out, "requests_total", "counter", "requests by route and class of status");
	print_routes(out, print_classes);
	print_head(out, "request_seconds", "histogram", "how long they took the API");
	print_routes(out, print_histogram);
	print_head(out, "refusals_total", "counter", "refused and failed requests by problem");
	for (int i = ERR_OK + 1; i < ERR__COUNT; i++)
		buf_printf(out, "cordboard_api_refusals_total{problem=\"%s\"} %" PRIu64 "\n",
			   err_row(i)->name, value(&shared->refusals[i]));
	for (size_t i = 0; i < METRIC__COUNT; i++) {
		print_head(out, rows[i].name, "counter", rows[i].help);
		buf_printf(out, "cordboard_api_%s %" PRIu64 "\n", rows[i].name,
			   value(&shared->metrics[i]));
	}
}
