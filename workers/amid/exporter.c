/* The metrics over HTTP, through libmicrohttpd. */
#include "workers/amid/exporter.h"

#include "lib/log.h"
#include "workers/amid/metrics.h"
#include "workers/amid/trail.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <string.h>

enum { COUNT_EVERY_MS = 1000, CONNECTIONS_MAX = 16, PATIENCE_S = 5 };

/* The two followers of the journal, in the order of their metrics. */
enum { STORE, LIVE, FOLLOWERS };

struct exporter {
	struct MHD_Daemon *daemon;
	const struct settings *settings;
	struct store *store;
	struct journal *journal;
	struct live *live;
	struct trail *trails[FOLLOWERS];
	int64_t next_count_ms;
	_Atomic int64_t heard_us;
	_Atomic bool leads;             /* all of the above is there */
};

static int64_t position(const struct exporter *e, unsigned follower)
{
	return follower == STORE ? store_applied(e->store) : live_published(e->live);
}

static void look(struct exporter *e)
{
	metric_set(METRIC_JOURNAL_DISK, journal_disk_bytes(e->settings->journal_dir));
	if (!atomic_load(&e->leads))
		return;
	metric_set(METRIC_AMI_SILENCE, (clock_wall_us() - atomic_load(&e->heard_us)) / 1000);
	metric_set(METRIC_UP_STORE, store_healthy(e->store));
	metric_set(METRIC_UP_REDIS, live_up(e->live));
	metric_set(METRIC_DEAD_LETTERS, (int64_t)store_dead_letters(e->store));
	for (unsigned i = 0; i < FOLLOWERS; i++) {
		struct trail_rest rest = trail_after(e->trails[i], position(e, i));
		metric_set(METRIC_JOURNAL_LAG + i,
			   rest.since_ms ? clock_mono_ms() - rest.since_ms : 0);
		metric_set(METRIC_JOURNAL_ENTRIES + i, rest.entries);
		metric_set(METRIC_JOURNAL_BYTES + i, rest.bytes);
	}
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status, struct buf *body)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(body->n, body->p, MHD_RESPMEM_MUST_COPY);

	MHD_add_response_header(response, "Content-Type",
				status == MHD_HTTP_OK ? "text/plain; version=0.0.4" : "text/plain");
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_n, void **state)
{
	struct exporter *e = arg;
	void *ctx = mem_context();
	struct buf *body = buf_new(ctx);
	bool found = strcmp(method, "GET") == 0 && strcmp(url, "/metrics") == 0;

	(void)version;
	(void)upload;
	(void)upload_n;
	(void)state;
	if (found) {
		look(e);
		metrics_print(body);
	} else {
		buf_adds(body, "Not found.\n");
	}
	enum MHD_Result queued =
		reply(connection, found ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, body);
	talloc_free(ctx);
	return queued;
}

struct exporter *exporter_start(const void *ctx, const struct settings *settings)
{
	struct exporter *e = mem_new(ctx, struct exporter);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)settings->amid_metrics_port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	e->settings = settings;
	e->daemon = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, on_request, e,
				     MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT,
				     (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
				     (unsigned)PATIENCE_S, MHD_OPTION_END);
	if (!e->daemon)
		log_error("no metrics port=%d", settings->amid_metrics_port);
	return e;
}

void exporter_lead(struct exporter *e, int64_t epoch, struct store *store, struct journal *journal,
		   struct live *live)
{
	e->store = store;
	e->journal = journal;
	e->live = live;
	for (unsigned i = 0; i < FOLLOWERS; i++)
		e->trails[i] = trail_new(e, journal_last_seq(journal));
	/* Until Asterisk is heard its silence counts from here. */
	atomic_store(&e->heard_us, clock_wall_us());
	metric_set(METRIC_LEADER, 1);
	metric_set(METRIC_EPOCH, epoch);
	atomic_store(&e->leads, true);
}

static void count(const struct tracker *tracker, const struct resync *resync)
{
	struct resync_counts made = resync_counts(resync);
	struct tracker_counts floor;

	tracker_count(tracker, &floor);
	metric_set(METRIC_CALLS_OPEN, floor.calls);
	metric_set(METRIC_CALLERS_WAITING, floor.waiting);
	for (unsigned i = 0; i < TRACKER_STATUSES; i++)
		metric_set(METRIC_AGENTS + i, floor.agents[i]);
	metric_set(METRIC_RESYNCS, (int64_t)made.resyncs);
	metric_set(METRIC_RESYNC_TIME, made.last_ms);
	metric_set(METRIC_AUDITS, (int64_t)made.audits);
	metric_set(METRIC_AUDIT_DIFFERENCES, (int64_t)tracker_differences(tracker));
	metric_set(METRIC_BAD_LISTS, (int64_t)made.bad_lists);
	metric_set(METRIC_LOG_ROWS, (int64_t)made.rows_told);
	metric_set(METRIC_LOG_FAILURES, (int64_t)made.log_failures);
}

void exporter_step(struct exporter *e, const struct tracker *tracker, const struct resync *resync,
		   const struct session *events)
{
	int64_t now = clock_mono_ms(), heard = session_heard_us(events);

	for (unsigned i = 0; i < FOLLOWERS; i++)
		trail_add(e->trails[i], journal_last_seq(e->journal),
			  journal_committed_bytes(e->journal), now, position(e, i));
	if (heard)
		atomic_store(&e->heard_us, heard);
	/* The whole floor is gone through, so not at every event. */
	if (now < e->next_count_ms)
		return;
	e->next_count_ms = now + COUNT_EVERY_MS;
	count(tracker, resync);
}
