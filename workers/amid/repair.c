/*
 * What happened while nobody listened: rows of Asterisk's channel event log, told to the tracker
 * as the manager would have told them. One row of the log becomes one or more messages; what the
 * log does not say (who rings whom, that a caller was given to an agent) follows from the model.
 */
#include "workers/amid/model.h"

#include "lib/json.h"
#include "workers/amid/cel.h"

#include <string.h>

/* A message under construction. */
struct telling {
	struct tracker *t;
	const struct cel_row *row;
	const struct json *extra;        /* NULL: none */
	struct ami_message *m;
};

static void put(struct telling *l, const char *key, struct str value)
{
	l->m->headers[l->m->n++] = (struct ami_header){ str_of(key), value };
}

static void begin(struct telling *l, const char *event)
{
	l->m->n = 0;
	put(l, "Event", str_of(event));
	put(l, "Timestamp", l->row->time);
	put(l, "Linkedid", l->row->linkedid);
}

/* Begins a message about the row's own channel. */
static void begin_own(struct telling *l, const char *event)
{
	begin(l, event);
	put(l, "Uniqueid", l->row->uniqueid);
	put(l, "Context", l->row->context);
}

static void tell(struct telling *l)
{
	event_handle(l->t, l->m);
}

static struct leg *own_leg(const struct telling *l)
{
	return leg_find(l->t, l->row->uniqueid);
}

static struct str extra(const struct telling *l, const char *key)
{
	return str_of(json_get_string(l->extra, key));
}

static struct str text(const struct telling *l, const char *s)
{
	return str_of(mem_strdup(l->t->scratch, s));
}

/* Up to the first of these characters. */
static struct str up_to(struct str s, const char *ends)
{
	size_t n = 0;

	while (n < s.n && !strchr(ends, s.p[n]))
		n++;
	return (struct str){ s.p, n };
}

static struct str after(struct str s, size_t n)
{
	return n < s.n ? (struct str){ s.p + n, s.n - n } : (struct str){ "", 0 };
}

/* The manager doubles backslashes in names, the log does not. */
static struct str escaped(const struct telling *l, struct str s)
{
	struct buf *b = buf_new(l->t->scratch);

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, s.p[i]);
	}
	return (struct str){ b->p ? b->p : "", b->n };
}

/* ---- channels ---- */

/* Whether a Dial of "PJSIP/1002" or "PJSIP/15551230001@trunk" has made a channel of this name. */
static bool calls(const char *dialling, const char *channel)
{
	const char *at = strchr(dialling, '@'), *slash = strchr(dialling, '/');
	const char *endpoint = at ? at + 1 : slash ? slash + 1 : dialling;
	size_t n = strlen(endpoint);

	channel = strchr(channel, '/');
	return channel && strncmp(channel + 1, endpoint, n) == 0 && channel[n + 1] == '-';
}

/* Whose Dial or Queue has made this leg. */
static const struct leg *maker_of(const struct telling *l, const struct leg *made)
{
	for (const struct leg *leg = made->call->legs; leg; leg = leg->next)
		if (leg != made && leg_alive(leg) && leg->dialling &&
		    calls(leg->dialling, made->channel))
			return leg;
	return leg_find(l->t, l->row->linkedid);
}

static bool is_rung(const struct leg *leg)
{
	return leg->origin || leg->ringing || leg->up;
}

static void tell_ringing(struct telling *l)
{
	const struct leg *leg = own_leg(l);

	if (!leg || !leg->call || is_rung(leg))
		return;
	const struct leg *maker = maker_of(l, leg);
	begin(l, "DialBegin");
	if (maker && maker != leg) {
		put(l, "Uniqueid", str_of(maker->uniqueid));
		if (maker->dialling)
			put(l, "DialString", str_of(maker->dialling));
	}
	put(l, "DestUniqueid", l->row->uniqueid);
	tell(l);
}

