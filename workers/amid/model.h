/* What the tracker knows. Private to the files of the tracker. */
#ifndef AMID_MODEL_H
#define AMID_MODEL_H

#include "workers/amid/recent.h"
#include "workers/amid/tracker.h"

#define HASH_FUNCTION(key, n, hash) \
	((hash) = (unsigned)str_hash((struct str){ (const char *)(key), (n) }, 0))
#include <uthash.h>

/* A growing list; items keep their place, so their index is their ordinal. */
#define LIST(type)             \
	struct {               \
		type *items;   \
		size_t n, cap; \
	}

/* Makes room for one more item, all zero, and gives its place. */
#define LIST_ADD(owner, list, type)                                                         \
	((list).n == (list).cap                                                             \
		 ? ((list).cap = (list).cap ? 2 * (list).cap : 4,                           \
		    (list).items = mem_grow(owner, (list).items, type, (list).cap), 0)      \
		 : 0,                                                                       \
	 (list).items[(list).n] = (type){ 0 }, &(list).items[(list).n++])

/* What Asterisk tells of one moment lies this close together. */
enum { SAME_MOMENT_US = 100000 };

enum party { PARTY_CUSTOMER, PARTY_AGENT, PARTY_SUPERVISOR, PARTY_OTHER };
enum direction { DIRECTION_INBOUND, DIRECTION_OUTBOUND, DIRECTION_INTERNAL };
enum call_status {
	CALL_INITIATED,
	CALL_RINGING,
	CALL_CONNECTED,
	CALL_ON_HOLD,
	CALL_TRANSFERRING,
	CALL_ENDED
};
enum agent_status {
	AGENT_OFFLINE,
	AGENT_AVAILABLE,
	AGENT_BUSY,
	AGENT_AWAY,
	AGENT_ON_CALL,
	AGENT_WRAP_UP,
	AGENT__COUNT
};
enum ended_by { ENDED_UNKNOWN, ENDED_CUSTOMER, ENDED_AGENT, ENDED_SYSTEM };

extern const char *const agent_status_names[AGENT__COUNT];

struct agent;
struct call;
struct leg;

struct bridge {
	UT_hash_handle hh;            /* by id */
	const char *id;
	struct leg *legs;
	unsigned seen;                /* mark of a walk over connected bridges */
};

struct leg {
	UT_hash_handle hh;            /* by uniqueid */
	struct leg *next;             /* in its call */
	struct leg *next_of_agent;    /* among the live legs of its agent */
	struct leg *next_in_bridge;
	struct leg *local_peer;       /* the other half of a Local channel */
	const char *uniqueid, *channel, *number;
	struct call *call;
	struct agent *agent;          /* of an agent's or supervisor's leg */
	enum party party;
	char context[32];             /* last seen: tells a hold by the server from a departure */
	struct bridge *bridge;        /* NULL: in none */
	struct agent *dialled_by;     /* whose leg dialled it, NULL: nobody's */
	bool up, ringing;
	bool origin;                  /* it called us, rather than being called */
	bool dialled;                 /* it is the far side of a Dial */
	bool listed;                  /* in the list of a running resync */
	bool found;                   /* known from such a list alone: no event has told of it */
	const char *contact;          /* of the phone when the leg was made; NULL: not known */
	bool muted;                   /* by the server: what its agent says goes nowhere */
	bool misplaced;               /* the last list had it in another bridge */
	bool waits_unheard;           /* the last list had it in a queue that nobody told of */
	int64_t doubt_us;             /* when this, or that a list lacked it, is settled; 0: no doubt */
	const char *dialling;         /* what its Dial is to call, as the channel event log says */
	int64_t started_us, answered_us, ended_us, seen_us;
	int cause, tech_cause;
	bool dirty;
};

struct visit {
	const char *queue;
	int64_t joined_us, left_us;
	int position;
	const char *outcome;          /* NULL while waiting or not known yet */
	struct agent *agent;
	bool dirty;
};

struct offer {
	struct agent *agent;
	struct leg *leg;
	const char *queue;            /* NULL for a ring outside a queue */
	int64_t started_us, ended_us;
	const char *outcome;
	bool dirty;
};

