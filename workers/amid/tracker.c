/*
 * AMI messages to calls. One row per event; each handler changes the model and marks what it
 * changed, and one function at the end hands the marked things to the sink.
 */
#include "workers/amid/model.h"

#include "lib/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_ADD(owner, list, type)                                                     \
	((list).items = mem_grow(owner, (list).items, type, (list).n + 1),              \
	 (list).items[(list).n] = (type){ 0 }, &(list).items[(list).n++])

/* ChannelState of a leg that calls us, and of one that is answered (AST_STATE_…). */
enum { CHANNEL_STATE_RING = 4, CHANNEL_STATE_UP = 6 };

/* ---- finding and making ---- */

/* The tables behind the hashes are uthash's own memory, not talloc's. */
static int free_tables(struct tracker *t)
{
	HASH_CLEAR(hh, t->legs);
	HASH_CLEAR(hh, t->calls);
	HASH_CLEAR(hh, t->agents);
	HASH_CLEAR(hh, t->queues);
	return 0;
}

struct tracker *tracker_new(const void *ctx, const struct tracker_options *options)
{
	struct tracker *t = mem_new(ctx, struct tracker);

	talloc_set_destructor(t, free_tables);
	t->options = *options;
	t->json = buf_new(t);
	t->printed = buf_new(t);
	t->scratch = talloc_new(t);
	return t;
}

static const char *pair_key(void *ctx, const char *tenant, const char *name)
{
	return mem_printf(ctx, "%s/%s", tenant, name);
}

struct agent *agent_find(struct tracker *t, const char *tenant, const char *extension)
{
	struct agent *agent;
	const char *key = pair_key(t->scratch, tenant, extension);

	HASH_FIND_STR(t->agents, key, agent);
	return agent;
}

struct agent *agent_get(struct tracker *t, const char *tenant, struct str extension)
{
	const char *text = mem_strndup(t->scratch, extension.p, extension.n);
	struct agent *agent = agent_find(t, tenant, text);

	if (agent)
		return agent;
	agent = mem_new(t, struct agent);
	agent->key = pair_key(agent, tenant, text);
	agent->tenant = mem_strdup(agent, tenant);
	agent->extension = mem_strdup(agent, text);
	HASH_ADD_KEYPTR(hh, t->agents, agent->key, strlen(agent->key), agent);
	return agent;
}

struct queue *queue_get(struct tracker *t, const char *tenant, const char *name)
{
	struct queue *queue;
	const char *key = pair_key(t->scratch, tenant, name);

	HASH_FIND_STR(t->queues, key, queue);
	if (queue)
		return queue;
	queue = mem_new(t, struct queue);
	queue->key = pair_key(queue, tenant, name);
	queue->tenant = mem_strdup(queue, tenant);
	queue->name = mem_strdup(queue, name);
	HASH_ADD_KEYPTR(hh, t->queues, queue->key, strlen(queue->key), queue);
	return queue;
}

/*
 * A name in Asterisk is "name" in the default tenant and "tenant-name" in others; what follows
 * the last "-" is the name.
 */
struct pbx_name {
	const char *tenant;
	struct str name;
};

static struct pbx_name pbx_name(struct tracker *t, struct str full)
{
	const char *dash = full.n ? memrchr(full.p, '-', full.n) : NULL;

	if (!dash)
		return (struct pbx_name){ t->options.default_tenant, full };
	size_t at = (size_t)(dash - full.p);
	return (struct pbx_name){ mem_strndup(t->scratch, full.p, at),
				  { dash + 1, full.n - at - 1 } };
}

/* "PJSIP/acme-1001-0000001c": the endpoint is what stands between the "/" and the last "-". */
static struct str endpoint_of(struct str channel)
{
	const char *slash = channel.n ? memchr(channel.p, '/', channel.n) : NULL;
	const char *dash = channel.n ? memrchr(channel.p, '-', channel.n) : NULL;

	if (!slash || !dash || dash < slash)
		return (struct str){ "", 0 };
	return (struct str){ slash + 1, (size_t)(dash - slash - 1) };
}

static bool is_extension(struct str s)
{
	if (s.n < 3 || s.n > 8)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool leg_alive(const struct leg *leg)
{
	return leg->ended_us == 0;
}

static struct leg *leg_find(struct tracker *t, struct str uniqueid)
{
	struct leg *leg;

	HASH_FIND(hh, t->legs, uniqueid.p, uniqueid.n, leg);
	return leg;
}

static struct call *call_find(struct tracker *t, struct str pbx_id)
{
	struct call *call;

	HASH_FIND(hh, t->calls, pbx_id.p, pbx_id.n, call);
	return call;
}

static struct call *call_by_id(struct tracker *t, const char *tenant, const char *id)
{
	for (struct call *call = t->all_calls; call; call = call->next_any)
		if (call->pbx_id && strcmp(call->id, id) == 0 && strcmp(call->tenant, tenant) == 0)
			return call;
	return NULL;
}

static struct call *call_new(struct tracker *t, const char *tenant)
{
	struct call *call = mem_new(t, struct call);

	call->tenant = mem_strdup(call, tenant);
	call->started_us = t->now_us;
	call->next_any = t->all_calls;
	t->all_calls = call;
	return call;
}

static bool is_uuid(struct str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s.p[i] != '-' : !strchr("0123456789abcdef", s.p[i]) || !s.p[i])
			return false;
	}
	return true;
}

static uint64_t fnv1a(struct str s, uint64_t hash)
{
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return hash;
}

/* Our dialplan's ids are UUIDs already; any other text is mapped to one (RFC 9562, version 8). */
static void uuid_of(struct str pbx_id, char out[37])
{
	if (is_uuid(pbx_id)) {
		memcpy(out, pbx_id.p, 36);
		out[36] = '\0';
		return;
	}
	uint64_t a = fnv1a(pbx_id, 0xcbf29ce484222325u), b = fnv1a(pbx_id, a ^ 0x9e3779b97f4a7c15u);
	snprintf(out, 37, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu,
		 0x8000u | ((unsigned)(b >> 48) & 0x3fffu),
		 (unsigned long long)(b & 0xffffffffffffu));
}

