/* Things as JSON: the records for store and live feed, and the lines of --replay. */
#include "workers/amid/model.h"

#include "lib/json.h"

#include <stdio.h>
#include <string.h>

static const char *const direction_names[] = { "INBOUND", "OUTBOUND", "INTERNAL" };
static const char *const status_names[] = { "INITIATED", "RINGING",      "CONNECTED",
					    "ON_HOLD",   "TRANSFERRING", "ENDED" };
static const char *const ended_by_names[] = { NULL, "CUSTOMER", "AGENT", "SYSTEM" };
static const char *const party_names[] = { "CUSTOMER", "AGENT", "SUPERVISOR", "OTHER" };

/* ---- what became of a call ---- */

/* ISDN causes (Q.850) and the SIP codes that Asterisk keeps beside them. */
static const struct {
	int cause, tech_cause;      /* 0: any */
	const char *outcome;
} failures[] = {
	{ 0, 486, "BUSY" },       { 0, 600, "BUSY" },       { 0, 603, "BUSY" },
	{ 0, 480, "NO_ANSWER" },  { 0, 408, "NO_ANSWER" },  { 0, 487, "CANCELLED" },
	{ 0, 404, "FAILED" },     { 17, 0, "BUSY" },        { 21, 0, "BUSY" },
	{ 18, 0, "NO_ANSWER" },   { 19, 0, "NO_ANSWER" },
};

static const char *failure_of(const struct leg *leg)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if ((failures[i].cause && failures[i].cause == leg->cause) ||
		    (failures[i].tech_cause && failures[i].tech_cause == leg->tech_cause))
			return failures[i].outcome;
	/* A ring that the dialplan gave up has no cause at all. */
	return leg->cause == 0 && leg->dialled ? "NO_ANSWER" : "FAILED";
}

/* The last leg that was rung, else the only one. */
static const struct leg *last_rung(const struct call *call)
{
	const struct leg *last = NULL;

	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (!last || leg->dialled)
			last = leg;
	return last;
}

/* The leg that decides: the far end, if there is one. */
static const struct leg *deciding_leg(const struct call *call)
{
	return call->customer ? call->customer : last_rung(call);
}

static const char *inbound_outcome(const struct call *call)
{
	if (call->visits.n) {
		const char *outcome = call->visits.items[call->visits.n - 1].outcome;
		return outcome && strcmp(outcome, "ABANDONED") == 0 ? "ABANDONED" : "NO_ANSWER";
	}
	if (call->ended_by == ENDED_CUSTOMER)
		return "ABANDONED";
	const struct leg *rung = last_rung(call);
	return rung && rung->agent ? failure_of(rung) : "FAILED";
}

const char *call_outcome(const struct call *call)
{
	const struct leg *leg = deciding_leg(call);

	if (call->answered_us)
		return "ANSWERED";
	if (call->merged)
		return "CANCELLED";
	if (call->direction == DIRECTION_INBOUND)
		return inbound_outcome(call);
	if (!leg)
		return "FAILED";
	const char *failure = failure_of(leg);
	bool told_why = leg->cause && strcmp(failure, "FAILED") != 0;
	return call->ended_by == ENDED_AGENT && !told_why ? "CANCELLED" : failure;
}

int call_cause(const struct call *call)
{
	const struct leg *leg = deciding_leg(call);
	enum { NORMAL_CLEARING = 16, ANSWERED_ELSEWHERE = 26 };

	if (!leg)
		return 0;
	return call->answered_us && leg->cause == ANSWERED_ELSEWHERE ? NORMAL_CLEARING : leg->cause;
}

/* ---- records ---- */

static void begin(struct tracker *t, struct json_out *o)
{
	t->json->n = 0;
	json_out_init(o, t->json);
	json_open(o, '{');
}

static void put_agent(struct json_out *o, const char *key, const struct agent *agent)
{
	json_put_text(o, key, agent ? agent->extension : NULL);
}