struct segment {
	struct agent *agent;
	struct leg *leg;              /* NULL once the leg is gone */
	const char *queue;
	int64_t started_us, ended_us;
	int64_t detached_us;          /* since when agent and customer share no bridge, 0: they do */
	bool parked;                  /* detached, but the agent is to come back or to hand over */
	bool ending;                  /* detached because somebody had hung up */
	int64_t held_us;              /* since when the agent's phone holds, 0: it does not */
	int64_t left_us;              /* the agent hung up while detached; the leg may live on */
	int64_t hold_us;              /* hold that is over */
	bool dirty;
};

struct transfer {
	const char *kind, *from, *to, *result;
	int64_t at_us;
	bool dirty;
};

struct moment {
	int64_t at_us;
	const char *kind;
	const char *detail;           /* extension, number or cause; NULL for none */
	bool dirty;
};

struct call {
	UT_hash_handle hh;            /* by pbx_id, once it is known */
	struct call *next_any;        /* all calls, known or not */
	const char *pbx_id;           /* CC_CALL_ID, NULL until a leg carries it */
	char id[37];                  /* our UUID */
	const char *tenant;
	enum direction direction;
	const char *from, *from_name, *to, *did;
	struct leg *legs;             /* all legs, ended ones too, in order of arrival */
	struct leg *customer;         /* the leg to the outside, NULL for internal calls */
	struct agent *dialler;        /* who dialled an outbound or internal call */
	LIST(struct visit) visits;
	LIST(struct offer) offers;
	LIST(struct segment) segments;
	LIST(struct transfer) transfers;
	LIST(struct moment) moments;
	LIST(const char *) linked_ids;
	enum call_status status;
	int64_t started_us, answered_us, ended_us;
	enum ended_by ended_by;
	const char *end_reason;       /* an end that is not a hang-up; NULL */
	bool estimated;
	bool merged;                  /* its only leg is part of another call, or listens to one */
	bool changed, emitted;
	const char *live_event;
	const char *target_name;      /* of who is consulted; NULL: not known */
	struct agent *offered_to;     /* of a call:incoming to be emitted */
};

struct agent {
	UT_hash_handle hh;            /* by "tenant/extension" */
	const char *key, *tenant, *extension;
	bool configured;
	bool named;                   /* in the configuration that is being read */
	int64_t phone;                /* a number for what Asterisk is shown of it */
	enum agent_status status;     /* what is shown */
	enum agent_status base;       /* chosen by a person: holds outside calls and wrap-up */
	const char *reason;           /* of base */
	int64_t since_us;
	int64_t wrapup_us;            /* end of the wrap-up, 0: none */
	int64_t wrapup_length_us;
	bool wrapup_extended;
	int64_t help_us;              /* since when a supervisor is asked for, 0: not */
	const char *contact;          /* of the registered phone */
	bool registered;
	bool parted;                  /* its contact has gone, which a channel that is still in use does not undo */
	int64_t lost_us;              /* when a phone that has gone counts as lost, 0: not going */
	bool unreachable;             /* it is lost: offline until it registers again */
	enum pause told;              /* what Asterisk's queues were told last */
	struct leg *legs;             /* live ones */
	struct call *call;            /* the call of the current status, while it lives */
	char call_id[37];             /* its id, which a wrap-up keeps; "" for none */
	bool changed, presence_changed;
};

struct queue {
	UT_hash_handle hh;            /* by "tenant/name" */
	const char *key, *tenant, *name;
	int64_t wrapup_us;
	bool configured, changed;
	bool named;                   /* in the configuration that is being read */
};

