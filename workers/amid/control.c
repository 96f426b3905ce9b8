/*
 * A verb looks at who is joined with whom and lists what Asterisk is to do; the actions go out one after
 * the other. What becomes of them is told by events, as if a phone had done it. Variables and contexts
 * are those of asterisk/etc/extensions.conf.
 */
#include "workers/amid/control.h"

#include "lib/err.h"
#include "workers/amid/core.h"

#include <stdarg.h>
#include <string.h>

enum {
	DIGITS_MAX = 32,
	ACTIONS_MAX = DIGITS_MAX,
	HEADERS_MAX = 9,
	DIGIT_MS = 100,
	MOVE_MS = 3000,      /* so long may the events of what Asterisk has done be on their way */
};

struct action {
	const char *name;
	bool system;                     /* needs the account with write=system */
	struct {
		const char *key, *value;
	} headers[HEADERS_MAX];
};

/* A command and what it comes to; freed with its reply. */
struct act {
	struct core *core;
	struct command *command;
	struct parties who;
	struct action actions[ACTIONS_MAX];
	size_t n, next;
	void (*after)(struct act *a, int err);   /* before the reply; NULL: nothing */
};

/* What an agent has last had done to the own leg, and how it was joined before. */
struct move {
	struct move *next;
	const char *channel, *verb;
	bool together;
	enum consult_state consult;
	int64_t until_ms;
};

static struct move *moves;

static const char *arg(const struct act *a, const char *name)
{
	const char *text = json_get_string(a->command->args, name);

	return text ? text : "";
}

/* ---- what Asterisk is to do ---- */

/* Keys and values in turn, up to NULL. */
static struct action *add(struct act *a, const char *name, ...)
{
	struct action *action = &a->actions[a->n++];
	const char *key;
	size_t i = 0;
	va_list list;

	*action = (struct action){ .name = name };
	va_start(list, name);
	while ((key = va_arg(list, const char *)) != NULL) {
		action->headers[i].key = key;
		action->headers[i++].value = va_arg(list, const char *);
	}
	va_end(list);
	return action;
}

static void add_set(struct act *a, const char *channel, const char *variable, const char *value)
{
	add(a, "Setvar", "Channel", channel, "Variable", variable, "Value", value, NULL);
}

static void add_redirect(struct act *a, const char *channel, const char *context, const char *exten)
{
	add(a, "Redirect", "Channel", channel, "Context", context, "Exten", exten, "Priority", "1",
	    NULL);
}

/* One who waits with music, and the agent who goes elsewhere, in one moment. */
static void add_part(struct act *a, const char *waits, const char *context, const char *exten)
{
	add(a, "Redirect", "Channel", waits, "Context", "cc-hold", "Exten", "s", "Priority", "1",
	    "ExtraChannel", a->who.agent, "ExtraContext", context, "ExtraExten", exten,
	    "ExtraPriority", "1", NULL);
}

/* Should the customer be left alone, it is this agent who is rung. */
static void add_way_back(struct act *a)
{
	add_set(a, a->who.customer, "CC_HOLDER", a->who.agent);
	add_set(a, a->who.customer, "CC_BACK",
		core_endpoint(a->core, a, a->command->tenant, a->who.extension));
}

/* The agent's leg goes to this one, and after that to who waits meanwhile ("": nobody). */
static void add_with(struct act *a, const char *with, const char *held)
{
	add_set(a, a->who.agent, "CC_WITH", with);
	add_set(a, a->who.agent, "CC_HELD", held);
}

/* ---- sending it ---- */

static void act_end(struct act *a, int err, const char *detail)
{
	if (a->after)
		a->after(a, err);
	verb_reply(a->core, a->command, err, detail);
	talloc_free(a);
}

static void send_next(struct act *a);

static void on_answer(void *data, const struct ami_message *m, bool last)
{
	struct act *a = data;

	if (!last)
		return;
	if (answer_ok(m)) {
		send_next(a);
		return;
	}
	struct str why = m ? ami_get(m, "Message") : (struct str){ "", 0 };
	int silence = command_time_left_ms(a->command) ? ERR_PBX_UNAVAILABLE : ERR_TIMEOUT;
	act_end(a, m ? ERR_PBX_REFUSED : silence,
		why.n ? mem_strndup(a->command, why.p, why.n) : NULL);
}