static void call_identify(struct tracker *t, struct call *call, struct str pbx_id)
{
	if (call->pbx_id || pbx_id.n == 0 || call_find(t, pbx_id))
		return;
	call->pbx_id = mem_strndup(call, pbx_id.p, pbx_id.n);
	uuid_of(pbx_id, call->id);
	HASH_ADD_KEYPTR(hh, t->calls, call->pbx_id, pbx_id.n, call);
	call->dirty = true;
}

void call_moment(struct tracker *t, struct call *call, const char *kind, const char *detail)
{
	struct moment *moment = LIST_ADD(call, call->moments, struct moment);

	*moment = (struct moment){ t->now_us, kind, detail ? mem_strdup(call, detail) : NULL, true };
}

static void call_live(struct call *call, const char *event)
{
	call->dirty = true;
	/* An announcement of a ring is not overtaken by a mere change in the same input. */
	if (!call->live_event || strcmp(event, "call:ended") == 0)
		call->live_event = event;
}

static void call_changed(struct call *call)
{
	call_live(call, "call:state:changed");
}

static struct visit *open_visit(struct call *call)
{
	struct visit *last = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;

	return last && !last->left_us ? last : NULL;
}

static struct segment *open_segment(struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (call->segments.items[i].leg == leg && !call->segments.items[i].ended_us)
			return &call->segments.items[i];
	return NULL;
}

static struct offer *open_offer(struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->offers.n; i++)
		if (call->offers.items[i].leg == leg && !call->offers.items[i].ended_us)
			return &call->offers.items[i];
	return NULL;
}

static struct transfer *open_transfer(struct call *call)
{
	struct transfer *last =
		call->transfers.n ? &call->transfers.items[call->transfers.n - 1] : NULL;

	return last && !last->result ? last : NULL;
}

static void queue_changed(struct tracker *t, const struct call *call, const char *name)
{
	queue_get(t, call->tenant, name)->dirty = true;
}

/* ---- status of a call: derived, in one place ---- */

static bool any_leg_up(const struct call *call)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->bridge[0])
			return true;
	return false;
}

static enum call_status status_of(const struct call *call)
{
	bool talking = false, held = false;

	if (call->ended_us)
		return CALL_ENDED;
	for (size_t i = 0; i < call->segments.n; i++) {
		const struct segment *s = &call->segments.items[i];
		if (s->ended_us)
			continue;
		talking = true;
		held = held || s->held_us || s->detached_us;
	}
	if (talking)
		return held ? CALL_ON_HOLD : CALL_CONNECTED;
	if (call->direction == DIRECTION_INTERNAL && any_leg_up(call))
		return CALL_CONNECTED;
	if (call->transfers.n && !call->transfers.items[call->transfers.n - 1].result)
		return CALL_TRANSFERRING;
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->dialled && leg->ringing)
			return CALL_RINGING;
	return call->visits.n ? CALL_RINGING : CALL_INITIATED;
}

/* ---- segments ---- */

void segment_times(const struct segment *s, int64_t now_us, int64_t *talk, int64_t *hold)
{
	int64_t end = s->ended_us ? s->ended_us : now_us;
	int64_t since = s->held_us && s->detached_us
				? (s->held_us < s->detached_us ? s->held_us : s->detached_us)
				: s->held_us + s->detached_us;

	*hold = s->hold_us + (since && end > since ? end - since : 0);
	*talk = end - s->started_us - *hold;
	if (*talk < 0)
		*talk = 0;
}

static void hold_settle(struct segment *s, int64_t end_us)
{
	int64_t since = s->held_us ? s->held_us : s->detached_us;

	if (s->held_us && s->detached_us && s->detached_us < since)
		since = s->detached_us;
	if (since && end_us > since)
		s->hold_us += end_us - since;
	s->held_us = s->detached_us = 0;
}

/* In these contexts a leg waits for the worker to bring it back: it has not left the customer. */
static bool is_server_hold(const struct leg *leg)
{
	return strcmp(leg->context, "cc-idle") == 0 || strcmp(leg->context, "cc-consult") == 0 ||
	       strcmp(leg->context, "cc-consult-exit") == 0;
}

static void segment_end(struct tracker *t, struct call *call, struct segment *s)
{
	int64_t end = t->now_us;

	if (s->detached_us && !(s->leg && is_server_hold(s->leg))) {
		end = s->detached_us;
		s->detached_us = 0;
	}
	hold_settle(s, end);
	s->ended_us = end > s->started_us ? end : s->started_us;
	s->leg = NULL;
	s->dirty = true;
	call_changed(call);
	call_moment(t, call, "segment-ended", s->agent->extension);
	struct queue *queue = s->queue ? queue_get(t, call->tenant, s->queue) : NULL;
	agent_wrapup_begin(t, s->agent, call, s->ended_us,
			   queue ? queue->wrapup_us : t->options.outbound_wrapup_ms * 1000);
}

static const char *last_answered_queue(const struct call *call, const struct agent *agent)
{
	for (size_t i = call->visits.n; i-- > 0;)
		if (call->visits.items[i].agent == agent)
			return call->visits.items[i].queue;
	return NULL;
}

static void answered(struct tracker *t, struct call *call)
{
	struct transfer *transfer = open_transfer(call);

	if (!call->answered_us) {
		call->answered_us = t->now_us;
		call_moment(t, call, "answered", NULL);
	}
	if (transfer) {
		transfer->result = "COMPLETED";
		transfer->dirty = true;
	}
	call_changed(call);
}

