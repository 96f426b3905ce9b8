/*
 * The tracker: AMI messages, commands and time in; records out. It does no I/O, so recorded
 * traces run through it in tests exactly as a live stream does.
 *
 * A record is the whole present state of one thing (a call, a leg, a visit, an agent …), so that
 * writing the newest one is enough and writing it twice is harmless. The tracker hands every changed
 * thing to the sink once: after a command at once, after AMI messages at the next tracker_flush, so
 * that under load the states in between are never written. A call that has ended is handed over at
 * once, and so is every entry of a log.
 */
#ifndef AMID_TRACKER_H
#define AMID_TRACKER_H

#include "lib/ami.h"

#include <stdbool.h>

struct tracker;

/* In the order in which they may be stored: what others refer to comes first. */
enum record_kind {
	RECORD_CALL,
	RECORD_LEG,
	RECORD_VISIT,         /* one caller in one queue */
	RECORD_OFFER,         /* one ring of one agent's phone */
	RECORD_SEGMENT,       /* one agent with the customer */
	RECORD_TRANSFER,
	RECORD_MOMENT,        /* an entry of the call's timeline */
	RECORD_AGENT,
	RECORD_ACTIVITY,      /* an entry of the agent's log */
	RECORD_QUEUE,         /* live only */
	RECORD_PRESENCE,      /* live only */
	RECORD__COUNT
};

enum pause { PAUSE_UNCHANGED, PAUSE_ON, PAUSE_OFF };

struct record {
	enum record_kind kind;
	const char *live;     /* event type for the live feed, NULL: none */
	const char *tenant;
	const char *key;      /* id within kind and tenant, as the live hashes use it */
	bool gone;            /* the live picture forgets it */
	enum pause pause;     /* of an agent: what Asterisk's queues are to be told */
	struct str queue;     /* who may see it: members of this queue … */
	struct str agents;    /* … and these extensions, comma-separated */
	int64_t at_us;
	struct str json;      /* valid during the call of the sink */
};

typedef void record_sink(void *arg, const struct record *record);

struct tracker_options {
	const char *default_tenant;
	const char *outbound_prefix;  /* what the dialplan strips before the trunk */
	int64_t outbound_wrapup_ms;   /* after an answered outbound call */
	bool replay;                  /* keep a line of each call that ends, for tracker_print_ended */
	record_sink *sink;            /* may be NULL */
	void *arg;
};

struct tracker *tracker_new(const void *ctx, const struct tracker_options *options);

/* One AMI message; responses and events that mean nothing to calls are ignored. */
void tracker_ami(struct tracker *t, const struct ami_message *m);
/* Hands over what AMI messages have changed: to be called when all that had arrived are in. */
void tracker_flush(struct tracker *t);
/* Time has come to now_us: ends wrap-ups that are over, gives up phones that have gone. */
void tracker_tick(struct tracker *t, int64_t now_us);
/* When tracker_tick has something to do next; 0: nothing is planned. */
int64_t tracker_next_tick(const struct tracker *t);

/* ---- configuration: who exists; call again with everything when it changes ---- */

/* Handed over is who has come or gone since the configuration before. */

void tracker_config_begin(struct tracker *t, int64_t now_us);
void tracker_config_queue(struct tracker *t, const char *tenant, const char *queue,
			  int64_t wrapup_ms);
/* What Asterisk is to be told of an agent's phone. */
enum phone_news { PHONE_SAME, PHONE_NEW, PHONE_CHANGED };

/* phone: a number for all that Asterisk is shown of the agent's phone. Compares with the configuration before. */
enum phone_news tracker_config_agent(struct tracker *t, const char *tenant, const char *extension,
				     int64_t phone);
void tracker_config_end(struct tracker *t);

/* An agent's state as it was stored; texts may be NULL but for the first three. */
struct tracker_agent {
	const char *tenant, *extension, *status;
	const char *reason, *next_status, *call_id;
	int64_t since_us, wrapup_until_us, wrapup_ms;
	bool wrapup_extended;
	int64_t help_us;
};

/* Puts back what was known of an agent before a restart. Emits nothing. */
void tracker_restore_agent(struct tracker *t, const struct tracker_agent *stored);

struct json;
/*
 * An open call as it was stored (statement store_open_calls), before a restart. Emits nothing; the
 * next resync tells which of its legs still live. Returns 0 or ERR_INVALID.
 */
