/*
 * What commands do: one row a verb. A verb answers at once, or keeps the command until Asterisk
 * has said what came of it.
 */
#include "workers/amid/core.h"

#include "lib/err.h"
#include "lib/log.h"

#include <stdio.h>
#include <string.h>

/* A dial whose leg Asterisk has not made yet. */
struct dial {
	struct dial *next;
	struct core *core;
	struct command *command;    /* NULL once it has its reply */
	char call_id[37];
};

static struct dial *dials;

struct flight {
	struct core *core;
	struct command *command;
	int waiting;                /* answers that are still to come */
	int err;
	const char *detail;
};

static const char *arg(const struct command *c, const char *name)
{
	const char *text = json_get_string(c->args, name);

	return text ? text : "";
}

static void fail(struct core *core, struct command *c, int err, const char *detail)
{
	log_info("command failed verb=%s error=%s", c->verb, err_row(err)->name);
	command_failed(core_commands(core), c, err, detail);
}

static int64_t now_us(void)
{
	return clock_wall_us();
}

static void reply_agent(struct core *core, struct command *c, const char *extension, int err)
{
	struct buf *json = buf_new(c);

	if (!err)
		err = tracker_agent_json(core_tracker(core), c->tenant, extension, json);
	if (err)
		fail(core, c, err, NULL);
	else
		command_done(core_commands(core), c, buf_text(json));
}

/* ---- agents ---- */

/* A reason goes to logs and lists: one line, not too long. */
static bool is_reason(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		if ((unsigned char)s[n] < ' ' || s[n] == 0x7f || n >= 80)
			return false;
	return true;
}

static void run_status(struct core *core, struct command *c)
{
	const char *extension = arg(c, "extension"), *reason = arg(c, "reason");
	int err = !is_reason(reason) ? ERR_INVALID : tracker_agent_status(core_tracker(core), c->tenant, extension, arg(c, "status"),
				       *reason ? reason : NULL, now_us());

	reply_agent(core, c, extension, err);
}

static void run_wrapup(struct core *core, struct command *c)
{
	const char *extension = arg(c, "extension"), *action = arg(c, "action");
	bool extend = strcmp(action, "EXTEND") == 0;
	int err = extend || strcmp(action, "FINISH") == 0
			  ? tracker_wrapup(core_tracker(core), c->tenant, extension, extend,
					   now_us())
			  : ERR_INVALID;

	reply_agent(core, c, extension, err);
}

static void on_expired(void *data, const struct ami_message *m, bool last)
{
	struct flight *f = data;

	(void)last;
	/* "Not in the cache" is an Error to Asterisk and just what is wanted here. */
	if (!m)
		f->err = ERR_PBX_UNAVAILABLE;
	if (--f->waiting > 0)
		return;
	reply_agent(f->core, f->command, arg(f->command, "extension"), f->err);
	talloc_free(f);
}

/* Asterisk forgets what it knew of the phone, so that only the new secret opens it. */
static void expire_phone(struct core *core, struct command *c)
{
	static const char *const caches[] = { "res_pjsip/auth", "res_pjsip/endpoint",
					      "res_pjsip/aor" };
	const char *endpoint = core_endpoint(core, c, c->tenant, arg(c, "extension"));
	struct flight *f = mem_new(NULL, struct flight);
	int left = command_time_left_ms(c);

	*f = (struct flight){ .core = core, .command = c };
	for (size_t i = 0; i < ARRAY_LEN(caches); i++) {
		struct session *s = core_system(core);
		struct ami_action *a = session_begin(s, "SorceryMemoryCacheExpireObject");
		ami_action_put(a, "Cache", caches[i]);
		ami_action_put(a, "Object", endpoint);
		if (session_send(s, on_expired, f, left) == 0)
			f->waiting++;
		else
			f->err = ERR_PBX_UNAVAILABLE;
	}
	if (f->waiting)
		return;
	reply_agent(core, c, arg(c, "extension"), f->err);
	talloc_free(f);
}

static void run_login(struct core *core, struct command *c)
{
	int err = tracker_agent_login(core_tracker(core), c->tenant, arg(c, "extension"),
				      json_get_bool(c->args, "phone", false), now_us());

	if (err)
		fail(core, c, err, NULL);
	else
		expire_phone(core, c);
}

