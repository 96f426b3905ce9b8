/* What handles AMI events. Private to the files whose handlers stand in the table of event.c. */
#ifndef AMID_EVENT_H
#define AMID_EVENT_H

#include "workers/amid/model.h"

/* ---- event.c: what every channel event says besides its own matter ---- */

/* Of the leg it is about, and of the one that is dialled. Return the leg, NULL if unknown. */
struct leg *event_touch(struct tracker *t, const struct ami_message *m);
struct leg *event_dest(struct tracker *t, const struct ami_message *m);

/* ---- legs.c ---- */

void on_newchannel(struct tracker *t, const struct ami_message *m);
void on_bridge_enter(struct tracker *t, const struct ami_message *m);
void on_bridge_leave(struct tracker *t, const struct ami_message *m);
void on_hold(struct tracker *t, const struct ami_message *m);
void on_unhold(struct tracker *t, const struct ami_message *m);
void on_hangup_request(struct tracker *t, const struct ami_message *m);
void on_hangup(struct tracker *t, const struct ami_message *m);

/* ---- dials.c ---- */

void on_dial_begin(struct tracker *t, const struct ami_message *m);
void on_dial_end(struct tracker *t, const struct ami_message *m);
void on_originate_response(struct tracker *t, const struct ami_message *m);
/* An extension as the dialplan has it: whether it is a number outside, and without its prefix. */
bool exten_is_outside(struct tracker *t, struct str exten);
struct str exten_number(struct tracker *t, struct str exten);
/* The customer goes on to somebody else: ends what agents had who have lost them. */
void call_leave_behind(struct tracker *t, struct call *call, const struct leg *leg);
/* The ring of this leg is over; status as DialEnd says it. */
void ring_end(struct tracker *t, struct leg *leg, struct str status);
/* That status, of a ring whose DialEnd was not heard. */
struct str ring_status(const struct leg *leg);
/* What a transfer came to when its target was not reached; NULL: it was, or nobody wanted it. */
const char *ring_failure(const struct leg *leg, struct str status);
/* A ring of this leg's agent that was told as cancelled, and was not. */
void ring_explain_cancel(struct tracker *t, struct leg *leg);

/* ---- visits.c ---- */

void on_queue_join(struct tracker *t, const struct ami_message *m);
void on_queue_leave(struct tracker *t, const struct ami_message *m);
void on_queue_entry(struct tracker *t, const struct ami_message *m);
void on_agent_connect(struct tracker *t, const struct ami_message *m);
/* Our dialplan tells why the leg has left a queue unanswered. */
void on_queue_exit(struct tracker *t, const struct ami_message *m, struct leg *leg);

/* ---- transfers.c ---- */

void on_blind_transfer(struct tracker *t, const struct ami_message *m);
void on_attended_transfer(struct tracker *t, const struct ami_message *m);
void on_spy_start(struct tracker *t, const struct ami_message *m);
/* Our dialplan tells that nobody has taken a customer who was transferred. */
void on_return(struct tracker *t, struct call *call);
/* A leg that listens is no party of any call. */
void leg_listens(struct tracker *t, struct leg *leg);

/* ---- phones.c ---- */

void on_contact_status(struct tracker *t, const struct ami_message *m);
void on_member_status(struct tracker *t, const struct ami_message *m);
void on_device_state(struct tracker *t, const struct ami_message *m);

#endif