static void send_next(struct act *a)
{
	if (a->next == a->n) {
		act_end(a, ERR_OK, NULL);
		return;
	}
	/* Whoever asked is told that it failed: nothing more may come of it. */
	if (command_time_left_ms(a->command) == 0) {
		act_end(a, ERR_TIMEOUT, NULL);
		return;
	}
	const struct action *action = &a->actions[a->next++];
	struct session *s = action->system ? core_system(a->core) : core_control(a->core);
	struct ami_action *out = session_begin(s, action->name);
	for (size_t i = 0; i < HEADERS_MAX && action->headers[i].key; i++)
		ami_action_put(out, action->headers[i].key, action->headers[i].value);
	int err = session_send(s, on_answer, a, command_time_left_ms(a->command));
	if (err)
		act_end(a, err, NULL);
}

/* Forgets this agent's and what is too old. */
static void forget_moves(const char *channel)
{
	for (struct move **p = &moves; *p;) {
		struct move *move = *p;
		if (move->until_ms > clock_mono_ms() && strcmp(move->channel, channel) != 0) {
			p = &move->next;
			continue;
		}
		*p = move->next;
		talloc_free(move);
	}
}

/* As send_next, for what moves the agent's leg. */
static void send_move(struct act *a)
{
	forget_moves(a->who.agent);
	struct move *move = mem_new(a->core, struct move);

	*move = (struct move){ moves, mem_strdup(move, a->who.agent), a->command->verb,
			       a->who.together, a->who.consult, clock_mono_ms() + MOVE_MS };
	moves = move;
	send_next(a);
}

/* What is done half changes who is joined with whom; only what may be wanted again goes by that. */
static bool is_under_way(const struct move *m, const struct act *a, bool may_repeat)
{
	bool same = m->together == a->who.together && m->consult == a->who.consult;

	return strcmp(m->channel, a->who.agent) == 0 && m->until_ms > clock_mono_ms() &&
	       m->verb == a->command->verb && (same || !may_repeat);
}

/* Asked for twice, before an event has shown the first: the leg would leave whom it has just been sent to. */
static const char *under_way(const struct act *a, bool may_repeat)
{
	for (const struct move *m = moves; m; m = m->next)
		if (is_under_way(m, a, may_repeat))
			return "That is being done already.";
	return NULL;
}

/* ---- who may, and in which state ---- */

#define NO_CALL "The call is over."
#define NOT_WITH_CUSTOMER "You do not have a customer in that call."
#define HELD_BY_PHONE "Your phone holds the call: resume it there first."
#define THREE "Three are in the call: let one of them go first."

/* The parties of the call that the command is about; NULL: the reply is given. */
static struct act *act_new(struct core *core, struct command *c)
{
	struct act *a = mem_new(NULL, struct act);
	bool own = c->role && strcmp(c->role, "AGENT") == 0;
	int err = core_linked(core) ? ERR_OK : ERR_PBX_UNAVAILABLE;

	*a = (struct act){ .core = core, .command = c };
	if (!err)
		err = tracker_parties(core_tracker(core), a, c->tenant, arg(a, "callId"),
				      own ? c->extension : NULL, &a->who);
	if (!err)
		return a;
	act_end(a, err, err == ERR_NOT_FOUND ? NO_CALL
			: err == ERR_CONFLICT ? NOT_WITH_CUSTOMER
					      : NULL);
	return NULL;
}

/* Refuses with what stands in the way; NULL: nothing does. */
static bool refused(struct act *a, const char *why)
{
	if (why)
		act_end(a, ERR_CONFLICT, why);
	return why != NULL;
}

static const char *in_company(const struct parties *p)
{
	if (p->crowded || p->consult == CONSULT_JOINED)
		return THREE;
	return p->consult ? "You are in a consultation: end it first." : NULL;
}

static const char *not_alone_with_customer(const struct parties *p)
{
	return p->held_by_phone ? HELD_BY_PHONE : in_company(p);
}

static const char *not_consulting(const struct parties *p)
{
	if (!p->target)
		return "There is no consultation.";
	return p->held_by_phone ? HELD_BY_PHONE : NULL;
}

/* ---- hold ---- */

void control_hold(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);

	if (!a || refused(a, not_alone_with_customer(&a->who)) ||
	    refused(a, a->who.together ? NULL : "The call is on hold already."))
		return;
	add_way_back(a);
	add_part(a, a->who.customer, "cc-idle", "s");
	send_move(a);
}