struct tracker {
	struct tracker_options options;
	struct leg *legs;
	struct call *calls;           /* by pbx_id */
	struct call *all_calls;
	struct agent *agents;
	struct queue *queues;
	struct bridge *bridges;
	unsigned walk;                /* number of the last walk over bridges */
	/* What the present input has changed, each once. */
	LIST(struct call *) changed_calls;
	bool any_ended;               /* among them */
	LIST(struct agent *) changed_agents;
	LIST(struct queue *) changed_queues;
	struct recent *told;          /* messages, to know repeats */
	int64_t heard_us;             /* time of the newest one */
	struct recent *ended;         /* legs that are over: they do not come back */
	struct ami_message *telling;  /* a row of the channel event log in the words of the manager */
	int64_t silent_us;            /* until then everything was heard */
	struct gap *gap;              /* the last one */
	bool keeping;                 /* messages are kept back, since a gap is to be filled first */
	int64_t doubt_us;             /* when the first doubt about a leg is settled, 0: no doubt */
	uint64_t differences;         /* doubts that no event explained */
	int64_t now_us;               /* time of the last input */
	struct buf *json;             /* scratch of record.c */
	struct buf *printed;          /* replay lines of calls that have ended */
	void *scratch;                /* emptied after each input */
};

/* ---- find.c: who is meant ---- */

/*
 * A name in Asterisk is "name" in the default tenant and "tenant-name" in others; what follows
 * the last "-" is the name.
 */
struct pbx_name {
	const char *tenant;
	struct str name;
};

struct pbx_name pbx_name(struct tracker *t, struct str full);
/* The endpoint in a channel's name: "acme-1001" of "PJSIP/acme-1001-0000001c". */
struct str endpoint_of(struct str channel);
bool is_extension(struct str s);
/* …_get makes what is not there; …_find gives NULL. */
struct agent *agent_get(struct tracker *t, const char *tenant, struct str extension);
struct agent *agent_find(struct tracker *t, const char *tenant, const char *extension);
struct queue *queue_get(struct tracker *t, const char *tenant, const char *name);
struct leg *leg_find(struct tracker *t, struct str uniqueid);
struct call *call_find(struct tracker *t, struct str pbx_id);
struct call *call_by_id(struct tracker *t, const char *tenant, const char *id);
/* The open call that had this Linkedid, though the leg that gave it may be gone. */
struct call *call_by_linked_id(struct tracker *t, struct str id);
bool leg_alive(const struct leg *leg);
/* Whoever was rung said no (ISDN cause). */
bool leg_refused(const struct leg *leg);

/* ---- call.c: a call, its legs, its visits ---- */

struct call *call_new(struct tracker *t, const char *tenant);
/* The call's id becomes known; a second one is ignored. */
void call_identify(struct tracker *t, struct call *call, struct str pbx_id);
void call_note_linked_id(struct call *call, struct str id);
/* The outside party of a call, once known, stays: a second trunk leg is a transfer's target. */
void call_set_customer(struct call *call, struct leg *leg);
/* Marks a thing to be handed to the sink at the end of the input. */
void call_mark(struct tracker *t, struct call *call);
void call_changed(struct tracker *t, struct call *call);
void call_live(struct tracker *t, struct call *call, const char *event);
void agent_changed(struct tracker *t, struct agent *agent);
void queue_changed(struct tracker *t, struct queue *queue);
void call_queue_changed(struct tracker *t, const struct call *call, const char *name);
void call_moment(struct tracker *t, struct call *call, const char *kind, const char *detail);
/* The part that is still going on, NULL if none is. */
struct visit *call_open_visit(struct call *call);
/* One that may be over, but of which nobody has said yet how it ended. */
struct visit *call_undecided_visit(struct call *call);
struct segment *call_open_segment(struct call *call, const struct leg *leg);
struct offer *call_open_offer(struct call *call, const struct leg *leg);
struct transfer *call_open_transfer(struct call *call);
enum call_status call_status_now(const struct call *call);
void offer_end(struct tracker *t, struct call *call, struct offer *offer, const char *outcome);
void visit_close(struct tracker *t, struct call *call, struct visit *visit, const char *outcome);
void call_end(struct tracker *t, struct call *call);
/* Ends the call unless a leg of it still lives. */
void call_end_if_over(struct tracker *t, struct call *call);
/* A leg of this call (NULL: of none yet); its party and agent follow from the channel's name. */
struct leg *leg_add(struct tracker *t, struct call *call, struct str uniqueid, struct str channel);
void leg_append(struct call *call, struct leg *leg);
void leg_remove(struct call *call, struct leg *leg);
/* Takes a leg that has ended out of everything but its call's list. */
void leg_detach(struct tracker *t, struct leg *leg);
/* The leg is over, and with its last leg the call. */
void leg_end(struct tracker *t, struct leg *leg);
/* ---- segment.c: who is with the customer ---- */