/* The agent's leg and the customer's are in one bridge: a new segment, or one that goes on. */
static void segment_attach(struct tracker *t, struct call *call, struct leg *leg)
{
	struct segment *s = open_segment(call, leg);

	if (s) {
		if (s->detached_us) {
			hold_settle(s, t->now_us);
			s->dirty = true;
			call_changed(call);
		}
		return;
	}
	/* Whoever had put the customer on hold for this has now handed the customer over. */
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us && call->segments.items[i].detached_us)
			segment_end(t, call, &call->segments.items[i]);
	s = LIST_ADD(call, call->segments, struct segment);
	s->agent = leg->agent;
	s->leg = leg;
	s->queue = last_answered_queue(call, leg->agent);
	s->started_us = t->now_us;
	s->dirty = true;
	call_moment(t, call, "segment-began", leg->agent->extension);
	answered(t, call);
	agent_refresh(t, leg->agent);
}

static void segments_update(struct tracker *t, struct call *call)
{
	struct leg *customer = call->customer;

	if (!customer || !customer->bridge[0])
		return;
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->party == PARTY_AGENT && leg_alive(leg) &&
		    strcmp(leg->bridge, customer->bridge) == 0)
			segment_attach(t, call, leg);
}

static void segments_detach(struct tracker *t, struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->segments.n; i++) {
		struct segment *s = &call->segments.items[i];
		if (s->ended_us || s->detached_us || (leg != call->customer && s->leg != leg))
			continue;
		s->detached_us = t->now_us;
		s->dirty = true;
		call_changed(call);
	}
}

/* ---- legs ---- */

static void append_leg(struct call *call, struct leg *leg)
{
	struct leg **end = &call->legs;

	while (*end)
		end = &(*end)->next;
	leg->next = NULL;
	*end = leg;
	leg->call = call;
	talloc_steal(call, leg);
}

static void remove_leg(struct call *call, struct leg *leg)
{
	for (struct leg **p = &call->legs; *p; p = &(*p)->next)
		if (*p == leg) {
			*p = leg->next;
			break;
		}
	if (call->customer == leg)
		call->customer = NULL;
}

static void note_linked_id(struct call *call, struct str id)
{
	if (id.n == 0)
		return;
	for (size_t i = 0; i < call->linked_ids.n; i++)
		if (str_is(id, call->linked_ids.items[i]))
			return;
	const char **slot = LIST_ADD(call, call->linked_ids, const char *);
	*slot = mem_strndup(call, id.p, id.n);
}

/* The outside party of a call, once known, stays: a second trunk leg is a transfer's target. */
static void set_customer(struct call *call, struct leg *leg)
{
	if (!call->customer && leg->party == PARTY_CUSTOMER)
		call->customer = leg;
}

static void classify(struct tracker *t, struct leg *leg)
{
	struct str endpoint = endpoint_of(str_of(leg->channel));
	struct pbx_name name = pbx_name(t, endpoint);

	if (strncmp(leg->channel, "PJSIP/", 6) != 0) {
		leg->party = PARTY_OTHER;
	} else if (is_extension(name.name)) {
		leg->party = PARTY_AGENT;
		leg->agent = agent_get(t, name.tenant, name.name);
		leg->number = leg->agent->extension;
		leg->next_of_agent = leg->agent->legs;
		leg->agent->legs = leg;
	} else {
		leg->party = PARTY_CUSTOMER;
	}
}

static void first_leg(struct tracker *t, struct call *call, struct leg *leg,
		      const struct ami_message *m)
{
	struct str number = ami_known(ami_get(m, "CallerIDNum"));
	struct str name = ami_unescape(t->scratch, ami_known(ami_get(m, "CallerIDName")));
	struct str exten = ami_get(m, "Exten");
	const char *dialled = exten.n && !str_is(exten, "s") ? mem_strndup(call, exten.p, exten.n)
							     : NULL;

	if (leg->party == PARTY_AGENT) {
		call->direction = DIRECTION_INTERNAL;
		call->dialler = leg->agent;
		call->from = leg->agent->extension;
		call->to = dialled;
		return;
	}
	call->direction = DIRECTION_INBOUND;
	call->from = number.n ? mem_strndup(call, number.p, number.n) : NULL;
	call->from_name = name.n ? mem_strndup(call, name.p, name.n) : NULL;
	call->to = call->did = dialled;
	leg->number = call->from;
}

static const char *tenant_of(struct tracker *t, const struct leg *leg, const struct ami_message *m)
{
	struct str tenant = ami_get_variable(m, "ChanVariable", "CC_TENANT");

	if (tenant.n)
		return mem_strndup(t->scratch, tenant.p, tenant.n);
	return leg->agent ? leg->agent->tenant : t->options.default_tenant;
}

static struct leg *leg_new(struct tracker *t, const struct ami_message *m)
{
	struct str uniqueid = ami_get(m, "Uniqueid"), channel = ami_get(m, "Channel");
	struct leg *leg = mem_new(t, struct leg);

	leg->uniqueid = mem_strndup(leg, uniqueid.p, uniqueid.n);
	leg->channel = mem_strndup(leg, channel.p, channel.n);
	leg->started_us = leg->seen_us = t->now_us;
	leg->origin = ami_get_int(m, "ChannelState", 0) == CHANNEL_STATE_RING;
	leg->up = ami_get_int(m, "ChannelState", 0) == CHANNEL_STATE_UP;
	leg->dirty = true;
	HASH_ADD_KEYPTR(hh, t->legs, leg->uniqueid, uniqueid.n, leg);
	classify(t, leg);
	return leg;
}

