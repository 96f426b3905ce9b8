/* Login, ping and answers on one AMI link. */
#include "workers/amid/session.h"

#include "lib/err.h"
#include "lib/log.h"
#include "workers/amid/link.h"
#include "workers/amid/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A stopped Asterisk accepts connections and says nothing: every step has a deadline. */
enum {
	LOGIN_DEADLINE_MS = 5000,
	BOOT_DEADLINE_MS = 60000,
	PING_EVERY_MS = 1000,
	PING_DEADLINE_MS = 3000,
	PIECE_BYTES = 1 << 16,
	ACTION_ID_SIZE = 64,
};

enum state { STATE_DOWN, STATE_LOGIN, STATE_BOOTING, STATE_READY };

struct pending {
	struct pending *next;
	char id[ACTION_ID_SIZE];
	session_answer *answer;
	void *arg;
	int64_t deadline_ms;
};

struct session {
	struct session_options options;
	struct link *link;
	struct ami_reader *reader;
	struct buf *in, *out;
	struct ami_action action;
	const char *id_prefix;         /* of this session's own ActionIDs */
	char action_id[ACTION_ID_SIZE];
	unsigned connection;
	enum state state;
	bool dropped;                  /* the connection is to count as down at the end of this run */
	uint64_t next_id;
	struct pending *pending;
	int64_t state_deadline_ms;     /* of login and boot */
	int64_t next_ping_ms;
	int64_t uptime_s;
};

struct session *session_new(const void *ctx, const struct session_options *options)
{
	struct session *s = mem_new(ctx, struct session);

	s->options = *options;
	s->reader = ami_reader_new(s);
	s->in = buf_new(NULL);
	s->out = buf_new(s);
	s->id_prefix = mem_printf(s, "cb-%s-", options->name);
	s->link = link_start(s, options->name, options->host, options->port, options->wake_fd);
	return s;
}

bool session_ready(const struct session *s)
{
	return s->state == STATE_READY;
}

int64_t session_heard_us(const struct session *s)
{
	return link_heard_us(s->link);
}

int64_t session_uptime_s(const struct session *s)
{
	return s->uptime_s;
}

bool answer_ok(const struct ami_message *m)
{
	return m && str_is(ami_get(m, "Response"), "Success");
}

/* ---- actions ---- */

static struct ami_action *begin(struct session *s, const char *name)
{
	snprintf(s->action_id, sizeof(s->action_id), "%s%u-%" PRIu64, s->id_prefix, s->connection,
		 ++s->next_id);
	s->out->n = 0;
	ami_action_begin(&s->action, s->out, name, s->action_id);
	return &s->action;
}

struct ami_action *session_begin(struct session *s, const char *name)
{
	return begin(s, name);
}

static int transmit(struct session *s, session_answer *answer, void *arg, int deadline_ms)
{
	int err = ami_action_end(&s->action);

	if (err)
		return err;
	if (link_send(s->link, s->connection, s->out) < 0)
		return ERR_PBX_UNAVAILABLE;
	if (!answer)
		return ERR_OK;
	struct pending *p = mem_new(s, struct pending);
	memcpy(p->id, s->action_id, sizeof(p->id));
	p->answer = answer;
	p->arg = arg;
	p->deadline_ms = clock_mono_ms() + deadline_ms;
	struct pending **end = &s->pending;
	while (*end)
		end = &(*end)->next;
	*end = p;
	return ERR_OK;
}

int session_send(struct session *s, session_answer *answer, void *arg, int deadline_ms)
{
	if (s->state != STATE_READY)
		return ERR_PBX_UNAVAILABLE;
	return transmit(s, answer, arg, deadline_ms);
}

static struct pending **find_pending(struct session *s, struct str id)
{
	for (struct pending **p = &s->pending; *p; p = &(*p)->next)
		if (str_is(id, (*p)->id))
			return p;
	return NULL;
}

static void finish(struct pending **p, const struct ami_message *m)
{
	struct pending *done = *p;

	*p = done->next;
	done->answer(done->arg, m, true);
	talloc_free(done);
}

static void answer_arrived(struct pending **p, const struct ami_message *m)
{
	struct str list = ami_get(m, "EventList");
	bool is_response = ami_get(m, "Response").n > 0 && ami_get(m, "Event").n == 0;

	if (is_response ? !str_is(list, "start") : str_is(list, "Complete"))
		finish(p, m);
	else if (!is_response)
		(*p)->answer((*p)->arg, m, false);
}

/* ---- states ---- */

static void set_state(struct session *s, enum state state, int deadline_ms)
{
	s->state = state;
	s->state_deadline_ms = deadline_ms ? clock_mono_ms() + deadline_ms : 0;
}

/* Nothing more is read from this connection. Who waits for it is told at the end of the run. */
static void drop(struct session *s, const char *why)
{
	link_drop(s->link, s->connection, why);
	s->dropped = true;
}