static void put_times(struct json_out *o, const struct segment *s, int64_t now_us)
{
	int64_t talk_ms, hold_ms;

	segment_times(s, now_us, &talk_ms, &hold_ms);
	json_put_int(o, "talkMs", talk_ms);
	json_put_int(o, "holdMs", hold_ms);
}

static void send(struct tracker *t, struct json_out *o, struct record record)
{
	json_close(o, '}');
	record.json = (struct str){ t->json->p, t->json->n };
	record.at_us = t->now_us;
	t->options.sink(t->options.arg, &record);
}

/* ---- a call and what hangs on it ---- */

static const struct agent *talking_agent(const struct call *call)
{
	for (size_t i = call->segments.n; i-- > 0;)
		if (!call->segments.items[i].ended_us)
			return call->segments.items[i].agent;
	return NULL;
}

/* The agent who talked last, or who dialled: what lists and reports name. */
static const struct agent *last_agent(const struct call *call)
{
	const struct agent *agent = talking_agent(call);

	if (agent)
		return agent;
	return call->segments.n ? call->segments.items[call->segments.n - 1].agent : call->dialler;
}

static int64_t held_since(const struct call *call)
{
	for (size_t i = 0; i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		if (!s->ended_us && (s->held_us || s->detached_us))
			return s->held_us ? s->held_us : s->detached_us;
	}
	return 0;
}

static void put_sums(struct json_out *o, const struct call *call, int64_t now_us)
{
	int64_t wait = 0, talk = 0, hold = 0, t, h;

	for (size_t i = 0; i < call->visits.n; i++) {
		const struct visit *v = &call->visits.items[i];
		wait += ms_between(v->joined_us, v->left_us ? v->left_us : now_us);
	}
	for (size_t i = 0; i < call->segments.n; i++) {
		segment_times(&call->segments.items[i], now_us, &t, &h);
		talk += t;
		hold += h;
	}
	json_put_int(o, "waitMs", wait);
	json_put_int(o, "talkMs", talk);
	json_put_int(o, "holdMs", hold);
}

static void put_ringing(struct json_out *o, const struct call *call)
{
	json_key(o, "ringing");
	json_open(o, '[');
	for (size_t i = 0; i < call->offers.n; i++)
		if (!call->offers.items[i].ended_us)
			json_text(o, call->offers.items[i].agent->extension);
	json_close(o, ']');
}

/* Every agent who has had to do with the call may see it. */
static struct str audience(struct tracker *t, const struct call *call)
{
	struct buf *list = buf_new(t->scratch);

	if (call->dialler)
		buf_printf(list, "%s,", call->dialler->extension);
	for (size_t i = 0; i < call->offers.n; i++)
		if (!call->offers.items[i].ended_us ||
		    strcmp(call->offers.items[i].outcome, "ANSWERED") == 0 ||
		    call->offers.items[i].ended_us == t->now_us)
			buf_printf(list, "%s,", call->offers.items[i].agent->extension);
	for (size_t i = 0; i < call->segments.n; i++)
		buf_printf(list, "%s,", call->segments.items[i].agent->extension);
	return (struct str){ list->p, list->n ? list->n - 1 : 0 };
}

static const char *first_queue(const struct call *call)
{
	return call->visits.n ? call->visits.items[0].queue : NULL;
}

static const char *current_queue(const struct call *call)
{
	return call->visits.n ? call->visits.items[call->visits.n - 1].queue : NULL;
}

static void put_consult(struct json_out *o, const struct call *call)
{
	static const char *const names[] = { NULL, "RINGING", "TALKING", "HELD", "JOINED" };
	struct consult c = call_consult(call);

	json_key(o, "consult");
	if (!c.by) {
		json_null(o);
		return;
	}
	json_open(o, '{');
	put_agent(o, "by", c.by->agent);
	json_put_text(o, "to", c.target->number);
	json_put_text(o, "name", call->target_name);
	json_put_text(o, "status", names[c.state]);
	json_put_time(o, "since",
		      c.target->answered_us ? c.target->answered_us : c.target->started_us);
	json_close(o, '}');
}

