/*
 * What commands do: one row a verb. A verb answers at once, or keeps the command until Asterisk
 * has said what came of it.
 */
#include "workers/amid/control.h"
#include "workers/amid/core.h"

#include "lib/err.h"
#include "lib/log.h"
#include "workers/amid/metrics.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum {
	/* How long a channel of a dial that was called off may still turn up. */
	CALLED_OFF_MS = 60000,
	/* How long after an agent was made the configuration with them may come. */
	NEWCOMER_MS = 1000,
};

/* A dial whose leg has not answered yet. */
struct dial {
	struct dial *next;
	struct core *core;
	struct command *command;    /* NULL once it has its reply */
	const char *tenant, *extension;
	char call_id[37];
	int64_t called_off_until_ms;   /* the reply was a refusal: its channel must not live; or 0 */
	bool hanging_up;            /* Asterisk has been told so */
};

/* A phone that was asked to answer. */
struct ask {
	struct ask *next;
	struct core *core;
	struct command *command;
	const char *leg;            /* Uniqueid */
	int ways;                   /* of asking it that have not failed */
};

/* A command about somebody who is not known: they may have been made a moment ago. */
struct newcomer {
	struct newcomer *next;
	struct command *command;
	int64_t until_ms;
};

static struct dial *dials;
static struct ask *asks;
static struct newcomer *newcomers;

#define NOT_RINGING "Your phone does not ring for that call."

/* A command that waits for Asterisk's answers. */
struct flight {
	struct core *core;
	struct command *command;
	int waiting;                /* answers that are still to come */
	int err;
};

static const char *arg(const struct command *c, const char *name)
{
	const char *text = json_get_string(c->args, name);

	return text ? text : "";
}

static void fail(struct core *core, struct command *c, int err, const char *detail)
{
	log_info("command failed verb=%s error=%s", c->verb, err_row(err)->name);
	metrics_command(c->verb, err);
	command_failed(core_commands(core), c, err, detail);
}

static void succeed(struct core *core, struct command *c, const char *result)
{
	metrics_command(c->verb, ERR_OK);
	command_done(core_commands(core), c, result);
}