int tracker_restore_call(struct tracker *t, const struct json *call);

/* ---- commands; each returns 0 or a positive answer ---- */

/*
 * OFFLINE, AVAILABLE, BUSY or AWAY now, or after the call and wrap-up the agent is in; AVAILABLE
 * ends a wrap-up. ERR_INVALID: no such status. ERR_NOT_FOUND: no such agent.
 */
int tracker_agent_status(struct tracker *t, const char *tenant, const char *extension,
			 const char *status, const char *reason, int64_t now_us);
/* Ends the wrap-up, or prolongs it once by its own length. ERR_CONFLICT: not in wrap-up, or again. */
int tracker_wrapup(struct tracker *t, const char *tenant, const char *extension, bool extend,
		   int64_t now_us);
/* A supervisor is asked for, or no more: with the end of the call and its wrap-up by itself. */
int tracker_agent_help(struct tracker *t, const char *tenant, const char *extension, bool on,
		       int64_t now_us);
/* Signed in (from OFFLINE to AVAILABLE where a phone comes with it) and out. */
int tracker_agent_login(struct tracker *t, const char *tenant, const char *extension, bool phone,
			int64_t now_us);
int tracker_agent_logout(struct tracker *t, const char *tenant, const char *extension,
			 int64_t now_us);
/* Whether the configuration has the agent. */
bool tracker_has_agent(struct tracker *t, const char *tenant, const char *extension);
/* The agent's live object as JSON into out; ERR_NOT_FOUND. */
int tracker_agent_json(struct tracker *t, const char *tenant, const char *extension,
		       struct buf *out);

/*
 * A dial is about to be sent: the first leg that Asterisk will make has the call's id as Uniqueid.
 * ERR_NOT_FOUND: no such agent; ERR_CONFLICT: the agent is in a call or being rung.
 */
int tracker_dial(struct tracker *t, const char *tenant, const char *extension, const char *call_id,
		 const char *number, int64_t now_us);
/* The dial never made a channel: the call is closed as failed. */
void tracker_dial_failed(struct tracker *t, const char *call_id, int64_t now_us);

/*
 * Channel to hang up for this agent in this call (its own leg), or with extension NULL the
 * customer's or first leg. ERR_NOT_FOUND. The name is a child of ctx. The call's end is then
 * ascribed to the agent, or to the system.
 */
int tracker_hangup(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		   const char *extension, const char **channel);
/*
 * The leg of this agent that rings for this call: its Uniqueid and name, children of ctx; both NULL
 * when it has been answered. ERR_NOT_FOUND: no such call; ERR_CONFLICT: it does not ring.
 */
int tracker_answer(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		   const char *extension, const char **uniqueid, const char **channel);

/* ---- control of a call (parties.c) ---- */

/* Of the agent with the customer and the target, to whom the agent listens now. */
enum consult_state {
	CONSULT_NONE,
	CONSULT_RINGING,      /* the target's phone; the customer hears music */
	CONSULT_TALKING,      /* agent and target; the customer hears music */
	CONSULT_HELD,         /* agent and customer; the target hears music */
	CONSULT_JOINED        /* all three */
};

/* Names of channels, NULL: there is none. */
struct parties {
	const char *extension;      /* of the agent who has the customer */
	const char *agent, *customer;
	const char *target;         /* who is consulted */
	const char *heard;          /* who of them talks with the agent */
	enum consult_state consult;
	bool together;              /* agent and customer */
	bool held_by_phone;         /* by SIP: only the phone can resume */
	bool crowded;               /* somebody else has joined customer and agent */
};

/*
 * Who is in that call, for this agent, or with extension NULL for whoever talks to the customer. Texts are
 * children of ctx. ERR_NOT_FOUND: no such open call; ERR_CONFLICT: the agent does not have its customer.
 */
int tracker_parties(struct tracker *t, const void *ctx, const char *tenant, const char *call_id,
		    const char *extension, struct parties *out);
