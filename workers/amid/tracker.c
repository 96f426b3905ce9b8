/*
 * AMI messages to calls. One row per event; each handler changes the model and marks what it
 * changed, and one function at the end hands the marked things to the sink.
 */
#include "workers/amid/model.h"

#include "lib/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for one more item, all zero, and gives its place. */
#define LIST_ADD(owner, list, type)                                                         \
	((list).n == (list).cap                                                             \
		 ? ((list).cap = (list).cap ? 2 * (list).cap : 4,                           \
		    (list).items = mem_grow(owner, (list).items, type, (list).cap), 0)      \
		 : 0,                                                                       \
	 (list).items[(list).n] = (type){ 0 }, &(list).items[(list).n++])

static struct duplicates *duplicates_new(const void *ctx);

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
	HASH_CLEAR(hh, t->bridges);
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
	t->duplicates = duplicates_new(t);
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

struct call *call_new(struct tracker *t, const char *tenant)
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

static void mark(struct tracker *t, struct call *call);

void call_identify(struct tracker *t, struct call *call, struct str pbx_id)
{
	if (call->pbx_id || pbx_id.n == 0 || call_find(t, pbx_id))
		return;
	call->pbx_id = mem_strndup(call, pbx_id.p, pbx_id.n);
	uuid_of(pbx_id, call->id);
	HASH_ADD_KEYPTR(hh, t->calls, call->pbx_id, pbx_id.n, call);
	mark(t, call);
}

void call_moment(struct tracker *t, struct call *call, const char *kind, const char *detail)
{
	struct moment *moment = LIST_ADD(call, call->moments, struct moment);

	*moment = (struct moment){ t->now_us, kind, detail ? mem_strdup(call, detail) : NULL, true };
}

static void mark(struct tracker *t, struct call *call)
{
	if (call->changed)
		return;
	call->changed = true;
	*LIST_ADD(t, t->changed_calls, struct call *) = call;
}

void agent_changed(struct tracker *t, struct agent *agent)
{
	if (agent->changed)
		return;
	agent->changed = true;
	*LIST_ADD(t, t->changed_agents, struct agent *) = agent;
}

static void queue_mark(struct tracker *t, struct queue *queue)
{
	if (queue->changed)
		return;
	queue->changed = true;
	*LIST_ADD(t, t->changed_queues, struct queue *) = queue;
}

static void call_live(struct tracker *t, struct call *call, const char *event)
{
	mark(t, call);
	/* An announcement of a ring is not overtaken by a mere change in the same input. */
	if (!call->live_event || strcmp(event, "call:ended") == 0)
		call->live_event = event;
}

static void call_changed(struct tracker *t, struct call *call)
{
	call_live(t, call, "call:state:changed");
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
	queue_mark(t, queue_get(t, call->tenant, name));
}

/* ---- bridges ---- */

static struct bridge *bridge_get(struct tracker *t, struct str id)
{
	struct bridge *bridge;

	HASH_FIND(hh, t->bridges, id.p, id.n, bridge);
	if (bridge)
		return bridge;
	bridge = mem_new(t, struct bridge);
	bridge->id = mem_strndup(bridge, id.p, id.n);
	HASH_ADD_KEYPTR(hh, t->bridges, bridge->id, id.n, bridge);
	return bridge;
}

static void bridge_leave(struct tracker *t, struct leg *leg)
{
	struct bridge *bridge = leg->bridge;

	if (!bridge)
		return;
	for (struct leg **p = &bridge->legs; *p; p = &(*p)->next_in_bridge)
		if (*p == leg) {
			*p = leg->next_in_bridge;
			break;
		}
	leg->bridge = NULL;
	leg->next_in_bridge = NULL;
	if (bridge->legs)
		return;
	HASH_DEL(t->bridges, bridge);
	talloc_free(bridge);
}

static void bridge_enter(struct tracker *t, struct leg *leg, struct str id)
{
	if (leg->bridge && str_is(id, leg->bridge->id))
		return;
	bridge_leave(t, leg);
	leg->bridge = bridge_get(t, id);
	leg->next_in_bridge = leg->bridge->legs;
	leg->bridge->legs = leg;
}

