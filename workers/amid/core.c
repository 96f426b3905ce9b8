/* The loop that joins sessions, tracker, journal, store, live feed and commands. */
#include "workers/amid/core.h"

#include "lib/err.h"
#include "lib/log.h"
#include "workers/amid/exporter.h"
#include "workers/amid/journal.h"
#include "workers/amid/live.h"
#include "workers/amid/mailbox.h"
#include "workers/amid/metrics.h"
#include "workers/amid/resync.h"
#include "workers/amid/states.h"
#include "workers/amid/store.h"
#include "workers/amid/stray.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { POLL_MAX_MS = 500 };

/* Asterisk is told of an agent's availability once PostgreSQL has it, since it re-reads that. */
struct announcement {
	struct announcement *next;
	int64_t seq;
	const char *interface;
	bool paused;
};

struct core {
	const struct settings *settings;
	int wake_fd;
	struct tracker *tracker;
	struct journal *journal;
	struct store *store;
	struct live *live;
	struct commands *commands;
	struct mailbox *command_box, *config_box;
	struct session *events, *control, *system;
	struct resync *resync;
	struct exporter *exporter;
	struct states *states;              /* NULL: changes of state are not logged */
	struct buf *line;
	struct announcement *announcements, **announcements_end;
	const char **tenants;               /* of this node, for resets of the live picture */
	size_t n_tenants;
	bool new_phones;                    /* Asterisk is to be told of agents it may not know */
	bool swept;                         /* open calls of an earlier process are dealt with */
};

static volatile sig_atomic_t stopping;
/* Other threads use parts of it until the very end of the process. */
static struct core *the_core;

struct tracker *core_tracker(struct core *core)
{
	return core->tracker;
}

const struct settings *core_settings(const struct core *core)
{
	return core->settings;
}

struct session *core_control(struct core *core)
{
	return core->control;
}

struct session *core_system(struct core *core)
{
	return core->system;
}

struct commands *core_commands(struct core *core)
{
	return core->commands;
}

bool core_linked(const struct core *core)
{
	return session_ready(core->events) && session_ready(core->control);
}

bool core_leads(const struct core *core)
{
	return store_leads(core->store);
}

const char *core_endpoint(const struct core *core, const void *ctx, const char *tenant,
			  const char *extension)
{
	if (strcmp(tenant, core->settings->default_tenant) == 0)
		return mem_strdup(ctx, extension);
	return mem_printf(ctx, "%s-%s", tenant, extension);
}

/* What Asterisk keeps of a phone that it has read. */
static const char *const phone_caches[] = { "res_pjsip/auth", "res_pjsip/endpoint",
					    "res_pjsip/aor" };

size_t core_forget_phone(struct core *core, const char *endpoint, bool gone, session_answer *answer,
			 void *arg, int deadline_ms, size_t *all)
{
	size_t waiting = 0;

	*all = ARRAY_LEN(phone_caches) + gone;
	for (size_t i = 0; i < ARRAY_LEN(phone_caches); i++) {
		struct ami_action *a = session_begin(core->system, "SorceryMemoryCacheExpireObject");
		ami_action_put(a, "Cache", phone_caches[i]);
		ami_action_put(a, "Object", endpoint);
		waiting += session_send(core->system, answer, arg, deadline_ms) == 0;
	}
	if (!gone)
		return waiting;
	/* A contact's key is the endpoint, ";@" and a hash: what is asked for is a pattern. */
	struct ami_action *a = session_begin(core->system, "DBDelTree");
	ami_action_put(a, "Family", "registrar/contact");
	ami_action_printf(a, "Key", "%s;@%%", endpoint);
	return waiting + (session_send(core->system, answer, arg, deadline_ms) == 0);
}

/* ---- what the tracker says ---- */

static void announce_later(struct core *core, const struct record *r, int64_t seq)
{
	struct announcement *p = mem_new(core, struct announcement);
	const char *endpoint = core_endpoint(core, p, r->tenant, r->key);

	p->seq = seq;
	p->interface = mem_printf(p, "PJSIP/%s", endpoint);
	p->paused = r->pause == PAUSE_ON;
	*core->announcements_end = p;
	core->announcements_end = &p->next;
}