void control_unhold(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);

	if (!a || refused(a, not_alone_with_customer(&a->who)) ||
	    refused(a, a->who.together ? "The call is not on hold." : NULL) ||
	    refused(a, under_way(a, false)))
		return;
	add_with(a, a->who.customer, "");
	add_redirect(a, a->who.agent, "cc-with", "s");
	send_move(a);
}

/* ---- mute and digits ---- */

static void muted(struct act *a, int err)
{
	if (!err)
		tracker_mute(core_tracker(a->core), a->who.agent, true);
}

static void unmuted(struct act *a, int err)
{
	if (!err)
		tracker_mute(core_tracker(a->core), a->who.agent, false);
}

static void mute(struct core *core, struct command *c, bool on)
{
	struct act *a = act_new(core, c);

	if (!a)
		return;
	add(a, "MuteAudio", "Channel", a->who.agent, "Direction", "in", "State", on ? "on" : "off",
	    NULL)->system = true;
	a->after = on ? muted : unmuted;
	send_next(a);
}

void control_mute(struct core *core, struct command *c)
{
	mute(core, c, true);
}

void control_unmute(struct core *core, struct command *c)
{
	mute(core, c, false);
}

void control_dtmf(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);
	const char *digits = a ? arg(a, "digits") : "";
	size_t n = strspn(digits, "0123456789*#ABCD");

	if (!a)
		return;
	if (n == 0 || n > DIGITS_MAX || digits[n]) {
		act_end(a, ERR_INVALID, "digits");
		return;
	}
	if (refused(a, a->who.heard ? NULL : "Nobody hears you now."))
		return;
	for (size_t i = 0; i < n; i++)
		add(a, "PlayDTMF", "Channel", a->who.heard, "Digit", mem_strndup(a, digits + i, 1),
		    "Duration", mem_printf(a, "%d", DIGIT_MS), NULL);
	send_next(a);
}

/* ---- whom to ---- */

static bool is_digits(const char *s, size_t least, size_t most)
{
	size_t n = strspn(s, "0123456789");

	return n >= least && n <= most && s[n] == '\0';
}

static const char *to_agent(const struct act *a, const char **exten)
{
	const char *tenant = a->command->tenant, *value = arg(a, "value");

	*exten = value;
	if (!is_digits(value, 3, 8) ||
	    tracker_reachable(core_tracker(a->core), tenant, value) == ERR_NOT_FOUND)
		return "is no agent here";
	return strcmp(value, a->who.extension) == 0 ? "is who has the call already" : NULL;
}

static const char *to_number(const struct act *a, const char **exten)
{
	const char *value = arg(a, "value");

	*exten = mem_printf(a, "%s%s", core_settings(a->core)->outbound_prefix, value);
	return is_digits(value + (*value == '+'), 2, 20) ? NULL : "is no number that can be dialled";
}

static const char *to_queue(const struct act *a, const char **exten)
{
	const char *tenant = a->command->tenant, *value = arg(a, "value");

	*exten = mem_printf(a, "q%s", core_endpoint(a->core, a, tenant, value));
	return tracker_has_queue(core_tracker(a->core), tenant, value) ? NULL : "is no queue here";
}

static const struct target_row {
	const char *kind;
	const char *context;             /* of a blind transfer */
	bool consulted;                  /* it can be */
	const char *(*check)(const struct act *a, const char **exten);
} targets[] = {
	{ "AGENT", "cc-transfer-agent", true, to_agent },
	{ "NUMBER", "cc-transfer-number", true, to_number },
	{ "QUEUE", "cc-transfer-queue", false, to_queue },
};

/* The row and extension to dial; NULL: refused, and the reply is given. */
static const struct target_row *find_target(struct act *a, bool consult, const char **exten)
{
	const struct target_row *row = NULL;
	const char *kind = arg(a, "kind"), *value = arg(a, "value");

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (strcmp(targets[i].kind, kind) == 0 && (!consult || targets[i].consulted))
			row = &targets[i];
	const char *wrong = row ? row->check(a, exten) : "cannot be called so";
	if (wrong) {
		act_end(a, ERR_INVALID, wrong);
		return NULL;
	}
	if (row->check == to_agent &&
	    refused(a, tracker_reachable(core_tracker(a->core), a->command->tenant, value)
			       ? "That agent is in a call or rings, or has no phone there."
			       : NULL))
		return NULL;
	return row;
}

/* ---- blind transfer ---- */

static void sent_on(struct act *a, int err)
{
	if (err)
		tracker_transfer_failed(core_tracker(a->core), a->command->tenant, arg(a, "callId"),
					clock_wall_us());
}