/* Marks every bridge whose sound reaches this one: through the halves of Local channels. */
static void walk_from(struct tracker *t, struct bridge *bridge)
{
	if (bridge->seen == t->walk)
		return;
	bridge->seen = t->walk;
	for (struct leg *leg = bridge->legs; leg; leg = leg->next_in_bridge)
		if (leg->local_peer && leg->local_peer->bridge)
			walk_from(t, leg->local_peer->bridge);
}

/* ---- status of a call: derived, in one place ---- */

static bool any_leg_up(const struct call *call)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->bridge)
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

/* An exchange of channels (a transfer, a Local channel taken out) parts them for a moment only. */
enum { SWAP_US = 50000 };

static void hold_settle(struct segment *s, int64_t end_us)
{
	int64_t since = s->held_us ? s->held_us : s->detached_us;

	if (s->held_us && s->detached_us && s->detached_us < since)
		since = s->detached_us;
	if (since && end_us > since && (s->held_us || end_us - since > SWAP_US))
		s->hold_us += end_us - since;
	s->held_us = s->detached_us = 0;
	s->parked = false;
}

/* Contexts in which a leg waits for the worker to bring it back: it has not left. */
static bool is_waiting_room(const struct leg *leg)
{
	static const char *const rooms[] = { "cc-idle", "cc-hold", "cc-consult",
					     "cc-consult-exit", "cc-consult-internal" };

	for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
		if (strcmp(leg->context, rooms[i]) == 0)
			return true;
	return false;
}

/* Held by the phone, or sent to wait by the server: the agent still has the customer. */
static bool is_parked(const struct call *call, const struct segment *s)
{
	if (s->ending)
		return false;
	return s->parked || s->held_us || (s->leg && is_waiting_room(s->leg)) ||
	       (call->customer && leg_alive(call->customer) && is_waiting_room(call->customer));
}

static void segment_end(struct tracker *t, struct call *call, struct segment *s)
{
	int64_t end = s->left_us ? s->left_us : t->now_us;

	if (s->detached_us && !is_parked(call, s)) {
		end = s->detached_us;
		s->detached_us = 0;
	}
	hold_settle(s, end);
	s->ended_us = end > s->started_us ? end : s->started_us;
	s->leg = NULL;
	s->dirty = true;
	call_changed(t, call);
	call_moment(t, call, "segment-ended", s->agent->extension);
	struct queue *queue = s->queue ? queue_get(t, call->tenant, s->queue) : NULL;
	agent_wrapup_begin(t, s->agent, call, s->ended_us,
			   queue ? queue->wrapup_us : t->options.outbound_wrapup_ms * 1000);
}

/* The agent talks to somebody else while the customer waits: a consultation. */
static void park_if_consulting(struct leg *leg)
{
	struct segment *s = open_segment(leg->call, leg);

	if (s && s->detached_us)
		s->parked = true;
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
	call_changed(t, call);
}

/* An event of Asterisk has already told of this transfer. */
static bool already_transferred(const struct call *call, const char *from)
{
	const struct transfer *last =
		call->transfers.n ? &call->transfers.items[call->transfers.n - 1] : NULL;

	return last && strcmp(last->kind, "ATTENDED") == 0 && strcmp(last->from, from) == 0;
}

static void add_transfer(struct tracker *t, struct call *call, const char *kind, const char *from,
			 const char *to, const char *result)
{
	struct transfer *transfer = LIST_ADD(call, call->transfers, struct transfer);

	*transfer = (struct transfer){ kind, from, to ? mem_strdup(call, to) : NULL, result,
				       t->now_us, true };
	call_moment(t, call, "transferred", transfer->to);
	call_changed(t, call);
}

/* After a consultation no event of Asterisk says "transfer": that the target now has the customer does. */
static void hand_over(struct tracker *t, struct call *call, struct segment *s, struct leg *target)
{
	bool consulted = is_parked(call, s) && target->dialled_by == s->agent;
	const char *from = s->agent->extension;

	segment_end(t, call, s);
	if (consulted && !already_transferred(call, from))
		add_transfer(t, call, "ATTENDED", from, target->number, "COMPLETED");
}

