/*
 * That a phone is not registered any more says nothing of its sound: a page may only have lost its
 * WebSocket, and talks on. Whether packets still come from it does.
 */
#include "workers/amid/stray.h"

#include "lib/log.h"
#include "workers/amid/core.h"

#include <limits.h>
#include <string.h>

enum {
	LOOK_MS = 200,
	LISTEN_MS = 1000,            /* between two counts of its packets */
	ALIVE_PACKETS = 5,           /* more than that in between: it still speaks */
	GIVE_UP_MS = 30000,          /* as long as an agent's phone may be gone (PHONE_LOST_US) */
	ANSWER_MS = 3000,
};

struct stray {
	struct stray *next;
	const char *channel;         /* of the agent's leg */
	const char *customer, *endpoint;
	int64_t since_ms, next_ms;
	int64_t again_ms;            /* not before this is the customer sent back once more, or 0 */
	int64_t packets;             /* when they were last counted, -1: not yet */
	bool counting;
	bool waits;                  /* the customer was put on hold for it */
	bool over;
	bool seen;
};

static struct stray *strays;
static int64_t next_look_ms;

/* ---- what Asterisk is to do ---- */

static void set(struct core *core, const char *channel, const char *variable, const char *value)
{
	struct ami_action *a = session_begin(core_control(core), "Setvar");

	ami_action_put(a, "Channel", channel);
	ami_action_put(a, "Variable", variable);
	ami_action_put(a, "Value", value);
	session_send(core_control(core), NULL, NULL, ANSWER_MS);
}

static struct ami_action *redirect(struct core *core, const char *channel, const char *context)
{
	struct ami_action *a = session_begin(core_control(core), "Redirect");

	ami_action_put(a, "Channel", channel);
	ami_action_put(a, "Context", context);
	ami_action_put(a, "Exten", "s");
	ami_action_put(a, "Priority", "1");
	return a;
}

static void send(struct core *core)
{
	session_send(core_control(core), NULL, NULL, ANSWER_MS);
}

static void hold(struct core *core, struct stray *s)
{
	log_info("phone gone in a call, customer waits endpoint=%s", s->endpoint);
	set(core, s->customer, "CC_HOLDER", s->channel);
	set(core, s->customer, "CC_BACK", s->endpoint);
	struct ami_action *a = redirect(core, s->customer, "cc-hold");
	ami_action_put(a, "ExtraChannel", s->channel);
	ami_action_put(a, "ExtraContext", "cc-idle");
	ami_action_put(a, "ExtraExten", "s");
	ami_action_put(a, "ExtraPriority", "1");
	send(core);
	s->waits = true;
	s->next_ms = clock_mono_ms() + ANSWER_MS;
}

static void resume(struct core *core, const struct stray *s)
{
	log_info("phone back in its call endpoint=%s", s->endpoint);
	set(core, s->channel, "CC_WITH", s->customer);
	set(core, s->channel, "CC_HELD", "");
	redirect(core, s->channel, "cc-with");
	send(core);
}

/* To the agent's new phone, or with back "" to the head of the queue. */
static void send_back(struct core *core, const struct stray *s, const char *back)
{
	log_info("phone lost in a call, customer goes back endpoint=%s to=%s", s->endpoint,
		 *back ? "agent" : "queue");
	set(core, s->customer, "CC_BACK", back);
	redirect(core, s->customer, "cc-return");
	send(core);
	ami_action_put(session_begin(core_control(core), "Hangup"), "Channel", s->channel);
	send(core);
}

/* ---- whether it still speaks ---- */

static struct stray *find(const char *channel)
{
	struct stray *s = strays;

	while (s && strcmp(s->channel, channel) != 0)
		s = s->next;
	return s;
}