/* Whether a call may be sent to this agent: ERR_NOT_FOUND: no such; ERR_CONFLICT: no phone, or in a call. */
int tracker_reachable(struct tracker *t, const char *tenant, const char *extension);
bool tracker_has_queue(struct tracker *t, const char *tenant, const char *queue);
/* Asterisk has muted the agent's channel, of which no event tells. */
void tracker_mute(struct tracker *t, const char *channel, bool on);
/* An agent who has a customer, and what has become of the phone they talk with. */
enum phone_state {
	PHONE_THERE,
	PHONE_GONE,           /* it is not registered any more */
	PHONE_ELSEWHERE       /* another one is: a page that was loaded anew, another device */
};
struct talking {
	const char *tenant, *extension;
	const char *agent, *customer;   /* channels */
	enum phone_state phone;
	bool together;
};
/* Tells of each; what it is given is valid during the call of f. */
void tracker_each_talking(struct tracker *t, void (*f)(void *arg, const struct talking *who),
			  void *arg);
/* A customer on hold is about to be sent on by us, of which no event tells; and that this was refused. */
void tracker_transfer(struct tracker *t, const char *tenant, const char *call_id, const char *from,
		      const char *to, int64_t now_us);
void tracker_transfer_failed(struct tracker *t, const char *tenant, const char *call_id,
			     int64_t now_us);
/* How whoever is consulted next is called; NULL: not known. */
void tracker_name_target(struct tracker *t, const char *tenant, const char *call_id,
			 const char *name);

/* ---- resync ---- */

/*
 * A gap: nothing was heard since silent_us. AMI messages are kept back until tracker_gap_end, so that
 * what came before them can be told first.
 */
void tracker_gap_begin(struct tracker *t, int64_t silent_us);
/*
 * The channel event log is about to be told; live messages were complete between these two moments.
 * The log is believed up to somewhere in between: for each call up to its first quiet moment, so
 * that what belongs together is not torn apart between two sources that are some ms out of step. Without
 * this call every message that was kept is told.
 */
void tracker_gap_read(struct tracker *t, int64_t from_us, int64_t until_us);
/* Tells what was kept and the log has not told. */
void tracker_gap_end(struct tracker *t);

/*
 * A row of the channel event log. Returns whether it was news: one that is older than what its
 * channel has said since is not, nor one from when events are complete again, unless its channel
 * is in doubt. Reading a part of the log twice changes nothing.
 */
struct cel_row;
bool tracker_cel(struct tracker *t, const struct cel_row *row);

/* The moment up to which the model was last found right: what a later list lacks ended after it. */
void tracker_checked(struct tracker *t, int64_t now_us);
/* A fresh list of channels follows as tracker_resync_channel, then tracker_resync_end. */
void tracker_resync_begin(struct tracker *t);
void tracker_resync_channel(struct tracker *t, const struct ami_message *m, int64_t now_us);
/*
 * The list is complete. Legs that are known but were not listed have ended while nobody listened:
 * those from before Asterisk's last start (boot_us, 0: any time ago) at once, with the reason
 * "pbx_restart"; of others the event may still be under way, so that they are in doubt for 2 s and
 * then closed as "lost". Both are marked estimated.
 */
void tracker_resync_end(struct tracker *t, int64_t boot_us, int64_t now_us);
/* Time of the newest event that was heard, 0: none. */
int64_t tracker_heard_us(const struct tracker *t);
/* Whether the next tick at this time settles a doubt, which a late row of the log may do better. */
bool tracker_doubt_due(const struct tracker *t, int64_t now_us);
/* How often a list turned out to know better than the events. */
uint64_t tracker_differences(const struct tracker *t);
/* A leg that an earlier process has seen end: nothing that is read later brings it back. */
void tracker_forget_leg(struct tracker *t, const char *uniqueid);

/* Hands the whole live picture (open calls, agents, queues) to the sink again. */
void tracker_emit_all(struct tracker *t);

/* ---- how many ---- */

enum { TRACKER_STATUSES = 6 };

struct tracker_counts {
	int64_t calls, waiting;
	int64_t agents[TRACKER_STATUSES];   /* OFFLINE AVAILABLE BUSY AWAY ON_CALL WRAP_UP */
};

void tracker_count(const struct tracker *t, struct tracker_counts *out);

/* ---- replay ---- */

/* One JSON line per call, as DESIGN.md's --replay prints it: ended ones as they end. */
void tracker_print_ended(struct tracker *t, struct buf *out);
void tracker_print_open(struct tracker *t, struct buf *out);

#endif
