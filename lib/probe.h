/* A look at another program of this machine, by HTTP and within a time. */
#ifndef CB_PROBE_H
#define CB_PROBE_H

#include "lib/base.h"

/*
 * The body of what is served under path on that port of 127.0.0.1, a child of ctx; NULL if there is
 * no answer of 200 within timeout_ms.
 */
const char *probe_get(const void *ctx, int port, const char *path, int timeout_ms);

#endif