static void on_count(void *data, const struct ami_message *m, bool last)
{
	char *channel = data;
	struct stray *s = find(channel);

	if (!last)
		return;
	/* No answer says nothing of the phone: it is asked again. */
	if (s && !m) {
		s->counting = false;
		s->next_ms = clock_mono_ms() + LISTEN_MS;
	} else if (s) {
		int64_t packets = answer_ok(m) ? ami_get_int(m, "Value", 0) : 0;
		if (s->packets >= 0 && packets - s->packets <= ALIVE_PACKETS)
			s->over = true;
		s->packets = packets;
		s->counting = false;
		s->next_ms = clock_mono_ms() + LISTEN_MS;
	}
	talloc_free(channel);
}

static void count(struct core *core, struct stray *s)
{
	struct session *control = core_control(core);
	struct ami_action *a = session_begin(control, "Getvar");
	char *channel = mem_strdup(core, s->channel);

	ami_action_put(a, "Channel", channel);
	ami_action_put(a, "Variable", "CHANNEL(rtcp,rxcount,audio)");
	s->counting = session_send(control, on_count, channel, ANSWER_MS) == 0;
	if (!s->counting)
		talloc_free(channel);
}

/* ---- one after the other ---- */

static struct stray *stray_new(struct core *core, const struct talking *who)
{
	struct stray *s = mem_new(core, struct stray);

	*s = (struct stray){ .next = strays, .since_ms = clock_mono_ms(), .packets = -1 };
	s->channel = mem_strdup(s, who->agent);
	s->customer = mem_strdup(s, who->customer);
	s->endpoint = core_endpoint(core, s, who->tenant, who->extension);
	strays = s;
	return s;
}

static void look_at_gone(struct core *core, struct stray *s, const struct talking *who)
{
	int64_t now = clock_mono_ms();

	if (s->over && now - s->since_ms >= GIVE_UP_MS) {
		send_back(core, s, "");
		s->since_ms = now;
	} else if (s->over && !s->waits && who->together) {
		hold(core, s);
	} else if (!s->over && !s->counting && now >= s->next_ms) {
		count(core, s);
	}
}

/* Until Asterisk has done it the call looks as before: to send them back again would end the new ring. */
static void look_at_elsewhere(struct core *core, struct stray *s)
{
	int64_t now = clock_mono_ms();

	if (now < s->again_ms)
		return;
	s->again_ms = now + ANSWER_MS;
	send_back(core, s, s->endpoint);
}

static void look_at(void *arg, const struct talking *who)
{
	struct core *core = arg;
	struct stray *s = find(who->agent);

	if (!s && who->phone == PHONE_THERE)
		return;
	if (!s)
		s = stray_new(core, who);
	s->seen = true;
	if (who->phone == PHONE_GONE) {
		look_at_gone(core, s, who);
		return;
	}
	if (who->phone == PHONE_ELSEWHERE) {
		look_at_elsewhere(core, s);
		return;
	}
	/* The hold is still on its way. */
	if (s->waits && who->together && clock_mono_ms() < s->next_ms)
		return;
	/* Somebody else may have resumed the call: who is sent to the customer again leaves them first. */
	if (s->waits && !who->together)
		resume(core, s);
	s->seen = false;
}

/* Who was not seen is there again, or has no customer any more. */
static void sweep(void)
{
	for (struct stray **p = &strays; *p;) {
		struct stray *s = *p;
		if (s->seen) {
			s->seen = false;
			p = &s->next;
		} else {
			*p = s->next;
			talloc_free(s);
		}
	}
}

void stray_tick(struct core *core)
{
	if (clock_mono_ms() < next_look_ms)
		return;
	next_look_ms = clock_mono_ms() + LOOK_MS;
	/* Who has slept may be the writer no longer, and what it knows of phones is old. */
	if (!core_linked(core) || !core_leads(core))
		return;
	tracker_each_talking(core_tracker(core), look_at, core);
	sweep();
}

int stray_time_left_ms(void)
{
	int64_t left = next_look_ms - clock_mono_ms();

	if (!strays)
		return INT_MAX;
	return left > 0 ? (int)left : 0;
}
