/* What the relay counts. */
#include "workers/relayd/metrics.h"

#include <inttypes.h>
#include <stddef.h>

#define ROW(name, type, field, help)                                                               \
	{                                                                                          \
		name, type, offsetof(struct metrics, field), help                                  \
	}

static const struct {
	const char *name, *type;
	size_t offset;
	const char *help;
} rows[] = {
	ROW("clients", "gauge", clients, "WebSockets open now"),
	ROW("awaiting_turn", "gauge", awaiting_turn, "clients that await their turn to come in"),
	ROW("full", "gauge", full, "clients whose sockets have no room for more"),
	ROW("floors", "gauge", floors, "tenants whose events are read"),
	ROW("redis_up", "gauge", redis_up, "1 while Redis answers"),
	ROW("accepted_total", "counter", accepted, "WebSockets opened"),
	ROW("tickets_refused_total", "counter", tickets_refused, "tickets unknown or used before"),
	ROW("delayed_total", "counter", delayed, "clients that awaited their turn to come in"),
	ROW("sent_away_total", "counter", sent_away, "clients sent away since too many awaited it"),
	ROW("events_total", "counter", events, "events read from Redis"),
	ROW("holes_total", "counter", holes, "times events were missing and a snapshot healed it"),
	ROW("redis_losses_total", "counter", redis_losses, "times Redis was lost"),
	ROW("snapshots_read_total", "counter", snapshots_read, "snapshots read from Redis"),
	ROW("snapshots_sent_total", "counter", snapshots_sent, "snapshots sent to clients"),
	ROW("resumed_total", "counter", resumed, "clients that came back and needed no snapshot"),
	ROW("frames_total", "counter", frames, "frames sent to clients"),
	ROW("bytes_total", "counter", bytes, "bytes of those frames"),
	ROW("rounds_total", "counter", rounds, "times all clients of a floor have been told"),
	ROW("rounds_microseconds_total", "counter", rounds_us, "how long those rounds took"),
	ROW("coalesced_total", "counter", coalesced, "clients too far behind, given a snapshot"),
	ROW("signs_total", "counter", signs, "signs of life sent for want of news"),
	ROW("cuts_total", "counter", cuts, "clients closed for being too slow"),
	ROW("dead_total", "counter", dead, "clients closed for answering no ping"),
	ROW("renewed_total", "counter", renewed, "clients asked for a new ticket"),
	ROW("revoked_total", "counter", revoked, "clients closed because their session ended"),
};

void metrics_print(const struct metrics *metrics, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *field = (const char *)metrics + rows[i].offset;
		buf_printf(out, "# HELP cordboard_relay_%s %s\n", rows[i].name, rows[i].help);
		buf_printf(out, "# TYPE cordboard_relay_%s %s\n", rows[i].name, rows[i].type);
		buf_printf(out, "cordboard_relay_%s %" PRId64 "\n", rows[i].name,
			   *(const int64_t *)(const void *)field);
	}
}