static void put_transfer(struct json_out *o, const struct transfer *x)
{
	json_put_text(o, "kind", x->kind);
	json_put_text(o, "from", x->from);
	json_put_text(o, "to", x->to);
	json_put_text(o, "result", x->result);
	json_put_time(o, "at", x->at_us);
}

/* The newest one: what came of what an agent has asked for. */
static void put_last_transfer(struct json_out *o, const struct call *call)
{
	json_key(o, "transfer");
	if (call->transfers.n == 0) {
		json_null(o);
		return;
	}
	json_open(o, '{');
	put_transfer(o, &call->transfers.items[call->transfers.n - 1]);
	json_close(o, '}');
}

static void call_json(struct tracker *t, const struct call *call, struct json_out *o)
{
	const struct agent *agent = talking_agent(call);

	json_put_text(o, "id", call->id);
	json_put_text(o, "tenant", call->tenant);
	json_put_text(o, "pbxId", call->pbx_id);
	json_put_text(o, "direction", direction_names[call->direction]);
	json_put_text(o, "status", status_names[call->status]);
	json_put_text(o, "from", call->from);
	json_put_text(o, "fromName", call->from_name);
	json_put_text(o, "to", call->to);
	json_put_text(o, "did", call->did);
	json_put_text(o, "queue", current_queue(call));
	json_put_text(o, "firstQueue", first_queue(call));
	put_agent(o, "agent", agent ? agent : call->dialler);
	put_agent(o, "lastAgent", last_agent(call));
	put_ringing(o, call);
	json_put_time(o, "startedAt", call->started_us);
	json_put_time(o, "queuedAt",
		      call->visits.n ? call->visits.items[call->visits.n - 1].joined_us : 0);
	json_put_time(o, "answeredAt", call->answered_us);
	json_put_time(o, "heldAt", held_since(call));
	json_put_time(o, "endedAt", call->ended_us);
	json_put_text(o, "endedBy", call->ended_us ? ended_by_names[call->ended_by] : NULL);
	json_put_text(o, "outcome", call->ended_us ? call_outcome(call) : NULL);
	json_key(o, "hangupCause");
	if (call->ended_us && call_cause(call))
		json_int(o, call_cause(call));
	else
		json_null(o);
	json_put_text(o, "endReason", call->end_reason);
	json_put_bool(o, "estimated", call->estimated);
	put_consult(o, call);
	put_last_transfer(o, call);
	put_sums(o, call, t->now_us);
	if (call->offered_to)
		put_agent(o, "offeredTo", call->offered_to);
}

/* Begins a record of something that belongs to a call and has a place in it. */
static void begin_part(struct tracker *t, struct json_out *o, const struct call *call,
		       size_t ordinal)
{
	begin(t, o);
	json_put_text(o, "tenant", call->tenant);
	json_put_text(o, "callId", call->id);
	json_put_int(o, "ordinal", (int64_t)ordinal);
}

static void send_part(struct tracker *t, struct json_out *o, const struct call *call,
		      enum record_kind kind, size_t ordinal)
{
	char key[sizeof(call->id) + 24];

	snprintf(key, sizeof(key), "%s/%zu", call->id, ordinal);
	send(t, o, (struct record){ .kind = kind, .tenant = call->tenant, .key = key });
}