static void on_newchannel(struct tracker *t, const struct ami_message *m)
{
	struct str uniqueid = ami_get(m, "Uniqueid"), linkedid = ami_get(m, "Linkedid");
	struct leg *leg = leg_find(t, uniqueid);

	if (uniqueid.n == 0 || (leg && leg->seen_us))
		return;
	struct leg *elder = str_eq(uniqueid, linkedid) ? NULL : leg_find(t, linkedid);
	struct call *call = elder ? elder->call : NULL;
	leg = leg_new(t, m);
	if (!call) {
		call = call_find(t, uniqueid);    /* a dial of ours, announced before */
		if (!call)
			call = call_find(t, ami_get_variable(m, "ChanVariable", "CC_CALL_ID"));
	}
	if (!call) {
		call = call_new(t, tenant_of(t, leg, m));
		append_leg(call, leg);
		set_customer(call, leg);
		first_leg(t, call, leg, m);
	} else {
		append_leg(call, leg);
		if (leg->party == PARTY_CUSTOMER && call->direction == DIRECTION_INTERNAL)
			call->direction = DIRECTION_OUTBOUND;
		set_customer(call, leg);
	}
	note_linked_id(call, linkedid);
	call->dirty = true;
	if (leg->origin)
		agent_refresh(t, leg->agent);
}

/* What every channel event says besides its own matter. Returns the leg, NULL if unknown. */
static struct leg *touch(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));

	if (!leg || !leg->call)
		return NULL;
	struct str context = ami_get(m, "Context");
	if (context.n && context.n < sizeof(leg->context)) {
		memcpy(leg->context, context.p, context.n);
		leg->context[context.n] = '\0';
	}
	leg->seen_us = t->now_us;
	if (leg->party == PARTY_CUSTOMER || leg->call->legs == leg) {
		struct str tenant = ami_get_variable(m, "ChanVariable", "CC_TENANT");
		if (tenant.n && !leg->call->emitted && !str_is(tenant, leg->call->tenant))
			leg->call->tenant = mem_strndup(leg->call, tenant.p, tenant.n);
	}
	call_identify(t, leg->call, ami_get_variable(m, "ChanVariable", "CC_CALL_ID"));
	note_linked_id(leg->call, ami_get(m, "Linkedid"));
	return leg;
}

static struct leg *dest(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "DestUniqueid"));

	if (leg && leg->call)
		call_identify(t, leg->call,
			      ami_get_variable(m, "DestChanVariable", "CC_CALL_ID"));
	return leg && leg->call ? leg : NULL;
}

static void dialled_number(struct call *call, struct leg *leg, struct str dial)
{
	const char *at = dial.n ? memchr(dial.p, '@', dial.n) : NULL;
	size_t n = at ? (size_t)(at - dial.p) : dial.n;
	const char *slash = n ? memrchr(dial.p, '/', n) : NULL;
	size_t skip = slash ? (size_t)(slash - dial.p) + 1 : 0;

	leg->number = mem_strndup(leg, dial.p + skip, n - skip);
	if (call->direction == DIRECTION_OUTBOUND && call->customer == leg) {
		call->to = mem_strdup(call, leg->number);
		call_changed(call);
	}
}

static void on_dial_begin(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = touch(t, m), *leg = dest(t, m);

	if (!leg)
		return;
	struct call *call = leg->call;
	leg->ringing = true;
	leg->dirty = true;
	call_changed(call);
	if (!caller) {
		/* An agent-first dial rings the agent's own phone: nobody is offered a call. */
		agent_refresh(t, leg->agent ? leg->agent : call->dialler);
		return;
	}
	leg->dialled = true;
	if (leg->party == PARTY_CUSTOMER)
		dialled_number(call, leg, ami_get(m, "DialString"));
	if (!leg->agent)
		return;
	struct visit *visit = open_visit(call);
	struct offer *offer = LIST_ADD(call, call->offers, struct offer);
	offer->agent = leg->agent;
	offer->leg = leg;
	offer->queue = visit ? visit->queue : NULL;
	offer->started_us = t->now_us;
	offer->dirty = true;
	call->offered_to = leg->agent;
	call->live_event = "call:incoming";
	call_moment(t, call, "ringing", leg->agent->extension);
	agent_refresh(t, leg->agent);
}

static void offer_end(struct tracker *t, struct call *call, struct offer *offer,
		      const char *outcome)
{
	offer->ended_us = t->now_us;
	offer->outcome = outcome;
	offer->leg = NULL;
	offer->dirty = true;
	call_changed(call);
}

/* DialStatus says NOANSWER of a refusal too; the cause of the leg tells them apart. */
static const char *offer_outcome(const struct leg *leg, struct str status)
{
	if (str_is(status, "ANSWER"))
		return "ANSWERED";
	if (str_is(status, "CANCEL"))
		return "CANCELLED";
	if (leg->cause == 17 || leg->cause == 21 || str_is(status, "BUSY"))
		return "REJECTED";
	return "NO_ANSWER";
}

