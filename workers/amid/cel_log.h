/*
 * The file that Asterisk writes its channel event log to, read from a moment on. Nothing is kept
 * between two readings: rows are in order of time, so a moment is found by bisection, in the file
 * itself and in the one that log rotation made of it last (PATH.1).
 */
#ifndef AMID_CEL_LOG_H
#define AMID_CEL_LOG_H

#include "workers/amid/cel.h"

struct cel_log;

/*
 * Opens it at the first row of this moment or later. A file that is not there yet, in a directory
 * that is, is an empty log. Returns 0 or -errno; freed with ctx.
 */
int cel_log_open(const void *ctx, const char *path, int64_t from_us, struct cel_log **out);
/*
 * The next row: 1, or 0 when nothing more is written yet. Lines that are no rows (torn by the death
 * of Asterisk) are passed over. The row is valid until the next call.
 */
int cel_log_next(struct cel_log *log, struct cel_row *row);

#endif