static void record_leg(struct tracker *t, const struct call *call, struct leg *leg)
{
	struct json_out o;

	begin(t, &o);
	json_put_text(&o, "tenant", call->tenant);
	json_put_text(&o, "callId", call->id);
	json_put_text(&o, "uniqueid", leg->uniqueid);
	json_put_text(&o, "channel", leg->channel);
	json_put_text(&o, "party", party_names[leg->party]);
	put_agent(&o, "agent", leg->agent);
	json_put_text(&o, "number", leg->number);
	json_put_time(&o, "startedAt", leg->started_us);
	json_put_time(&o, "answeredAt", leg->answered_us);
	json_put_time(&o, "endedAt", leg->ended_us);
	json_put_text(&o, "bridge", leg->bridge ? leg->bridge->id : NULL);
	json_put_bool(&o, "origin", leg->origin);
	json_put_bool(&o, "dialled", leg->dialled);
	put_agent(&o, "dialledBy", leg->dialled_by);
	json_put_int(&o, "cause", leg->cause);
	json_put_int(&o, "techCause", leg->tech_cause);
	send(t, &o, (struct record){ .kind = RECORD_LEG, .tenant = call->tenant,
				     .key = mem_printf(t->scratch, "%s/%s", call->id,
						       leg->uniqueid) });
	leg->dirty = false;
}

static void record_visit(struct tracker *t, const struct call *call, size_t i)
{
	struct visit *v = &call->visits.items[i];
	struct json_out o;
	/* Left, but not known why yet: it waits until the outcome is certain. */
	bool left = v->outcome != NULL;

	begin_part(t, &o, call, i);
	json_put_text(&o, "queue", v->queue);
	json_put_time(&o, "joinedAt", v->joined_us);
	json_put_time(&o, "leftAt", left ? v->left_us : 0);
	json_key(&o, "waitMs");
	if (left)
		json_int(&o, ms_between(v->joined_us, v->left_us));
	else
		json_null(&o);
	json_put_text(&o, "outcome", v->outcome);
	put_agent(&o, "agent", v->agent);
	send_part(t, &o, call, RECORD_VISIT, i);
	v->dirty = false;
}

static void record_offer(struct tracker *t, const struct call *call, size_t i)
{
	struct offer *f = &call->offers.items[i];
	struct json_out o;

	begin_part(t, &o, call, i);
	put_agent(&o, "agent", f->agent);
	json_put_text(&o, "queue", f->queue);
	json_put_time(&o, "startedAt", f->started_us);
	json_put_time(&o, "endedAt", f->ended_us);
	json_key(&o, "ringMs");
	if (f->ended_us)
		json_int(&o, ms_between(f->started_us, f->ended_us));
	else
		json_null(&o);
	json_put_text(&o, "outcome", f->outcome);
	send_part(t, &o, call, RECORD_OFFER, i);
	f->dirty = false;
}

static void record_segment(struct tracker *t, const struct call *call, size_t i)
{
	struct segment *s = &call->segments.items[i];
	struct json_out o;

	begin_part(t, &o, call, i);
	put_agent(&o, "agent", s->agent);
	json_put_text(&o, "queue", s->queue);
	json_put_time(&o, "startedAt", s->started_us);
	json_put_time(&o, "endedAt", s->ended_us);
	put_times(&o, s, t->now_us);
	json_put_int(&o, "settledHoldMs", s->hold_us / 1000);
	json_put_time(&o, "heldAt", s->held_us);
	json_put_time(&o, "detachedAt", s->detached_us);
	json_put_bool(&o, "parked", segment_is_parked(call, s));
	send_part(t, &o, call, RECORD_SEGMENT, i);
	s->dirty = false;
}

static void record_transfer(struct tracker *t, const struct call *call, size_t i)
{
	struct transfer *x = &call->transfers.items[i];
	struct json_out o;

	begin_part(t, &o, call, i);
	json_put_time(&o, "at", x->at_us);
	json_put_text(&o, "kind", x->kind);
	json_put_text(&o, "from", x->from);
	json_put_text(&o, "to", x->to);
	json_put_text(&o, "result", x->result);
	send_part(t, &o, call, RECORD_TRANSFER, i);
	x->dirty = false;
}

static void record_moment(struct tracker *t, const struct call *call, size_t i)
{
	struct moment *m = &call->moments.items[i];
	struct json_out o;

	begin_part(t, &o, call, i);
	json_put_time(&o, "at", m->at_us);
	json_put_text(&o, "kind", m->kind);
	json_put_text(&o, "detail", m->detail);
	send_part(t, &o, call, RECORD_MOMENT, i);
	m->dirty = false;
}