static void on_dial_end(struct tracker *t, const struct ami_message *m)
{
	touch(t, m);
	struct leg *leg = dest(t, m);
	struct str status = ami_get(m, "DialStatus");

	if (!leg)
		return;
	struct offer *offer = open_offer(leg->call, leg);
	if (offer)
		offer_end(t, leg->call, offer, offer_outcome(leg, status));
	leg->ringing = false;
	leg->dirty = true;
	if (str_is(status, "ANSWER") && !leg->up) {
		leg->up = true;
		leg->answered_us = t->now_us;
	}
	call_changed(leg->call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

/* A leg of another call that joins a bridge with this call's customer belongs to this call. */
static void adopt_into_bridge(struct tracker *t, struct leg *leg)
{
	for (struct call *call = t->all_calls; call; call = call->next_any) {
		struct leg *customer = call->customer;
		if (call == leg->call || !customer || customer == leg || !leg_alive(customer) ||
		    strcmp(customer->bridge, leg->bridge) != 0)
			continue;
		if (leg->party == PARTY_SUPERVISOR)
			return;
		struct call *old = leg->call;
		remove_leg(old, leg);
		old->dirty = true;
		append_leg(call, leg);
		leg->dirty = true;
		return;
	}
}

static void on_bridge_enter(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct str bridge = ami_get(m, "BridgeUniqueid");

	if (!leg || bridge.n == 0 || bridge.n >= sizeof(leg->bridge))
		return;
	memcpy(leg->bridge, bridge.p, bridge.n);
	leg->bridge[bridge.n] = '\0';
	if (!leg->up) {
		leg->up = true;
		leg->answered_us = t->now_us;
		leg->dirty = true;
	}
	adopt_into_bridge(t, leg);
	note_linked_id(leg->call, ami_get(m, "Linkedid"));
	segments_update(t, leg->call);
	if (leg->call->direction == DIRECTION_INTERNAL && ami_get_int(m, "BridgeNumChannels", 0) > 1)
		answered(t, leg->call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
	call_changed(leg->call);
}

static void on_bridge_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	leg->bridge[0] = '\0';
	segments_detach(t, leg->call, leg);
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

static void on_hold(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct segment *s = leg ? open_segment(leg->call, leg) : NULL;

	if (!s || s->held_us)
		return;
	s->held_us = t->now_us;
	s->dirty = true;
	call_moment(t, leg->call, "held", s->agent->extension);
	call_changed(leg->call);
	s->agent->dirty = true;
}

static void on_unhold(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct segment *s = leg ? open_segment(leg->call, leg) : NULL;

	if (!s || !s->held_us)
		return;
	if (!s->detached_us)
		hold_settle(s, t->now_us);
	s->dirty = true;
	call_moment(t, leg->call, "resumed", s->agent->extension);
	call_changed(leg->call);
	s->agent->dirty = true;
}

/* ---- ends ---- */

static void on_hangup_request(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	/* A phone that refuses a ring ends its leg, not the call. */
	if (leg->dialled && !leg->up && leg->agent)
		return;
	if (leg == leg->call->customer)
		leg->call->ended_by = ENDED_CUSTOMER;
	else if (leg->party == PARTY_AGENT && leg->call->ended_by != ENDED_CUSTOMER)
		leg->call->ended_by = ENDED_AGENT;
}

/* A ring that the end of the wait cut short is not the agent's miss. */
static void excuse_cut_ring(struct call *call, const struct visit *visit)
{
	for (size_t i = 0; i < call->offers.n; i++) {
		struct offer *offer = &call->offers.items[i];
		if (offer->outcome && strcmp(offer->outcome, "NO_ANSWER") == 0 &&
		    visit->left_us - offer->ended_us < 100000) {
			offer->outcome = "CANCELLED";
			offer->dirty = true;
		}
	}
}

static void visit_close(struct tracker *t, struct call *call, struct visit *visit,
			const char *outcome)
{
	if (!visit->left_us)
		visit->left_us = t->now_us;
	visit->outcome = outcome;
	visit->dirty = true;
	if (strcmp(outcome, "TIMEOUT") == 0)
		excuse_cut_ring(call, visit);
	call_moment(t, call, "left-queue", outcome);
	call_changed(call);
	queue_changed(t, call, visit->queue);
}

/*
 * Asterisk announces an abandon at the end of every wait. It was one if the caller hung up; a
 * caller who went on in the dialplan had waited long enough; else the house closed on them.
 */
static const char *unexplained_exit(struct tracker *t, const struct call *call,
				    const struct visit *visit)
{
	enum { SAME_MOMENT_US = 100000 };

	if (call->ended_by == ENDED_CUSTOMER)
		return "ABANDONED";
	return visit->left_us && t->now_us - visit->left_us > SAME_MOMENT_US ? "TIMEOUT" : "CLOSED";
}

static void call_end(struct tracker *t, struct call *call)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us)
			segment_end(t, call, &call->segments.items[i]);
	for (size_t i = 0; i < call->visits.n; i++)
		if (!call->visits.items[i].outcome)
			visit_close(t, call, &call->visits.items[i],
				    unexplained_exit(t, call, &call->visits.items[i]));
	struct transfer *transfer = open_transfer(call);
	if (transfer) {
		transfer->result = "NO_ANSWER";
		transfer->dirty = true;
	}
	call->ended_us = t->now_us > call->started_us ? t->now_us : call->started_us;
	if (call->ended_by == ENDED_UNKNOWN)
		call->ended_by = ENDED_SYSTEM;
	call_moment(t, call, "ended", NULL);
	call_live(call, "call:ended");
}

static bool has_living_leg(const struct call *call)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->party != PARTY_SUPERVISOR)
			return true;
	return false;
}

static void leg_end(struct tracker *t, struct leg *leg)
{
	struct call *call = leg->call;

	leg->ended_us = t->now_us;
	leg->ringing = false;
	leg->dirty = true;
	struct offer *offer = open_offer(call, leg);
	if (offer)
		offer_end(t, call, offer, "CANCELLED");
	struct segment *segment = open_segment(call, leg);
	if (segment)
		segment_end(t, call, segment);
	if (leg == call->customer)
		for (size_t i = 0; i < call->segments.n; i++)
			if (!call->segments.items[i].ended_us)
				segment_end(t, call, &call->segments.items[i]);
	leg->bridge[0] = '\0';
	HASH_DEL(t->legs, leg);
	if (leg->agent) {
		for (struct leg **p = &leg->agent->legs; *p; p = &(*p)->next_of_agent)
			if (*p == leg) {
				*p = leg->next_of_agent;
				break;
			}
	}
	if (!has_living_leg(call))
		call_end(t, call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
	call_changed(call);
}

static void on_hangup(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	leg_end(t, leg);
}

/* ---- queues ---- */

static const char *queue_name(struct tracker *t, const struct ami_message *m)
{
	struct str name = pbx_name(t, ami_get(m, "Queue")).name;

	return mem_strndup(t->scratch, name.p, name.n);
}

static void on_queue_join(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg || open_visit(leg->call))
		return;
	struct visit *visit = LIST_ADD(leg->call, leg->call->visits, struct visit);
	visit->queue = mem_strdup(leg->call, queue_name(t, m));
	visit->joined_us = t->now_us;
	visit->position = (int)ami_get_int(m, "Position", 0);
	visit->dirty = true;
	call_moment(t, leg->call, "queued", visit->queue);
	call_changed(leg->call);
	queue_changed(t, leg->call, visit->queue);
}

