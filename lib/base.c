/* Lengths, clocks and memory. */
#include "lib/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct str str_of(const char *s)
{
	return (struct str){ s ? s : "", s ? strlen(s) : 0 };
}

int str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

void *mem_check(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

void *mem_context(void)
{
	return mem_check(talloc_zero_size(NULL, 1));
}

char *mem_strdup(const void *ctx, const char *s)
{
	return mem_check(talloc_strdup(ctx, s ? s : ""));
}

char *mem_strndup(const void *ctx, const char *s, size_t n)
{
	return mem_check(talloc_strndup(ctx, s ? s : "", n));
}

char *mem_printf(const void *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *text = talloc_vasprintf(ctx, fmt, args);
	va_end(args);
	return mem_check(text);
}

static int64_t clock_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

const char *time_rfc3339(int64_t wall_us, char text[TIME_TEXT_SIZE])
{
	time_t seconds = (time_t)(wall_us / 1000000);
	int millis = (int)(wall_us % 1000000 / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	size_t n = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, TIME_TEXT_SIZE - n, ".%03dZ", millis);
	return text;
}