/* Calls f for each marked item of a list of the call. */
#define EACH_DIRTY(t, call, list, f)                       \
	for (size_t i = 0; i < (call)->list.n; i++)        \
		if ((call)->list.items[i].dirty)           \
			f(t, call, i)

/* A ring that is over by now is not announced any more. */
static void settle_live_event(struct call *call)
{
	bool rings = false;

	for (size_t i = 0; i < call->offers.n; i++)
		rings = rings || (call->offers.items[i].agent == call->offered_to &&
				  !call->offers.items[i].ended_us);
	if (!call->offered_to || rings)
		return;
	call->offered_to = NULL;
	if (strcmp(call->live_event, "call:incoming") == 0)
		call->live_event = NULL;
}

void record_call(struct tracker *t, struct call *call)
{
	struct json_out o;
	const char *queue = current_queue(call);

	settle_live_event(call);
	begin(t, &o);
	call_json(t, call, &o);
	send(t, &o,
	     (struct record){
		     .kind = RECORD_CALL,
		     .live = call->live_event ? call->live_event : "call:state:changed",
		     .tenant = call->tenant,
		     .key = call->id,
		     .gone = call->ended_us != 0,
		     .queue = str_of(queue),
		     .agents = audience(t, call),
	     });
	call->live_event = NULL;
	call->offered_to = NULL;
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->dirty)
			record_leg(t, call, leg);
	EACH_DIRTY(t, call, visits, record_visit);
	EACH_DIRTY(t, call, offers, record_offer);
	EACH_DIRTY(t, call, segments, record_segment);
	EACH_DIRTY(t, call, transfers, record_transfer);
	EACH_DIRTY(t, call, moments, record_moment);
}

/* ---- agents and queues ---- */

static void put_peer(struct json_out *o, const struct agent *agent)
{
	const struct call *call = agent->status == AGENT_ON_CALL || agent_leg_ringing(agent)
					  ? agent->call
					  : NULL;
	bool dialled = call && call->dialler == agent;

	json_put_text(o, "peer", !call ? NULL : dialled ? call->to : call->from);
	json_put_text(o, "peerName", call && !dialled ? call->from_name : NULL);
	json_put_text(o, "queue", call ? current_queue(call) : NULL);
}

static bool is_holding(const struct agent *agent)
{
	const struct call *call = agent->call;

	for (size_t i = 0; call && i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		if (s->agent == agent && !s->ended_us && (s->held_us || s->detached_us))
			return true;
	}
	return false;
}

void write_agent(struct tracker *t, const struct agent *agent, struct buf *out)
{
	struct json_out o;
	bool covered = agent->status != agent->base;

	(void)t;
	json_out_init(&o, out);
	json_open(&o, '{');
	json_put_text(&o, "extension", agent->extension);
	json_put_text(&o, "tenant", agent->tenant);
	json_put_text(&o, "status", agent_status_names[agent->status]);
	json_put_text(&o, "reason", agent_reason(agent));
	json_put_time(&o, "since", agent->since_us);
	json_put_text(&o, "callId", agent->call_id[0] ? agent->call_id : NULL);
	put_peer(&o, agent);
	json_put_bool(&o, "ringing", agent_leg_ringing(agent) != NULL);
	json_put_bool(&o, "held", is_holding(agent));
	json_put_text(&o, "phone", agent->registered ? "REGISTERED" : "UNREGISTERED");
	json_put_time(&o, "wrapupUntil",
		      agent->status == AGENT_WRAP_UP ? agent->wrapup_us : 0);
	json_put_int(&o, "wrapupMs", agent->wrapup_length_us / 1000);
	json_put_bool(&o, "wrapupExtended", agent->wrapup_extended);
	json_put_text(&o, "nextStatus", covered ? agent_status_names[agent->base] : NULL);
	json_put_text(&o, "nextReason", covered ? agent->reason : NULL);
	json_put_bool(&o, "muted", agent_is_muted(agent));
	json_put_time(&o, "help", agent->help_us);
	json_close(&o, '}');
}