/*
 * What was changed of a phone counts from now on, and who is there no more registers no more. With
 * the link down nothing is lost: all of it is forgotten when the link is back.
 */
static void forget_phone(struct core *core, const char *tenant, const char *extension, bool gone)
{
	void *ctx = mem_context();
	size_t all;

	if (session_ready(core->system))
		core_forget_phone(core, core_endpoint(core, ctx, tenant, extension), gone, NULL,
				  NULL, 0, &all);
	talloc_free(ctx);
}

static void on_record(void *arg, const struct record *r)
{
	struct core *core = arg;
	int64_t seq = journal_append(core->journal, r);

	if (core->states && states_line(core->states, r, core->line))
		log_info("%s", buf_text(core->line));
	if (r->pause != PAUSE_UNCHANGED && !r->gone)
		announce_later(core, r, seq);
	if (r->kind == RECORD_AGENT && r->gone)
		forget_phone(core, r->tenant, r->key, true);
}

static void announce(struct core *core, const struct announcement *p)
{
	struct ami_action *a = session_begin(core->control, "QueuePause");

	ami_action_put(a, "Interface", p->interface);
	ami_action_put(a, "Paused", p->paused ? "true" : "false");
	session_send(core->control, NULL, NULL, 0);
}

static void run_announcements(struct core *core)
{
	int64_t applied = store_applied(core->store);

	while (core->announcements && core->announcements->seq <= applied) {
		struct announcement *p = core->announcements;
		core->announcements = p->next;
		if (!core->announcements)
			core->announcements_end = &core->announcements;
		/* With the link down it is lost on purpose: Asterisk reads the database anew. */
		announce(core, p);
		talloc_free(p);
	}
}

/* ---- configuration ---- */

static void note_tenant(struct core *core, const char *tenant)
{
	for (size_t i = 0; i < core->n_tenants; i++)
		if (strcmp(core->tenants[i], tenant) == 0)
			return;
	core->tenants = mem_grow(core, core->tenants, const char *, core->n_tenants + 1);
	core->tenants[core->n_tenants++] = mem_strdup(core, tenant);
}

static void take_config(struct core *core, struct store_config *config, bool restore)
{
	tracker_config_begin(core->tracker, clock_wall_us());
	for (size_t i = 0; i < config->n_queues; i++) {
		note_tenant(core, config->queues[i].tenant);
		tracker_config_queue(core->tracker, config->queues[i].tenant,
				     config->queues[i].name, config->queues[i].wrapup_ms);
	}
	for (size_t i = 0; i < config->n_agents; i++) {
		const struct store_agent *a = &config->agents[i];
		note_tenant(core, a->tenant);
		if (restore && a->status)
			tracker_restore_agent(core->tracker, &(struct tracker_agent){
				a->tenant, a->extension, a->status, a->reason, a->next_status,
				a->call_id, a->since_us, a->wrapup_us, a->wrapup_ms,
				a->wrapup_extended, a->help_us });
		enum phone_news news =
			tracker_config_agent(core->tracker, a->tenant, a->extension, a->phone);
		core->new_phones = core->new_phones || news == PHONE_NEW;
		if (news == PHONE_CHANGED)
			forget_phone(core, a->tenant, a->extension, !a->signed_in);
		/* However the session ended: whoever cannot register is not there. */
		if (news == PHONE_CHANGED && !a->signed_in)
			tracker_agent_logout(core->tracker, a->tenant, a->extension,
					     clock_wall_us());
	}
	tracker_config_end(core->tracker);
	talloc_free(config);
}

/*
 * A phone that Asterisk has not known since it was started registers and can be called, but counts as
 * unavailable to queues until res_pjsip has read its endpoint anew (observed on Asterisk 22).
 */
static void show_new_phones(struct core *core)
{
	if (!core->new_phones || !session_ready(core->system))
		return;
	ami_action_put(session_begin(core->system, "Reload"), "Module", "res_pjsip.so");
	if (session_send(core->system, NULL, NULL, 0) == 0)
		core->new_phones = false;
}

/* ---- sessions ---- */

static void commit(void *arg)
{
	struct core *core = arg;

	tracker_flush(core->tracker);
	journal_append_heard(core->journal, tracker_heard_us(core->tracker));
	journal_commit(core->journal);
}

