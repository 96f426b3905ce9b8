/*
 * Serves the metrics on loopback from a thread of its own, as a standby too. What the core counts
 * as it goes is in metrics.h; what can be looked at from outside is looked at when somebody asks.
 */
#ifndef AMID_EXPORTER_H
#define AMID_EXPORTER_H

#include "workers/amid/live.h"
#include "workers/amid/resync.h"
#include "workers/amid/store.h"

struct exporter;

/* A port that cannot be had is logged and lived with: calls matter more. */
struct exporter *exporter_start(const void *ctx, const struct settings *settings);

/* This process is the writer now; these outlive the exporter. */
void exporter_lead(struct exporter *e, int64_t epoch, struct store *store, struct journal *journal,
		   struct live *live);

/* After each step of the core. `events` is the session that hears them. */
void exporter_step(struct exporter *e, const struct tracker *tracker, const struct resync *resync,
		   const struct session *events);

#endif
