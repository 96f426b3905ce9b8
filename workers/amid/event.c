/* AMI events: one row each; a handler changes the model and marks what it changed. */
#include "workers/amid/event.h"

#include <string.h>

/* What every channel event says besides its own matter. Returns the leg, NULL if unknown. */
struct leg *event_touch(struct tracker *t, const struct ami_message *m)
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
	leg->misplaced = false;
	if (leg->found) {
		leg->found = false;
		leg->doubt_us = 0;
	}
	if (!leg->call->emitted && (leg->party == PARTY_CUSTOMER || leg->call->legs == leg)) {
		struct str tenant = ami_get_variable(m, "ChanVariable", "CC_TENANT");
		if (tenant.n && !str_is(tenant, leg->call->tenant))
			leg->call->tenant = mem_strndup(leg->call, tenant.p, tenant.n);
	}
	if (!leg->call->pbx_id)
		call_identify(t, leg->call, ami_get_variable(m, "ChanVariable", "CC_CALL_ID"));
	call_note_linked_id(leg->call, ami_get(m, "Linkedid"));
	return leg;
}

struct leg *event_dest(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "DestUniqueid"));

	if (leg && leg->call && !leg->call->pbx_id)
		call_identify(t, leg->call,
			      ami_get_variable(m, "DestChanVariable", "CC_CALL_ID"));
	return leg && leg->call ? leg : NULL;
}

static void on_user_event(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = event_touch(t, m);

	if (leg && str_is(ami_get(m, "UserEvent"), "CCQueueExit"))
		on_queue_exit(t, m, leg);
	else if (leg && str_is(ami_get(m, "UserEvent"), "CCReturn"))
		on_return(t, leg->call);
}

/* ---- the table ---- */

#define KEY(text) { text, sizeof(text) - 1 }

static const struct event_row {
	struct str name;
	void (*handle)(struct tracker *t, const struct ami_message *m);
} events[] = {
	{ KEY("AgentConnect"), on_agent_connect },
	{ KEY("AttendedTransfer"), on_attended_transfer },
	{ KEY("BlindTransfer"), on_blind_transfer },
	{ KEY("BridgeEnter"), on_bridge_enter },
	{ KEY("BridgeLeave"), on_bridge_leave },
	{ KEY("ChanSpyStart"), on_spy_start },
	{ KEY("ContactStatus"), on_contact_status },
	{ KEY("DeviceStateChange"), on_device_state },
	{ KEY("DialBegin"), on_dial_begin },
	{ KEY("DialEnd"), on_dial_end },
	{ KEY("Hangup"), on_hangup },
	{ KEY("HangupRequest"), on_hangup_request },
	{ KEY("Hold"), on_hold },
	{ KEY("Newchannel"), on_newchannel },
	{ KEY("OriginateResponse"), on_originate_response },
	{ KEY("QueueCallerJoin"), on_queue_join },
	{ KEY("QueueCallerLeave"), on_queue_leave },
	{ KEY("QueueEntry"), on_queue_entry },
	{ KEY("QueueMember"), on_member_status },
	{ KEY("QueueMemberStatus"), on_member_status },
	{ KEY("Unhold"), on_unhold },
	{ KEY("UserEvent"), on_user_event },
};

static const struct event_row *row_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (str_eq(events[i].name, name))
			return &events[i];
	return NULL;
}

/* ---- repeats ---- */

/* Whether a header tells one event of a name from another. */
static bool tells_apart(struct str key)
{
	static const struct str keys[] = {
		KEY("Timestamp"), KEY("Uniqueid"),  KEY("DestUniqueid"), KEY("BridgeUniqueid"),
		KEY("Queue"),     KEY("Interface"), KEY("EndpointName"), KEY("DialStatus"),
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_eq(key, keys[i]))
			return true;
	return false;
}

/* A message that comes again, to the microsecond and the channel, changes nothing. */
static bool is_repeat(struct tracker *t, const struct ami_message *m, struct str event)
{
	uint64_t hash = str_hash(event, 0);

	if (ami_get(m, "Timestamp").n == 0)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (tells_apart(m->headers[i].key))
			hash = str_hash(m->headers[i].value, hash);
	return recent_note(t->told, hash);
}

bool event_handle(struct tracker *t, const struct ami_message *m)
{
	struct str name = ami_get(m, "Event");
	const struct event_row *row = row_of(name);

	if (!row || is_repeat(t, m, name))
		return false;
	int64_t at = ami_timestamp_us(m);
	if (at)
		t->now_us = at;
	if (at > t->heard_us)
		t->heard_us = at;
	row->handle(t, m);
	return true;
}

struct leg *event_channel(struct tracker *t, const struct ami_message *m)
{
	struct leg *leg = leg_find(t, ami_get(m, "Uniqueid"));

	if (leg)
		return leg;
	on_newchannel(t, m);
	return event_touch(t, m);
}