static void on_resynced(void *arg)
{
	struct core *core = arg;

	if (core->swept)
		return;
	core->swept = true;
	tracker_emit_all(core->tracker);
	commit(core);
	store_close_lost(core->store, journal_last_seq(core->journal));
}

static void on_events_ready(void *arg, struct session *s)
{
	struct core *core = arg;

	(void)s;
	resync_begin(core->resync);
}

static void on_events_down(void *arg, struct session *s)
{
	struct core *core = arg;

	(void)s;
	resync_lost(core->resync);
	verb_tick(core, true);
}

/* What was changed while nobody could tell Asterisk must not be answered from its cache. */
static void on_system_ready(void *arg, struct session *s)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(phone_caches); i++) {
		ami_action_put(session_begin(s, "SorceryMemoryCacheExpire"), "Cache",
			       phone_caches[i]);
		session_send(s, NULL, NULL, 0);
	}
}

static void on_nothing(void *arg, struct session *s)
{
	(void)arg;
	(void)s;
}

static void on_event(void *arg, const struct ami_message *m)
{
	struct core *core = arg;

	metric_add(METRIC_AMI_EVENTS, 1);
	tracker_ami(core->tracker, m);
	verb_event(core, m);
}

/* ---- the loop ---- */

/*
 * Three connections: events are read on one that sends nothing but lists and pings, so that the
 * answer to a command does not wait behind them; what needs write=system has an account that can
 * do nothing else.
 */
static struct session *open_session(struct core *core, struct session_options options)
{
	const struct settings *s = core->settings;

	options.host = s->ami_host;
	options.port = s->ami_port;
	options.wake_fd = core->wake_fd;
	options.arg = core;
	if (!options.secret) {
		log_error("no AMI secret session=%s", options.name);
		exit(EXIT_FAILURE);
	}
	return session_new(core, &options);
}

static void open_sessions(struct core *core)
{
	const struct settings *s = core->settings;
	const char *worker = settings_secret(core, s->ami_password_file);
	struct store_past past = store_past(core->store);

	core->events = open_session(core, (struct session_options){
		.name = "events", .user = s->ami_user, .secret = worker, .events = true,
		.on_ready = on_events_ready, .on_down = on_events_down, .on_event = on_event });
	core->control = open_session(core, (struct session_options){
		.name = "control", .user = s->ami_user, .secret = worker,
		.on_ready = on_nothing, .on_down = on_nothing });
	core->system = open_session(core, (struct session_options){
		.name = "system", .user = s->ami_system_user,
		.secret = settings_secret(core, s->ami_system_password_file),
		.on_ready = on_system_ready, .on_down = on_nothing });
	core->resync = resync_new(core, &(struct resync_options){
		.events = core->events, .tracker = core->tracker, .log_path = s->channel_log,
		.heard_us = past.heard_us, .alive_us = past.alive_us,
		.on_progress = commit, .on_done = on_resynced, .arg = core });
}

static void show_picture(struct core *core)
{
	for (size_t i = 0; i < core->n_tenants; i++)
		journal_append_reset(core->journal, core->tenants[i]);
	tracker_emit_all(core->tracker);
}

static void run_commands(struct core *core)
{
	struct command *c;

	/* Who has slept asks first: the command may be another's to run by now. */
	while (core_leads(core) && (c = mailbox_take(core->command_box, 0)) != NULL)
		verb_run(core, c);
	verb_tick(core, false);
	stray_tick(core);
}

static int timeout_ms(const struct core *core)
{
	int64_t now = clock_mono_ms(), wait = POLL_MAX_MS;
	int64_t deadlines[] = { session_next_deadline(core->events),
				session_next_deadline(core->control),
				session_next_deadline(core->system),
				resync_next_ms(core->resync) };
	int64_t tick = tracker_next_tick(core->tracker), verbs = verb_time_left_ms();

	wait = verbs < wait ? verbs : wait;
	wait = stray_time_left_ms() < wait ? stray_time_left_ms() : wait;
	for (size_t i = 0; i < ARRAY_LEN(deadlines); i++)
		wait = deadlines[i] - now < wait ? deadlines[i] - now : wait;
	if (tick) {
		int64_t left = (tick - clock_wall_us()) / 1000 + 1;
		wait = left < wait ? left : wait;
	}
	return wait < 0 ? 0 : (int)wait;
}