static void tell_start(struct telling *l)
{
	/* The first leg of a dial of ours is announced by its id: it is rung, it does not ring. */
	bool origin = str_eq(l->row->uniqueid, l->row->linkedid) &&
		      !call_find(l->t, l->row->uniqueid);

	begin_own(l, "Newchannel");
	put(l, "Channel", l->row->channel);
	put(l, "ChannelState", origin ? STR("4") : STR("0"));
	put(l, "CallerIDNum", l->row->number);
	put(l, "CallerIDName", escaped(l, l->row->name));
	put(l, "Exten", l->row->exten);
	tell(l);
	tell_ringing(l);
}

static void tell_answer(struct telling *l)
{
	const struct leg *leg = own_leg(l);

	if (!leg || leg->origin)
		return;
	begin(l, "DialEnd");
	put(l, "DestUniqueid", l->row->uniqueid);
	put(l, "DialStatus", STR("ANSWER"));
	tell(l);
}

/* The leg whose hang-up Asterisk names as the source of this one, while it still lives. */
static const struct leg *source_leg(const struct telling *l, const struct call *call)
{
	struct str source = extra(l, "hangupsource");

	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (source.n && leg_alive(leg) && str_is(source, leg->channel))
			return leg;
	return NULL;
}

static void tell_hangup(struct telling *l)
{
	const struct leg *leg = own_leg(l);
	int64_t cause = json_get_int(l->extra, "hangupcause", 0);

	if (!leg || !leg->call)
		return;
	const struct leg *source = source_leg(l, leg->call);
	if (source && leg->call->ended_by == ENDED_UNKNOWN) {
		begin(l, "HangupRequest");
		put(l, "Uniqueid", str_of(source->uniqueid));
		tell(l);
	}
	begin_own(l, "Hangup");
	put(l, "Cause", text(l, mem_printf(l->t->scratch, "%d", (int)cause)));
	tell(l);
}

/* ---- bridges ---- */

static void tell_enter(struct telling *l)
{
	const struct leg *leg = own_leg(l);
	struct str bridge = extra(l, "bridge_id");

	if (!leg || !leg->call)
		return;
	begin_own(l, "BridgeEnter");
	put(l, "BridgeUniqueid", bridge);
	put(l, "BridgeNumChannels", bridge_is_empty(l->t, bridge) ? STR("1") : STR("2"));
	tell(l);
}

static void tell_leave(struct telling *l)
{
	const struct leg *leg = own_leg(l);

	/* What it leaves it may have left before, for another one. */
	if (leg && leg->bridge && !str_is(extra(l, "bridge_id"), leg->bridge->id))
		return;
	begin_own(l, "BridgeLeave");
	tell(l);
}

/* ---- hold: the customer hears music in the bridge with the agent ---- */

static void tell_hold(struct telling *l, const char *event)
{
	const struct leg *leg = own_leg(l);
	struct call *call = leg ? leg->call : NULL;

	if (!call || leg != call->customer || !leg->bridge)
		return;
	for (size_t i = 0; i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		if (s->ended_us || !s->leg)
			continue;
		begin(l, event);
		put(l, "Uniqueid", str_of(s->leg->uniqueid));
		tell(l);
		return;
	}
}

static void tell_stream_end(struct telling *l)
{
	tell_hold(l, "Unhold");
}

/* ---- the dialplan ---- */

static void tell_join(struct telling *l)
{
	begin_own(l, "QueueCallerJoin");
	put(l, "Queue", up_to(l->row->app_data, ","));
	tell(l);
}

/* What Dial is to call is not said again of the leg that it makes. */
static void note_dial(struct telling *l)
{
	struct leg *leg = own_leg(l);
	struct str dial = up_to(l->row->app_data, ",");

	if (leg)
		leg->dialling = mem_strndup(leg, dial.p, dial.n);
}

static void tell_spy(struct telling *l)
{
	begin(l, "ChanSpyStart");
	put(l, "SpyerUniqueid", l->row->uniqueid);
	tell(l);
}

/*
 * Music begins: for a caller who waits, or for a customer on hold. A caller who is sent back into a
 * queue is in the same application as before, of which there is no second row.
 */
static void tell_stream_begin(struct telling *l)
{
	const struct leg *leg = own_leg(l);

	if (leg && leg->call && leg == leg->call->customer && !leg->bridge &&
	    str_is(l->row->app, "Queue"))
		tell_join(l);
	else
		tell_hold(l, "Hold");
}

