/* cordboard-amid --replay FILE…: recorded AMI streams to call records, with no network or database. */
#ifndef AMID_REPLAY_H
#define AMID_REPLAY_H

#include <stddef.h>

struct replay;

struct replay *replay_new(const void *ctx);
/*
 * A stream, in whatever pieces. A line that begins with "#" separates two connections. Returns 0 or
 * the reader's error.
 */
int replay_feed(struct replay *r, const char *p, size_t n);
/* One JSON line a call, as they ended; open ones last. */
const char *replay_lines(struct replay *r);

/*
 * Prints one JSON line per call to standard output as calls end, open ones last. Returns the
 * process's exit status.
 */
int replay_files(char *const *paths, int n);

#endif