static void on_queue_abandon(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct visit *visit = leg ? open_visit(leg->call) : NULL;

	if (visit)
		visit->abandon = true;
}

static void on_queue_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct visit *visit = leg ? open_visit(leg->call) : NULL;

	if (!visit)
		return;
	visit->left_us = t->now_us;
	queue_changed(t, leg->call, visit->queue);
	call_changed(leg->call);
}

static void on_agent_connect(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = touch(t, m), *leg = dest(t, m);

	if (!caller || caller->call->visits.n == 0)
		return;
	struct visit *visit = &caller->call->visits.items[caller->call->visits.n - 1];
	if (visit->outcome)
		return;
	visit->agent = leg ? leg->agent : NULL;
	visit_close(t, caller->call, visit, "ANSWERED");
}

/* QUEUESTATUS of the Queue application to our outcome; a queue nobody knows is closed. */
static const struct {
	const char *status, *outcome;
} queue_exits[] = {
	{ "TIMEOUT", "TIMEOUT" },     { "FULL", "FULL" },
	{ "JOINEMPTY", "NO_AGENTS" }, { "LEAVEEMPTY", "NO_AGENTS" },
	{ "JOINUNAVAIL", "NO_AGENTS" }, { "LEAVEUNAVAIL", "NO_AGENTS" },
	{ "UNKNOWN", "CLOSED" },      { "WITHDRAW", "KEY" },
	{ "CONTINUE", "KEY" },        { "", "KEY" },
};

static void on_queue_exit(struct tracker *t, const struct ami_message *m, struct leg *leg)
{
	struct call *call = leg->call;
	struct str status = ami_get(m, "QueueStatus");
	const char *outcome = "CLOSED";

	for (size_t i = 0; i < ARRAY_LEN(queue_exits); i++)
		if (str_is(status, queue_exits[i].status))
			outcome = queue_exits[i].outcome;
	struct visit *visit = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;
	if (!visit || (visit->outcome && strcmp(visit->outcome, "ANSWERED") != 0) ||
	    (visit->outcome && str_is(status, "FULL"))) {
		/* A queue that is full or has nobody lets no one join: the visit begins and ends. */
		visit = LIST_ADD(call, call->visits, struct visit);
		visit->queue = mem_strdup(call, queue_name(t, m));
		visit->joined_us = t->now_us;
	}
	if (visit->outcome)
		return;
	visit_close(t, call, visit, outcome);
}

static void on_user_event(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (leg && str_is(ami_get(m, "UserEvent"), "CCQueueExit"))
		on_queue_exit(t, m, leg);
}

/* ---- transfers and supervision ---- */

static void add_transfer(struct tracker *t, struct call *call, const char *kind, const char *from,
			 const char *to, const char *result)
{
	struct transfer *transfer = LIST_ADD(call, call->transfers, struct transfer);

	*transfer = (struct transfer){ kind, from, to ? mem_strdup(call, to) : NULL, result,
				       t->now_us, true };
	call_moment(t, call, "transferred", transfer->to);
	call_changed(call);
}

static void on_blind_transfer(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "TransfererUniqueid"));
	struct str to = ami_get(m, "Extension");

	if (leg && leg->agent && leg->call)
		add_transfer(t, leg->call, "BLIND", leg->agent->extension,
			     mem_strndup(t->scratch, to.p, to.n), NULL);
}

static void on_attended_transfer(struct tracker *t, const struct ami_message *m)
{
	struct leg *from = leg_find(t, ami_get(m, "OrigTransfererUniqueid"));
	struct leg *to = leg_find(t, ami_get(m, "TransferTargetUniqueid"));

	if (from && from->agent && from->call)
		add_transfer(t, from->call, "ATTENDED", from->agent->extension,
			     to ? to->number : NULL,
			     str_is(ami_get(m, "Result"), "Success") ? "COMPLETED" : "FAILED");
}

/* A leg that listens is no party of any call: its agent's own state stays as it was. */
static void on_spy_start(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "SpyerUniqueid"));

	if (!leg)
		return;
	leg->party = PARTY_SUPERVISOR;
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

/* ---- phones and dials ---- */

static void on_contact_status(struct tracker *t, const struct ami_message *m)
{
	struct pbx_name name = pbx_name(t, ami_get(m, "EndpointName"));
	struct str uri = ami_get(m, "URI");

	if (!is_extension(name.name))
		return;
	struct agent *agent = agent_get(t, name.tenant, name.name);
	bool removed = str_is(ami_get(m, "ContactStatus"), "Removed");
	/* A phone that registers anew replaces its contact: the old one's end is no news. */
	if (removed && agent->contact && !str_is(uri, agent->contact))
		return;
	agent_phone(t, agent, !removed, removed ? (struct str){ "", 0 } : uri);
}

/* Device states of DeviceStateList and QueueMemberStatus; 4 and 5 mean that no phone is there. */
static void on_member_status(struct tracker *t, const struct ami_message *m)
{
	struct str interface = ami_get(m, "Interface");
	const char *slash = interface.n ? memchr(interface.p, '/', interface.n) : NULL;

	if (!slash)
		return;
	size_t skip = (size_t)(slash - interface.p) + 1;
	struct pbx_name name = pbx_name(t, (struct str){ slash + 1, interface.n - skip });
	int64_t status = ami_get_int(m, "Status", 0);
	if (!is_extension(name.name) || status == 0)
		return;
	struct agent *agent = agent_get(t, name.tenant, name.name);
	agent_phone(t, agent, status != 5 && status != 4, str_of(agent->contact));
}