/*
 * From hold there is no bridge that Asterisk could transfer from: the customer is sent on, which no event
 * calls a transfer.
 */
static void transfer_from_hold(struct act *a, const struct target_row *target, const char *exten)
{
	add_redirect(a, a->who.customer, target->context, exten);
	add(a, "Hangup", "Channel", a->who.agent, "Cause", "16", NULL);
	tracker_transfer(core_tracker(a->core), a->command->tenant, arg(a, "callId"),
			 a->who.extension, arg(a, "value"), clock_wall_us());
	a->after = sent_on;
}

void control_transfer(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);
	const char *exten;

	/* Whom the phone holds can be transferred all the same. */
	if (!a || refused(a, in_company(&a->who)))
		return;
	const struct target_row *target = find_target(a, false, &exten);
	if (!target)
		return;
	add_way_back(a);
	if (a->who.together)
		add(a, "BlindTransfer", "Channel", a->who.agent, "Context", target->context, "Exten",
		    exten, NULL);
	else
		transfer_from_hold(a, target, exten);
	send_move(a);
}

/* ---- consultation ---- */

void control_consult(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);
	const char *exten;

	if (!a || refused(a, not_alone_with_customer(&a->who)) || !find_target(a, true, &exten))
		return;
	const char *name = arg(a, "name");
	tracker_name_target(core_tracker(core), c->tenant, arg(a, "callId"), *name ? name : NULL);
	add_way_back(a);
	add_with(a, "", a->who.customer);
	if (a->who.together)
		add_part(a, a->who.customer, "cc-consult", exten);
	else
		add_redirect(a, a->who.agent, "cc-consult", exten);
	send_move(a);
}

void control_swap(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);

	if (!a || refused(a, not_consulting(&a->who)) || refused(a, under_way(a, true)))
		return;
	const struct parties *p = &a->who;
	if (refused(a, p->consult == CONSULT_RINGING ? "The other side has not answered yet."
		       : p->consult == CONSULT_JOINED ? "All three are together."
						      : NULL))
		return;
	if (p->consult == CONSULT_TALKING) {
		/* With nobody to go back to: when the agent leaves, who was consulted leaves too. */
		add_set(a, p->target, "CC_HOLDER", p->agent);
		add_with(a, p->customer, "");
		add_part(a, p->target, "cc-with", "s");
	} else {
		add_way_back(a);
		add_with(a, p->target, p->customer);
		add_part(a, p->customer, "cc-with", "s");
	}
	send_move(a);
}

void control_join(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);

	if (!a || refused(a, not_consulting(&a->who)))
		return;
	const struct parties *p = &a->who;
	if (refused(a, p->consult == CONSULT_RINGING ? "The other side has not answered yet."
		       : p->consult == CONSULT_JOINED ? "All three are together."
						      : NULL))
		return;
	const char *waits = p->consult == CONSULT_TALKING ? p->customer : p->target;
	add_with(a, "", "");
	add_set(a, waits, "CC_WITH", p->agent);
	add_set(a, p->customer, "CC_BACK", "");
	add_redirect(a, waits, "cc-join", "s");
	send_move(a);
}

void control_complete(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);

	if (!a || refused(a, not_consulting(&a->who)))
		return;
	const struct parties *p = &a->who;
	if (refused(a, p->consult == CONSULT_RINGING ? "The other side has not answered yet." : NULL))
		return;
	add_with(a, "", "");
	add_set(a, p->customer, "CC_BACK", "");
	if (p->consult == CONSULT_JOINED)
		add(a, "Hangup", "Channel", p->agent, "Cause", "16", NULL);
	else
		add(a, "Bridge", "Channel1", p->customer, "Channel2", p->target, "Tone", "no", NULL);
	send_move(a);
}

void control_cancel(struct core *core, struct command *c)
{
	struct act *a = act_new(core, c);

	if (!a || refused(a, not_consulting(&a->who)) || refused(a, under_way(a, false)))
		return;
	const struct parties *p = &a->who;
	if (p->consult == CONSULT_RINGING || p->consult == CONSULT_TALKING) {
		/* The target's leg is the agent's to end: it goes as the agent leaves for the customer. */
		add_with(a, p->customer, "");
		add_redirect(a, p->agent, "cc-with", "s");
	} else {
		add(a, "Hangup", "Channel", p->target, "Cause", "16", NULL);
	}
	send_move(a);
}
