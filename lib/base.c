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

int str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

/* Eight bytes a step: a multiplication spreads them, the shift brings the high bits down. */
uint64_t str_hash(struct str s, uint64_t seed)
{
	uint64_t hash = seed ^ s.n, word;

	for (size_t i = 0; i < s.n; i += sizeof(word)) {
		size_t left = s.n - i;
		word = 0;
		if (left >= sizeof(word))
			memcpy(&word, s.p + i, sizeof(word));
		else
			memcpy(&word, s.p + i, left);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return hash;
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

int64_t clock_mono_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

/* Decimal digits of a number that has no more than n of them. */
static char *put_digits(char *at, int64_t value, int n, char after)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	at[n] = after;
	return at + n + 1;
}

/* Quotient and remainder as calendars need them: the remainder is never negative. */
static int64_t split_off(int64_t *rest, int64_t unit)
{
	int64_t n = *rest / unit - (*rest % unit < 0);

	*rest -= n * unit;
	return n;
}

/* The Gregorian calendar counted from a 1st of March, so that the leap day ends the year. */
static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	enum { DAYS_TO_1970 = 719468, DAYS_400_YEARS = 146097 };

	days += DAYS_TO_1970;
	int64_t era = split_off(&days, DAYS_400_YEARS);
	int64_t in_era = (days - days / 1460 + days / 36524 - days / 146096) / 365;
	int64_t in_year = days - (365 * in_era + in_era / 4 - in_era / 100);
	int64_t from_march = (5 * in_year + 2) / 153;
	*day = in_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = 400 * era + in_era + (*month <= 2);
}

const char *time_rfc3339(int64_t wall_us, char text[TIME_TEXT_SIZE])
{
	int64_t rest = wall_us, year, month, day;
	char *at = text;

	date_of(split_off(&rest, INT64_C(86400000000)), &year, &month, &day);
	at = put_digits(at, year, 4, '-');
	at = put_digits(at, month, 2, '-');
	at = put_digits(at, day, 2, 'T');
	at = put_digits(at, rest / INT64_C(3600000000), 2, ':');
	at = put_digits(at, rest / 60000000 % 60, 2, ':');
	at = put_digits(at, rest / 1000000 % 60, 2, '.');
	at = put_digits(at, rest / 1000 % 1000, 3, 'Z');
	*at = '\0';
	return text;
}