void verb_reply(struct core *core, struct command *c, int err, const char *detail)
{
	if (err)
		fail(core, c, err, detail);
	else
		succeed(core, c, NULL);
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
		succeed(core, c, buf_text(json));
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

static void run_help(struct core *core, struct command *c)
{
	const char *extension = arg(c, "extension");

	reply_agent(core, c, extension,
		    tracker_agent_help(core_tracker(core), c->tenant, extension,
				       json_get_bool(c->args, "on", false), now_us()));
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

static void expire_phone(struct core *core, struct command *c, bool gone)
{
	const char *endpoint = core_endpoint(core, c, c->tenant, arg(c, "extension"));
	struct flight *f = mem_new(NULL, struct flight);
	size_t all;

	*f = (struct flight){ .core = core, .command = c };
	f->waiting = (int)core_forget_phone(core, endpoint, gone, on_expired, f,
					    command_time_left_ms(c), &all);
	if ((size_t)f->waiting < all)
		f->err = ERR_PBX_UNAVAILABLE;
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
		expire_phone(core, c, false);
}

static void run_logout(struct core *core, struct command *c)
{
	int err = tracker_agent_logout(core_tracker(core), c->tenant, arg(c, "extension"),
				       now_us());

	if (err)
		fail(core, c, err, NULL);
	else
		expire_phone(core, c, true);
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
		succeed(d->core, d->command,
			mem_printf(d->command, "{\"callId\":\"%s\"}", d->call_id));
	d->command = NULL;
}

static void dial_failed(struct dial **d, int err, const char *detail)
{
	dial_reply(*d, err, detail);
	tracker_dial_failed(core_tracker((*d)->core), (*d)->call_id, now_us());
	dial_close(d);
}

static void on_called_off(void *data, const struct ami_message *m, bool last)
{
	char *call_id = data;
	struct dial **d = find_dial(str_of(call_id));

	(void)last;
	/* No such channel: the call never came to be. It is looked for again if one turns up. */
	if (*d && m && !answer_ok(m))
		tracker_dial_failed(core_tracker((*d)->core), call_id, now_us());
	else if (*d && !m)
		(*d)->hanging_up = false;
	talloc_free(call_id);
}

/* Asterisk finds a channel by its Uniqueid as well as by its name. */
static void hang_up_dial(struct dial *d)
{
	struct session *s = core_control(d->core);
	struct ami_action *a = session_begin(s, "Hangup");
	char *call_id = mem_strdup(d->core, d->call_id);

	ami_action_put(a, "Channel", call_id);
	ami_action_put(a, "Cause", "16");
	d->hanging_up = session_send(s, on_called_off, call_id, CALLED_OFF_MS) == 0;
	if (!d->hanging_up)
		talloc_free(call_id);
}

/* The dial was refused, but Asterisk may have it all the same, now or when it wakes up. */
static void call_off(struct dial *d, int err, const char *detail)
{
	dial_reply(d, err, detail);
	d->called_off_until_ms = clock_mono_ms() + CALLED_OFF_MS;
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

static int send_originate(struct core *core, struct dial *d, const char *number)
{
	const struct settings *s = core_settings(core);
	struct ami_action *a = session_begin(core_control(core), "Originate");
	const char *endpoint = core_endpoint(core, d, d->tenant, d->extension);

	ami_action_printf(a, "Channel", "PJSIP/%s", endpoint);
	ami_action_put(a, "Context", "agents");
	ami_action_printf(a, "Exten", "%s%s", s->outbound_prefix, number);
	ami_action_put(a, "Priority", "1");
	ami_action_printf(a, "CallerID", "\"%s\" <%s>", number, d->extension);
	ami_action_printf(a, "Timeout", "%d", s->dial_timeout_ms);
	ami_action_put(a, "Async", "true");
	ami_action_put(a, "ChannelId", d->call_id);
	ami_action_printf(a, "Variable", "__CC_CALL_ID=%s", d->call_id);
	ami_action_printf(a, "Variable", "__CC_TENANT=%s", d->tenant);
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

/* Whether Asterisk has been asked to ring this agent's phone and has not said yes or no. */
static bool is_dialling(const struct command *c)
{
	for (const struct dial *d = dials; d; d = d->next)
		if (d->command && strcmp(d->tenant, c->tenant) == 0 &&
		    strcmp(d->extension, c->extension) == 0)
			return true;
	return false;
}

static int check_dial(struct core *core, const struct command *c, const char **why)
{
	const char *number = arg(c, "number"), *call_id = arg(c, "callId");

	*why = NULL;
	if (!is_number(number) || !is_uuid(call_id)) {
		*why = "The number cannot be dialled.";
		return ERR_INVALID;
	}
	if (!core_linked(core))
		return ERR_PBX_UNAVAILABLE;
	*why = "You are in a call.";
	if (is_dialling(c))
		return ERR_CONFLICT;
	int err = tracker_dial(core_tracker(core), c->tenant, c->extension, call_id, number,
			       now_us());
	if (err != ERR_CONFLICT)
		*why = NULL;
	return err;
}

static void run_dial(struct core *core, struct command *c)
{
	const char *why;
	int err = check_dial(core, c, &why);

	if (err) {
		fail(core, c, err, why);
		return;
	}
	struct dial *d = mem_new(core, struct dial);
	d->core = core;
	d->command = c;
	d->tenant = mem_strdup(d, c->tenant);
	d->extension = mem_strdup(d, c->extension);
	snprintf(d->call_id, sizeof(d->call_id), "%s", arg(c, "callId"));
	d->next = dials;
	dials = d;
	err = send_originate(core, d, arg(c, "number"));
	if (err)
		dial_failed(&dials, err, NULL);
}

static void on_hung_up(void *data, const struct ami_message *m, bool last)
{
	struct flight *f = data;

	(void)last;
	if (answer_ok(m)) {
		succeed(f->core, f->command, NULL);
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

/* ---- answering ---- */

static struct ask **find_ask(const char *command_id)
{
	struct ask **a = &asks;

	while (*a && strcmp((*a)->command->id, command_id) != 0)
		a = &(*a)->next;
	return a;
}

static void ask_close(struct ask **a, int err, const char *detail)
{
	struct ask *over = *a;

	*a = over->next;
	if (err)
		fail(over->core, over->command, err, detail);
	else
		succeed(over->core, over->command, NULL);
	talloc_free(over);
}

static void on_asked(void *data, const struct ami_message *m, bool last)
{
	char *command_id = data;
	struct ask **a = find_ask(command_id);

	(void)last;
	if (*a && !answer_ok(m) && --(*a)->ways == 0) {
		struct str why = m ? ami_get(m, "Message") : (struct str){ "", 0 };
		ask_close(a, m ? ERR_PBX_REFUSED : ERR_PBX_UNAVAILABLE,
			  why.n ? mem_strndup((*a)->command, why.p, why.n) : NULL);
	}
	talloc_free(command_id);
}

/* BroadSoft's remote control: the phone is to do what its answer key does. */
static void send_talk(struct core *core, struct ask *a, const char *header, const char *value)
{
	struct session *s = core_system(core);
	struct ami_action *action = session_begin(s, "PJSIPNotify");
	char *command_id = mem_strdup(core, a->command->id);

	ami_action_put(action, header, value);
	ami_action_put(action, "Variable", "Event=talk");
	ami_action_printf(action, "Variable", "X-CC-Call-ID=%s", arg(a->command, "callId"));
	if (session_send(s, on_asked, command_id, command_time_left_ms(a->command)) == 0)
		a->ways++;
	else
		talloc_free(command_id);
}

/*
 * Desk phones take the request within the ring's own dialog; the browser's SIP stack shows the
 * page only what comes outside of any.
 */
static void run_answer(struct core *core, struct command *c)
{
	const char *leg, *channel;
	int err = core_linked(core) ? tracker_answer(core_tracker(core), c, c->tenant, arg(c, "callId"),
						     c->extension, &leg, &channel)
				    : ERR_PBX_UNAVAILABLE;

	if (err || !leg) {
		if (err)
			fail(core, c, err, err == ERR_CONFLICT ? NOT_RINGING : NULL);
		else
			succeed(core, c, NULL);
		return;
	}
	struct ask *a = mem_new(core, struct ask);
	*a = (struct ask){ .next = asks, .core = core, .command = c, .leg = leg };
	asks = a;
	send_talk(core, a, "Channel", channel);
	send_talk(core, a, "Endpoint", core_endpoint(core, c, c->tenant, c->extension));
	if (a->ways == 0)
		ask_close(&asks, ERR_PBX_UNAVAILABLE, NULL);
}

/* An event about this leg: up, or over. */
static void settle_asks(struct str leg, bool up)
{
	for (struct ask **a = &asks; *a;)
		if (str_is(leg, (*a)->leg))
			ask_close(a, up ? ERR_OK : ERR_CONFLICT, up ? NULL : NOT_RINGING);
		else
			a = &(*a)->next;
}

/* ---- the table ---- */

static const struct verb_row {
	const char *name;
	void (*run)(struct core *core, struct command *c);
	bool waits;                 /* for the agent that it is about to be known */
} verbs[] = {
	{ "agent.login", .run = run_login, .waits = true },
	{ "agent.logout", .run = run_logout },
	{ "agent.status", .run = run_status, .waits = true },
	{ "agent.wrapup", .run = run_wrapup },
	{ "answer", .run = run_answer },
	{ "consult", .run = control_consult },
	{ "consult.cancel", .run = control_cancel },
	{ "consult.complete", .run = control_complete },
	{ "consult.join", .run = control_join },
	{ "consult.swap", .run = control_swap },
	{ "dial", .run = run_dial },
	{ "dtmf", .run = control_dtmf },
	{ "hangup", .run = run_hangup },
	{ "help", .run = run_help, .waits = true },
	{ "hold", .run = control_hold },
	{ "mute", .run = control_mute },
	{ "transfer", .run = control_transfer },
	{ "unhold", .run = control_unhold },
	{ "unmute", .run = control_unmute },
};

static const struct verb_row *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static bool knows(struct core *core, const struct command *c)
{
	return tracker_has_agent(core_tracker(core), c->tenant, arg(c, "extension"));
}

static void wait_for_newcomer(struct core *core, struct command *c)
{
	struct newcomer *n = mem_new(core, struct newcomer);
	int left = command_time_left_ms(c) / 2;

	*n = (struct newcomer){ newcomers, c,
				clock_mono_ms() + (left < NEWCOMER_MS ? left : NEWCOMER_MS) };
	newcomers = n;
}

void verb_run(struct core *core, struct command *c)
{
	const struct verb_row *verb = find_verb(c->verb);

	c->verb = verb ? verb->name : "unknown";
	if (!c->extension)
		c->extension = "";
	if (command_time_left_ms(c) == 0) {
		log_warn("command late verb=%s id=%s", c->verb, c->id);
		fail(core, c, ERR_TIMEOUT, "The command came too late and was not run.");
	} else if (!verb) {
		fail(core, c, ERR_INVALID, "There is no such command.");
	} else if (verb->waits && !knows(core, c)) {
		wait_for_newcomer(core, c);
	} else {
		verb->run(core, c);
	}
}

/* A channel that must not live any more, or one that is being rung as was wished. */
static void dial_began(struct dial *d, bool ringing)
{
	if (d->called_off_until_ms)
		hang_up_dial(d);
	else if (ringing)
		dial_reply(d, 0, NULL);
}

static void dial_ended(struct dial **d, bool failed)
{
	if (failed)
		dial_failed(d, ERR_PBX_REFUSED,
			    "Your phone could not be reached or did not answer.");
	else if ((*d)->called_off_until_ms)
		hang_up_dial(*d);
	else
		dial_close(d);
}

static void dial_event(struct str event, const struct ami_message *m)
{
	bool ringing = str_is(event, "DialBegin"), ended = str_is(event, "OriginateResponse");
	struct dial **d = find_dial(ami_get(m, ringing ? "DestUniqueid" : "Uniqueid"));

	if (!*d)
		return;
	if (ended)
		dial_ended(d, str_is(ami_get(m, "Response"), "Failure"));
	else if (ringing || str_is(event, "Newchannel"))
		dial_began(*d, ringing);
}

void verb_event(struct core *core, const struct ami_message *m)
{
	struct str event = ami_get(m, "Event");

	(void)core;
	if (dials)
		dial_event(event, m);
	if (asks && str_is(event, "DialEnd"))
		settle_asks(ami_get(m, "DestUniqueid"), str_is(ami_get(m, "DialStatus"), "ANSWER"));
	else if (asks && str_is(event, "Hangup"))
		settle_asks(ami_get(m, "Uniqueid"), false);
}

/* ---- time ---- */

static void tick_dial(struct dial *d, bool link_lost)
{
	if (d->command && link_lost)
		call_off(d, ERR_PBX_UNAVAILABLE, NULL);
	else if (d->command && command_time_left_ms(d->command) == 0)
		call_off(d, ERR_TIMEOUT, "Your phone was not rung in time; the dial is called off.");
	if (d->called_off_until_ms && !d->hanging_up && session_ready(core_control(d->core)))
		hang_up_dial(d);
}

static void tick_dials(bool link_lost)
{
	int64_t now = clock_mono_ms();

	for (struct dial **d = &dials; *d;) {
		struct dial *dial = *d;
		tick_dial(dial, link_lost);
		if (dial->called_off_until_ms && dial->called_off_until_ms <= now)
			dial_failed(d, ERR_TIMEOUT, NULL);
		else if (link_lost && !dial->called_off_until_ms)
			dial_close(d);
		else
			d = &dial->next;
	}
}

static void tick_asks(bool link_lost)
{
	for (struct ask **a = &asks; *a;)
		if (link_lost)
			ask_close(a, ERR_PBX_UNAVAILABLE, NULL);
		else if (command_time_left_ms((*a)->command) == 0)
			ask_close(a, ERR_TIMEOUT, "Your phone does not answer by itself.");
		else
			a = &(*a)->next;
}

static void tick_newcomers(struct core *core)
{
	for (struct newcomer **n = &newcomers; *n;) {
		struct newcomer *newcomer = *n;
		if (newcomer->until_ms > clock_mono_ms() && !knows(core, newcomer->command)) {
			n = &newcomer->next;
			continue;
		}
		*n = newcomer->next;
		find_verb(newcomer->command->verb)->run(core, newcomer->command);
		talloc_free(newcomer);
	}
}

void verb_tick(struct core *core, bool link_lost)
{
	tick_newcomers(core);
	tick_dials(link_lost);
	tick_asks(link_lost);
}

int verb_time_left_ms(void)
{
	int soonest = INT_MAX;

	for (const struct dial *d = dials; d; d = d->next)
		if (d->command && command_time_left_ms(d->command) < soonest)
			soonest = command_time_left_ms(d->command);
	for (const struct ask *a = asks; a; a = a->next)
		if (command_time_left_ms(a->command) < soonest)
			soonest = command_time_left_ms(a->command);
	for (const struct newcomer *n = newcomers; n; n = n->next)
		if (n->until_ms - clock_mono_ms() < soonest)
			soonest = (int)(n->until_ms - clock_mono_ms());
	return soonest;
}