void record_agent(struct tracker *t, struct agent *agent)
{
	enum pause pause = agent->status == AGENT_AVAILABLE ? PAUSE_OFF : PAUSE_ON;
	struct record record = {
		.kind = RECORD_AGENT,
		.live = "agent:status:updated",
		.tenant = agent->tenant,
		.key = agent->extension,
		.gone = !agent->configured,
		.pause = pause == agent->told ? PAUSE_UNCHANGED : pause,
		.agents = str_of(agent->extension),
		.at_us = t->now_us,
	};

	agent->told = pause;
	t->json->n = 0;
	write_agent(t, agent, t->json);
	record.json = (struct str){ t->json->p, t->json->n };
	t->options.sink(t->options.arg, &record);
}

void record_presence(struct tracker *t, struct agent *agent)
{
	struct json_out o;

	begin(t, &o);
	json_put_text(&o, "extension", agent->extension);
	json_put_text(&o, "phone", agent->registered ? "REGISTERED" : "UNREGISTERED");
	send(t, &o, (struct record){ .kind = RECORD_PRESENCE, .live = "presence:update",
				     .tenant = agent->tenant, .key = agent->extension });
}

void record_activity(struct tracker *t, struct agent *agent, const char *activity,
		     const char *call_id)
{
	struct json_out o;

	if (!t->options.sink)
		return;
	begin(t, &o);
	json_put_text(&o, "tenant", agent->tenant);
	json_put_text(&o, "agent", agent->extension);
	json_put_time(&o, "at", t->now_us);
	json_put_text(&o, "activity", activity);
	json_put_text(&o, "status", agent_status_names[agent->status]);
	json_put_text(&o, "reason", agent_reason(agent));
	json_put_text(&o, "callId", call_id);
	send(t, &o, (struct record){ .kind = RECORD_ACTIVITY, .tenant = agent->tenant,
				     .key = agent->extension });
}

/* Returns how many they are. */
static size_t put_waiting(struct tracker *t, struct json_out *o, const struct queue *queue)
{
	/* all_calls runs from the newest to the oldest; callers are shown in the order they came. */
	const struct call **waiting = mem_array(t->scratch, const struct call *,
						HASH_COUNT(t->calls) + 1);
	size_t n = 0, left;

	for (const struct call *call = t->all_calls; call; call = call->next_any) {
		const struct visit *v =
			call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;
		if (v && !v->left_us && call->pbx_id && strcmp(v->queue, queue->name) == 0 &&
		    strcmp(call->tenant, queue->tenant) == 0)
			waiting[n++] = call;
	}
	left = n;
	for (int position = 1; left > 0; position++) {
		const struct call *call = waiting[--left];
		json_open(o, '{');
		json_put_text(o, "callId", call->id);
		json_put_text(o, "from", call->from);
		json_put_text(o, "fromName", call->from_name);
		json_put_int(o, "position", position);
		json_put_time(o, "joinedAt", call->visits.items[call->visits.n - 1].joined_us);
		json_put_int(o, "priority", 0);
		json_close(o, '}');
	}
	return n;
}

void record_queue(struct tracker *t, struct queue *queue)
{
	struct json_out o;

	begin(t, &o);
	json_put_text(&o, "name", queue->name);
	json_key(&o, "waiting");
	json_open(&o, '[');
	size_t waiting = put_waiting(t, &o, queue);
	json_close(&o, ']');
	send(t, &o, (struct record){ .kind = RECORD_QUEUE, .live = "queue:update",
				     .tenant = queue->tenant, .key = queue->name,
				     .gone = !queue->configured && waiting == 0,
				     .queue = str_of(queue->name) });
}