static void run_logout(struct core *core, struct command *c)
{
	int err = tracker_agent_logout(core_tracker(core), c->tenant, arg(c, "extension"),
				       now_us());

	if (err)
		fail(core, c, err, NULL);
	else
		expire_phone(core, c);
}

/* ---- calls ---- */

static bool is_number(const char *s)
{
	if (*s == '+')
		s++;
	size_t n = strspn(s, "0123456789");
	return n >= 2 && n <= 20 && s[n] == '\0';
}

/* The id becomes a channel's: letters, digits and "-" in the shape of a UUID and nothing else. */
static bool is_uuid(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef-");

	return n == 36 && s[n] == '\0' && s[8] == '-' && s[13] == '-' && s[18] == '-' &&
	       s[23] == '-';
}

static struct dial **find_dial(struct str call_id)
{
	struct dial **d = &dials;

	while (*d && !str_is(call_id, (*d)->call_id))
		d = &(*d)->next;
	return d;
}

static void dial_close(struct dial **d)
{
	struct dial *done = *d;

	*d = done->next;
	talloc_free(done);
}

static void dial_reply(struct dial *d, int err, const char *detail)
{
	if (!d->command)
		return;
	if (err)
		fail(d->core, d->command, err, detail);
	else
		command_done(core_commands(d->core), d->command,
			     mem_printf(d->command, "{\"callId\":\"%s\"}", d->call_id));
	d->command = NULL;
}

static void dial_failed(struct dial **d, int err, const char *detail)
{
	dial_reply(*d, err, detail);
	tracker_dial_failed(core_tracker((*d)->core), (*d)->call_id, now_us());
	dial_close(d);
}

static void on_originate(void *data, const struct ami_message *m, bool last)
{
	char *call_id = data;
	struct dial **d = find_dial(str_of(call_id));

	(void)last;
	talloc_free(call_id);
	if (*d && m && !answer_ok(m)) {
		struct str why = ami_get(m, "Message");
		dial_failed(d, ERR_PBX_REFUSED, mem_strndup(*d, why.p, why.n));
	}
}

static int send_originate(struct core *core, struct dial *d, const char *extension,
			  const char *number)
{
	const struct settings *s = core_settings(core);
	struct ami_action *a = session_begin(core_control(core), "Originate");
	const char *endpoint = core_endpoint(core, d, d->command->tenant, extension);

	ami_action_printf(a, "Channel", "PJSIP/%s", endpoint);
	ami_action_put(a, "Context", "agents");
	ami_action_printf(a, "Exten", "%s%s", s->outbound_prefix, number);
	ami_action_put(a, "Priority", "1");
	ami_action_printf(a, "CallerID", "\"%s\" <%s>", number, extension);
	ami_action_printf(a, "Timeout", "%d", s->dial_timeout_ms);
	ami_action_put(a, "Async", "true");
	ami_action_put(a, "ChannelId", d->call_id);
	ami_action_printf(a, "Variable", "__CC_CALL_ID=%s", d->call_id);
	ami_action_printf(a, "Variable", "__CC_TENANT=%s", d->command->tenant);
	ami_action_put(a, "Variable", "CC_LEG=agent");
	ami_action_printf(a, "Variable", "PJSIP_HEADER(add,X-CC-Call-ID)=%s", d->call_id);
	ami_action_put(a, "Variable", "PJSIP_HEADER(add,X-CC-Auto-Answer)=1");
	/* The answer may come after the dial is over: it carries a copy of the id. */
	char *call_id = mem_strdup(core, d->call_id);
	int err = session_send(core_control(core), on_originate, call_id,
			       command_time_left_ms(d->command));
	if (err)
		talloc_free(call_id);
	return err;
}

