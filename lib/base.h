/*
 * Small things every module stands on: lengths, clocks, memory.
 *
 * Memory: every unit of work (a request, an AMI batch, a job run) owns one talloc context; what
 * belongs to the work hangs below it and goes with it. Running out of memory ends the process
 * inside the allocator helpers here, so callers contain no NULL checks for memory.
 */
#ifndef CB_BASE_H
#define CB_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <talloc.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define CB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* A run of bytes somebody else owns; not terminated. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

struct str str_of(const char *s);
static inline int str_eq(struct str a, struct str b)
{
	/* Most that differ do so in length or in the first byte: no call for them. */
	return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0));
}
int str_is(struct str a, const char *s);
/* For hash tables only: it may differ from build to build. Strings can be chained by seed. */
uint64_t str_hash(struct str s, uint64_t seed);

/*
 * A context for one unit of work, ended by talloc_free. It is never empty: a pointer to an empty
 * one stands behind its memory, where a leak checker does not see that a thread still holds it.
 */
void *mem_context(void);

/* Talloc that never returns NULL: the process ends with a log line instead. */
void *mem_check(void *p);
#define mem_new(ctx, type)          ((type *)mem_check(talloc_zero(ctx, type)))
#define mem_array(ctx, type, n)     ((type *)mem_check(talloc_zero_array(ctx, type, (unsigned)(n))))
#define mem_grow(ctx, p, type, n)   ((type *)mem_check(talloc_realloc(ctx, p, type, (unsigned)(n))))
char *mem_strdup(const void *ctx, const char *s);
char *mem_strndup(const void *ctx, const char *s, size_t n);
char *mem_printf(const void *ctx, const char *fmt, ...) CB_PRINTF(2, 3);

/* Wall clock in microseconds since the Unix epoch: what is stored and shown. */
int64_t clock_wall_us(void);
/* Monotonic clock in milliseconds: what deadlines and durations within one run are measured by. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* RFC 3339 in UTC with milliseconds, as every program writes times: 2026-11-22T09:30:00.123Z */
enum { TIME_TEXT_SIZE = 25 };
const char *time_rfc3339(int64_t wall_us, char text[TIME_TEXT_SIZE]);

#endif
