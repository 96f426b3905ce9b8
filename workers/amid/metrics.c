/* The table of what is counted. */
#include "workers/amid/metrics.h"

#include "lib/err.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

enum kind { COUNTER, GAUGE, MS };

static const char *const type_names[] = { "counter", "gauge", "gauge" };

static const struct {
	const char *name, *label;
	enum kind kind;
	const char *help;
} rows[METRIC__COUNT] = {
	[METRIC_LEADER] = { "leader", NULL, GAUGE, "1: writes for its node, 0: stands by" },
	[METRIC_EPOCH] = { "epoch", NULL, GAUGE, "how many writers the node has had" },
	[METRIC_UP_AMI] = { "up", "part=\"ami\"", GAUGE, "1 while that part can be reached" },
	[METRIC_UP_STORE] = { "up", "part=\"store\"", GAUGE, NULL },
	[METRIC_UP_REDIS] = { "up", "part=\"redis\"", GAUGE, NULL },
	[METRIC_CALLS_OPEN] = { "calls_open", NULL, GAUGE, "calls going on" },
	[METRIC_CALLERS_WAITING] = { "callers_waiting", NULL, GAUGE, "callers in queues" },
	[METRIC_AGENTS] = { "agents", "status=\"OFFLINE\"", GAUGE, "agents by status" },
	[METRIC_AGENTS + 1] = { "agents", "status=\"AVAILABLE\"", GAUGE, NULL },
	[METRIC_AGENTS + 2] = { "agents", "status=\"BUSY\"", GAUGE, NULL },
	[METRIC_AGENTS + 3] = { "agents", "status=\"AWAY\"", GAUGE, NULL },
	[METRIC_AGENTS + 4] = { "agents", "status=\"ON_CALL\"", GAUGE, NULL },
	[METRIC_AGENTS + 5] = { "agents", "status=\"WRAP_UP\"", GAUGE, NULL },
	[METRIC_AMI_SILENCE] = { "ami_silence_seconds", NULL, MS,
				 "since the last sign of life from Asterisk" },
	[METRIC_AMI_EVENTS] = { "ami_events_total", NULL, COUNTER, "events handled" },
	[METRIC_AMI_MESSAGES] = { "ami_messages_total", NULL, COUNTER,
				  "events and responses read" },
	[METRIC_AMI_BYTES] = { "ami_bytes_total", NULL, COUNTER, "bytes read from Asterisk" },
	[METRIC_LINK_LOSSES] = { "ami_link_losses_total", NULL, COUNTER,
				 "connections to Asterisk that ended" },
	[METRIC_RESYNCS] = { "resyncs_total", NULL, COUNTER, "gaps closed: Asterisk and the picture agreed again" },
	[METRIC_RESYNC_TIME] = { "resync_seconds", NULL, MS, "how long the last one took" },
	[METRIC_AUDITS] = { "audits_total", NULL, COUNTER,
			    "comparisons with Asterisk's lists in between" },
	[METRIC_AUDIT_DIFFERENCES] = { "audit_differences_total", NULL, COUNTER,
				       "doubts from lists that no event explained" },
	[METRIC_BAD_LISTS] = { "bad_lists_total", NULL, COUNTER,
			       "lists that did not hold what they announced" },
	[METRIC_LOG_ROWS] = { "log_rows_total", NULL, COUNTER,
			      "news taken from Asterisk's channel event log" },
	[METRIC_LOG_FAILURES] = { "log_failures_total", NULL, COUNTER,
				  "times that log could not be read" },
	[METRIC_JOURNAL_LAG] = { "journal_lag_seconds", "to=\"postgresql\"", MS,
				 "age of the oldest journalled entry that is not there yet" },
	[METRIC_JOURNAL_LAG_LAST] = { "journal_lag_seconds", "to=\"redis\"", MS, NULL },
	[METRIC_JOURNAL_ENTRIES] = { "journal_waiting_entries", "to=\"postgresql\"", GAUGE,
				     "journalled entries that are not there yet" },
	[METRIC_JOURNAL_ENTRIES_LAST] = { "journal_waiting_entries", "to=\"redis\"", GAUGE, NULL },
	[METRIC_JOURNAL_BYTES] = { "journal_waiting_bytes", "to=\"postgresql\"", GAUGE,
				   "bytes of those entries" },
	[METRIC_JOURNAL_BYTES_LAST] = { "journal_waiting_bytes", "to=\"redis\"", GAUGE, NULL },
	[METRIC_JOURNAL_DISK] = { "journal_disk_bytes", NULL, GAUGE,
				  "size of the journal's files" },
	[METRIC_DEAD_LETTERS] = { "dead_letters_total", NULL, COUNTER,
				  "records that PostgreSQL refused" },
};

enum { VERBS_MAX = 16 };

static _Atomic int64_t values[METRIC__COUNT];

/* A verb takes the next free slot when it is first answered; the name comes last. */
static struct {
	const char *_Atomic verb;
	_Atomic int64_t answers[ERR__COUNT];
} verbs[VERBS_MAX];

void metric_add(enum metric metric, int64_t n)
{
	atomic_fetch_add_explicit(&values[metric], n, memory_order_relaxed);
}

void metric_set(enum metric metric, int64_t value)
{
	atomic_store_explicit(&values[metric], value, memory_order_relaxed);
}

void metrics_command(const char *verb, int err)
{
	int answer = err >= 0 && err < ERR__COUNT ? err : ERR_INTERNAL;

	for (size_t i = 0; i < VERBS_MAX; i++) {
		const char *taken = atomic_load(&verbs[i].verb);
		if (taken && strcmp(taken, verb) != 0)
			continue;
		atomic_fetch_add(&verbs[i].answers[answer], 1);
		if (!taken)
			atomic_store(&verbs[i].verb, verb);
		return;
	}
}

static void print_head(struct buf *out, const char *name, enum kind kind, const char *help)
{
	buf_printf(out, "# HELP cordboard_amid_%s %s\n", name, help);
	buf_printf(out, "# TYPE cordboard_amid_%s %s\n", name, type_names[kind]);
}

static void print_row(struct buf *out, size_t i)
{
	int64_t value = atomic_load_explicit(&values[i], memory_order_relaxed);

	if (rows[i].help)
		print_head(out, rows[i].name, rows[i].kind, rows[i].help);
	buf_printf(out, "cordboard_amid_%s", rows[i].name);
	if (rows[i].label)
		buf_printf(out, "{%s}", rows[i].label);
	if (rows[i].kind == MS)
		buf_printf(out, " %.3f\n", (double)value / 1000);
	else
		buf_printf(out, " %" PRId64 "\n", value);
}

/* Successes are shown for every verb, refusals once there has been one. */
static void print_commands(struct buf *out)
{
	const char *verb;

	print_head(out, "commands_total", COUNTER, "commands by verb and what came of them");
	for (size_t i = 0; i < VERBS_MAX && (verb = atomic_load(&verbs[i].verb)); i++)
		for (int err = 0; err < ERR__COUNT; err++) {
			int64_t n = atomic_load(&verbs[i].answers[err]);
			if (n || err == ERR_OK)
				buf_printf(out,
					   "cordboard_amid_commands_total{verb=\"%s\",result=\"%s\"} "
					   "%" PRId64 "\n",
					   verb, err ? err_row(err)->name : "ok", n);
		}
}

void metrics_print(struct buf *out)
{
	for (size_t i = 0; i < METRIC__COUNT; i++)
		print_row(out, i);
	print_commands(out);
}