/* Those that asterisk/etc/cel.conf has rows written for. */
static const struct {
	const char *name;
	void (*tell)(struct telling *l);
} apps[] = {
	{ "ChanSpy", tell_spy },
	{ "Dial", note_dial },
	{ "Queue", tell_join },
};

static void tell_app(struct telling *l)
{
	for (size_t i = 0; i < ARRAY_LEN(apps); i++)
		if (str_is(l->row->app, apps[i].name))
			apps[i].tell(l);
}

static struct str variable(const struct telling *l, const char *name, struct str value)
{
	return text(l, mem_printf(l->t->scratch, "%s=%.*s", name, (int)value.n, value.p));
}

/* Two words: the call's id and its tenant; a queue and how it was left. */
static void tell_user(struct telling *l)
{
	struct str words = extra(l, "extra");
	struct str first = up_to(words, " "), second = after(words, first.n + 1);

	/* Without its context: it may be said in a subroutine. */
	begin(l, "UserEvent");
	put(l, "Uniqueid", l->row->uniqueid);
	if (str_is(l->row->user_type, "CCCall")) {
		put(l, "ChanVariable", variable(l, "CC_CALL_ID", first));
		put(l, "ChanVariable", variable(l, "CC_TENANT", second));
	} else {
		put(l, "UserEvent", l->row->user_type);
		put(l, "Queue", first);
		put(l, "QueueStatus", second);
	}
	tell(l);
}

/* ---- transfers ---- */

static void tell_blind(struct telling *l)
{
	begin(l, "BlindTransfer");
	put(l, "TransfererUniqueid", l->row->uniqueid);
	put(l, "TransfererChannel", l->row->channel);
	put(l, "Extension", extra(l, "extension"));
	put(l, "Context", extra(l, "context"));
	tell(l);
}

static void tell_attended(struct telling *l)
{
	begin(l, "AttendedTransfer");
	put(l, "OrigTransfererUniqueid", l->row->uniqueid);
	put(l, "OrigTransfererChannel", l->row->channel);
	put(l, "TransferTargetUniqueid", extra(l, "transfer_target_channel_uniqueid"));
	put(l, "Result", STR("Success"));
	tell(l);
}

/* ---- the table ---- */

static const struct {
	const char *type;
	void (*tell)(struct telling *l);
} rows[] = {
	{ "ANSWER", tell_answer },
	{ "APP_START", tell_app },
	{ "ATTENDEDTRANSFER", tell_attended },
	{ "BLINDTRANSFER", tell_blind },
	{ "BRIDGE_ENTER", tell_enter },
	{ "BRIDGE_EXIT", tell_leave },
	{ "CHAN_START", tell_start },
	{ "HANGUP", tell_hangup },
	{ "STREAM_BEGIN", tell_stream_begin },
	{ "STREAM_END", tell_stream_end },
	{ "USER_DEFINED", tell_user },
};

/* ---- what is news ---- */

/* A message may be that much younger than the row about the same thing; a busy machine takes longer. */
enum { LAG_US = 30000 };

/*
 * A row is news if its channel has said nothing since; rows that were heard as well change nothing
 * when told again. Where events are complete again, only channels in doubt are asked about.
 */
static bool is_news(const struct tracker *t, const struct leg *leg, const struct cel_row *row)
{
	if (leg && row->at_us < leg->seen_us - LAG_US)
		return false;
	return row->at_us <= gap_cut_us(t->gap, row->linkedid) || (leg && leg->doubt_us);
}

bool tracker_cel(struct tracker *t, const struct cel_row *row)
{
	struct telling l = { .t = t, .row = row, .m = t->telling };
	struct leg *leg = leg_find(t, row->uniqueid);

	if (!is_news(t, leg, row))
		return false;
	if (row->extra.n && json_parse(t->scratch, row->extra.p, row->extra.n, &l.extra))
		return false;
	size_t i = 0;
	while (i < ARRAY_LEN(rows) && !str_is(row->type, rows[i].type))
		i++;
	if (i == ARRAY_LEN(rows))
		return false;
	rows[i].tell(&l);
	tracker_flush(t);
	return true;
}
