/*
 * One line an event on standard error, as key=value, so that a supervisor can store and a person
 * can grep it: 2026-11-22T09:30:00.123Z info amid link up host=127.0.0.1
 * Values from outside are escaped: no line can be forged. Never log a secret.
 */
#ifndef CB_LOG_H
#define CB_LOG_H

#include "lib/buf.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Once at start. `program` must outlive the process's use of the log. */
void log_init(const char *program, enum log_level level);

void log_at(enum log_level level, const char *fmt, ...) CB_PRINTF(2, 3);
#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)

/*
 * Appends " key=value" to a line that is being built. A value that could be taken for more than
 * one, or hold what a terminal obeys, is put in quotes and escaped as in JSON: nobody outside
 * writes a field, let alone a line.
 */
void log_put(struct buf *line, const char *key, const char *value);

#endif