static void become_ready(struct session *s)
{
	set_state(s, STATE_READY, 0);
	s->next_ping_ms = clock_mono_ms() + PING_EVERY_MS;
	log_info("link up name=%s host=%s port=%d", s->options.name, s->options.host,
		 s->options.port);
	s->options.on_ready(s->options.arg, s);
}

static void on_login(void *arg, const struct ami_message *m, bool last)
{
	struct session *s = arg;

	(void)last;
	if (!m)
		return;
	if (!answer_ok(m)) {
		struct str why = ami_get(m, "Message");
		log_error("login refused name=%s user=%s message=%.*s", s->options.name,
			  s->options.user, (int)why.n, why.p);
		drop(s, "login refused");
		return;
	}
	/* A send-only account gets no events, so none tells it that the boot is over. */
	if (s->options.events)
		set_state(s, STATE_BOOTING, BOOT_DEADLINE_MS);
	else
		become_ready(s);
}

static void login(struct session *s)
{
	struct ami_action *a = begin(s, "Login");

	set_state(s, STATE_LOGIN, LOGIN_DEADLINE_MS);
	ami_action_put(a, "Username", s->options.user);
	ami_action_put(a, "Secret", s->options.secret);
	ami_action_put(a, "Events", s->options.events ? "on" : "off");
	transmit(s, on_login, s, LOGIN_DEADLINE_MS);
}

static void on_pong(void *arg, const struct ami_message *m, bool last)
{
	struct session *s = arg;

	(void)last;
	if (!m && s->state == STATE_READY)
		drop(s, "no answer to a ping");
}

static void go_down(struct session *s)
{
	bool was_ready = s->state == STATE_READY;

	if (s->state == STATE_DOWN)
		return;
	set_state(s, STATE_DOWN, 0);
	s->dropped = false;
	ami_reader_reset(s->reader);
	while (s->pending)
		finish(&s->pending, NULL);
	if (was_ready)
		s->options.on_down(s->options.arg, s);
}

static bool is_own(const struct session *s, struct str id)
{
	size_t n = strlen(s->id_prefix);

	return id.n > n && memcmp(id.p, s->id_prefix, n) == 0;
}

static void event(struct session *s, const struct ami_message *m)
{
	if (s->state == STATE_BOOTING && str_is(ami_get(m, "Event"), "FullyBooted")) {
		s->uptime_s = ami_get_int(m, "Uptime", 0);
		become_ready(s);
	} else if (s->state == STATE_READY && s->options.on_event) {
		s->options.on_event(s->options.arg, m);
	}
}

static void message(struct session *s, const struct ami_message *m)
{
	struct str id = ami_get(m, "ActionID");
	struct pending **p = id.n ? find_pending(s, id) : NULL;

	metric_add(METRIC_AMI_MESSAGES, 1);
	if (p)
		answer_arrived(p, m);
	else if (ami_get(m, "Event").n && !is_own(s, id))
		event(s, m);
}

static void read_messages(struct session *s)
{
	const struct ami_message *m;
	int err = ERR_OK;

	/* The reader keeps a copy: what has piled up goes in by pieces. */
	for (size_t at = 0, n; at < s->in->n; at += n) {
		n = s->in->n - at < PIECE_BYTES ? s->in->n - at : PIECE_BYTES;
		ami_reader_feed(s->reader, s->in->p + at, n);
		while (!s->dropped && !(err = ami_reader_next(s->reader, &m)) && m)
			message(s, m);
		if (err)
			drop(s, "not the manager's protocol");
		if (s->dropped)
			return;
	}
}

static void run_deadlines(struct session *s)
{
	int64_t now = clock_mono_ms();

	if (s->state_deadline_ms && now >= s->state_deadline_ms) {
		s->state_deadline_ms = 0;
		drop(s, s->state == STATE_LOGIN ? "no answer to the login"
						: "Asterisk does not finish booting");
	}
	for (struct pending **p = &s->pending; *p;)
		if (now >= (*p)->deadline_ms)
			finish(p, NULL);
		else
			p = &(*p)->next;
	if (s->state == STATE_READY && now >= s->next_ping_ms) {
		s->next_ping_ms = now + PING_EVERY_MS;
		begin(s, "Ping");
		transmit(s, on_pong, s, PING_DEADLINE_MS);
	}
}

void session_run(struct session *s)
{
	unsigned connection;

	s->in->n = 0;
	bool up = link_take(s->link, &s->in, &connection);
	if (connection != s->connection) {
		go_down(s);
		s->connection = connection;
		if (up)
			login(s);
	}
	/* What came whole before an end is heard: it may be the last hangups before a restart. */
	if (s->state != STATE_DOWN)
		read_messages(s);
	run_deadlines(s);
	if (!up || s->dropped)
		go_down(s);
}

int64_t session_next_deadline(const struct session *s)
{
	int64_t next = s->state == STATE_READY ? s->next_ping_ms : INT64_MAX;

	if (s->state_deadline_ms && s->state_deadline_ms < next)
		next = s->state_deadline_ms;
	for (const struct pending *p = s->pending; p; p = p->next)
		if (p->deadline_ms < next)
			next = p->deadline_ms;
	return next;
}