static void on_device_state(struct tracker *t, const struct ami_message *m)
{
	struct str device = ami_get(m, "Device"), state = ami_get(m, "State");

	if (device.n < 7 || memcmp(device.p, "PJSIP/", 6) != 0)
		return;
	struct pbx_name name = pbx_name(t, (struct str){ device.p + 6, device.n - 6 });
	if (!is_extension(name.name))
		return;
	struct agent *agent = agent_get(t, name.tenant, name.name);
	bool registered = !str_is(state, "UNAVAILABLE") && !str_is(state, "INVALID") &&
			  !str_is(state, "UNKNOWN");
	agent_phone(t, agent, registered, str_of(agent->contact));
}

/* ---- the table ---- */

static const struct event_row {
	const char *name;
	void (*handle)(struct tracker *t, const struct ami_message *m);
} events[] = {
	{ "AgentConnect", on_agent_connect },
	{ "AttendedTransfer", on_attended_transfer },
	{ "BlindTransfer", on_blind_transfer },
	{ "BridgeEnter", on_bridge_enter },
	{ "BridgeLeave", on_bridge_leave },
	{ "ChanSpyStart", on_spy_start },
	{ "ContactStatus", on_contact_status },
	{ "DeviceStateChange", on_device_state },
	{ "DialBegin", on_dial_begin },
	{ "DialEnd", on_dial_end },
	{ "Hangup", on_hangup },
	{ "HangupRequest", on_hangup_request },
	{ "Hold", on_hold },
	{ "Newchannel", on_newchannel },
	{ "QueueCallerAbandon", on_queue_abandon },
	{ "QueueCallerJoin", on_queue_join },
	{ "QueueCallerLeave", on_queue_leave },
	{ "QueueMember", on_member_status },
	{ "QueueMemberStatus", on_member_status },
	{ "Unhold", on_unhold },
	{ "UserEvent", on_user_event },
};

static int by_name(const void *key, const void *row)
{
	const struct str *name = key;
	const struct event_row *event = row;
	size_t n = strlen(event->name);
	int order = memcmp(name->p, event->name, name->n < n ? name->n : n);

	return order ? order : (name->n > n) - (name->n < n);
}

/* ---- handing over what changed ---- */

static bool is_over(const struct call *call)
{
	return call->ended_us != 0;
}

static void call_free(struct tracker *t, struct call *call)
{
	struct agent *agent, *next;

	if (call->pbx_id)
		HASH_DEL(t->calls, call);
	HASH_ITER(hh, t->agents, agent, next)
		if (agent->call == call)
			agent->call = NULL;
	talloc_free(call);
}

static void flush_calls(struct tracker *t)
{
	for (struct call **p = &t->all_calls; *p;) {
		struct call *call = *p;
		/* Without an id of its own it is no call of ours: an echo test, a listening leg. */
		if (call->dirty && call->pbx_id) {
			call->status = status_of(call);
			record_call(t, call);
		}
		call->dirty = false;
		if (!is_over(call)) {
			p = &call->next_any;
			continue;
		}
		if (t->options.replay && call->pbx_id)
			print_call(call, t->printed);
		*p = call->next_any;
		call_free(t, call);
	}
}

static void flush_agents(struct tracker *t)
{
	struct agent *agent, *next;

	HASH_ITER(hh, t->agents, agent, next) {
		if (agent->dirty)
			record_agent(t, agent);
		if (agent->presence_dirty)
			record_presence(t, agent);
		agent->dirty = agent->presence_dirty = false;
	}
}

static void flush_queues(struct tracker *t)
{
	struct queue *queue, *next;

	HASH_ITER(hh, t->queues, queue, next) {
		if (queue->dirty)
			record_queue(t, queue);
		queue->dirty = false;
	}
}

static void flush(struct tracker *t)
{
	flush_queues(t);
	flush_agents(t);
	flush_calls(t);
	talloc_free_children(t->scratch);
}

void tracker_ami(struct tracker *t, const struct ami_message *m)
{
	struct str name = ami_get(m, "Event");
	const struct event_row *row = name.n ? bsearch(&name, events, ARRAY_LEN(events),
						       sizeof(events[0]), by_name)
					     : NULL;

	if (!row)
		return;
	int64_t at = ami_timestamp_us(m);
	if (at)
		t->now_us = at;
	row->handle(t, m);
	flush(t);
}

void tracker_emit_all(struct tracker *t)
{
	struct agent *agent, *next_agent;
	struct queue *queue, *next_queue;

	HASH_ITER(hh, t->agents, agent, next_agent)
		agent->dirty = agent->configured;
	HASH_ITER(hh, t->queues, queue, next_queue)
		queue->dirty = queue->configured;
	for (struct call *call = t->all_calls; call; call = call->next_any)
		call_changed(call);
	flush(t);
}

/* ---- time ---- */

void tracker_tick(struct tracker *t, int64_t now_us)
{
	struct agent *agent, *next;

	t->now_us = now_us;
	HASH_ITER(hh, t->agents, agent, next) {
		bool over = agent->wrapup_us && agent->wrapup_us <= now_us;
		bool lost = agent->lost_us && agent->lost_us <= now_us;
		if (over)
			agent->wrapup_us = 0;
		if (lost) {
			agent->lost_us = 0;
			agent->unreachable = true;
		}
		if (over || lost)
			agent_refresh(t, agent);
	}
	flush(t);
}

int64_t tracker_next_tick(const struct tracker *t)
{
	int64_t soonest = 0;

	for (const struct agent *agent = t->agents; agent; agent = agent->hh.next) {
		if (agent->wrapup_us && (!soonest || agent->wrapup_us < soonest))
			soonest = agent->wrapup_us;
		if (agent->lost_us && (!soonest || agent->lost_us < soonest))
			soonest = agent->lost_us;
	}
	return soonest;
}