/* ---- replay ---- */

static void print_visits(const struct call *call, int64_t now_us, struct json_out *o)
{
	for (size_t i = 0; i < call->visits.n; i++) {
		const struct visit *v = &call->visits.items[i];
		json_open(o, '{');
		json_put_text(o, "queue", v->queue);
		json_put_time(o, "joinedAt", v->joined_us);
		json_put_time(o, "leftAt", v->left_us);
		json_put_int(o, "waitMs", ms_between(v->joined_us, v->left_us ? v->left_us : now_us));
		json_put_text(o, "outcome", v->outcome);
		put_agent(o, "agent", v->agent);
		json_close(o, '}');
	}
}

static void print_segments(const struct call *call, int64_t now_us, struct json_out *o)
{
	for (size_t i = 0; i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		json_open(o, '{');
		put_agent(o, "agent", s->agent);
		json_put_time(o, "startedAt", s->started_us);
		json_put_time(o, "endedAt", s->ended_us);
		put_times(o, s, now_us);
		json_close(o, '}');
	}
}

static void print_transfers(const struct call *call, int64_t now_us, struct json_out *o)
{
	(void)now_us;
	for (size_t i = 0; i < call->transfers.n; i++) {
		const struct transfer *x = &call->transfers.items[i];
		json_open(o, '{');
		json_put_text(o, "kind", x->kind);
		json_put_text(o, "from", x->from);
		json_put_text(o, "to", x->to);
		json_put_text(o, "result", x->result);
		json_close(o, '}');
	}
}

static void print_offers(const struct call *call, int64_t now_us, struct json_out *o)
{
	for (size_t i = 0; i < call->offers.n; i++) {
		const struct offer *f = &call->offers.items[i];
		json_open(o, '{');
		put_agent(o, "agent", f->agent);
		json_put_text(o, "queue", f->queue);
		json_put_int(o, "ringMs", ms_between(f->started_us, f->ended_us ? f->ended_us : now_us));
		json_put_text(o, "outcome", f->outcome);
		json_close(o, '}');
	}
}

static void print_list(const struct call *call, int64_t now_us, struct json_out *o, const char *key,
		       void (*print)(const struct call *call, int64_t now_us, struct json_out *o))
{
	json_key(o, key);
	json_open(o, '[');
	print(call, now_us, o);
	json_close(o, ']');
}

static void print_linked_ids(const struct call *call, int64_t now_us, struct json_out *o)
{
	(void)now_us;
	for (size_t i = 0; i < call->linked_ids.n; i++)
		json_text(o, call->linked_ids.items[i]);
}

void print_call(const struct call *call, int64_t now_us, struct buf *out)
{
	struct json_out o;

	json_out_init(&o, out);
	json_open(&o, '{');
	json_put_text(&o, "call", call->pbx_id);
	print_list(call, now_us, &o, "linkedIds", print_linked_ids);
	json_put_text(&o, "direction", direction_names[call->direction]);
	json_put_text(&o, "from", call->from);
	json_put_text(&o, "to", call->to);
	json_put_text(&o, "did", call->did);
	print_list(call, now_us, &o, "queueVisits", print_visits);
	print_list(call, now_us, &o, "segments", print_segments);
	print_list(call, now_us, &o, "transfers", print_transfers);
	print_list(call, now_us, &o, "offers", print_offers);
	json_put_time(&o, "startedAt", call->started_us);
	json_put_time(&o, "answeredAt", call->answered_us);
	json_put_time(&o, "endedAt", call->ended_us);
	json_put_text(&o, "endedBy", call->ended_us ? ended_by_names[call->ended_by] : NULL);
	json_key(&o, "hangupCause");
	if (call->ended_us)
		json_int(&o, call_cause(call));
	else
		json_null(&o);
	json_put_text(&o, "disposition", call->ended_us ? call_outcome(call) : NULL);
	json_close(&o, '}');
	buf_addc(out, '\n');
}