static void step(struct core *core)
{
	struct store_config *config;
	int64_t next;

	session_run(core->events);
	session_run(core->control);
	session_run(core->system);
	tracker_flush(core->tracker);
	while ((config = mailbox_take(core->config_box, 0)) != NULL)
		take_config(core, config, false);
	show_new_phones(core);
	run_commands(core);
	if (live_wants_picture(core->live))
		show_picture(core);
	next = tracker_next_tick(core->tracker);
	if (next && next <= clock_wall_us()) {
		resync_before_tick(core->resync);
		tracker_tick(core->tracker, clock_wall_us());
	}
	resync_run(core->resync);
	commit(core);
	commands_release(core->commands);
	run_announcements(core);
	live_set_health(core->live, LIVE_HEALTH_AMI, core_linked(core),
			session_heard_us(core->events));
	live_set_health(core->live, LIVE_HEALTH_STORE, store_healthy(core->store),
			clock_wall_us());
	metric_set(METRIC_UP_AMI, core_linked(core));
	exporter_step(core->exporter, core->tracker, core->resync, core->events);
}

static int restore_call(void *arg, const struct json *call)
{
	struct core *core = arg;

	if (core->states)
		states_know(core->states, call);
	return tracker_restore_call(core->tracker, call);
}

static void forget_leg(void *arg, const char *uniqueid)
{
	struct core *core = arg;

	tracker_forget_leg(core->tracker, uniqueid);
}

static void on_signal(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

static void wait_for_wake(struct core *core)
{
	struct pollfd wait = { .fd = core->wake_fd, .events = POLLIN };
	uint64_t count;

	if (poll(&wait, 1, timeout_ms(core)) > 0 && read(core->wake_fd, &count, sizeof(count)) < 0)
		return;
}

int core_run(const struct settings *settings)
{
	struct core *core = mem_new(NULL, struct core);
	struct tracker_options options = {
		.default_tenant = settings->default_tenant,
		.outbound_prefix = settings->outbound_prefix,
		.outbound_wrapup_ms = settings->outbound_wrapup_s * INT64_C(1000),
		.sink = on_record,
		.arg = core,
	};
	int64_t epoch;

	signal(SIGPIPE, SIG_IGN);
	the_core = core;
	core->settings = settings;
	core->announcements_end = &core->announcements;
	core->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	core->command_box = mailbox_new(core, core->wake_fd);
	core->config_box = mailbox_new(core, core->wake_fd);
	core->tracker = tracker_new(core, &options);
	core->states = settings->log_states ? states_new(core) : NULL;
	core->line = buf_new(core);
	core->exporter = exporter_start(core, settings);
	core->store = store_new(NULL, settings, &epoch);
	if (!core->store)
		return EXIT_FAILURE;
	int err = journal_open(core, settings->journal_dir, epoch, &core->journal);
	if (err) {
		log_error("journal cannot be opened dir=%s error=%s", settings->journal_dir,
			  strerror(-err));
		return EXIT_FAILURE;
	}
	/* What an earlier process journalled is stored first: it is what this one goes on from. */
	store_catch_up(core->store, core->journal);
	log_info("writer node=%s epoch=%lld", settings->node, (long long)epoch);
	struct store_config *config = store_read_config(core->store);
	if (!config)
		return EXIT_FAILURE;
	take_config(core, config, true);
	if (store_each_open_call(core->store, restore_call, core) ||
	    store_each_recent_leg(core->store, forget_leg, core))
		return EXIT_FAILURE;
	journal_start_sync(core->journal);
	store_start(core->store, core->config_box, core->wake_fd);
	/* Until here there is nothing to put in order: a signal just ends the process. */
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	core->live = live_start(settings, core->journal, core->wake_fd);
	exporter_lead(core->exporter, epoch, core->store, core->journal, core->live);
	core->commands = commands_start(settings, core->command_box);
	open_sessions(core);
	while (!stopping) {
		step(core);
		wait_for_wake(core);
	}
	/* Threads end with the process; what is journalled is applied by the next one. */
	commit(core);
	commands_release(core->commands);
	store_give_up(core->store, journal_last_seq(core->journal));
	log_info("stopped");
	return EXIT_SUCCESS;
}