/* ---- configuration ---- */

void tracker_config_begin(struct tracker *t, int64_t now_us)
{
	t->now_us = now_us;
	for (struct agent *agent = t->agents; agent; agent = agent->hh.next)
		agent->configured = false;
	for (struct queue *queue = t->queues; queue; queue = queue->hh.next)
		queue->configured = false;
}

void tracker_config_queue(struct tracker *t, const char *tenant, const char *name,
			  int64_t wrapup_ms)
{
	struct queue *queue = queue_get(t, tenant, name);

	queue->wrapup_us = wrapup_ms * 1000;
	queue->configured = queue->dirty = true;
}

void tracker_config_agent(struct tracker *t, const char *tenant, const char *extension)
{
	struct agent *agent = agent_get(t, tenant, str_of(extension));

	agent->configured = agent->dirty = true;
	if (!agent->since_us)
		agent->since_us = t->now_us;
}

void tracker_config_end(struct tracker *t)
{
	flush(t);
}

void tracker_restore_agent(struct tracker *t, const char *tenant, const char *extension,
			   const char *status, const char *reason, const char *next_status,
			   int64_t since_us, int64_t wrapup_until_us)
{
	struct agent *agent = agent_get(t, tenant, str_of(extension));
	const char *base = next_status ? next_status : status;

	for (int i = 0; i < AGENT__COUNT; i++) {
		if (strcmp(agent_status_names[i], status) == 0)
			agent->status = (enum agent_status)i;
		if (strcmp(agent_status_names[i], base) == 0)
			agent->base = (enum agent_status)i;
	}
	if (agent->base == AGENT_ON_CALL || agent->base == AGENT_WRAP_UP)
		agent->base = AGENT_AVAILABLE;
	agent->reason = reason ? mem_strdup(agent, reason) : NULL;
	agent->since_us = since_us;
	agent->wrapup_us = wrapup_until_us;
	agent->unreachable = agent->status == AGENT_OFFLINE && agent->base != AGENT_OFFLINE;
	/* Whether the phone is still there is told by Asterisk, or it is not. */
	if (agent->base != AGENT_OFFLINE && !agent->unreachable)
		agent->lost_us = t->now_us + PHONE_LOST_US;
	talloc_free_children(t->scratch);
}

/* ---- dials and hang-ups of ours ---- */

int tracker_dial(struct tracker *t, const char *tenant, const char *extension, const char *call_id,
		 const char *number, int64_t now_us)
{
	struct agent *agent = agent_find(t, tenant, extension);

	if (!agent || !agent->configured)
		return ERR_NOT_FOUND;
	if (agent->legs || call_find(t, str_of(call_id)))
		return ERR_CONFLICT;
	t->now_us = now_us;
	struct call *call = call_new(t, tenant);
	call->direction = DIRECTION_OUTBOUND;
	call->dialler = agent;
	call->from = agent->extension;
	call->to = mem_strdup(call, number);
	call_identify(t, call, str_of(call_id));
	call_moment(t, call, "dialled", number);
	call_changed(call);
	flush(t);
	return ERR_OK;
}

void tracker_dial_failed(struct tracker *t, const char *call_id, int64_t now_us)
{
	struct call *call = call_find(t, str_of(call_id));

	if (!call || call->legs)
		return;
	t->now_us = now_us;
	call_end(t, call);
	flush(t);
}

int tracker_hangup(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		   const char *extension, const char **channel)
{
	struct call *call = call_by_id(t, tenant, call_id);
	struct leg *found = NULL;

	if (!call)
		return ERR_NOT_FOUND;
	for (struct leg *leg = call->legs; leg; leg = leg->next) {
		bool wanted = extension ? leg->agent && strcmp(leg->agent->extension, extension) == 0
					: leg == call->customer || !found;
		if (leg_alive(leg) && wanted)
			found = leg;
	}
	if (!found)
		return ERR_NOT_FOUND;
	if (call->ended_by == ENDED_UNKNOWN)
		call->ended_by = extension ? ENDED_AGENT : ENDED_SYSTEM;
	*channel = mem_strdup(ctx, found->channel);
	return ERR_OK;
}

/* ---- resync ---- */

void tracker_resync_begin(struct tracker *t)
{
	for (struct leg *leg = t->legs; leg; leg = leg->hh.next)
		leg->listed = false;
}

void tracker_resync_channel(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));

	if (!leg) {
		on_newchannel(t, m);
		leg = leg_find(t, ami_get(m, "Uniqueid"));
	}
	if (!leg)
		return;
	leg->listed = true;
	if (str_is(ami_get(m, "Application"), "ChanSpy"))
		leg->party = PARTY_SUPERVISOR;
	touch(t, m);
	struct str bridge = ami_get(m, "BridgeID");
	if (bridge.n && bridge.n < sizeof(leg->bridge)) {
		leg->up = true;
		memcpy(leg->bridge, bridge.p, bridge.n);
		leg->bridge[bridge.n] = '\0';
	}
}

void tracker_resync_end(struct tracker *t, int64_t now_us)
{
	struct leg *leg, *next;

	HASH_ITER(hh, t->legs, leg, next) {
		if (leg->listed || !leg->call)
			continue;
		t->now_us = leg->seen_us;
		leg->call->estimated = true;
		leg_end(t, leg);
	}
	t->now_us = now_us;
	for (struct call *call = t->all_calls; call; call = call->next_any)
		segments_update(t, call);
	flush(t);
}

/* ---- replay ---- */

void tracker_print_ended(struct tracker *t, struct buf *out)
{
	buf_add(out, t->printed->p, t->printed->n);
	t->printed->n = 0;
}

void tracker_print_open(struct tracker *t, struct buf *out)
{
	for (struct call *call = t->all_calls; call; call = call->next_any)
		if (call->pbx_id)
			print_call(call, out);
}