void bridge_enter(struct tracker *t, struct leg *leg, struct str id);
void bridge_leave(struct tracker *t, struct leg *leg);
bool bridge_is_empty(const struct tracker *t, struct str id);
/* Begins and goes on with the segments of all agents who are connected with the customer. */
void segments_update(struct tracker *t, struct call *call);
/* This leg has left the bridge it shared. */
void segments_detach(struct tracker *t, struct call *call, const struct leg *leg);
void segment_end(struct tracker *t, struct call *call, struct segment *segment);
/* The agent talks to somebody else while the customer waits: a consultation. */
void segment_park_if_consulting(struct leg *leg);
/* Held by the phone, or sent to wait by the server: the agent still has the customer. */
bool segment_is_parked(const struct call *call, const struct segment *s);
/* Between two moments as they are written, so that lengths add up to the millisecond. */
int64_t ms_between(int64_t from_us, int64_t to_us);
/* Talk and hold of a segment so far; together they are its length. */
void segment_times(const struct segment *segment, int64_t now_us, int64_t *talk_ms,
		   int64_t *hold_ms);
/* The hold that is going on is over. */
void hold_settle(struct segment *segment, int64_t end_us);
void call_answered(struct tracker *t, struct call *call);
void transfer_add(struct tracker *t, struct call *call, const char *kind, const char *from,
		  const char *to, const char *result);

/* ---- parties.c: who talks to whom ---- */

struct consult {
	enum consult_state state;
	const struct segment *by;     /* NULL: there is none */
	struct leg *target;
};

struct consult call_consult(const struct call *call);
bool agent_is_muted(const struct agent *agent);

/* ---- event.c: AMI events ---- */

/* Returns whether the event could have changed anything. */
bool event_handle(struct tracker *t, const struct ami_message *m);
/* The leg that a message about a channel speaks of, made if it is new. */
struct leg *event_channel(struct tracker *t, const struct ami_message *m);

/* ---- gap.c: from what was not heard to what is ---- */

struct gap *gap_new(struct tracker *t);
void gap_keep(struct tracker *t, const struct ami_message *m);
/* Up to when the log is believed about the calls of this Linkedid. */
int64_t gap_cut_us(const struct gap *gap, struct str linkedid);

/* ---- agent.c: the state of an agent ---- */

/* How long an agent keeps the state after the phone has gone: a reload, a short loss of network. */
enum { PHONE_LOST_US = 30000000 };

/* Works out what is shown from calls, wrap-up, phone and the chosen status; logs what changed. */
void agent_refresh(struct tracker *t, struct agent *agent);
/* The agent has left a call after talking to the customer: wrap-up runs from that moment. */
void agent_wrapup_begin(struct tracker *t, struct agent *agent, struct call *call, int64_t from_us,
			int64_t length_us);
/* Why the agent is in the state that is shown; NULL for no reason. */
const char *agent_reason(const struct agent *agent);
/* A leg of this agent that is up, or that is being rung; NULL. */
struct leg *agent_leg_up(const struct agent *agent);
struct leg *agent_leg_ringing(const struct agent *agent);
void agent_phone(struct tracker *t, struct agent *agent, bool registered, struct str contact);
/* The configuration has the agent no more: offline, when no call of theirs is left. */
void agent_leave(struct tracker *t, struct agent *agent);

/* ---- record.c: things as JSON ---- */

void record_call(struct tracker *t, struct call *call);
void record_agent(struct tracker *t, struct agent *agent);
void record_presence(struct tracker *t, struct agent *agent);
void record_queue(struct tracker *t, struct queue *queue);
void record_activity(struct tracker *t, struct agent *agent, const char *activity,
		     const char *call_id);
void write_agent(struct tracker *t, const struct agent *agent, struct buf *out);
/* The replay line of one call. */
void print_call(const struct call *call, int64_t now_us, struct buf *out);

/* What became of an ended call on the telephone. */
const char *call_outcome(const struct call *call);
int call_cause(const struct call *call);

#endif