static void run_dial(struct core *core, struct command *c)
{
	const char *number = arg(c, "number"), *call_id = arg(c, "callId");
	const char *extension = c->extension ? c->extension : "";
	struct dial *d = mem_new(core, struct dial);

	if (!is_number(number) || !is_uuid(call_id)) {
		fail(core, c, ERR_INVALID, "The number cannot be dialled.");
		talloc_free(d);
		return;
	}
	if (!session_ready(core_control(core))) {
		fail(core, c, ERR_PBX_UNAVAILABLE, NULL);
		talloc_free(d);
		return;
	}
	d->core = core;
	d->command = c;
	memcpy(d->call_id, call_id, sizeof(d->call_id));
	int err = tracker_dial(core_tracker(core), c->tenant, extension, call_id, number, now_us());
	if (err) {
		fail(core, c, err, err == ERR_CONFLICT ? "You are in a call." : NULL);
		talloc_free(d);
		return;
	}
	d->next = dials;
	dials = d;
	err = send_originate(core, d, extension, number);
	if (err)
		dial_failed(find_dial(str_of(call_id)), err, NULL);
}

static void on_hung_up(void *data, const struct ami_message *m, bool last)
{
	struct flight *f = data;

	(void)last;
	if (answer_ok(m)) {
		command_done(core_commands(f->core), f->command, NULL);
	} else {
		struct str why = m ? ami_get(m, "Message") : (struct str){ "", 0 };
		fail(f->core, f->command, m ? ERR_PBX_REFUSED : ERR_PBX_UNAVAILABLE,
		     why.n ? mem_strndup(f->command, why.p, why.n) : NULL);
	}
	talloc_free(f);
}

/* An agent ends the own leg; who supervises ends the call for everybody. */
static void run_hangup(struct core *core, struct command *c)
{
	bool own = c->role && strcmp(c->role, "AGENT") == 0;
	const char *channel;
	int err = tracker_hangup(core_tracker(core), c, c->tenant, arg(c, "callId"),
				 own ? c->extension : NULL, &channel);

	if (err) {
		fail(core, c, err, "The call is over.");
		return;
	}
	struct flight *f = mem_new(NULL, struct flight);
	*f = (struct flight){ .core = core, .command = c };
	struct ami_action *a = session_begin(core_control(core), "Hangup");
	ami_action_put(a, "Channel", channel);
	ami_action_put(a, "Cause", "16");
	err = session_send(core_control(core), on_hung_up, f, command_time_left_ms(c));
	if (err) {
		fail(core, c, err, NULL);
		talloc_free(f);
	}
}

/* ---- the table ---- */

static const struct verb_row {
	const char *name;
	void (*run)(struct core *core, struct command *c);
} verbs[] = {
	{ "agent.login", run_login },
	{ "agent.logout", run_logout },
	{ "agent.status", run_status },
	{ "agent.wrapup", run_wrapup },
	{ "dial", run_dial },
	{ "hangup", run_hangup },
};

void verb_run(struct core *core, struct command *c)
{
	if (command_time_left_ms(c) == 0) {
		log_warn("command late verb=%s id=%s", c->verb, c->id);
		fail(core, c, ERR_TIMEOUT, NULL);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, c->verb) == 0) {
			verbs[i].run(core, c);
			return;
		}
	fail(core, c, ERR_INVALID, "There is no such command.");
}

void verb_event(struct core *core, const struct ami_message *m)
{
	struct str name = ami_get(m, "Event");

	(void)core;
	if (!dials)
		return;
	if (str_is(name, "DialBegin")) {
		struct dial **d = find_dial(ami_get(m, "DestUniqueid"));
		if (*d)
			dial_reply(*d, 0, NULL);
	} else if (str_is(name, "OriginateResponse")) {
		struct dial **d = find_dial(ami_get(m, "Uniqueid"));
		if (*d && str_is(ami_get(m, "Response"), "Failure"))
			dial_failed(d, ERR_PBX_REFUSED,
				    "Your phone could not be reached or did not answer.");
		else if (*d)
			dial_close(d);
	}
}

void verb_tick(struct core *core, bool link_lost)
{
	(void)core;
	for (struct dial **d = &dials; *d;) {
		struct dial *dial = *d;
		if (link_lost)
			dial_reply(dial, ERR_PBX_UNAVAILABLE, NULL);
		else if (dial->command && command_time_left_ms(dial->command) == 0)
			dial_reply(dial, ERR_TIMEOUT, "Asterisk did not say what became of it.");
		if (link_lost)
			dial_close(d);
		else
			d = &dial->next;
	}
}
