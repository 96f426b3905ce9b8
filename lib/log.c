/* Log lines on standard error. */
#include "lib/log.h"

#include "lib/json.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static const char *program_name = "cordboard";
static enum log_level threshold = LOG_LEVEL_INFO;
static const char *const level_names[] = { "error", "warn", "info", "debug" };

void log_init(const char *program, enum log_level level)
{
	program_name = program;
	threshold = level;
}

/* A control character could end the line or steer a terminal: it becomes "?". */
static void defuse(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
}

void log_at(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	char when[TIME_TEXT_SIZE];
	va_list args;

	if (level > threshold)
		return;
	int n = snprintf(line, sizeof(line), "%s %s %s ", time_rfc3339(clock_wall_us(), when),
			 level_names[level], program_name);
	va_start(args, fmt);
	int m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, args);
	va_end(args);
	size_t len = (size_t)n + (m > 0 ? (size_t)m : 0);
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	defuse(line, len);
	line[len++] = '\n';
	/* One write, so that lines of several threads never mix; a full pipe loses the line. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

static bool is_plain(const char *value)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == '"' || *p == '\\' ||
		    *p == '=')
			return false;
	return *value != '\0';
}

/* Controls beyond ASCII (U+0080 to U+009F) and line ends (U+2028, U+2029) that JSON lets through. */
static void defuse_wide(char *text, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		const unsigned char *p = (const unsigned char *)text + i;
		bool control = p[0] == 0xc2 && p[1] < 0xa0;
		bool line_end = i + 2 < n && p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9);
		if (control || line_end)
			memset(text + i, '?', control ? 2 : 3);
	}
}

void log_put(struct buf *line, const char *key, const char *value)
{
	struct json_out o;

	buf_printf(line, " %s=", key);
	if (is_plain(value)) {
		buf_adds(line, value);
		return;
	}
	size_t from = line->n;
	json_out_init(&o, line);
	json_text(&o, value);
	defuse_wide(line->p + from, line->n - from);
}