/* The agent's leg and the customer's are in one bridge: a new segment, or one that goes on. */
static void segment_attach(struct tracker *t, struct call *call, struct leg *leg)
{
	struct segment *s = open_segment(call, leg);

	if (s) {
		if (s->detached_us) {
			hold_settle(s, t->now_us);
			s->dirty = true;
			call->ended_by = ENDED_UNKNOWN;
			call_changed(t, call);
		}
		return;
	}
	/* Whoever had put the customer on hold for this has now handed the customer over. */
	for (size_t i = 0; i < call->segments.n; i++)
		if (!call->segments.items[i].ended_us && call->segments.items[i].detached_us)
			hand_over(t, call, &call->segments.items[i], leg);
	call->ended_by = ENDED_UNKNOWN;
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

	if (!customer || !customer->bridge)
		return;
	t->walk++;
	walk_from(t, customer->bridge);
	for (struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->party == PARTY_AGENT && leg->bridge && leg->bridge->seen == t->walk)
			segment_attach(t, call, leg);
}

static void segments_detach(struct tracker *t, struct call *call, const struct leg *leg)
{
	for (size_t i = 0; i < call->segments.n; i++) {
		struct segment *s = &call->segments.items[i];
		if (s->ended_us || s->detached_us || (leg != call->customer && s->leg != leg))
			continue;
		s->detached_us = t->now_us;
		s->ending = call->ended_by != ENDED_UNKNOWN;
		s->dirty = true;
		call_changed(t, call);
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

/* "Local/1002@agents-00000001;1" and "…;2" are two ends of one wire. */
static void pair_local(struct tracker *t, struct leg *leg)
{
	size_t n = strlen(leg->channel);
	const char *at = strchr(leg->channel, '@');

	if (strncmp(leg->channel, "Local/", 6) != 0 || n < 2 || leg->channel[n - 2] != ';')
		return;
	if (at)
		leg->number = mem_strndup(leg, leg->channel + 6, (size_t)(at - leg->channel) - 6);
	for (struct leg *other = t->legs; other; other = other->hh.next)
		if (other != leg && strlen(other->channel) == n &&
		    strncmp(other->channel, leg->channel, n - 1) == 0) {
			leg->local_peer = other;
			other->local_peer = leg;
		}
}

static void classify(struct tracker *t, struct leg *leg)
{
	struct str endpoint = endpoint_of(str_of(leg->channel));
	struct pbx_name name = pbx_name(t, endpoint);

	if (strncmp(leg->channel, "PJSIP/", 6) != 0) {
		leg->party = PARTY_OTHER;
		pair_local(t, leg);
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
	call->direction = leg->party == PARTY_CUSTOMER ? DIRECTION_INBOUND : DIRECTION_INTERNAL;
	call->from = number.n ? mem_strndup(call, number.p, number.n) : NULL;
	call->from_name = name.n ? mem_strndup(call, name.p, name.n) : NULL;
	call->to = dialled;
	call->did = leg->party == PARTY_CUSTOMER ? dialled : NULL;
	if (!leg->number)
		leg->number = call->from;
}

static const char *tenant_of(struct tracker *t, const struct leg *leg, const struct ami_message *m)
{
	struct str tenant = ami_get_variable(m, "ChanVariable", "CC_TENANT");

	if (tenant.n)
		return mem_strndup(t->scratch, tenant.p, tenant.n);
	return leg->agent ? leg->agent->tenant : t->options.default_tenant;
}

struct leg *leg_add(struct tracker *t, struct call *call, struct str uniqueid, struct str channel)
{
	struct leg *leg = mem_new(t, struct leg);

	leg->uniqueid = mem_strndup(leg, uniqueid.p, uniqueid.n);
	leg->channel = mem_strndup(leg, channel.p, channel.n);
	leg->started_us = leg->seen_us = t->now_us;
	HASH_ADD_KEYPTR(hh, t->legs, leg->uniqueid, uniqueid.n, leg);
	classify(t, leg);
	if (call)
		append_leg(call, leg);
	return leg;
}

static struct leg *leg_new(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_add(t, NULL, ami_get(m, "Uniqueid"), ami_get(m, "Channel"));

	leg->origin = ami_get_int(m, "ChannelState", 0) == CHANNEL_STATE_RING;
	leg->up = ami_get_int(m, "ChannelState", 0) == CHANNEL_STATE_UP;
	leg->dirty = true;
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
	mark(t, call);
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

static void dialled_number(struct tracker *t, struct call *call, struct leg *leg, struct str dial)
{
	const char *at = dial.n ? memchr(dial.p, '@', dial.n) : NULL;
	size_t n = at ? (size_t)(at - dial.p) : dial.n;
	const char *slash = n ? memrchr(dial.p, '/', n) : NULL;
	size_t skip = slash ? (size_t)(slash - dial.p) + 1 : 0;

	leg->number = mem_strndup(leg, dial.p + skip, n - skip);
	if (call->direction == DIRECTION_OUTBOUND && call->customer == leg) {
		call->to = mem_strdup(call, leg->number);
		call_changed(t, call);
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
	call_changed(t, call);
	if (!caller) {
		/* An agent-first dial rings the agent's own phone: nobody is offered a call. */
		agent_refresh(t, leg->agent ? leg->agent : call->dialler);
		return;
	}
	leg->dialled = true;
	leg->dialled_by = caller->agent;
	if (leg->party == PARTY_CUSTOMER)
		dialled_number(t, call, leg, ami_get(m, "DialString"));
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
	call_changed(t, call);
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

/* What a transfer came to when its target was not reached; NULL: it was, or nobody wanted it. */
static const char *transfer_failure(const struct leg *leg, struct str status)
{
	if (str_is(status, "ANSWER") || str_is(status, "CANCEL"))
		return NULL;
	if (str_is(status, "BUSY") || leg->cause == 17 || leg->cause == 21)
		return "REFUSED";
	return str_is(status, "NOANSWER") && (leg->cause == 0 || leg->cause == 19) ? "NO_ANSWER"
										 : "FAILED";
}

/* The target of a blind transfer or of a consultation did not take the call. */
static void target_not_reached(struct tracker *t, struct leg *caller, struct leg *leg,
			       struct str status)
{
	struct call *call = leg->call;
	const char *failure = transfer_failure(leg, status);
	struct transfer *transfer = open_transfer(call);

	if (!failure)
		return;
	if (transfer) {
		transfer->result = failure;
		transfer->dirty = true;
		return;
	}
	struct segment *s = caller ? open_segment(call, caller) : NULL;
	if (s && s->detached_us)
		add_transfer(t, call, "ATTENDED", s->agent->extension, leg->number, failure);
}

static void on_dial_end(struct tracker *t, const struct ami_message *m)
{
	struct leg *caller = touch(t, m), *leg = dest(t, m);
	struct str status = ami_get(m, "DialStatus");

	if (!leg)
		return;
	struct offer *offer = open_offer(leg->call, leg);
	if (offer)
		offer_end(t, leg->call, offer, offer_outcome(leg, status));
	if (leg->ringing)
		target_not_reached(t, caller, leg, status);
	leg->ringing = false;
	leg->dirty = true;
	if (str_is(status, "ANSWER") && !leg->up) {
		leg->up = true;
		leg->answered_us = t->now_us;
	}
	call_changed(t, leg->call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

static struct call *call_of_customer_in(const struct bridge *bridge)
{
	for (const struct leg *leg = bridge->legs; leg; leg = leg->next_in_bridge)
		if (leg->call->customer == leg)
			return leg->call;
	return NULL;
}

/* A call whose only leg has become part of another one was never a call of its own. */
static void dissolve_if_empty(struct tracker *t, struct call *call)
{
	if (call->legs)
		return;
	call->merged = true;
	call->end_reason = "merged";
	call->ended_us = t->now_us;
	call_live(t, call, "call:ended");
}

/* A leg of another call that joins a bridge with a customer belongs to the customer's call. */
static void adopt_into_bridge(struct tracker *t, struct leg *leg)
{
	struct call *old = leg->call, *call = call_of_customer_in(leg->bridge);

	if (!call || call == old || old->customer == leg || leg->party == PARTY_SUPERVISOR)
		return;
	remove_leg(old, leg);
	append_leg(call, leg);
	leg->dirty = true;
	dissolve_if_empty(t, old);
	call_changed(t, old);
}

static void on_bridge_enter(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);
	struct str bridge = ami_get(m, "BridgeUniqueid");

	if (!leg || bridge.n == 0)
		return;
	bridge_enter(t, leg, bridge);
	if (!leg->up) {
		leg->up = true;
		leg->answered_us = t->now_us;
		leg->dirty = true;
	}
	adopt_into_bridge(t, leg);
	park_if_consulting(leg);
	note_linked_id(leg->call, ami_get(m, "Linkedid"));
	segments_update(t, leg->call);
	if (leg->call->direction == DIRECTION_INTERNAL && ami_get_int(m, "BridgeNumChannels", 0) > 1)
		answered(t, leg->call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
	call_changed(t, leg->call);
}

static void on_bridge_leave(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	bridge_leave(t, leg);
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
	call_changed(t, leg->call);
	agent_changed(t, s->agent);
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
	call_changed(t, leg->call);
	agent_changed(t, s->agent);
}

/* ---- ends ---- */

static void on_hangup_request(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = touch(t, m);

	if (!leg)
		return;
	leg->cause = (int)ami_get_int(m, "Cause", leg->cause);
	leg->tech_cause = (int)ami_get_int(m, "TechCause", leg->tech_cause);
	struct segment *s = open_segment(leg->call, leg);
	if (s && s->detached_us && !s->left_us)
		s->left_us = t->now_us;
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
	call_changed(t, call);
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
	call_live(t, call, "call:ended");
}

static bool has_living_leg(const struct call *call)
{
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg_alive(leg) && leg->party != PARTY_SUPERVISOR)
			return true;
	return false;
}

void leg_detach(struct tracker *t, struct leg *leg)
{
	bridge_leave(t, leg);
	if (leg->local_peer)
		leg->local_peer->local_peer = NULL;
	HASH_DEL(t->legs, leg);
	for (struct leg **p = leg->agent ? &leg->agent->legs : NULL; p && *p;
	     p = &(*p)->next_of_agent)
		if (*p == leg) {
			*p = leg->next_of_agent;
			break;
		}
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
	leg_detach(t, leg);
	if (!has_living_leg(call))
		call_end(t, call);
	if (leg->agent)
		agent_refresh(t, leg->agent);
	call_changed(t, call);
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
	struct transfer *transfer = open_transfer(leg->call);
	if (transfer) {
		transfer->result = "COMPLETED";
		transfer->dirty = true;
	}
	leg->call->ended_by = ENDED_UNKNOWN;
	call_moment(t, leg->call, "queued", visit->queue);
	call_changed(t, leg->call);
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
	call_changed(t, leg->call);
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

/* An originated leg's own events do not say what it is to dial once it is answered. */
static void on_originate_response(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));
	struct str exten = ami_get(m, "Exten");
	const char *prefix = t->options.outbound_prefix;
	size_t n = strlen(prefix);

	if (!leg || leg->call->to || exten.n == 0)
		return;
	bool outside = exten.n > n && memcmp(exten.p, prefix, n) == 0 && !is_extension(exten);
	size_t skip = outside ? n : 0;
	leg->call->to = mem_strndup(leg->call, exten.p + skip, exten.n - skip);
	if (outside)
		leg->call->direction = DIRECTION_OUTBOUND;
	call_changed(t, leg->call);
}

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
	{ "OriginateResponse", on_originate_response },
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

static void forget(struct tracker *t, struct call *call)
{
	struct call **p = &t->all_calls;

	while (*p != call)
		p = &(*p)->next_any;
	*p = call->next_any;
	call_free(t, call);
}

static void flush_calls(struct tracker *t)
{
	for (size_t i = 0; i < t->changed_calls.n; i++) {
		struct call *call = t->changed_calls.items[i];
		call->changed = false;
		/* Without an id of its own it is no call of ours: an echo test, a listening leg. */
		if (call->pbx_id && !(call->merged && !call->emitted)) {
			call->status = status_of(call);
			record_call(t, call);
		}
		if (!call->ended_us)
			continue;
		if (t->options.replay && call->pbx_id && !call->merged)
			print_call(call, t->printed);
		forget(t, call);
	}
	t->changed_calls.n = 0;
}

static void flush_agents(struct tracker *t)
{
	for (size_t i = 0; i < t->changed_agents.n; i++) {
		struct agent *agent = t->changed_agents.items[i];
		record_agent(t, agent);
		if (agent->presence_changed)
			record_presence(t, agent);
		agent->changed = agent->presence_changed = false;
	}
	t->changed_agents.n = 0;
}

static void flush_queues(struct tracker *t)
{
	for (size_t i = 0; i < t->changed_queues.n; i++) {
		record_queue(t, t->changed_queues.items[i]);
		t->changed_queues.items[i]->changed = false;
	}
	t->changed_queues.n = 0;
}

static void flush(struct tracker *t)
{
	flush_queues(t);
	flush_agents(t);
	flush_calls(t);
	talloc_free_children(t->scratch);
}

/* ---- repeats ---- */

/*
 * A message that comes again, to the microsecond and the channel, changes nothing: the last ones
 * are remembered by a hash.
 */
enum { REMEMBERED = 1 << 14 };

struct duplicates {
	uint64_t ring[REMEMBERED];       /* in order of arrival */
	uint64_t table[4 * REMEMBERED];  /* the same, to be found; 0: empty */
	size_t next;
};

static struct duplicates *duplicates_new(const void *ctx)
{
	return mem_new(ctx, struct duplicates);
}

static size_t slot_of(const struct duplicates *d, uint64_t hash)
{
	size_t slot = hash % ARRAY_LEN(d->table);

	while (d->table[slot] && d->table[slot] != hash)
		slot = (slot + 1) % ARRAY_LEN(d->table);
	return slot;
}

/* Removal from a table with linear probing: what follows is put in anew. */
static void drop(struct duplicates *d, uint64_t hash)
{
	size_t slot = slot_of(d, hash);

	if (!d->table[slot])
		return;
	d->table[slot] = 0;
	for (slot = (slot + 1) % ARRAY_LEN(d->table); d->table[slot];
	     slot = (slot + 1) % ARRAY_LEN(d->table)) {
		uint64_t moved = d->table[slot];
		d->table[slot] = 0;
		d->table[slot_of(d, moved)] = moved;
	}
}

static bool is_repeat(struct tracker *t, const struct ami_message *m, struct str event)
{
	static const char *const keys[] = { "Uniqueid", "DestUniqueid", "BridgeUniqueid", "Queue",
					    "EndpointName", "Interface", "DialStatus" };
	struct str timestamp = ami_get(m, "Timestamp");
	struct duplicates *d = t->duplicates;
	uint64_t hash = fnv1a(event, fnv1a(timestamp, 0xcbf29ce484222325u));

	if (timestamp.n == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		hash = fnv1a(ami_get(m, keys[i]), hash);
	hash |= 1;
	if (d->table[slot_of(d, hash)])
		return true;
	if (d->ring[d->next])
		drop(d, d->ring[d->next]);
	d->ring[d->next] = hash;
	d->table[slot_of(d, hash)] = hash;
	d->next = (d->next + 1) % REMEMBERED;
	return false;
}

void tracker_ami(struct tracker *t, const struct ami_message *m)
{
	struct str name = ami_get(m, "Event");
	const struct event_row *row = name.n ? bsearch(&name, events, ARRAY_LEN(events),
						       sizeof(events[0]), by_name)
					     : NULL;

	if (!row || is_repeat(t, m, name))
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
		if (agent->configured)
			agent_changed(t, agent);
	HASH_ITER(hh, t->queues, queue, next_queue)
		if (queue->configured)
			queue_mark(t, queue);
	for (struct call *call = t->all_calls; call; call = call->next_any)
		call_changed(t, call);
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
	queue->configured = true;
	queue_mark(t, queue);
}

void tracker_config_agent(struct tracker *t, const char *tenant, const char *extension)
{
	struct agent *agent = agent_get(t, tenant, str_of(extension));

	agent->configured = true;
	agent_changed(t, agent);
	if (!agent->since_us)
		agent->since_us = t->now_us;
}

void tracker_config_end(struct tracker *t)
{
	flush(t);
}

void tracker_restore_agent(struct tracker *t, const char *tenant, const char *extension,
			   const char *status, const char *reason, const char *next_status,
			   const char *call_id, int64_t since_us, int64_t wrapup_until_us)
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
	if (call_id)
		snprintf(agent->call_id, sizeof(agent->call_id), "%s", call_id);
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
	call_changed(t, call);
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
	if (bridge.n) {
		leg->up = true;
		bridge_enter(t, leg, bridge);
	} else {
		bridge_leave(t, leg);
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

/* all_calls runs from the newest to the oldest. */
static void print_open(const struct call *call, struct buf *out)
{
	if (!call)
		return;
	print_open(call->next_any, out);
	if (call->pbx_id)
		print_call(call, out);
}

void tracker_print_open(struct tracker *t, struct buf *out)
{
	print_open(t->all_calls, out);
}
